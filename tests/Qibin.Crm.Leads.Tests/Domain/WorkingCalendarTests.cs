using Qibin.Crm.Leads.Domain;

namespace Qibin.Crm.Leads.Tests.Domain;

/// <summary>Working-day arithmetic over whole years with holidays and make-up days, by every day and every count.</summary>
public class WorkingCalendarTests
{
    private static readonly WorkingCalendar Calendar = new(Schedule());

    /// <summary>The days that people worked on, found without the calendar: each day's own rule, one after the other.</summary>
    private static readonly List<DateOnly> Worked = [.. Days(2025, 2027).Where(NaivelyWorked)];

    [Fact]
    public void The_nth_working_day_is_the_nth_of_a_count_day_by_day()
    {
        var checkedPairs = 0;
        foreach (var from in Days(2026, 2026))
        {
            var later = Worked.Where(d => d > from).Take(40).ToList();
            for (var n = 1; n <= 40; n++)
            {
                var day = Calendar.After(from, n)!.Value;
                Assert.Equal(later[n - 1], day);
                Assert.True(Calendar.IsWorkingDay(day), $"{day} is no working day");
                Assert.Equal(n, Calendar.Between(from, day));
                checkedPairs++;
            }
        }

        Assert.Equal(365 * 40, checkedPairs);
    }

    [Fact]
    public void Later_days_and_larger_counts_never_come_earlier()
    {
        foreach (var from in Days(2026, 2026))
        {
            for (var n = 1; n < 20; n++)
            {
                Assert.True(Calendar.After(from, n) < Calendar.After(from, n + 1));
                Assert.True(Calendar.After(from, n) <= Calendar.After(from.AddDays(1), n));
            }
        }
    }

    [Fact]
    public void Counts_add_up_and_turn_their_sign_with_the_direction()
    {
        foreach (var from in Days(2026, 2026))
        {
            Assert.Equal(Calendar.After(Calendar.After(from, 3)!.Value, 4), Calendar.After(from, 7));
            Assert.Equal(-Calendar.Between(from, from.AddDays(30)), Calendar.Between(from.AddDays(30), from));
            Assert.True(Calendar.IsWorkingDay(Calendar.OnOrAfter(from)));
            Assert.Equal(Calendar.IsWorkingDay(from), Calendar.OnOrAfter(from) == from);
        }
    }

    [Fact]
    public void A_make_up_Saturday_counts_and_a_holiday_Monday_does_not()
    {
        Assert.True(Calendar.IsWorkingDay(new DateOnly(2026, 2, 28)));
        Assert.True(Calendar.IsWorkingDay(new DateOnly(2026, 9, 20)));
        Assert.False(Calendar.IsWorkingDay(new DateOnly(2026, 2, 23)));
        // From the last day before the Spring Festival, a make-up Saturday itself: nine days off lie between.
        Assert.Equal(new DateOnly(2026, 2, 24), Calendar.After(new DateOnly(2026, 2, 14), 1));
        Assert.Equal(new DateOnly(2026, 2, 28), Calendar.After(new DateOnly(2026, 2, 14), 5));
        // Without the schedule it is otherwise, so it is the schedule that says so.
        Assert.Equal(new DateOnly(2026, 2, 16), new WorkingCalendar([]).After(new DateOnly(2026, 2, 14), 1));
    }

    [Fact]
    public void Days_that_stand_still_do_not_count_holidays_among_them_or_not()
    {
        foreach (var from in Days(2026, 2026))
        {
            foreach (var (start, length) in new[] { (0, 3), (1, 1), (2, 10), (5, 0) })
            {
                var pause = new Standstill(from.AddDays(start), from.AddDays(start + length));
                for (var n = 1; n <= 8; n++)
                {
                    Assert.Equal(Worked.Where(d => d > from && !(d >= pause.From && d < pause.To))
                        .ElementAt(n - 1), Calendar.After(from, n, pause));
                }
            }
        }

        Assert.Null(Calendar.After(new DateOnly(2026, 3, 2), 5, new Standstill(new DateOnly(2026, 3, 4), null)));
        Assert.Equal(new DateOnly(2026, 3, 3), Calendar.After(new DateOnly(2026, 3, 2), 1, new Standstill(new DateOnly(2026, 3, 4), null)));
    }

    /// <summary>2026 as published; written out here day by day, and not taken from what the service ships.</summary>
    private static bool NaivelyWorked(DateOnly day) => $"{day:MM-dd}" switch
    {
        "01-04" or "02-14" or "02-28" or "05-09" or "09-20" or "10-10" when day.Year == 2026 => true,
        "01-01" or "01-02" or "01-03" or "04-04" or "04-05" or "04-06" or "06-19" or "06-20" or "06-21"
        or "09-25" or "09-26" or "09-27" when day.Year == 2026 => false,
        var md when day.Year == 2026 && (Within(md, "02-15", "02-23") || Within(md, "05-01", "05-05") || Within(md, "10-01", "10-07")) =>
        false,
        _ => (int)day.DayOfWeek is >= 1 and <= 5,
    };

    private static bool Within(string day, string from, string to) =>
        string.CompareOrdinal(day, from) >= 0 && string.CompareOrdinal(day, to) <= 0;

    /// <summary>The schedule as the calendar takes it: of every day that differs from its weekday.</summary>
    private static IEnumerable<ScheduledDay> Schedule() => Days(2026, 2026)
        .Where(d => NaivelyWorked(d) != ((int)d.DayOfWeek is >= 1 and <= 5))
        .Select(d => new ScheduledDay(d, NaivelyWorked(d) ? ScheduledAs.Workday : ScheduledAs.Holiday, "示例"));

    private static IEnumerable<DateOnly> Days(int firstYear, int lastYear)
    {
        for (var day = new DateOnly(firstYear, 1, 1); day.Year <= lastYear; day = day.AddDays(1))
        {
            yield return day;
        }
    }
}
