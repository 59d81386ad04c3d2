using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

public class CalendarTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    [Theory]
    [InlineData(2025, "2024年11月12日", 28, 5, "2025-09-28", "2025-10-08")]
    [InlineData(2026, "2025年11月4日", 33, 6, "2026-10-10", "2026-02-23")]
    public async Task The_published_years_are_there_with_their_source(
        int year, string source, int holidays, int workdays, string madeUp, string off)
    {
        var answer = (await leads.As(TestCaller.Officer()).GetAsync($"/api/v1/calendar/{year}")).Is(200);
        Assert.Contains(source, answer.Json.GetProperty("source").GetString(), StringComparison.Ordinal);
        var days = answer.Json.GetProperty("days").EnumerateArray()
            .ToLookup(d => d.GetProperty("as").GetString()!, d => d.GetProperty("on").GetString());
        Assert.Equal((holidays, workdays), (days["holiday"].Count(), days["workday"].Count()));
        Assert.Contains(madeUp, days["workday"]);
        Assert.Contains(off, days["holiday"]);
        // 365 days, 52 weekends and a day that begins and ends the year: as the published notices leave it.
        Assert.Equal(248, answer.Json.GetProperty("workingDays").GetInt32());
    }

    [Fact]
    public async Task An_administrator_gives_a_year_whole_at_the_version_that_was_read()
    {
        var admin = leads.As(TestCaller.Person(Roles.Administrator));
        var plain = (await admin.GetAsync("/api/v1/calendar/2031")).Is(200);
        Assert.Equal((0L, 261), (plain.Json.GetProperty("version").GetInt64(), plain.Json.GetProperty("workingDays").GetInt32()));
        var body = new { source = "示例通知", days = new[] { Day("2031-10-04", "workday"), Day("2031-10-01", "holiday") } };
        (await leads.As(TestCaller.Officer()).PutAsync("/api/v1/calendar/2031", body, plain.ETag)).IsProblem(403, "auth.forbidden");
        (await admin.PutAsync("/api/v1/calendar/2031", body)).IsProblem(428, "ifMatch.required");
        var given = (await admin.PutAsync("/api/v1/calendar/2031", body, plain.ETag)).Is(200);
        (await admin.PutAsync("/api/v1/calendar/2031", body, plain.ETag)).IsProblem(412, "ifMatch.stale");

        var read = (await admin.GetAsync("/api/v1/calendar/2031")).Is(200);
        Assert.Equal(given.ETag, read.ETag);
        Assert.Equal(["2031-10-01", "2031-10-04"], read.Json.GetProperty("days").EnumerateArray()
            .Select(d => d.GetProperty("on").GetString()));
        Assert.Equal(261, read.Json.GetProperty("workingDays").GetInt32());
        (await admin.PutAsync("/api/v1/calendar/2031", new { source = "更正", days = new[] { Day("2031-10-01", "holiday") } }, read.ETag))
            .Is(200);
        Assert.Equal(260, (await admin.GetAsync("/api/v1/calendar/2031")).Is(200).Json.GetProperty("workingDays").GetInt32());
        Assert.Equal(2, await leads.Service.CountAsync(
            "select count(*) from api.audit_entry where operation = 'changeCalendarYear' and not refused"));
    }

    [Fact]
    public async Task Days_of_another_year_twice_or_worked_on_anyway_are_refused_each_at_its_place()
    {
        var admin = leads.As(TestCaller.Person(Roles.Administrator));
        var refused = (await admin.PutAsync("/api/v1/calendar/2032", new
        {
            source = "示例通知",
            days = new[] { Day("2031-01-01", "holiday"), Day("2032-01-01", "holiday"), Day("2032-01-01", "holiday"),
            Day("2032-01-05", "workday") },
        }, "\"0\"")).IsProblem(400, "request.invalid");
        Assert.Equal(
            [("/days/0/on", "calendar.otherYear"), ("/days/2/on", "calendar.dayTwice"), ("/days/3/on", "calendar.workdayAnyway")],
            refused.Json.GetProperty("errors").EnumerateArray()
            .Select(e => (e.GetProperty("pointer").GetString()!, e.GetProperty("code").GetString()!)));
        (await admin.GetAsync("/api/v1/calendar/1999")).IsProblem(404, "resource.notFound");
        (await admin.PutAsync("/api/v1/calendar/2101", new { source = "示例通知", days = Array.Empty<object>() }, "\"0\""))
            .IsProblem(404, "resource.notFound");
    }

    private static object Day(string on, string @as) => new { on, @as, name = "国庆节" };
}
