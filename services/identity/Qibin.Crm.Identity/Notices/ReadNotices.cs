using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Queries;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Identity.Notices;

/// <summary>Filters of the caller's notices.</summary>
public sealed record NoticeQuery
{
    /// <summary>Only unread ones, or only those that were read.</summary>
    public bool? Unread { get; init; }

    /// <summary>Kinds, separated by commas.</summary>
    public Words<NoticeKind>? Kind { get; init; }

    /// <summary>Id of a notice: those before it, which are older.</summary>
    public Guid? Before { get; init; }
}

/// <summary>A notice to the caller.</summary>
public sealed record NoticeAnswer
{
    public required Guid Id { get; init; }
    public required NoticeKind Kind { get; init; }

    /// <summary>What it says, in Chinese and English.</summary>
    public required string Title { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>When the caller read it; null while it is unread.</summary>
    public DateTimeOffset? ReadAt { get; init; }

    /// <summary>What it is about; null of the caller's own day.</summary>
    public Guid? SubjectId { get; init; }

    /// <summary>The code of the lead, project or enterprise.</summary>
    public string? Code { get; init; }

    /// <summary>The name of the investor, project, enterprise or person.</summary>
    public string? Name { get; init; }

    /// <summary>Address at which to read what it is about.</summary>
    public string? Path { get; init; }

    /// <summary>The other unit that it tells of.</summary>
    public Guid? UnitId { get; init; }

    public string? UnitName { get; init; }

    /// <summary>A year, or how many.</summary>
    public int? Number { get; init; }

    /// <summary>The numbers of a digest.</summary>
    public DayNumbers? Day { get; init; }
}

/// <summary>The caller's notices, newest first.</summary>
public sealed record NoticesAnswer
{
    public required IReadOnlyList<NoticeAnswer> Items { get; init; }

    /// <summary>Unread ones in all, whatever the filters, counted up to 500.</summary>
    public required int Unread { get; init; }

    /// <summary>Older ones follow: ask again with <c>before</c>.</summary>
    public required bool More { get; init; }

    /// <summary>Services that gave no answer. Notices about what they keep are missing here; ask again.</summary>
    public required IReadOnlyList<string> Missing { get; init; }
}

/// <summary>Which notices were read: these, or all up to one. Give one of both.</summary>
public sealed record ReadingRequest
{
    /// <summary>Ids of notices; others than the caller's are left alone.</summary>
    [Items(1, 200)]
    public Guid[]? Ids { get; init; }

    /// <summary>Id of a notice: this one and all before it.</summary>
    public Guid? UpTo { get; init; }
}

/// <summary>How many notices became read.</summary>
public sealed record ReadingReceipt : IReceipt
{
    public required int Read { get; init; }
}

/// <summary>
/// The caller's notices. What a subject is called is asked of the services, and a notice of what the caller may not read is left out: it is
/// then as if there were none.
/// </summary>
internal static class ReadNotices
{
    private const int Shown = 100;
    private const int MostUnread = 500;

    /// <summary>The services that answer what their leads, projects and enterprises are called.</summary>
    private static readonly string[] Services = ["leads", "projects", "enterprises"];

    public static void MapNotices(this RouteGroupBuilder api)
    {
        api.MapGet("/notices", List).Allow(null, [.. Roles.OfPeople])
            .WithName("listNotices").WithSummary("我的通知 · My notices");
        api.MapPost("/notices/reading", MarkRead).Allow(null, [.. Roles.OfPeople])
            .WithName("readNotices").WithSummary("标为已读 · Mark notices as read");
    }

