using System.Globalization;
using System.Text.Json;
using Qibin.Crm.Kernel;
using Qibin.Crm.Sheets;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

/// <summary>The response clock on a service and a calendar of its own: each test moves time, so none shares its service.</summary>
public sealed class ResponseClockTests : IAsyncLifetime
{
    private const string Rules = "/api/v1/response-clock/rules";
    private readonly LeadsFixture _leads = new();
    private readonly TestCaller _owner = TestCaller.Officer();
    private ApiClient _officer = null!;
    private ApiClient _admin = null!;
    private ApiClient _head = null!;

    public async ValueTask InitializeAsync()
    {
        await _leads.InitializeAsync();
        _officer = _leads.As(_owner);
        _admin = _leads.As(TestCaller.Person(Roles.Administrator));
        _head = _leads.As(TestCaller.Person(Roles.UnitHead, Reach.Subtree, _owner.UnitId));
        // To a Monday morning of a year without a schedule: what is a holiday here the tests say.
        var monday = new DateOnly(2029, 3, 5);
        _leads.Service.Clock.Advance(monday.Begins().AddHours(9) - _leads.Service.Clock.GetUtcNow());
        await _leads.Service.RunDueAsync();
    }

    public ValueTask DisposeAsync() => _leads.DisposeAsync();

    [Fact]
    public async Task Deadlines_count_working_days_from_the_opening_and_each_thing_done_closes_its_own()
    {
        await HolidaysAsync("2029-03-07");
        var lead = await _leads.LeadAsync(_officer);
        Assert.Equal(["assessment 2029-03-09", "feedback 2029-03-15"], await DeadlinesAsync(lead));
        var following = await ConcludeAsync(lead);
        Assert.Equal(["feedback 2029-03-15"], await DeadlinesAsync(lead));
        // Spoken of before the assessment was done, so no answer to the investor yet.
        await ContactAsync(lead, _leads.Today.AddDays(-1));
        Assert.Equal(["feedback 2029-03-15"], await DeadlinesAsync(lead));
        await ContactAsync(lead);
        Assert.Equal(["report 2029-03-26"], await DeadlinesAsync(lead));
        await DaysAsync(3);
        await ContactAsync(lead, _leads.Today.AddDays(-2));
        await ContactAsync(lead);
        Assert.Equal(["report 2029-03-28"], await DeadlinesAsync(lead));
        Assert.Equal(200, following.Status);

        // What a unit head takes down has no officer yet; giving it to one names one.
        var down = await _leads.LeadAsync(_head);
        Assert.Equal("officer 2029-03-09", (await DeadlinesAsync(down))[0]);
        var officer = await _leads.PlacedAsync(TestCaller.Officer(_owner.UnitId));
        (await _head.PostAsync(LeadsFixture.Path(down) + "/assignment", new { ownerId = officer.Id, reason = "专人" }, down.ETag)).Is(200);
        Assert.Equal(["assessment 2029-03-13", "feedback 2029-03-19"], await DeadlinesAsync(down));
    }

