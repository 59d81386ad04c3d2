namespace Qibin.Crm.Pipeline.Rebuilds;

/// <summary>A rebuild and how far it is.</summary>
/// <param name="Job">Its progress; <c>done</c> and <c>total</c> count journeys.</param>
/// <param name="Findings">What it has found so far.</param>
public sealed record RebuildAnswer(JobAnswer Job, RebuildFindings Findings);

/// <summary>What was stored otherwise than the events make it; repaired unless it was a dry run.</summary>
public sealed record RebuildFindings
{
    /// <summary>Nothing was changed.</summary>
    public required bool DryRun { get; init; }

    /// <summary>Differences found.</summary>
    public long Differing { get; init; }

    /// <summary>The first 100 of them.</summary>
    public IReadOnlyList<VerificationDifference> Differences { get; init; } = [];
}

/// <summary>Reads a rebuild: how far it is, and what differed.</summary>
internal static class ReadRebuild
{
    internal static async Task<Results<Ok<RebuildAnswer>, NotFound>> Handle(Guid rebuildId, PipelineDb db, CancellationToken ct)
    {
        var job = await db.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.Id == rebuildId && j.Kind == RebuildJob.Kind, ct);
        return job is null ? TypedResults.NotFound()
            : TypedResults.Ok(new RebuildAnswer(JobAnswer.From(job), RebuildJob.Found(job)));
    }
}
