namespace Qibin.Crm.Kernel;

/// <summary>The district's calendar: business dates are days in Hebi, UTC+8 all year.</summary>
public static class DistrictCalendar
{
    private static readonly TimeSpan Offset = TimeSpan.FromHours(8);

    /// <summary>The day it is in the district.</summary>
    public static DateOnly Today(this TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return clock.GetUtcNow().OnDay();
    }

    /// <summary>A business date that may lie in the past but not in the future; today when none is given.</summary>
    /// <exception cref="Refusal">400 <c>date.future</c> at the pointer.</exception>
    public static DateOnly NotAfterToday(this TimeProvider clock, DateOnly? date, string pointer)
    {
        var today = clock.Today();
        return date is { } given && given > today ? throw Refusal.Invalid(pointer, "date.future") : date ?? today;
    }

    /// <summary>The district's day of an instant.</summary>
    public static DateOnly OnDay(this DateTimeOffset instant) => DateOnly.FromDateTime(instant.ToOffset(Offset).DateTime);

    /// <summary>The instant at which a day begins in the district.</summary>
    public static DateTimeOffset Begins(this DateOnly day) =>
        new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), Offset).ToUniversalTime();
}
