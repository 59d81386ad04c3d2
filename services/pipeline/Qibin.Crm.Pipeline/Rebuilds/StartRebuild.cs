namespace Qibin.Crm.Pipeline.Rebuilds;

/// <summary>
/// Asks for all journeys to be derived again. While one is under way, it is the answer to everybody who asks for the same.
/// </summary>
public sealed record StartRebuildRequest
{
    /// <summary>True changes nothing and only names what differs; false, the default when absent, repairs it.</summary>
    public bool? DryRun { get; init; }
}

internal static class StartRebuild
{
    internal static async Task<Accepted<RebuildReceipt>> Handle(
        StartRebuildRequest request, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var run = new RebuildRun(request.DryRun == true);
        var job = await db.UnderWayAsync(RebuildJob.Kind, ct);
        if (job is null)
        {
            job = Job.Of(RebuildJob.Kind, run, caller, clock);
            db.Add(job);
            db.Audit(caller, clock, "pipeline.rebuilt", "rebuild", job.Id);
            await db.SaveChangesAsync(ct);
        }

        return job.Read<RebuildRun>() == run
            ? TypedResults.Accepted($"/api/v1/pipeline/rebuilds/{job.Id}", new RebuildReceipt { Id = job.Id })
            : throw new RuleViolation("rebuild.running");
    }

    /// <summary>The rebuild that was begun.</summary>
    public sealed record RebuildReceipt : IReceipt
    {
        public required Guid Id { get; init; }
    }
}
