using System.Data;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;

namespace Qibin.Crm.Pipeline;

/// <summary>Some of the journeys, by the ids of their leads: all above one, up to another.</summary>
internal readonly record struct Portion(Guid After, Guid UpTo);

/// <summary>
/// What goes through the whole history of all journeys is read portion by portion, out of one snapshot. It takes the longer the more
/// there are, but no statement of it comes to the 5 seconds at which it would be ended.
/// </summary>
internal static class Portions
{
    /// <summary>Journeys in one portion; 20,000, some tenths of a second, but for tests, which have few.</summary>
    public static int Most { get; set; } = 20_000;

    /// <summary>The rows of all portions, one after the other in the order of the leads' ids.</summary>
    public static async IAsyncEnumerable<T> ByPortionsAsync<T>(
        this PipelineDb db, Func<Portion, IQueryable<T>> ask, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var snapshot = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        for (var (after, more) = (Guid.Empty, true); more;)
        {
            var last = await db.Holders.Where(h => h.LeadId > after).OrderBy(h => h.LeadId).Select(h => (Guid?)h.LeadId).Skip(Most - 1).FirstOrDefaultAsync(ct);
            await foreach (var row in ask(new Portion(after, last ?? Guid.AllBitsSet)).AsAsyncEnumerable().WithCancellation(ct))
            {
                yield return row;
            }

            (after, more) = (last ?? after, last is not null);
        }
    }

    /// <summary>Keeps what is of one portion. Both sides of a join want it: PostgreSQL does not conclude from one to the other.</summary>
    public static IQueryable<T> Of<T>(this IQueryable<T> rows, Portion portion) where T : class
    {
        const string lead = nameof(HolderRow.LeadId);
        var (after, upTo) = portion;
        return rows.Where(r => EF.Property<Guid>(r, lead) > after && EF.Property<Guid>(r, lead) <= upTo);
    }
}
