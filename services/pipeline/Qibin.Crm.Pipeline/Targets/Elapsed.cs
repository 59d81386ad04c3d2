namespace Qibin.Crm.Pipeline.Targets;

/// <summary>Days of the year through the day asked for, that day included.</summary>
public sealed record Elapsed
{
    public required int Days { get; init; }

    /// <summary>365 or 366.</summary>
    public required int Of { get; init; }

    /// <summary>To four decimals.</summary>
    public required decimal Share { get; init; }

    internal static Elapsed Through(DateOnly day)
    {
        var of = DateTime.IsLeapYear(day.Year) ? 366 : 365;
        return new() { Days = day.DayOfYear, Of = of, Share = Round((decimal)day.DayOfYear / of) };
    }

    /// <summary>The share of the target that is achieved, to four decimals; null without a target.</summary>
    internal static decimal? Completion(decimal score, decimal target) => target > 0 ? Round(score / target) : null;

    /// <summary>The time-scheduled rate 时序进度: what is achieved, of what the target asks for by now; null without a target.</summary>
    internal decimal? Rate(decimal score, decimal target) => target > 0 ? Round(score * Of / (target * Days)) : null;

    /// <summary>Whether as much is achieved as the target asks for by now, before any rounding; null without a target.</summary>
    internal bool? IsKept(decimal score, decimal target) => target > 0 ? score * Of >= target * Days : null;

    private static decimal Round(decimal share) => Math.Round(share, 4, MidpointRounding.AwayFromZero);
}
