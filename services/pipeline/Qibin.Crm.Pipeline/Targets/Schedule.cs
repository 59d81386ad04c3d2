namespace Qibin.Crm.Pipeline.Targets;

/// <summary>
/// The time-scheduled rate 时序进度. Of a year has gone by what its days through the day asked for are of all its days, 365 or 366; a target
/// is on schedule when at least that share of it is achieved.
/// </summary>
internal readonly record struct Schedule(int Days, int Of)
{
    public static Schedule Through(DateOnly day) => new(day.DayOfYear, DateTime.IsLeapYear(day.Year) ? 366 : 365);

    /// <summary>The share of the year gone by, to four decimals.</summary>
    public decimal Share => Round((decimal)Days / Of);

    /// <summary>The share of the target that is achieved, to four decimals; null without a target.</summary>
    public static decimal? Completion(decimal score, decimal target) => target > 0 ? Round(score / target) : null;

    /// <summary>
    /// What is achieved, of what the target asks for by now, to four decimals: 1 is exactly on schedule; null without a target.
    /// </summary>
    public decimal? Rate(decimal score, decimal target) => target > 0 ? Round(score * Of / (target * Days)) : null;

    /// <summary>Whether as much is achieved as the target asks for by now, before any rounding; null without a target.</summary>
    public bool? IsKept(decimal score, decimal target) => target > 0 ? score * Of >= target * Days : null;

    private static decimal Round(decimal share) => Math.Round(share, 4, MidpointRounding.AwayFromZero);
}
