using Qibin.Crm.Pipeline.Projection;

namespace Qibin.Crm.Pipeline.Rebuilds;

internal sealed record RebuildRun(bool DryRun);

/// <summary>
/// Derives all journeys again from their events, batch by batch and in place, and then the rollups from the intervals. A dry run does the
/// same and changes nothing.
/// </summary>
internal sealed class RebuildJob : IJobKind<PipelineDb>
{
    public const string Kind = "pipeline.rebuild";

    private const int Listed = 100;

    public async Task<bool> StepAsync(PipelineDb db, Job job, Caller caller, CancellationToken ct)
    {
        var (dryRun, after) = (job.Read<RebuildRun>().DryRun, job.Position is { } position ? Guid.Parse(position) : Guid.Empty);
        job.Total ??= await db.Timelines.LongCountAsync(ct);
        if (after == Guid.AllBitsSet)
        {
            return false;
        }

        var check = await db.CheckAsync(after, repair: !dryRun, Listed, ct);
        var found = Found(job);
        found = found with
        {
            Differing = found.Differing + check.Differing,
            Differences = [.. found.Differences.Concat(check.Differences).Take(Listed)],
        };
        job.Result = JsonSerializer.Serialize(found, StrictJson.Options);
        job.Done += check.Journeys;
        job.Position = (check.After ?? Guid.AllBitsSet).ToString();
        return true;
    }

    public static RebuildFindings Found(Job job) => job.Result is { } result
        ? JsonSerializer.Deserialize<RebuildFindings>(result, StrictJson.Options)!
        : new RebuildFindings { DryRun = job.Read<RebuildRun>().DryRun };
}
