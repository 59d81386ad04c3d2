namespace Qibin.Crm.Pipeline.Targets;

/// <summary>Which year, through which day, as known at which instant.</summary>
public abstract record PeriodQuery
{
    /// <summary>The assessed year; that of <c>asOf</c> when absent, or this one.</summary>
    public int? Year { get; init; }

    /// <summary>A day of the year through which it is counted; its last day when absent, or today in the present year.</summary>
    public DateOnly? AsOf { get; init; }

    /// <summary>
    /// A past instant: only what had been recorded by then counts, targets, exclusions, penalties and rates included. Now when absent.
    /// </summary>
    public DateTimeOffset? KnownAt { get; init; }
}

internal static class Period
{
    /// <summary>What is asked for: journeys as they were on the day through which the year is counted.</summary>
    /// <exception cref="Refusal">400 <c>date.future</c>, <c>instant.future</c>, <c>year.outside</c>, <c>value.range</c>.</exception>
    public static async Task<(JourneyFilter Period, PutBack? PutBack)> PeriodAsync(
        this PipelineDb db, PeriodQuery query, TimeProvider clock, CancellationToken ct)
    {
        var (asked, putBack) = await db.AskedAsync(new JourneyFilter { AsOf = query.AsOf, KnownAt = query.KnownAt }, false, clock, ct);
        var year = query.Year ?? (query.AsOf ?? clock.Today()).Year;
        return (asked with { AsOf = DayIn(year, query.AsOf, "year", "asOf", clock) }, putBack);
    }

    /// <summary>A day of a year that is not after today; the last one that has come when none is given.</summary>
    /// <exception cref="Refusal">400 at the pointers: <c>date.future</c>, <c>year.outside</c>, <c>value.range</c>.</exception>
    public static DateOnly DayIn(int year, DateOnly? day, string yearPointer, string dayPointer, TimeProvider clock)
    {
        var today = clock.Today();
        return year is < 2000 or > 2100 ? throw Refusal.Invalid(yearPointer, "value.range", 2000, 2100)
            : year > today.Year ? throw Refusal.Invalid(yearPointer, "date.future")
            : day is { } given && given.Year != year ? throw Refusal.Invalid(dayPointer, "year.outside", year)
            : clock.NotAfterToday(day ?? (year == today.Year ? today : new DateOnly(year, 12, 31)), dayPointer);
    }
}
