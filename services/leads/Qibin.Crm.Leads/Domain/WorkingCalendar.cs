using System.Collections.Frozen;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Leads.Domain;

/// <summary>What the schedule makes of a day: 放假, 调休上班.</summary>
public enum ScheduledAs { Holiday, Workday }

/// <summary>A day that the schedule names: a holiday, or a weekend day that is worked on in its stead.</summary>
internal sealed record ScheduledDay(DateOnly On, ScheduledAs As, string Name);

/// <summary>
/// One year's schedule of holidays and make-up working days, as the State Council publishes it each autumn for the next year.
/// </summary>
internal sealed class CalendarYear : Aggregate
{
    /// <summary>The years that can be scheduled: those that business dates have.</summary>
    public const int First = 2000;

    /// <inheritdoc cref="First"/>
    public const int Last = 2100;

    private CalendarYear()
    {
    }

    public int Year { get; private init; }

    /// <summary>The notice that says so.</summary>
    public string Source { get; private set; } = "";

    public ScheduledDay[] Days { get; private set; } = [];
    public Guid ChangedBy { get; private set; }
    public DateTimeOffset ChangedAt { get; private set; }

    /// <summary>A year without a schedule: Monday to Friday are working days.</summary>
    public static CalendarYear Plain(Guid id, int year) => new() { Id = id, Year = year };

    /// <summary>Puts a whole year in the place of what stood here.</summary>
    public void Schedule(string source, IEnumerable<ScheduledDay> days, Actor actor)
    {
        (Source, Days) = (source, [.. days.OrderBy(d => d.On)]);
        (ChangedBy, ChangedAt) = (actor.By, actor.At);
        Touch();
    }
}

/// <summary>Days between which nothing counts; without an end it lasts.</summary>
/// <param name="From">The first day that does not count.</param>
/// <param name="To">The first day that counts again.</param>
internal readonly record struct Standstill(DateOnly From, DateOnly? To)
{
    public bool Covers(DateOnly day) => day >= From && (To is not { } to || day < to);
}

/// <summary>
/// Working days 工作日 of the district: Monday to Friday but for holidays, and the weekend days that are worked on in their stead.
/// A year without a schedule has its weekends only.
/// </summary>
internal sealed class WorkingCalendar(IEnumerable<ScheduledDay> scheduled)
{
    private readonly FrozenDictionary<DateOnly, bool> _scheduled =
        scheduled.ToFrozenDictionary(d => d.On, d => d.As == ScheduledAs.Workday);

    public bool IsWorkingDay(DateOnly day) =>
        _scheduled.TryGetValue(day, out var working) ? working : day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday);

    /// <summary>
    /// The <paramref name="count"/>-th working day after <paramref name="from"/>, which itself does not count, whether or not it is one.
    /// </summary>
    /// <param name="from">The day from which it is counted.</param>
    /// <param name="count">Working days, from 1.</param>
    /// <param name="standstills">Days that do not count.</param>
    /// <returns>Null when an endless standstill comes before that.</returns>
    public DateOnly? After(DateOnly from, int count, params IReadOnlyCollection<Standstill> standstills)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var day = from;
        while (true)
        {
            day = day.AddDays(1);
            var covering = standstills.FirstOrDefault(s => s.Covers(day));
            if (covering != default)
            {
                if (covering.To is not { } to)
                {
                    return null;
                }

                day = to.AddDays(-1);
            }
            else if (IsWorkingDay(day) && --count == 0)
            {
                return day;
            }
        }
    }

    /// <summary>Working days after <paramref name="from"/> up to and with <paramref name="to"/>; negative when that lies before.</summary>
    public int Between(DateOnly from, DateOnly to)
    {
        if (to < from)
        {
            return -Between(to, from);
        }

        var count = 0;
        for (var day = from.AddDays(1); day <= to; day = day.AddDays(1))
        {
            count += IsWorkingDay(day) ? 1 : 0;
        }

        return count;
    }

    /// <summary>The day itself if it is worked on, or the next one that is.</summary>
    public DateOnly OnOrAfter(DateOnly day) => After(day.AddDays(-1), 1)!.Value;
}
