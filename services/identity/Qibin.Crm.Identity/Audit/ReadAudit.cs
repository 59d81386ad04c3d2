using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Audit;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.OpenApi;
using Qibin.Crm.Web.Paging;

namespace Qibin.Crm.Identity.Audit;

/// <summary>Filters of the audit.</summary>
public sealed record AuditQueryFilter
{
    /// <summary>The service that did it, such as <c>leads</c>.</summary>
    public string? Service { get; init; }

    public Guid? ActorId { get; init; }

    /// <summary>Something that the entry is about: a lead, a contact, a person, a job…</summary>
    public Guid? SubjectId { get; init; }

    /// <summary>The operationId, such as <c>unmaskUser</c>, or an event of signing in, such as <c>signIn</c>.</summary>
    public string? Operation { get; init; }

    /// <summary>Only refused accesses and sign-ins, or only the others.</summary>
    public bool? Refused { get; init; }

    public DateTimeOffset? From { get; init; }

    /// <summary>Not included.</summary>
    public DateTimeOffset? Until { get; init; }

    internal IQueryable<AuditRecord> Over(IQueryable<AuditRecord> records)
    {
        records = Service is { } service ? records.Where(a => a.Service == service) : records;
        records = ActorId is { } actor ? records.Where(a => a.ActorId == actor) : records;
        records = Operation is { } operation ? records.Where(a => a.Operation == operation) : records;
        records = Refused is { } refused ? records.Where(a => a.Refused == refused) : records;
        records = From?.ToUniversalTime() is { } from ? records.Where(a => a.At >= from) : records;
        return Until?.ToUniversalTime() is { } until ? records.Where(a => a.At < until) : records;
    }
}

/// <summary>Who did what to what, from which address, and what it changed.</summary>
public sealed record AuditAnswer
{
    /// <summary>Place in the chain, from 1, without a gap.</summary>
    public required long Number { get; init; }

    public required Guid Id { get; init; }
    public required string Service { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>The person or client; all zeros for the system itself and for who did not sign in.</summary>
    public required Guid ActorId { get; init; }

    /// <summary>The person's or client's name now; null for the system.</summary>
    public string? ActorName { get; init; }

    /// <summary>The OAuth client that the request came through.</summary>
    public string? ClientId { get; init; }

    /// <summary>The operationId, or an event of signing in.</summary>
    public required string Operation { get; init; }

    /// <summary>It was refused: nothing changed.</summary>
    public required bool Refused { get; init; }

    public string? Reason { get; init; }

    /// <summary>Address of the caller.</summary>
    public string? Address { get; init; }

    public string? TraceId { get; init; }

    /// <summary>What it was about is confidential 涉密: subjects, reason and changes are left out here, the chain has them.</summary>
    public required bool Withheld { get; init; }

    public required IReadOnlyList<AuditSubject> Subjects { get; init; }
    public required IReadOnlyList<AuditChange> Changes { get; init; }

    /// <summary>SHA-256, hexadecimal, of the hash before, the number and the content.</summary>
    public required string Hash { get; init; }
}

/// <summary>Reads the audit of all services. An entry arrives here some seconds after it was written.</summary>
internal static class ReadAudit
{
    private static readonly Listing<AuditRecord> Listing = new Listing<AuditRecord>(a => a.Id, "-at").Sort("at", a => a.At);

    public static void MapAudit(this RouteGroupBuilder api)
    {
        var audit = api.MapGroup("/audit").WithTags("Audit");
        audit.MapGet("", List).Allow(Scopes.IdentityRead, Roles.Administrator, Roles.Auditor).WithMetadata(Listing)
            .WithName("listAudit").WithSummary("审计记录 · Audit entries");
        audit.MapGet("/export", ExportAudit.Handle).Allow(null, Roles.Administrator, Roles.Auditor).AuditEachRead()
            .WithMetadata(new GivesFile("text/csv"))
            .WithName("exportAudit").WithSummary("导出审计记录 · Audit entries as csv");
        audit.MapGet("/chain", VerifyAudit.Handle).Allow(null, Roles.Administrator, Roles.Auditor)
            .WithName("verifyAudit").WithSummary("校验审计链 · Check the chain of audit entries");
    }

    private static async Task<Ok<Page<AuditAnswer>>> List(
        [AsParameters] AuditQueryFilter query, [AsParameters] PageQuery page, IdentityDb db, HttpRequest request, CancellationToken ct)
    {
        var found = await Listing.PageAsync(Filtered(db, query), page, request, record => record, ct);
        var answers = await AnswersAsync(db, found.Items, ct);
        return TypedResults.Ok(new Page<AuditAnswer> { Items = answers, Next = found.Next, Total = found.Total });
    }

    /// <summary>
    /// The records that the filters keep. A filter by a confidential subject finds none, as one by a random id does.
    /// </summary>
    public static IQueryable<AuditRecord> Filtered(IdentityDb db, AuditQueryFilter query)
    {
        var records = query.Over(db.Set<AuditRecord>().AsNoTracking());
        return query.SubjectId is { } subject
            ? records.Where(a => a.Subjects.Contains(subject) && !db.Set<WithheldSubject>().Any(w => a.Subjects.Contains(w.Id)))
            : records;
    }

    public static async Task<IReadOnlyList<AuditAnswer>> AnswersAsync(
        IdentityDb db, IReadOnlyCollection<AuditRecord> records, CancellationToken ct)
    {
        Guid[] actors = [.. records.Select(r => r.ActorId).Distinct()];
        Guid[] subjects = [.. records.SelectMany(r => r.Subjects).Distinct()];
        var names = await db.People.AsNoTracking().Where(p => actors.Contains(p.Id)).Select(p => new { p.Id, p.DisplayName })
            .Union(db.Clients.AsNoTracking().Where(c => actors.Contains(c.Id)).Select(c => new { c.Id, c.DisplayName }))
            .ToDictionaryAsync(p => p.Id, p => p.DisplayName, ct);
        var withheld = await db.Set<WithheldSubject>().AsNoTracking().Where(w => subjects.Contains(w.Id)).Select(w => w.Id)
            .ToHashSetAsync(ct);
        return [.. records.Select(r => Answer(r, names.GetValueOrDefault(r.ActorId), r.Subjects.Any(withheld.Contains)))];
    }

    private static AuditAnswer Answer(AuditRecord record, string? actor, bool withheld)
    {
        var entry = record.Read();
        return new AuditAnswer
        {
            Number = record.Number,
            Id = record.Id,
            Service = record.Service,
            At = record.At,
            ActorId = record.ActorId,
            ActorName = actor,
            ClientId = entry.ClientId,
            Operation = record.Operation,
            Refused = record.Refused,
            Reason = withheld ? null : entry.Reason,
            Address = entry.Address,
            TraceId = entry.TraceId,
            Withheld = withheld,
            Subjects = withheld ? [] : entry.Subjects,
            Changes = withheld ? [] : entry.Changes,
            Hash = record.Hash,
        };
    }
}
