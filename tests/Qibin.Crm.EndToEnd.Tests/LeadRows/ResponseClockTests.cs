using System.Globalization;
using System.Text.Json;
using Npgsql;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.EndToEnd.Tests.LeadRows;

/// <summary>Row A3: the response clock 响应时限, and what of rows A2 and A11 goes with the working day.</summary>
public class ResponseClockTests(RunningSystem system)
{
    private const string Unit = "promotion-satellite";

    [Fact]
    public async Task A3_Deadlines_follow_the_published_calendar_wait_for_the_investor_and_their_breach_is_the_unit_heads_to_see()
    {
        var (officer, head, strange) = (await system.AsAsync("officer", Unit), await system.AsAsync("unitHead", Unit),
            await system.AsAsync("unitHead", "promotion-xinchuang"));
        var lead = (await officer.PostAsync("/api/v1/first-contacts", A4DuplicateCheckTests.Contact("时限恒测遥感有限公司（演示）", "17000030001"))).Is(
            201);
        var path = $"/api/v1/leads/{lead.Id}";
        var clock = await ClockAsync(officer, path);
        Assert.Equal(["assessment", "feedback"],
            clock.GetProperty("deadlines").EnumerateArray().Select(d => d.GetProperty("kind").GetString()));
        var schedule = await ScheduleAsync(officer);
        foreach (var (deadline, days) in clock.GetProperty("deadlines").EnumerateArray().Zip([3, 7]))
        {
            Assert.Equal(NthWorkingDay(schedule, Date(clock, "from"), days), Date(deadline, "dueOn"));
        }

        var paused = (await officer.PostAsync(path + "/response-clock/pause", new { reason = "等待客商提供方案" }, lead.ETag)).Is(200);
        Assert.Empty((await ClockAsync(officer, path)).GetProperty("deadlines").EnumerateArray());
        Assert.Contains(lead.Id, await CursorWalk.WalkAsync(officer, "/api/v1/leads?clock=paused", 200, _ => Task.CompletedTask));
        var resumed = (await officer.PostAsync(path + "/response-clock/resume", new { }, paused.ETag)).Is(200);

        await OpenedAsync(lead.Id, "2026-09-18");
        var breaches = await Eventually.GetAsync(
            () => head.GetAsync($"/api/v1/response-breaches?state=open&leadId={lead.Id}&sort=dueOn"), a => a.Status == 200
                && a.Json.GetProperty("items").GetArrayLength() == 2, TimeSpan.FromMinutes(2));
        // From Friday the 18th: Sunday the 20th was worked on, 25 to 27 September and 1 to 7 October were not.
        Assert.Equal(["assessment 2026-09-22", "feedback 2026-09-29"],
            breaches.Json.GetProperty("items").EnumerateArray().Select(b => $"{b.GetProperty("kind")} {b.GetProperty("dueOn")}"));
        Assert.Equal(0, (await strange.GetAsync($"/api/v1/response-breaches?leadId={lead.Id}&total=true")).Is(200).Json.GetProperty("total")
            .GetInt32());
        Assert.Contains(lead.Id, await CursorWalk.WalkAsync(head, "/api/v1/leads?clock=breached", 200, _ => Task.CompletedTask));
        var digest = (await officer.GetAsync("/api/v1/digest")).Is(200).Json.GetProperty("breaches");
        Assert.Equal((await CursorWalk.WalkAsync(officer, $"/api/v1/leads?clock=breached&ownerId={await OwnerAsync(officer, path)}", 200,
            _ => Task.CompletedTask)).Count, digest.GetProperty("count").GetInt32());
        await Eventually.TrueAsync(
            async () => (await head.GetAsync($"/api/v1/pipeline/journeys/{lead.Id}")) is { Status: 200 } journey
                && journey.Body.Split("\"responseBreached\"").Length == 3);

        var begun = (await officer.PostAsync(path + "/assessment", new { }, resumed.ETag)).Is(200);
        (await officer.PostAsync(path + "/assessment/conclusion", new { note = "方向契合" }, begun.ETag)).Is(200);
        (await officer.PostAsync(path + "/contacts", new { channel = "phone", summary = "反馈研判结果" })).Is(201);
        Assert.Equal(2, (await head.GetAsync($"/api/v1/response-breaches?state=met&leadId={lead.Id}")).Is(200).Json.GetProperty("items")
            .GetArrayLength());
        var report = Assert.Single((await ClockAsync(officer, path)).GetProperty("deadlines").EnumerateArray());
        Assert.Equal(("report", NthWorkingDay(schedule, TimeProvider.System.Today(), 14)),
            (report.GetProperty("kind").GetString(), Date(report, "dueOn")));
    }

