namespace Qibin.Crm.Pipeline.Targets;

/// <summary>How units divide what a project counts for.</summary>
internal static class Parts
{
    /// <summary>All of it, in basis points.</summary>
    public const int Whole = 10_000;

    /// <summary>
    /// Divides a value by agreed shares of the credit. Each part is cut at so many decimals and the largest share takes what is left, so
    /// the parts always add up to the value: 100 % of a project, no fen lost. Who has a share of nothing gets no part.
    /// </summary>
    public static IReadOnlyList<(Guid UnitId, int Share, decimal Value)> Divide(
        decimal value, IReadOnlyCollection<TransferShare> shares, int decimals)
    {
        List<TransferShare> some = [.. shares.Where(s => s.Credit > 0).OrderByDescending(s => s.Credit).ThenBy(s => s.UnitId)];
        var others = some[1..].ConvertAll(
            s => (s.UnitId, s.Credit, Value: Math.Round(value * s.Credit / Whole, decimals, MidpointRounding.ToZero)));
        return [(some[0].UnitId, some[0].Credit, value - others.Sum(o => o.Value)), .. others];
    }
}
