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