    [Fact]
    public async Task A11_The_revisit_date_of_a_kept_lead_plans_a_task_that_shows_in_the_digest()
    {
        var officer = await system.AsAsync("officer", Unit);
        var body = (Dictionary<string, object?>)A4DuplicateCheckTests.Contact("回访恒测遥感有限公司（演示）", "17000030002");
        var today = TimeProvider.System.Today();
        body["occurredOn"] = today.AddDays(-20).ToString("O", CultureInfo.InvariantCulture);
        var lead = (await officer.PostAsync("/api/v1/first-contacts", body)).Is(201);
        var path = $"/api/v1/leads/{lead.Id}";
        (await officer.PostAsync(path + "/closure",
            new { outcome = "kept", reason = "notYet", revisitOn = today, occurredOn = today.AddDays(-10) }, lead.ETag)).Is(200);

        var task = await Eventually.GetAsync(
            () => officer.GetAsync(path), a => a.Json.GetProperty("nextStep").TryGetProperty("what", out var what)
                && what.ValueKind == JsonValueKind.String, TimeSpan.FromMinutes(2));
        Assert.Equal(today, Date(task.Json.GetProperty("nextStep"), "dueOn"));
        Assert.Contains(lead.Id.ToString(), (await officer.GetAsync("/api/v1/digest")).Is(200).Json.GetProperty("revisits").GetRawText(),
            StringComparison.Ordinal);
        (await officer.PostAsync(path + "/next-step/completion", new { note = "对方仍未定" }, task.ETag)).Is(200);
        Assert.DoesNotContain(lead.Id.ToString(),
            (await officer.GetAsync("/api/v1/digest")).Is(200).Json.GetProperty("revisits").GetRawText(), StringComparison.Ordinal);
    }

    /// <summary>As if the lead had been opened then: no operation lets time go by.</summary>
    private async Task OpenedAsync(Guid lead, string on)
    {
        await using var source = NpgsqlDataSource.Create(system.System.Database("leads"));
        await using var command = source.CreateCommand(
            $$"""
            update rule_set set body = jsonb_set(body, '{startOn}', '"2026-01-01"') where area = 'response';
            update lead set clock = jsonb_set(jsonb_set(clock, '{from}', '"{{on}}"'), '{pauses}', '[]'), due_at = now()
                where id = '{{lead}}'
            """);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<JsonElement> ClockAsync(ApiClient officer, string path) =>
        (await officer.GetAsync(path)).Is(200).Json.GetProperty("responseClock");

    private static async Task<Guid> OwnerAsync(ApiClient officer, string path) =>
        (await officer.GetAsync(path)).Is(200).Json.GetProperty("ownerId").GetGuid();

    private static DateOnly Date(JsonElement of, string member) =>
        DateOnly.Parse(of.GetProperty(member).GetString()!, CultureInfo.InvariantCulture);

    private static async Task<Dictionary<DateOnly, bool>> ScheduleAsync(ApiClient officer)
    {
        var schedule = new Dictionary<DateOnly, bool>();
        var year = TimeProvider.System.Today().Year;
        foreach (var each in (int[])[year, year + 1])
        {
            foreach (var day in (await officer.GetAsync($"/api/v1/calendar/{each}")).Is(200).Json.GetProperty("days").EnumerateArray())
            {
                schedule[Date(day, "on")] = day.GetProperty("as").GetString() == "workday";
            }
        }

        return schedule;
    }

    private static DateOnly NthWorkingDay(Dictionary<DateOnly, bool> schedule, DateOnly from, int n) =>
        Enumerable.Range(1, 100).Select(from.AddDays)
            .Where(d => schedule.TryGetValue(d, out var worked) ? worked : (int)d.DayOfWeek is >= 1 and <= 5).ElementAt(n - 1);
}
