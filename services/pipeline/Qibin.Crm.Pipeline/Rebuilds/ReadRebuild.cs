using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Pipeline;

/// <summary>A rebuild and how far it is.</summary>
public sealed record RebuildAnswer
{
    /// <summary>Its progress; <c>done</c> and <c>total</c> count journeys.</summary>
    public required JobAnswer Job { get; init; }

    /// <summary>What the comparison found; null before it.</summary>
    public RebuildFindings? Findings { get; init; }
}

/// <summary>How the new contributions compare with those that were live.</summary>
public sealed record RebuildFindings
{
    /// <summary>The new ones answer now.</summary>
    public required bool Switched { get; init; }

    /// <summary>Contributions that only one of the two has; 0 when they are equal.</summary>
    public required long Differing { get; init; }

    /// <summary>The first 100 of them.</summary>
    public required IReadOnlyList<RebuildDifference> Differences { get; init; }
}

/// <summary>Something that the live contributions count otherwise than the new ones.</summary>
public sealed record RebuildDifference
{
    /// <summary><c>stretch</c>: days of one journey; <c>cell</c>: a sum over present journeys; <c>flow</c>: a month's change.</summary>
    public required string Kind { get; init; }

    /// <summary>The dimensions, or the journey and its days, as text.</summary>
    public required string Of { get; init; }

    /// <summary>Counts and amounts, the new ones less the live ones; null for a stretch.</summary>
    public string? By { get; init; }
}

internal static class ReadRebuild
{
    public static void MapReadRebuild(this RouteGroupBuilder api) => api.MapGet("/pipeline/rebuilds/{rebuildId:guid}", Handle)
        .Allow(Scopes.OpsRead, Roles.Administrator)
        .WithName("readRebuild")
        .WithSummary("重建进度 · A rebuild, its progress and what it found");

    internal static async Task<Results<Ok<RebuildAnswer>, NotFound>> Handle(Guid rebuildId, PipelineDb db, CancellationToken ct)
    {
        var job = await db.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.Id == rebuildId && j.Kind == RebuildJob.Kind, ct);
        return job is null ? TypedResults.NotFound() : TypedResults.Ok(new RebuildAnswer
        {
            Job = JobAnswer.From(job),
            Findings = job.Result is { } found ? JsonSerializer.Deserialize<RebuildFindings>(found, StrictJson.Options) : null,
        });
    }
}
