using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Pipeline.Projection;
using Qibin.Crm.Pipeline.Rollups;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Pipeline.Rebuilds;

/// <summary>What a rebuild was asked to do.</summary>
internal sealed record RebuildRun
{
    public required bool DryRun { get; init; }
}

/// <summary>
/// Derives all journeys again from their events, batch by batch and in place: those of a batch are locked, folded, replaced where they
/// differ, and the difference is added to the rollups; then the rollups are compared with the intervals. Consumers wait for one batch at
/// most. A dry run does the same and changes nothing.
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

        var leads = await FoldedJourneys.NextAsync(db, after, ct);
        if (leads.Count == 0)
        {
            var (count, sums) = await RollupCheck.RunAsync(db, Listed, repair: !dryRun, ct);
            Note(job, sums, count);
            job.Position = Guid.AllBitsSet.ToString();
            return true;
        }

        await db.LockJourneysAsync(leads, ct);
        var journeys = await FoldedJourneys.ReadAsync(db, leads, ct);
        var differing = journeys.ConvertAll(j => (Journey: j, Differences: j.Differences().ToList())).FindAll(j => j.Differences.Count > 0);
        if (!dryRun)
        {
            await db.ReplaceAsync(differing.ConvertAll(j => j.Journey), ct);
        }

        List<VerificationDifference> differences = [.. differing.SelectMany(j => j.Differences)];
        Note(job, differences, differences.Count);
        job.Done += leads.Count;
        job.Position = leads[^1].ToString();
        return true;
    }

    public static RebuildFindings Found(Job job) => job.Result is { } result
        ? JsonSerializer.Deserialize<RebuildFindings>(result, StrictJson.Options)!
        : new RebuildFindings { DryRun = job.Read<RebuildRun>().DryRun };

    private static void Note(Job job, IEnumerable<VerificationDifference> more, long differing)
    {
        var found = Found(job);
        found = found with
        {
            Differing = found.Differing + differing,
            Differences = [.. found.Differences.Concat(more).Take(Listed)],
        };
        job.Result = JsonSerializer.Serialize(found, StrictJson.Options);
    }
}