    [Fact]
    public async Task Days_of_waiting_for_the_investor_do_not_count_whatever_holidays_lie_in_them()
    {
        await HolidaysAsync("2029-03-08", "2029-03-12");
        var lead = await _leads.LeadAsync(_officer);
        Assert.Equal(["assessment 2029-03-09", "feedback 2029-03-16"], await DeadlinesAsync(lead));
        await DaysAsync(2);
        var path = LeadsFixture.Path(lead) + "/response-clock";
        (await _officer.PostAsync(path + "/resume", new { }, await TagAsync(lead))).IsProblem(409, "clock.notPaused");
        (await _officer.PostAsync(path + "/pause", new { reason = " " }, await TagAsync(lead))).IsProblem(400, "request.invalid");
        (await _officer.PostAsync(path + "/pause", new { reason = "等待客商提供方案" })).IsProblem(428, "ifMatch.required");
        var paused = (await _officer.PostAsync(path + "/pause", new { reason = "等待客商提供方案" }, await TagAsync(lead))).Is(200);
        (await _officer.PostAsync(path + "/pause", new { reason = "再等" }, paused.ETag)).IsProblem(409, "clock.paused");
        Assert.Empty(await DeadlinesAsync(lead));
        Assert.Equal("paused", (await ClockAsync(lead)).GetProperty("light").GetString());
        Assert.Contains(lead.Id, await LeadsAsync("clock=paused"));

        // Wednesday to Tuesday; three working days of it would have been the 7th, 9th and 13th.
        await DaysAsync(7);
        Assert.Empty(await ToldAsync(lead));
        (await _officer.PostAsync(path + "/resume", new { }, paused.ETag)).Is(200);
        // One working day, the 6th, was gone: two are left of three from the 14th on, and six of seven.
        Assert.Equal(["assessment 2029-03-15", "feedback 2029-03-21"], await DeadlinesAsync(lead));
        var pause = Assert.Single((await ClockAsync(lead)).GetProperty("pauses").EnumerateArray());
        Assert.Equal(("2029-03-07", "2029-03-14", "等待客商提供方案"),
            (pause.GetProperty("from").GetString(), pause.GetProperty("to").GetString(), pause.GetProperty("reason").GetString()));
        Assert.Equal(["ResponseClockPaused", "ResponseClockResumed"], (await _leads.Service.EventsAsync(lead.Id)).Select(e => e.Type)
            .TakeLast(2));
        Assert.DoesNotContain("方案", string.Concat((await _leads.Service.EventsAsync(lead.Id)).Select(e => e.Payload.GetRawText())),
            StringComparison.Ordinal);
        await DaysAsync(1);
        await DaysAsync(1);
        Assert.Equal(["assessment"], await OpenAsync(lead));
    }

