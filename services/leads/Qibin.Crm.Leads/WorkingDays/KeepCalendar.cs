using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Responses;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.WorkingDays;

/// <summary>Reads and changes the district's calendar, a whole year at a time.</summary>
internal static class KeepCalendar
{
    public static void MapCalendar(this RouteGroupBuilder api)
    {
        api.MapGet("/calendar/{year:int}", Read).AllowEverybody(Scopes.LeadsRead)
            .WithName("readCalendarYear").WithSummary("工作日历（放假与调休）· Holidays and make-up working days of a year");
        api.MapPut("/calendar/{year:int}", Change).Allow(null, Roles.Administrator)
            .WithName("changeCalendarYear").WithSummary("修改工作日历 · Give a year's schedule whole");
    }

    private static async Task<Results<Ok<CalendarYearAnswer>, NotFound>> Read(
        int year, LeadsDb db, TimeProvider clock, CancellationToken ct) =>
        year is < CalendarYear.First or > CalendarYear.Last
            ? TypedResults.NotFound()
            : TypedResults.Ok(CalendarYearAnswer.From(
                await db.CalendarYears.AsNoTracking().SingleOrDefaultAsync(y => y.Year == year, ct)
                ?? CalendarYear.Plain(clock.NewId(), year)));

    private static async Task<Results<Ok<Receipt>, NotFound>> Change(
        int year, CalendarYearRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, ResponseClocks clocks, TimeProvider clock,
        CancellationToken ct)
    {
        if (year is < CalendarYear.First or > CalendarYear.Last)
        {
            return TypedResults.NotFound();
        }

        var days = request.ToDays(year);
        var id = await db.CalendarYears.Where(y => y.Year == year).Select(y => (Guid?)y.Id).SingleOrDefaultAsync(ct);
        var found = id is { } known ? await db.CalendarYears.Locked(known).SingleAsync(ct)
            : db.Add(CalendarYear.Plain(clock.NewId(), year)).Entity;
        ifMatch.Check(found);
        found.Schedule(request.Source!, days, caller.Actor(clock));
        await db.SaveChangesAsync(ct);
        await RecountClocks.AskAsync(db, clock.GetUtcNow(), ct);
        clocks.Forget();
        return TypedResults.Ok(new Receipt { Id = found.Id, Version = found.Version });
    }
}
