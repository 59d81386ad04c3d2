using System.Numerics;

namespace Qibin.Crm.Pipeline.Rollups;

/// <summary>The columns that sums are kept by. The first are the dimensions of a total of today, in their order.</summary>
internal enum RollupColumn { Stage, ChainCode, UnitId, OwnerId, NodeCode, SourceRegion, Band, Month, ThenChain, ThenUnit, At, Day }

/// <summary>
/// Which sets of columns are kept. Of today: every two and every three of the eight dimensions, so that a total by two dimensions, under
/// one scope or one filter if need be, costs by its groups; an owner's own journeys are few and found by an index, so the owner is kept
/// only beside unit or chain, as a head or a chief groups by owners. Over time: none or one dimension over everything, none or the stage
/// within a unit's or a chain's reach; what one unit has by another dimension is little enough to be counted from the intervals. Each of
/// these is kept by months, which a trend sums, and by days, of which a past day needs those of its own month.
/// </summary>
internal static class Sets
{
    /// <summary>How many values a column has, roughly: of several sets that answer, the smallest does.</summary>
    private static readonly long[] Values = [14, 4, 40, 500, 17, 40, 7, 60, 4, 40, 60, 30];

    private static readonly int[] Months = Array.ConvertAll<int, int>(
        [
            0, Bit(RollupColumn.Stage), Bit(RollupColumn.ThenChain), Bit(RollupColumn.ThenUnit), Bit(RollupColumn.NodeCode),
            Bit(RollupColumn.SourceRegion), Bit(RollupColumn.Band),
            Bit(RollupColumn.UnitId), Bit(RollupColumn.UnitId) | Bit(RollupColumn.Stage),
            Bit(RollupColumn.ChainCode), Bit(RollupColumn.ChainCode) | Bit(RollupColumn.Stage),
        ], set => set | Bit(RollupColumn.At));

    public static IReadOnlyList<int> OfToday { get; } = Enumerable.Range(0, 1 << Enum.GetValues<Dimension>().Length)
        .Where(set => BitOperations.PopCount((uint)set) is 2 or 3
            && (!Has(set, RollupColumn.OwnerId) || Has(set, RollupColumn.UnitId) || Has(set, RollupColumn.ChainCode))).ToList();

    private static readonly int[] All = [.. OfToday, .. Months, .. Months.Select(ByDay)];

    /// <summary>The sets that no other contains: they are summed from deltas.</summary>
    public static IReadOnlyList<int> Summed { get; } = [.. All.Where(set => !All.Any(other => other != set && (other & set) == set))];

    /// <summary>The others, each summed from the smallest that contains it.</summary>
    public static IReadOnlyList<(int Set, int From)> Further { get; } =
        [.. All.Except(Summed).Select(set => (set, Summed.Where(other => (other & set) == set).MinBy(Weight)))];

    public static bool Has(int set, RollupColumn column) => (set & Bit(column)) != 0;

    public static int Of(IEnumerable<Dimension> dimensions) => dimensions.Aggregate(0, (set, d) => set | (1 << (int)d));

    /// <summary>The smallest set of today that has these dimensions; null when none has.</summary>
    public static int? With(int dimensions) =>
        OfToday.Where(set => (set & dimensions) == dimensions).OrderBy(Weight).Select(set => (int?)set).FirstOrDefault();

    /// <summary>The set that answers for months, under a reach; null when the intervals themselves have to.</summary>
    public static int? OverTime(IEnumerable<Dimension> dimensions, IEnumerable<Dimension> reach)
    {
        var set = dimensions.Aggregate(Bit(RollupColumn.At) | Of(reach), (bits, d) => bits | d switch
        {
            Dimension.Chain => Bit(RollupColumn.ThenChain),
            Dimension.Unit => Bit(RollupColumn.ThenUnit),
            _ => Of([d]),
        });
        return Months.Contains(set) ? set : null;
    }

    public static int ByDay(int months) => months | Bit(RollupColumn.Day);

    private static int Bit(RollupColumn column) => 1 << (int)column;

    private static long Weight(int set) =>
        Enumerable.Range(0, Values.Length).Where(d => (set & (1 << d)) != 0).Aggregate(1L, (product, d) => product * Values[d]);
}
