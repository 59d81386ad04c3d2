using System.Runtime.CompilerServices;

namespace Qibin.Crm.Pipeline.Data;

/// <summary>Some of the journeys, by the ids of their leads.</summary>
internal readonly record struct Batch(Guid First, Guid Last);

/// <summary>
/// Reads what goes through the history of all journeys, so that no statement comes to the 5 seconds at which it is ended.
/// </summary>
internal static class Batches
{
    /// <summary>Journeys in one batch; 20,000, some tenths of a second, but for tests, which have few.</summary>
    public static int Most { get; set; } = 20_000;

    /// <summary>The rows of all batches, one after the other in the order of the leads' ids.</summary>
    public static async IAsyncEnumerable<T> ByBatchesAsync<T>(
        this PipelineDb db, Func<Batch, IQueryable<T>> ask, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var snapshot = await db.SnapshotAsync(ct);
        foreach (var leads in (await db.AllJourneys.Select(j => j.LeadId).OrderBy(id => id).ToListAsync(ct)).Chunk(Most))
        {
            await foreach (var row in ask(new Batch(leads[0], leads[^1])).AsAsyncEnumerable().WithCancellation(ct))
            {
                yield return row;
            }
        }
    }

    /// <summary>Keeps what is of one batch. Both sides of a join want it: PostgreSQL does not conclude from one to the other.</summary>
    public static IQueryable<T> Of<T>(this IQueryable<T> rows, Batch batch) where T : JourneyState =>
        rows.Where(r => r.LeadId >= batch.First && r.LeadId <= batch.Last);
}
