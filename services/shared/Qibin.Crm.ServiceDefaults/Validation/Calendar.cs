namespace Qibin.Crm.ServiceDefaults;

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

    /// <summary>The district's day of an instant.</summary>
    public static DateOnly OnDay(this DateTimeOffset instant) => DateOnly.FromDateTime(instant.ToOffset(Offset).DateTime);
}