    private static async Task<Ok<NoticesAnswer>> List(
        [AsParameters] NoticeQuery query, IdentityDb db, Questions questions, Caller caller, CancellationToken ct)
    {
        var mine = db.Set<Notice>().AsNoTracking().Where(n => n.PersonId == caller.Id);
        var wanted = query.Unread is { } unread ? mine.Where(n => (n.ReadAt == null) == unread) : mine;
        wanted = query.Kind is { Values: var kinds } ? wanted.Where(n => kinds.Contains(n.Kind)) : wanted;
        wanted = query.Before is { } before ? wanted.Where(n => n.Id.CompareTo(before) < 0) : wanted;
        var page = await wanted.OrderByDescending(n => n.Id).Take(Shown + 1).ToListAsync(ct);
        var unreadOnes = await mine.Where(n => n.ReadAt == null).OrderByDescending(n => n.Id).Take(MostUnread).ToListAsync(ct);
        var known = await Known.AskAsync(db, questions, caller, [.. page, .. unreadOnes], ct);
        var unitIds = page.Select(n => n.UnitId).OfType<Guid>().Distinct().ToArray();
        var units = await db.Units.AsNoTracking().Where(u => unitIds.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
        return TypedResults.Ok(new NoticesAnswer
        {
            Items = [.. page.Take(Shown).Where(known.Shows).Select(n => Answer(n, known, units))],
            Unread = unreadOnes.Count(known.Shows),
            More = page.Count > Shown,
            Missing = known.Missing,
        });
    }

    private static async Task<Ok<ReadingReceipt>> MarkRead(
        ReadingRequest request, IdentityDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var unread = db.Set<Notice>().Where(n => n.PersonId == caller.Id && n.ReadAt == null);
        unread = (request.Ids, request.UpTo) switch
        {
            ({ } ids, null) => unread.Where(n => ids.Contains(n.Id)),
            (null, { } last) => unread.Where(n => n.Id.CompareTo(last) <= 0),
            (null, null) => throw Refusal.Invalid("/ids", "value.required"),
            _ => throw Refusal.Invalid("/upTo", "value.exclusive", "ids"),
        };
        var now = clock.GetUtcNow().ToUniversalTime();
        return TypedResults.Ok(new ReadingReceipt
        {
            Read = await unread.ExecuteUpdateAsync(n => n.SetProperty(x => x.ReadAt, now), ct),
        });
    }

    private static NoticeAnswer Answer(Notice notice, Known known, Dictionary<Guid, string> units)
    {
        var subject = notice.SubjectId is { } id ? known.Subjects[id] : null;
        return new NoticeAnswer
        {
            Id = notice.Id,
            Kind = notice.Kind,
            Title = NoticeTexts.Of(notice.Kind),
            At = notice.At,
            ReadAt = notice.ReadAt,
            SubjectId = notice.SubjectId,
            Code = subject?.Code,
            Name = subject?.Name,
            Path = subject?.Path,
            UnitId = notice.UnitId,
            UnitName = notice.UnitId is { } unit ? units.GetValueOrDefault(unit) : null,
            Number = notice.Number,
            Day = notice.Day,
        };
    }

    /// <summary>What the services say of the notices' subjects to the caller.</summary>
    private sealed record Known(Dictionary<Guid, SubjectName> Subjects, HashSet<Guid> Withheld, IReadOnlyList<string> Missing)
    {
        public bool Shows(Notice notice) =>
            (notice.SubjectId is not { } subject || Subjects.ContainsKey(subject)) && !notice.Also.Any(Withheld.Contains);

        public static async Task<Known> AskAsync(
            IdentityDb db, Questions questions, Caller caller, IReadOnlyCollection<Notice> notices, CancellationToken ct)
        {
            Guid[] ids = [.. notices.SelectMany(n => n.Also.Append(n.SubjectId ?? Guid.Empty)).Where(id => id != Guid.Empty).Distinct()];
            var people = await db.People.AsNoTracking().Where(p => ids.Contains(p.Id)).Select(p => new SubjectName
            {
                Id = p.Id,
                Code = p.UserName,
                Name = p.DisplayName,
                Path = "/api/v1/users/" + p.Id,
            }).ToListAsync(ct);
            ids = [.. ids.Except(people.Select(p => p.Id))];
            var replies = ids.Length == 0 ? [] : await Task.WhenAll(Services.Select(async service =>
            {
                var parts = await Task.WhenAll(ids.Chunk(SubjectsQuery.Most).Select(part =>
                    questions.TryAskAsync<SubjectsQuery, SubjectsReply>(
                        service, new SubjectsQuery { Caller = caller.Claims, Ids = part }, ct)));
                return (Service: service, Parts: parts);
            }));
            return new Known(
                people.Concat(replies.SelectMany(r => r.Parts).SelectMany(p => p?.Subjects ?? [])).ToDictionary(s => s.Id),
                [.. replies.SelectMany(r => r.Parts).SelectMany(p => p?.Withheld ?? [])],
                [.. replies.Where(r => r.Parts.Any(p => p is null)).Select(r => r.Service)]);
        }
    }
}
