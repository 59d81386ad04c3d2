using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Pipeline;

/// <summary>A reconciliation and how far it is.</summary>
public sealed record ReconciliationAnswer
{
    /// <summary>Its progress; <c>done</c> counts what was compared.</summary>
    public required JobAnswer Job { get; init; }

    /// <summary>What it has found so far.</summary>
    public required ReconciliationFindings Findings { get; init; }
}

/// <summary>
/// What was compared, and what differs: first what each service holds with what its events have told here, then each journey that is
/// counted with what those events make of it.
/// </summary>
public sealed record ReconciliationFindings
{
    /// <summary>Leads that the leads service holds.</summary>
    public long Leads { get; init; }

    /// <summary>Projects that the projects service holds.</summary>
    public long Projects { get; init; }

    /// <summary>Enterprises that the enterprises service holds.</summary>
    public long Enterprises { get; init; }

    /// <summary>Journeys counted.</summary>
    public long Journeys { get; init; }

    /// <summary>Leads of which only others have told so far, so that they are no journeys yet.</summary>
    public long Waiting { get; init; }

    /// <summary>Differences found; 0 when the totals are right.</summary>
    public long Differing { get; init; }

    /// <summary>The first 1000 of them.</summary>
    public IReadOnlyList<ReconciliationDifference> Differences { get; init; } = [];
}

/// <summary>Something that stands otherwise here than where it comes from.</summary>
public sealed record ReconciliationDifference
{
    /// <summary><c>lead</c>, <c>project</c> or <c>enterprise</c>: beside its service; <c>journey</c>: beside the events.</summary>
    public required string Of { get; init; }

    /// <summary>The lead, project or enterprise; of a journey, its lead.</summary>
    public required Guid Id { get; init; }

    /// <summary>
    /// What differs, such as <c>stageOn</c> or <c>paidIn CNY</c>; <c>version</c>: an event has not arrived; <c>known</c>: one of the two
    /// does not know it at all.
    /// </summary>
    public required string What { get; init; }

    /// <summary>As the service holds it, of a journey as the events tell it; null when it is not there.</summary>
    public required string? Told { get; init; }

    /// <summary>As it stands here; null when it does not.</summary>
    public required string? Counted { get; init; }
}

internal static class ReadReconciliation
{
    public static void MapReadReconciliation(this RouteGroupBuilder api) => api.MapGet("/pipeline/reconciliations/{reconciliationId:guid}", Handle)
        .Allow(Scopes.OpsRead, Roles.Administrator)
        .WithName("readReconciliation")
        .WithSummary("对账进度 · A reconciliation, its progress and what it found");

    internal static async Task<Results<Ok<ReconciliationAnswer>, NotFound>> Handle(Guid reconciliationId, PipelineDb db, CancellationToken ct)
    {
        var job = await db.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.Id == reconciliationId && j.Kind == ReconciliationJob.Kind, ct);
        return job is null ? TypedResults.NotFound() : TypedResults.Ok(new ReconciliationAnswer
        {
            Job = JobAnswer.From(job),
            Findings = job.Result is { } found ? JsonSerializer.Deserialize<ReconciliationFindings>(found, StrictJson.Options)! : new(),
        });
    }
}
