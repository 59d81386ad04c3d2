using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Audit;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;

namespace Qibin.Crm.Identity.Audit;

/// <summary>Filters of the audit.</summary>
public sealed record AuditQuery
{
    public Guid? ActorId { get; init; }
    public Guid? SubjectId { get; init; }

    /// <summary>Such as <c>user.unmasked</c>.</summary>
    public string? Action { get; init; }

    public DateTimeOffset? From { get; init; }

    /// <summary>Not included.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>Who did what to whom.</summary>
public sealed record AuditAnswer
{
    public required Guid Id { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>The person or client; all zeros for the system itself.</summary>
    public required Guid ActorId { get; init; }

    public required string Action { get; init; }

    /// <summary><c>person</c>, <c>unit</c> or <c>client</c>.</summary>
    public required string SubjectType { get; init; }

    public required Guid SubjectId { get; init; }
    public string? Reason { get; init; }
    public string? TraceId { get; init; }
}

/// <summary>Reads this service's audit entries: management of people, units and clients, and unmasking.</summary>
internal static class ReadAudit
{
    private static readonly Listing<AuditEntry> Listing = new Listing<AuditEntry>(a => a.Id, "-at").Sort("at", a => a.At);

    public static void MapAudit(this RouteGroupBuilder api) =>
        api.MapGet("/audit", List).Allow(Scopes.IdentityRead, Roles.Administrator, Roles.Auditor).WithMetadata(Listing)
            .WithName("listAudit").WithSummary("审计记录 · Audit entries");

    private static async Task<Ok<Page<AuditAnswer>>> List(
        [AsParameters] AuditQuery query, [AsParameters] PageQuery page, IdentityDb db, HttpRequest request, CancellationToken ct)
    {
        var entries = db.Set<AuditEntry>().AsNoTracking();
        if (query.ActorId is { } actor)
        {
            entries = entries.Where(a => a.ActorId == actor);
        }

        if (query.SubjectId is { } subject)
        {
            entries = entries.Where(a => a.SubjectId == subject);
        }

        if (query.Action is { } action)
        {
            entries = entries.Where(a => a.Action == action);
        }

        if (query.From?.ToUniversalTime() is { } from)
        {
            entries = entries.Where(a => a.At >= from);
        }

        if (query.Until?.ToUniversalTime() is { } until)
        {
            entries = entries.Where(a => a.At < until);
        }

        return TypedResults.Ok(await Listing.PageAsync(entries, page, request, entry => new AuditAnswer
        {
            Id = entry.Id,
            At = entry.At,
            ActorId = entry.ActorId,
            Action = entry.Action,
            SubjectType = entry.SubjectType,
            SubjectId = entry.SubjectId,
            Reason = entry.Reason,
            TraceId = entry.TraceId,
        }, ct));
    }
}
