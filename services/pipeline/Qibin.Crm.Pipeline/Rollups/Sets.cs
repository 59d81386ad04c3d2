using System.Numerics;

namespace Qibin.Crm.Pipeline;

/// <summary>
/// Which sets of dimensions are kept as cells: every two and every three of the eight, so that a total by two dimensions, under one
/// scope or one filter if need be, costs by its groups. An officer's own journeys are few and found by an index, so the officer is kept
/// only beside unit or chain, as a head or a chief groups by officers.
/// </summary>
internal static class Sets
{
    /// <summary>How many values a dimension has, roughly: of several sets that answer, the smallest does. In the order of <see cref="Dimension"/>.</summary>
    private static readonly long[] Values = [14, 4, 40, 500, 17, 40, 7, 60];

    public static IReadOnlyList<int> All { get; } =
    [
        .. Enumerable.Range(0, 1 << Values.Length).Where(set => BitOperations.PopCount((uint)set) is 2 or 3
            && ((set & Bit(Dimension.Officer)) == 0 || (set & (Bit(Dimension.Unit) | Bit(Dimension.Chain))) != 0)),
    ];

    /// <summary>The sets of three.</summary>
    public static IReadOnlyList<int> Threes { get; } = [.. All.Where(set => BitOperations.PopCount((uint)set) == 3)];

    /// <summary>The sets of two, each with the smallest of three that has both.</summary>
    public static IReadOnlyList<(int Set, int From)> Twos { get; } =
        [.. All.Except(Threes).Select(two => (two, Threes.Where(three => (three & two) == two).MinBy(Weight)))];

    public static int Bit(Dimension dimension) => 1 << (int)dimension;

    public static bool Has(int set, Dimension dimension) => (set & Bit(dimension)) != 0;

    public static int Of(IEnumerable<Dimension> dimensions) => dimensions.Aggregate(0, (set, d) => set | Bit(d));

    /// <summary>The smallest set kept that has these dimensions; null when none has.</summary>
    public static int? With(int dimensions) =>
        All.Where(set => (set & dimensions) == dimensions).OrderBy(Weight).Select(set => (int?)set).FirstOrDefault();

    /// <summary>The dimension's column in cells and deltas.</summary>
    public static string Column(Dimension dimension) => dimension switch
    {
        Dimension.Chain => "chain_code",
        Dimension.Unit => "unit_id",
        Dimension.Officer => "owner_id",
        Dimension.Node => "node_code",
        Dimension.SourceRegion => "source_region",
        Dimension.Band => "band",
        Dimension.Month => "month",
        _ => "stage",
    };

    private static long Weight(int set) => Enum.GetValues<Dimension>().Where(d => Has(set, d)).Aggregate(1L, (product, d) => product * Values[(int)d]);
}
