namespace Qibin.Crm.Pipeline.Targets;

/// <summary>A project reached a stage on a business day, and perhaps was taken back from it as of another.</summary>
internal readonly record struct Reaching(DateOnly On, DateOnly? TakenBackOn)
{
    public bool HoldsOn(DateOnly day) => On <= day && (TakenBackOn is null || TakenBackOn > day);
}

/// <summary>
/// Once-only counting. A year takes a reaching that falls into it and holds on the day asked for, at the latest on its last day. What a
/// year has taken by its last day is spent: a project that is taken back later and reaches the stage again counts in no other year.
/// One taken back within its year was never taken by it, so that a corrected entry counts where it belongs.
/// </summary>
internal static class Counting
{
    /// <returns>The day since which the project counts in the year, by its first reaching that holds; null when it does not.</returns>
    public static DateOnly? CountedOn(IReadOnlyCollection<Reaching> reachings, int year, DateOnly day) =>
        reachings.Any(r => r.On.Year < year && r.HoldsOn(new DateOnly(r.On.Year, 12, 31))) ? null
        : reachings.Where(r => r.On.Year == year && r.HoldsOn(day)).Select(r => (DateOnly?)r.On).Min();
}

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
