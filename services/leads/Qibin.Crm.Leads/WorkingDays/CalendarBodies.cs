using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Leads.WorkingDays;

/// <summary>A day that the schedule names.</summary>
public sealed record ScheduledDayBody
{
    /// <summary>A day of that year; each once.</summary>
    [Needed, BusinessDate]
    public DateOnly? On { get; init; }

    /// <summary><c>holiday</c> 放假 or <c>workday</c> 调休上班, which falls on a Saturday or Sunday.</summary>
    [Needed]
    public ScheduledAs? As { get; init; }

    /// <summary>What it is a holiday of.</summary>
    [Needed, Line(40)]
    public string? Name { get; init; }
}

/// <summary>A whole year's schedule.</summary>
public sealed record CalendarYearRequest
{
    /// <summary>The notice that says so.</summary>
    [Needed, TextLength(500)]
    public string? Source { get; init; }

    [Needed, Items(0, 150)]
    public IReadOnlyList<ScheduledDayBody>? Days { get; init; }

    /// <exception cref="Refusal">400: a day of another year, given twice, or a make-up day that is no weekend day.</exception>
    internal IEnumerable<ScheduledDay> ToDays(int year)
    {
        var (faults, seen) = (new List<Fault>(), new HashSet<DateOnly>());
        for (var i = 0; i < Days!.Count; i++)
        {
            var (pointer, on) = ($"/days/{i}/on", Days[i].On!.Value);
            if (on.Year != year)
            {
                faults.Add(new Fault(pointer, "calendar.otherYear", year));
            }
            else if (!seen.Add(on))
            {
                faults.Add(new Fault(pointer, "calendar.dayTwice"));
            }
            else if (Days[i].As == ScheduledAs.Workday && on.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))
            {
                faults.Add(new Fault(pointer, "calendar.workdayAnyway"));
            }
        }

        return faults.Count == 0 ? Days.Select(d => new ScheduledDay(d.On!.Value, d.As!.Value, d.Name!)) : throw Refusal.Invalid(faults);
    }
}

/// <summary>A day that the schedule names.</summary>
public sealed record ScheduledDayAnswer
{
    public required DateOnly On { get; init; }
    public required ScheduledAs As { get; init; }
    public required string Name { get; init; }
}

/// <summary>A year of the district's calendar. Days that are not named are working days from Monday to Friday.</summary>
public sealed record CalendarYearAnswer : IVersioned
{
    public required int Year { get; init; }

    /// <summary>The notice that says so; null of a year that has no schedule yet, which has its weekends only.</summary>
    public string? Source { get; init; }

    public required IReadOnlyList<ScheduledDayAnswer> Days { get; init; }

    /// <summary>Number of working days of the year.</summary>
    public required int WorkingDays { get; init; }

    public DateTimeOffset? ChangedAt { get; init; }

    /// <summary>0 of a year that has no schedule yet: it is given one with <c>If-Match: "0"</c>.</summary>
    public required long Version { get; init; }

    internal static CalendarYearAnswer From(CalendarYear year) => new()
    {
        Year = year.Year,
        Source = year.Version == 0 ? null : year.Source,
        Days = [.. year.Days.Select(d => new ScheduledDayAnswer { On = d.On, As = d.As, Name = d.Name })],
        WorkingDays = new WorkingCalendar(year.Days).Between(new DateOnly(year.Year - 1, 12, 31), new DateOnly(year.Year, 12, 31)),
        ChangedAt = year.Version == 0 ? null : year.ChangedAt,
        Version = year.Version,
    };
}