    [Fact]
    public async Task A_deadline_that_passes_is_told_once_over_several_timers_and_after_downtime_and_done_late_it_is_met()
    {
        var (lead, other) = (await _leads.LeadAsync(_officer), await _leads.LeadAsync(_officer));
        await DaysAsync(3);
        Assert.Empty(await ToldAsync(lead));
        Assert.DoesNotContain(lead.Id, await LeadsAsync("clock=breached"));
        // Nothing runs for three weeks; then eight instances start together.
        _leads.Service.Clock.Advance(TimeSpan.FromDays(20));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _leads.Service.RunDueAsync()));
        foreach (var each in (Answer[])[lead, other])
        {
            Assert.Equal(["assessment ResponseBreached", "feedback ResponseBreached"], await ToldAsync(each));
            Assert.Equal(["assessment 2029-03-08 breached", "feedback 2029-03-14 breached"], await DeadlinesAsync(each));
        }

        await _leads.Service.RunDueAsync();
        Assert.Equal(2, (await ToldAsync(lead)).Count);
        Assert.Equal("breached", (await ClockAsync(lead)).GetProperty("light").GetString());

        await ConcludeAsync(lead);
        Assert.Equal(["feedback"], await OpenAsync(lead));
        await ContactAsync(lead);
        Assert.Empty(await OpenAsync(lead));
        Assert.DoesNotContain(lead.Id, await LeadsAsync("clock=breached"));
        Assert.Equal(["assessment met", "feedback met"], (await BreachesAsync(_officer, $"leadId={lead.Id}&sort=dueOn"))
            .Select(b => $"{b.GetProperty("kind")} {b.GetProperty("state")}"));
        // One that closes is asked for nothing more; opened again it counts anew.
        var closed = (await _officer.PostAsync(
            LeadsFixture.Path(other) + "/closure", new { outcome = "invalid", reason = "noAnswer" }, await TagAsync(other))).Is(200);
        Assert.All(await BreachesAsync(_officer, $"leadId={other.Id}"), b => Assert.Equal("dropped", b.GetProperty("state").GetString()));
        Assert.Equal("ended", (await ClockAsync(other)).GetProperty("light").GetString());
        (await _officer.PostAsync(LeadsFixture.Path(other) + "/reopening", new { note = "对方来电" }, closed.ETag)).Is(200);
        Assert.Equal(["assessment 2029-04-02", "feedback 2029-04-06"], await DeadlinesAsync(other));
    }

    [Fact]
    public async Task What_passed_before_the_timer_came_is_told_with_the_change_and_belongs_to_who_had_the_lead()
    {
        var lead = await _leads.LeadAsync(_officer);
        _leads.Service.Clock.Advance(TimeSpan.FromDays(4));
        await ConcludeAsync(lead);
        var breach = Assert.Single(await BreachesAsync(_officer, $"leadId={lead.Id}"));
        Assert.Equal(("assessment", "met", "2029-03-08", "2029-03-09"),
            (breach.GetProperty("kind").GetString(), breach.GetProperty("state").GetString(), breach.GetProperty("dueOn")
            .GetString(), breach.GetProperty("endedOn").GetString()));
        _leads.Service.Clock.Advance(TimeSpan.FromDays(10));
        var next = await _leads.PlacedAsync(TestCaller.Officer(_owner.UnitId));
        (await _head.PostAsync(LeadsFixture.Path(lead) + "/assignment", new { ownerId = next.Id, reason = "换人" }, await TagAsync(lead)))
            .Is(200);
        var late = Assert.Single(await BreachesAsync(_leads.As(next), $"leadId={lead.Id}&kind=feedback&state=open"));
        Assert.Equal((_owner.Id, next.Id), (late.GetProperty("breachedOwnerId").GetGuid(), late.GetProperty("ownerId").GetGuid()));
        await _leads.Service.RunDueAsync();
        Assert.Equal(3, (await ToldAsync(lead)).Count);
    }

    [Fact]
    public async Task The_list_shows_each_what_the_leads_show_and_a_confidential_lead_to_its_readers_only()
    {
        var stranger = TestCaller.Officer();
        var strange = _leads.As(stranger);
        var (mine, secret, theirs) =
            (await _leads.LeadAsync(_officer), await _leads.LeadAsync(_officer, ("confidential", true)), await _leads.LeadAsync(strange));
        await DaysAsync(4);
        foreach (var (client, seen) in new[] { (_officer, new[] { mine.Id, secret.Id }), (_head, [mine.Id]), (strange, [theirs.Id]) })
        {
            var breached = (await BreachesAsync(client, "state=open&limit=200")).Select(b => b.GetProperty("leadId").GetGuid()).ToList();
            Assert.Equal(seen.Order(), breached.Order());
            Assert.Equal(seen.Order(), (await LeadsAsync("clock=breached", client)).Order());
            Assert.Equal(seen.Length, (await client.GetAsync("/api/v1/response-breaches?state=open&total=true"))
                .Is(200).Json.GetProperty("total").GetInt32());
            Assert.Equal(seen.Length, (await client.GetAsync("/api/v1/leads?clock=breached&total=true")).Is(200).Json.GetProperty("total")
                .GetInt32());
        }

        Assert.Single(await BreachesAsync(_head, $"unitId={_owner.UnitId}&kind=assessment&ownerId={_owner.Id}"));
        Assert.Empty(await BreachesAsync(_head, $"unitId={stranger.UnitId}"));
        Assert.Empty(await BreachesAsync(_head, "kind=report,officer"));
        Assert.Empty(await BreachesAsync(_head, "state=met,dropped"));
        Assert.Equal(2, (await LeadsAsync("clock=running,breached")).Count);
    }

    [Fact]
    public async Task A_change_of_calendar_or_times_moves_open_deadlines_and_leaves_what_was_told()
    {
        var lead = await _leads.LeadAsync(_officer);
        var paused = await _leads.LeadAsync(_officer);
        (await _officer.PostAsync(LeadsFixture.Path(paused) + "/response-clock/pause", new { reason = "等待" }, paused.ETag)).Is(200);
        Assert.Equal(["assessment 2029-03-08", "feedback 2029-03-14"], await DeadlinesAsync(lead));
        var before = await TagAsync(lead);
        await HolidaysAsync("2029-03-06");
        await _leads.Service.RunDueAsync();
        Assert.Equal(["assessment 2029-03-09", "feedback 2029-03-15"], await DeadlinesAsync(lead));
        // Another answer under another tag, of the same version.
        Assert.NotEqual(before, await TagAsync(lead));
        Assert.Equal(before.Split('.')[0], (await TagAsync(lead)).Split('.')[0]);

        var rules = (await _admin.GetAsync(Rules)).Is(200);
        object times = new { officerDays = 1, assessmentDays = 2, feedbackDays = 5, reportDays = 10 };
        (await _officer.PutAsync(Rules, times, rules.ETag)).IsProblem(403, "auth.forbidden");
        (await _admin.PutAsync(Rules, new { officerDays = 3, assessmentDays = 2, feedbackDays = 5, reportDays = 10 }, rules.ETag))
            .IsProblem(400, "request.invalid");
        (await _admin.PutAsync(Rules, times, rules.ETag)).Is(200);
        // Opened at once, by the new times already; the old lead follows with the timer.
        Assert.Equal(["assessment 2029-03-08", "feedback 2029-03-13"], await DeadlinesAsync(await _leads.LeadAsync(_officer)));
        await _leads.Service.RunDueAsync();
        Assert.Equal(["assessment 2029-03-08", "feedback 2029-03-13"], await DeadlinesAsync(lead));
        Assert.Empty(await DeadlinesAsync(paused));

        await DaysAsync(4);
        Assert.Equal(["assessment"], await OpenAsync(lead));
        await HolidaysAsync("2029-03-06", "2029-03-07", "2029-03-08");
        await _leads.Service.RunDueAsync();
        Assert.Equal(["assessment 2029-03-08 breached", "feedback 2029-03-15"], await DeadlinesAsync(lead));
    }

    [Fact]
    public async Task Calendar_changes_reach_clocks_that_another_instance_computed_by_the_old_one()
    {
        await HolidaysAsync("2029-03-06");
        await _leads.Service.RunDueAsync();
        var lead = await _leads.LeadAsync(_officer);
        Assert.Equal("assessment 2029-03-09", (await DeadlinesAsync(lead))[0]);
        // As if the other one had still remembered the calendar without the holiday.
        await _leads.Service.ExecuteAsync(
            $$"""
            update lead set clock = jsonb_set(clock, '{deadlines,0,on}', '"2029-03-08"'), due_at = '2029-03-09' where id = '{{lead.Id}}'
            """);
        await _leads.Service.RunDueAsync();
        Assert.Equal("assessment 2029-03-08", (await DeadlinesAsync(lead))[0]);
        _leads.Service.Clock.Advance(TimeSpan.FromMinutes(2));
        await _leads.Service.RunDueAsync();
        Assert.Equal("assessment 2029-03-09", (await DeadlinesAsync(lead))[0]);
    }

    [Fact]
    public async Task In_the_pool_nobody_is_asked_and_whoever_picks_the_lead_has_its_time_anew()
    {
        var lead = await _leads.LeadAsync(_officer);
        await DaysAsync(4);
        Assert.Equal(["assessment"], await OpenAsync(lead));
        (await _officer.PostAsync("/api/v1/pool", new { leadId = lead.Id, reason = "精力不足" })).Is(200);
        Assert.Empty(await OpenAsync(lead));
        Assert.Equal(("ended", "pooled"),
            ((await ClockAsync(lead)).GetProperty("light").GetString(), (await ClockAsync(lead)).GetProperty("state").GetString()));
        await DaysAsync(10);
        Assert.Equal(2, (await ToldAsync(lead)).Count);
        var picker = _leads.As(TestCaller.Officer());
        (await picker.PostAsync($"/api/v1/pool/{lead.Id}/pick")).Is(200);
        Assert.Equal(["assessment 2029-03-22", "feedback 2029-03-28"], await DeadlinesAsync(lead, picker));
    }

    [Fact]
    public async Task A_converted_lead_has_answered_and_its_clock_ends()
    {
        var lead = await _leads.LeadAsync(_officer);
        await ConcludeAsync(lead);
        await DaysAsync(10);
        Assert.Equal(["feedback"], await OpenAsync(lead));
        (await _officer.PostAsync(LeadsFixture.Path(lead) + "/conversion", new { projectName = "示例项目" }, await TagAsync(lead))).Is(201);
        Assert.Equal("met", Assert.Single(await BreachesAsync(_officer, $"leadId={lead.Id}")).GetProperty("state").GetString());
        await DaysAsync(60);
        Assert.Empty(await DeadlinesAsync(lead));
        Assert.Empty(await OpenAsync(lead));
        (await _officer.PostAsync(LeadsFixture.Path(lead) + "/response-clock/pause", new { reason = "x" }, await TagAsync(lead)))
            .IsProblem(409, "lead.converted");
    }

    [Fact]
    public async Task The_digest_is_made_once_a_working_day_and_says_what_the_query_says()
    {
        await HolidaysAsync("2029-03-06");
        var late = await _leads.LeadAsync(_officer, ("nextStepDueOn", _leads.Today));
        var today = await _leads.LeadAsync(_officer, ("nextStepDueOn", new DateOnly(2029, 3, 9)));
        await _leads.LeadAsync(_officer, ("nextStepDueOn", new DateOnly(2029, 3, 12)));
        var none = await _leads.LeadAsync(_officer);
        (await _officer.PostAsync(LeadsFixture.Path(none) + "/next-step/completion", new { }, none.ETag)).Is(200);
        var kept = await _leads.LeadAsync(_officer);
        (await _officer.PostAsync(
            LeadsFixture.Path(kept) + "/closure", new { outcome = "kept", reason = "notYet", revisitOn = new DateOnly(2029, 3, 8) },
            kept.ETag)).Is(200);

        // A holiday, and a working day before the hour: nothing.
        _leads.Service.Clock.Advance(TimeSpan.FromDays(1));
        await _leads.Service.RunDueAsync();
        Assert.Empty(await DigestsAsync());
        await ToAsync(7, 8, 29);
        Assert.Empty(await DigestsAsync());
        await ToAsync(7, 8, 30);
        Assert.Single(await DigestsAsync());
        // Down from Wednesday to Friday noon: Thursday's is not made any more, Friday's once.
        await ToAsync(9, 12, 0, instances: 8);
        var digests = await DigestsAsync();
        Assert.Equal(["2029-03-07", "2029-03-09"], digests.Select(d => d.GetProperty("on").GetString()));
        var told = digests[^1];
        var asked = (await _officer.GetAsync("/api/v1/digest")).Is(200).Json;
        Assert.Equal((1, 1, 1, 1, 1, 0),
            (Told("overdue"), Told("dueToday"), Told("upcoming"), Told("withoutNextStep"), Told("revisits"), Told("breaches")));
        foreach (var section in (string[])["overdue", "dueToday", "upcoming", "withoutNextStep", "revisits", "breaches"])
        {
            Assert.Equal(asked.GetProperty(section).GetProperty("count").GetInt32(), Told(section));
        }

        Assert.Equal(late.Id, asked.GetProperty("overdue").GetProperty("items")[0].GetProperty("leadId").GetGuid());
        Assert.Equal(today.Id, asked.GetProperty("dueToday").GetProperty("items")[0].GetProperty("leadId").GetGuid());
        Assert.Equal(["breaches", "dueToday", "on", "overdue", "ownerId", "revisits", "upcoming", "withoutNextStep"], told.EnumerateObject()
            .Select(p => p.Name).Order(StringComparer.Ordinal));

        // A later hour on the same day makes no second one; on the next working day, Monday, it holds.
        var rules = (await _admin.GetAsync("/api/v1/digest/rules")).Is(200);
        (await _admin.PutAsync("/api/v1/digest/rules", new { hour = 14, minute = 0 }, rules.ETag)).Is(200);
        await ToAsync(9, 15, 0);
        await ToAsync(10, 15, 0);
        await ToAsync(12, 13, 59);
        Assert.Equal(2, (await DigestsAsync()).Count);
        await ToAsync(12, 14, 0);
        digests = await DigestsAsync();
        Assert.Equal(3, digests.Count);
        Assert.Equal(4, digests[^1].GetProperty("breaches").GetInt32());
        asked = (await _officer.GetAsync("/api/v1/digest")).Is(200).Json;
        Assert.Equal(4, asked.GetProperty("breaches").GetProperty("count").GetInt32());
        Assert.Equal("2029-03-09", asked.GetProperty("breaches").GetProperty("items")[0].GetProperty("dueOn").GetString());

        int Told(string section) => told.GetProperty(section).GetInt32();

        async Task<List<JsonElement>> DigestsAsync() =>
            [.. (await _leads.Service.EventsAsync(_owner.Id)).Where(e => e.Type == "DigestMade").Select(e => e.Payload)];

        async Task ToAsync(int day, int hour, int minute, int instances = 1)
        {
            _leads.Service.Clock.Advance(
                new DateOnly(2029, 3, day).Begins().AddHours(hour).AddMinutes(minute).AddSeconds(1) - _leads.Service.Clock.GetUtcNow());
            await Task.WhenAll(Enumerable.Range(0, instances).Select(_ => _leads.Service.RunDueAsync()));
        }
    }

    [Fact]
    public async Task The_revisit_date_of_a_kept_lead_becomes_a_task_of_whoever_has_it_then_once()
    {
        var lead = await _leads.LeadAsync(_officer);
        var kept = (await _officer.PostAsync(
            LeadsFixture.Path(lead) + "/closure", new { outcome = "kept", reason = "notYet", revisitOn = _leads.Today.AddDays(10) },
            lead.ETag)).Is(200);
        var next = await _leads.PlacedAsync(TestCaller.Officer(_owner.UnitId));
        (await _head.PostAsync(LeadsFixture.Path(lead) + "/assignment", new { ownerId = next.Id, reason = "原负责人调离" }, kept.ETag)).Is(200);
        await DaysAsync(9);
        Assert.Empty(Revisits(await DigestAsync(_leads.As(next))));
        _leads.Service.Clock.Advance(TimeSpan.FromDays(3));
        // It shows before the timer has come, and says what to do afterwards.
        Assert.Equal(lead.Id, Assert.Single(Revisits(await DigestAsync(_leads.As(next)))).GetProperty("leadId").GetGuid());
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _leads.Service.RunDueAsync()));
        var task = Assert.Single(Revisits(await DigestAsync(_leads.As(next))));
        Assert.Equal(("按留存约定回访客商", "2029-03-15"), (task.GetProperty("what").GetString(), task.GetProperty("dueOn").GetString()));
        Assert.Empty(Revisits(await DigestAsync(_officer)));
        Assert.Equal(1, await _leads.Service.CountAsync(
            $"select count(*) from next_step where lead_id = '{lead.Id}' and due_on = '2029-03-15'"));
        Assert.Equal("NextStepPlanned", (await _leads.Service.EventsAsync(lead.Id))[^1].Type);

        // Done, it is gone and does not come back.
        (await _leads.As(next).PostAsync(LeadsFixture.Path(lead) + "/next-step/completion", new { note = "对方仍未定" }, await TagAsync(lead)))
            .Is(200);
        await DaysAsync(1);
        Assert.Empty(Revisits(await DigestAsync(_leads.As(next))));
        Assert.Equal(1, await _leads.Service.CountAsync(
            $"select count(*) from next_step where lead_id = '{lead.Id}' and due_on = '2029-03-15'"));

        static List<JsonElement> Revisits(JsonElement digest) => [.. digest.GetProperty("revisits").GetProperty("items").EnumerateArray()];
    }

    [Fact]
    public async Task An_imported_lead_has_its_clock_from_the_day_of_the_import()
    {
        await HolidaysAsync("2029-03-06");
        var id = await Imports.UploadedAsync(_leads, _owner, await Imports.FileAsync(SheetFormat.Csv, [Imports.Row(1)]));
        await Imports.DoneAsync(_leads, _owner, id);
        var row = Assert.Single((await _officer.GetAsync("/api/v1/leads")).Is(200).Json.GetProperty("items").EnumerateArray());
        Assert.Equal(("running", "2029-03-09"), (row.GetProperty("clock").GetString(), row.GetProperty("responseDueOn").GetString()));
        await DaysAsync(5);
        Assert.Equal("assessment", Assert.Single(await BreachesAsync(_officer, "state=open")).GetProperty("kind").GetString());
    }

    private async Task HolidaysAsync(params string[] days)
    {
        var year = (await _admin.GetAsync("/api/v1/calendar/2029")).Is(200);
        (await _admin.PutAsync("/api/v1/calendar/2029",
            new { source = "示例安排", days = days.Select(on => new { on, @as = "holiday", name = "示例" }) }, year.ETag)).Is(200);
    }

    private async Task DaysAsync(int days)
    {
        _leads.Service.Clock.Advance(TimeSpan.FromDays(days));
        await _leads.Service.RunDueAsync();
    }

    private async Task<string> TagAsync(Answer lead) =>
        (await _leads.As(TestCaller.Person(Roles.Administrator)).GetAsync(LeadsFixture.Path(lead))).Is(200).ETag;

    private async Task<Answer> ConcludeAsync(Answer lead)
    {
        var begun = (await _officer.PostAsync(LeadsFixture.Path(lead) + "/assessment", new { }, await TagAsync(lead))).Is(200);
        return (await _officer.PostAsync(LeadsFixture.Path(lead) + "/assessment/conclusion", new { note = "方向契合" }, begun.ETag)).Is(200);
    }

    private async Task ContactAsync(Answer lead, DateOnly? on = null) =>
        (await _officer.PostAsync(
            LeadsFixture.Path(lead) + "/contacts", new { channel = "phone", summary = "电话沟通", occurredOn = on ?? _leads.Today })).Is(201);

    private async Task<JsonElement> ClockAsync(Answer lead) =>
        (await _admin.GetAsync(LeadsFixture.Path(lead))).Is(200).Json.GetProperty("responseClock");

    private async Task<List<string>> DeadlinesAsync(Answer lead, ApiClient? caller = null) =>
        [.. (await (caller ?? _admin).GetAsync(LeadsFixture.Path(lead))).Is(200).Json.GetProperty("responseClock").GetProperty("deadlines")
            .EnumerateArray()
            .Select(d => string.Create(
            CultureInfo.InvariantCulture,
            $"{d.GetProperty("kind")} {d.GetProperty("dueOn")}{(d.GetProperty("breached").GetBoolean() ? " breached" : "")}"))];

    private static async Task<List<JsonElement>> BreachesAsync(ApiClient caller, string query) =>
        [.. (await caller.GetAsync("/api/v1/response-breaches?" + query)).Is(200).Json.GetProperty("items").EnumerateArray()];

    /// <summary>The kinds of the lead's open breaches.</summary>
    private async Task<List<string>> OpenAsync(Answer lead) =>
        [.. (await BreachesAsync(_admin, $"leadId={lead.Id}&state=open")).Select(b => b.GetProperty("kind").GetString()!).Order()];

    private async Task<List<Guid>> LeadsAsync(string query, ApiClient? caller = null) =>
        [.. (await (caller ?? _officer).GetAsync("/api/v1/leads?limit=200&" + query)).Is(200).Json.GetProperty("items").EnumerateArray()
            .Select(l => l.GetProperty("id").GetGuid())];

    private static async Task<JsonElement> DigestAsync(ApiClient caller) => (await caller.GetAsync("/api/v1/digest")).Is(200).Json;

    /// <summary>What was told of a lead's breaches.</summary>
    private async Task<List<string>> ToldAsync(Answer lead)
    {
        var told = new List<string>();
        foreach (var breach in await BreachesAsync(_admin, $"leadId={lead.Id}&sort=dueOn"))
        {
            told.AddRange((await _leads.Service.EventsAsync(breach.GetProperty("id").GetGuid()))
                .Select(e => $"{e.Payload.GetProperty("kind")} {e.Type}"));
        }

        return told;
    }
}
