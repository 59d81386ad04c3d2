using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Qibin.Crm.Contracts;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Identity.Notices;

/// <summary>Writes notices for those whom they are for, and has them sent by e-mail where that is configured.</summary>
internal sealed class NoticeWriter(IOptions<MailSettings> mail, TimeProvider clock)
{
    /// <summary>Adds the notices to the change that is saved next.</summary>
    /// <param name="db">The database.</param>
    /// <param name="planned">The notices.</param>
    /// <param name="actorId">Who did it, and is not told.</param>
    /// <param name="ct">Cancels.</param>
    public async Task WriteAsync(IdentityDb db, IEnumerable<PlannedNotice> planned, Guid actorId, CancellationToken ct)
    {
        var told = new HashSet<(Guid, NoticeKind, Guid?)>();
        foreach (var notice in planned)
        {
            foreach (var personId in await AudienceAsync(db, notice.To, ct))
            {
                if (personId != actorId && told.Add((personId, notice.Kind, notice.SubjectId)))
                {
                    await AddAsync(db, new Notice
                    {
                        Id = Guid.CreateVersion7(clock.GetUtcNow()),
                        PersonId = personId,
                        Kind = notice.Kind,
                        At = clock.GetUtcNow().ToUniversalTime(),
                        SubjectId = notice.SubjectId,
                        Also = notice.Also,
                        UnitId = notice.UnitId,
                        Number = notice.Number,
                        CommentId = notice.CommentId,
                    }, ct);
                }
            }
        }
    }

    /// <summary>
    /// A withdrawn comment is nothing to be read any more, and an instruction that was withdrawn or carried out no work: their unread
    /// notices are read.
    /// </summary>
    public async Task SettleAsync(IdentityDb db, CommentFacts comment, CancellationToken ct)
    {
        var now = clock.GetUtcNow().ToUniversalTime();
        var unread = db.Set<Notice>().Where(n => n.CommentId == comment.CommentId && n.ReadAt == null);
        if (comment.State == CommentState.Done)
        {
            unread = unread.Where(n => n.Kind == NoticeKind.InstructionGiven);
        }
        else if (comment.State != CommentState.Withdrawn)
        {
            return;
        }

        await unread.ExecuteUpdateAsync(n => n.SetProperty(x => x.ReadAt, now), ct);
    }

    /// <summary>Adds one notice; the e-mail goes out after the change is committed.</summary>
    public async Task AddAsync(IdentityDb db, Notice notice, CancellationToken ct)
    {
        db.Add(notice);
        if (mail.Value.Host is not null)
        {
            await db.Database.ExecuteSqlAsync(
                $"""
                insert into mailing (id, due_at, attempts)
                select id, {notice.At}, 0 from person where id = {notice.PersonId} and email <> ''
                on conflict (id) do update set due_at = excluded.due_at where mailing.due_at is null
                """, ct);
        }
    }

    private static async Task<IReadOnlyList<Guid>> AudienceAsync(IdentityDb db, Audience audience, CancellationToken ct)
    {
        var active = db.People.AsNoTracking().Where(p => p.Active);
        switch (audience)
        {
            case Audience.OnePerson one:
                return await active.Where(p => p.Id == one.PersonId).Select(p => p.Id).ToListAsync(ct);
            case Audience.InRole { Role: var role }:
                return await active.Where(p => p.Roles.Contains(role)).Select(p => p.Id).ToListAsync(ct);
            case Audience.Heads of:
                return await HeadsAsync(db, of.UnitId, null, ct);
            case Audience.HeadsOver over:
                var unit = await db.People.Where(p => p.Id == over.PersonId).Select(p => (Guid?)p.UnitId).SingleOrDefaultAsync(ct);
                var heads = unit is { } id ? await HeadsAsync(db, id, over.PersonId, ct) : [];
                return heads.Count > 0 ? heads : await AudienceAsync(db, new Audience.InRole(Roles.Auditor), ct);
            default:
                throw new ArgumentOutOfRangeException(nameof(audience));
        }
    }

    private static async Task<IReadOnlyList<Guid>> HeadsAsync(IdentityDb db, Guid unitId, Guid? but, CancellationToken ct)
    {
        var tree = new UnitTree(await db.Units.AsNoTracking().ToListAsync(ct));
        if (!tree.Has(unitId))
        {
            return [];
        }

        var heads = await db.People.AsNoTracking().Where(p => p.Active && p.Id != but && p.Roles.Contains(Roles.UnitHead))
            .Select(p => new { p.Id, p.UnitId }).ToListAsync(ct);
        return tree.Above(unitId).Prepend(unitId).Select(unit => heads.Where(h => h.UnitId == unit).Select(h => h.Id).ToList())
            .FirstOrDefault(found => found.Count > 0) ?? [];
    }
}
