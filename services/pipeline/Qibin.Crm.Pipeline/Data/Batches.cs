using System.Runtime.CompilerServices;

namespace Qibin.Crm.Pipeline.Data;

/// <summary>Some of the journeys, by the ids of their leads: all above one, up to another.</summary>
internal readonly record struct Batch(Guid After, Guid UpTo);

/// <summary>
/// What goes through the whole history of all journeys is read batch by batch, out of one snapshot. It takes the longer the more there are,
/// but no statement of it comes to the 5 seconds at which it would be ended.
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
        for (var (after, more) = (Guid.Empty, true); more;)
        {
            var last = await db.AllJourneys.Where(j => j.LeadId > after).OrderBy(j => j.LeadId).Select(j => (Guid?)j.LeadId).Skip(Most - 1)
                .FirstOrDefaultAsync(ct);
            await foreach (var row in ask(new Batch(after, last ?? Guid.AllBitsSet)).AsAsyncEnumerable().WithCancellation(ct))
            {
                yield return row;
            }

            (after, more) = (last ?? after, last is not null);
        }
    }

    /// <summary>Keeps what is of one batch. Both sides of a join want it: PostgreSQL does not conclude from one to the other.</summary>
    public static IQueryable<T> Of<T>(this IQueryable<T> rows, Batch batch) where T : JourneyState =>
        rows.Where(r => r.LeadId > batch.After && r.LeadId <= batch.UpTo);
}
