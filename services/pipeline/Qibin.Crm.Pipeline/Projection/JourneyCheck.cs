using Qibin.Crm.Pipeline.Rollups;

namespace Qibin.Crm.Pipeline.Projection;

/// <summary>What one step compared. The next one begins after this lead, unless it is null: then all has been compared.</summary>
internal sealed record Checked(Guid? After, int Journeys, int Counted, long Differing, IReadOnlyList<VerificationDifference> Differences);

/// <summary>
/// Compares journeys with their events, batch by batch, and after the last batch the rollups with the intervals. Repaired, a journey is
/// replaced and a sum is set, so nothing answers from two generations; consumers wait for one batch at most.
/// </summary>
internal static class JourneyCheck
{
    public static async Task<Checked> CheckAsync(this PipelineDb db, Guid after, bool repair, int most, CancellationToken ct)
    {
        var leads = await FoldedJourneys.NextAsync(db, after, ct);
        if (leads.Count == 0)
        {
            var (count, sums) = await RollupCheck.RunAsync(db, most, repair, ct);
            return new Checked(null, 0, 0, count, sums);
        }

        await db.LockJourneysAsync(leads, ct);
        var journeys = await FoldedJourneys.ReadAsync(db, leads, ct);
        var differing = journeys.ConvertAll(j => (Journey: j, Differences: j.Differences().ToList())).FindAll(j => j.Differences.Count > 0);
        if (repair)
        {
            await db.ReplaceAsync(differing.ConvertAll(j => j.Journey), ct);
        }

        List<VerificationDifference> all = [.. differing.SelectMany(j => j.Differences)];
        return new Checked(leads[^1], leads.Count, journeys.Count(j => j.Journey is { Removed: false }), all.Count, all);
    }
}
