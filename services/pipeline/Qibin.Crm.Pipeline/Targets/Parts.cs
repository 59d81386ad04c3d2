using Qibin.Crm.Kernel;

namespace Qibin.Crm.Pipeline.Targets;

/// <summary>How units divide what a project counts for.</summary>
internal static class Parts
{
    /// <summary>All of it, in basis points.</summary>
    public const int Whole = 10_000;

    /// <summary>
    /// Divides a value by agreed shares of the credit. Each part is cut at so many decimals and the largest share takes what is left, so
    /// the parts always add up to the value: 100 % of a project, no fen lost.
    /// </summary>
    /// <param name="value">What the project counts for.</param>
    /// <param name="shares">By unit, in basis points of <see cref="Whole"/>; those of nothing get no part.</param>
    /// <param name="decimals">Decimals of a part.</param>
    public static IReadOnlyList<(Guid UnitId, int Share, decimal Value)> Divide(
        decimal value, IReadOnlyCollection<TransferShare> shares, int decimals)
    {
        List<TransferShare> some = [.. shares.Where(s => s.Credit > 0).OrderByDescending(s => s.Credit).ThenBy(s => s.UnitId)];
        var others = some.Skip(1).Select(s => (s.UnitId, s.Credit, Math.Round(value * s.Credit / Whole, decimals, MidpointRounding.ToZero)))
            .ToList();
        return [(some[0].UnitId, some[0].Credit, value - others.Sum(o => o.Item3)), .. others];
    }
}
