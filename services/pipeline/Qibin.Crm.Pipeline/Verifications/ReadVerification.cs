using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Pipeline.Verifications;

/// <summary>A verification and how far it is.</summary>
public sealed record VerificationAnswer
{
    /// <summary>Its progress; <c>done</c> counts what was compared.</summary>
    public required JobAnswer Job { get; init; }

    /// <summary>What it has found so far.</summary>
    public required VerificationFindings Findings { get; init; }
}

/// <summary>
/// What was compared, and what differs: the states of the services with the stored events, the journeys with a fold of those events, and
/// the
/// sums that totals are answered from with the intervals of the journeys.
/// </summary>
public sealed record VerificationFindings
{
    /// <summary>Leads that the leads service holds.</summary>
    public long Leads { get; init; }

    /// <summary>Projects that the projects service holds.</summary>
    public long Projects { get; init; }

    /// <summary>Enterprises that the enterprises service holds.</summary>
    public long Enterprises { get; init; }

    /// <summary>Journeys that are counted.</summary>
    public long Journeys { get; init; }

    /// <summary>Differences found; 0 when the totals are right.</summary>
    public long Differing { get; init; }

    /// <summary>The first 1000 of them.</summary>
    public IReadOnlyList<VerificationDifference> Differences { get; init; } = [];
}

/// <summary>Something that is stored otherwise than it should be.</summary>
public sealed record VerificationDifference
{
    /// <summary>
    /// <c>lead</c>, <c>project</c> or <c>enterprise</c>: the stored events beside the service; <c>journey</c>, <c>interval</c>,
    /// <c>milestone</c> or <c>timeline</c>: a row of a journey beside its events; <c>rollup</c>: a sum, with the deltas that wait to be
    /// merged into it, beside the intervals.
    /// </summary>
    public required string Of { get; init; }

    /// <summary>The lead, project or enterprise; of a journey, its lead; null of a sum.</summary>
    public Guid? Id { get; init; }

    /// <summary>
    /// What differs, such as <c>stageOn</c> or the dimensions of a sum; <c>version</c>: an event has not arrived; <c>known</c>: one of the
    /// two
    /// does not have it at all.
    /// </summary>
    public required string What { get; init; }

    /// <summary>As it should be; null when it should not be there.</summary>
    public required string? Expected { get; init; }

    /// <summary>As it is stored; null when it is not there.</summary>
    public required string? Found { get; init; }
}

internal static class ReadVerification
{
    public static void MapReadVerification(this RouteGroupBuilder api) =>
        api.MapGet("/pipeline/verifications/{verificationId:guid}", Handle)
        .Allow(Scopes.OpsRead, Roles.Administrator)
        .WithName("readVerification")
        .WithSummary("核验进度 · A verification, its progress and what it found");

    internal static async Task<Results<Ok<VerificationAnswer>, NotFound>> Handle(Guid verificationId, PipelineDb db, CancellationToken ct)
    {
        var job = await db.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.Id == verificationId && j.Kind == VerificationJob.Kind, ct);
        return job is null ? TypedResults.NotFound() : TypedResults.Ok(new VerificationAnswer
        {
            Job = JobAnswer.From(job),
            Findings = job.Result is { } found ? JsonSerializer.Deserialize<VerificationFindings>(found, StrictJson.Options)! : new(),
        });
    }
}
