using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Data;

/// <summary>The district's calendar, and the schedules it ships with.</summary>
internal static class CalendarTables
{
    private static readonly (string Id, int Year, string Source, ScheduledDay[] Days)[] s_shipped =
    [
        ("0191d000-0000-7000-8000-000000002025", 2025, "国务院办公厅关于2025年部分节假日安排的通知（2024年11月12日）",
        [
            .. Off("元旦", "2025-01-01", 1),
            .. Off("春节", "2025-01-28", 8), .. On("春节", "2025-01-26", "2025-02-08"),
            .. Off("清明节", "2025-04-04", 3),
            .. Off("劳动节", "2025-05-01", 5), .. On("劳动节", "2025-04-27"),
            .. Off("端午节", "2025-05-31", 3),
            .. Off("国庆节、中秋节", "2025-10-01", 8), .. On("国庆节、中秋节", "2025-09-28", "2025-10-11"),
        ]),
        ("0191d000-0000-7000-8000-000000002026", 2026, "国务院办公厅关于2026年部分节假日安排的通知（2025年11月4日）",
        [
            .. Off("元旦", "2026-01-01", 3), .. On("元旦", "2026-01-04"),
            .. Off("春节", "2026-02-15", 9), .. On("春节", "2026-02-14", "2026-02-28"),
            .. Off("清明节", "2026-04-04", 3),
            .. Off("劳动节", "2026-05-01", 5), .. On("劳动节", "2026-05-09"),
            .. Off("端午节", "2026-06-19", 3),
            .. Off("中秋节", "2026-09-25", 3),
            .. Off("国庆节", "2026-10-01", 7), .. On("国庆节", "2026-09-20", "2026-10-10"),
        ]),
    ];

    /// <summary>The years that the service ships with.</summary>
    public static IEnumerable<string> Seed => s_shipped.Select(y =>
        $"""
        insert into calendar_year (id, year, source, days, changed_by, changed_at, version) values ('{y.Id}', {y.Year}, '{y.Source}',
            '{JsonSerializer.Serialize(y.Days.OrderBy(d => d.On), StrictJson.Options)}', '{Guid.Empty}', now(), 1)
        """);

    public static void AddCalendar(this ModelBuilder model) => model.Entity<CalendarYear>(year =>
    {
        year.ToTable("calendar_year");
        year.Property(x => x.Source).HasMaxLength(500);
        year.Property(x => x.Days).AsJson();
        year.HasIndex(x => x.Year).IsUnique().HasDatabaseName("ux_calendar_year");
    });

    private static IEnumerable<ScheduledDay> Off(string name, string from, int days) =>
        Enumerable.Range(0, days).Select(n => new ScheduledDay(Day(from).AddDays(n), ScheduledAs.Holiday, name));

    private static IEnumerable<ScheduledDay> On(string name, params string[] days) => days.Select(d => new ScheduledDay(Day(d), ScheduledAs.Workday, name));

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
