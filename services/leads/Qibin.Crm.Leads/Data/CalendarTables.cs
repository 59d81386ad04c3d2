using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Data;

/// <summary>The district's calendar. The schedules that the service ships with are rows of the first migration.</summary>
internal static class CalendarTables
{
    /// <summary>The calendar as the database has it.</summary>
    public static async Task<WorkingCalendar> CalendarAsync(this LeadsDb db, CancellationToken ct) =>
        new((await db.CalendarYears.AsNoTracking().ToListAsync(ct)).SelectMany(y => y.Days));

    public static void AddCalendar(this ModelBuilder model) => model.Entity<CalendarYear>(year =>
    {
        year.ToTable("calendar_year");
        year.Property(x => x.Source).HasMaxLength(500);
        year.Property(x => x.Days).AsJson();
        year.HasIndex(x => x.Year).IsUnique().HasDatabaseName("ux_calendar_year");
    });
}
