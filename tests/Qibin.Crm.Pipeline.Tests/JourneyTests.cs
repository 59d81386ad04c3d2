using System.Text.Json;
using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Pipeline.Tests;

public sealed class JourneyTests : IAsyncLifetime
{
    private static readonly DateOnly Day = new(2026, 1, 1);
    private readonly Trade _trade = new();
    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TestService.StartAsync("pipeline", Program.Build);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_journey_tells_every_milestone_with_date_person_version_and_the_days_between()
    {
        var (officer, approver, server) = (Trade.NewId(), Trade.NewId(), Trade.NewId());
        var unit = Trade.NewId();
        var lead = _trade.Open(
            owner: officer, unit: unit, investor: "星链测试（示例）", on: Day, actor: officer, estimated: new Money(80_000_000, "CNY"));
        lead = _trade.Tell(
            lead, l => new ContactRecorded { Lead = l, ContactId = Trade.NewId(), Channel = "phone", OccurredOn = Day }, officer);
        lead = _trade.Tell(
            lead, l => new ContactRecorded { Lead = l, ContactId = Trade.NewId(), Channel = "visitHere", OccurredOn = Day.AddDays(3) },
            officer);
        var project = _trade.Convert(lead, Day.AddDays(10), officer);
        project = _trade.Reach(project, ProjectStage.Signed, Day.AddDays(40), new Money(100_000_000, "CNY"), approver);
        project = _trade.Reach(project, ProjectStage.Registered, Day.AddDays(55), actor: approver);
        var enterprise = _trade.Register(project, Day.AddDays(55));
        project = _trade.PayIn(_trade.Projects[lead.LeadId], new Money(30_000_000, "CNY"), Day.AddDays(60), officer);
        project = _trade.Reach(project, ProjectStage.Started, Day.AddDays(70), actor: approver);
        var (tenancy, premises) = _trade.MoveIn(enterprise, project, Day.AddDays(90), server);
        foreach (var stage in new[] { ProjectStage.Completed, ProjectStage.Producing, ProjectStage.AtCapacity, ProjectStage.Efficient })
        {
            project = _trade.Reach(_trade.Projects[lead.LeadId], stage, Day.AddDays(90 + (10 * (int)stage)), actor: approver);
        }

        await _service.TellAsync(_trade.Log);
        await _service.DeliverAsync(new UnitDefined { UnitId = unit, Code = "0101", Name = "卫星产业招商部" }, unit, 1);

        var journey = await JourneyAsync(TestCaller.Person(Roles.Leader), lead.LeadId);

        Assert.Equal(
            [
                $"firstContact 2026-01-01 {officer} 1  0", $"converted 2026-01-11 {officer} 4 10 10",
                    $"signed 2026-02-10 {approver} 2 30 40",
                $"registered 2026-02-25 {approver} 3 15 55", $"started 2026-03-12 {approver} 6 15 70",
                    $"movedIn 2026-04-01 {server} 7 20 90",
                $"completed 2026-05-11 {approver} 8 40 130", $"producing 2026-05-21 {approver} 9 10 140",
                    $"atCapacity 2026-05-31 {approver} 10 10 150",
                $"efficient 2026-06-10 {approver} 11 10 160",
            ],
            journey.GetProperty("milestones").EnumerateArray().Select(m =>
                $"{m.GetProperty("kind")} {m.GetProperty("occurredOn")} {m.GetProperty("actorId")} {m.GetProperty("version")} "
                    + $"{m.GetProperty("daysSincePrevious")} {m.GetProperty("daysSinceFirst")}"));
        var recorded = _trade.Log.ToDictionary(t => (t.Delivery.StreamId, t.Delivery.Version), t => t.Delivery.RecordedAt);
        Assert.Equal(recorded[(lead.LeadId, 1)], journey.GetProperty("milestones")[0].GetProperty("recordedAt").GetDateTimeOffset());
        Assert.Equal(recorded[(project.ProjectId, 11)], journey.GetProperty("milestones")[9].GetProperty("recordedAt").GetDateTimeOffset());
        Assert.Equal("efficient", journey.GetProperty("stage").GetString());
        Assert.Equal("active", journey.GetProperty("status").GetString());
        Assert.Equal("星链测试（示例）", journey.GetProperty("investorName").GetString());
        Assert.Equal("卫星产业招商部", journey.GetProperty("unit").GetProperty("name").GetString());
        Assert.Equal("卫星互联网", journey.GetProperty("chain").GetProperty("name").GetString());
        Assert.Equal("80000000.00", journey.GetProperty("estimatedInvestment").GetProperty("amount").GetString());
        Assert.Equal("100000000.00", journey.GetProperty("contractAmount").GetProperty("amount").GetString());
        Assert.Equal("""[{"amount":"30000000.00","currency":"CNY"}]""", journey.GetProperty("paidIn").GetRawText());
        Assert.Equal(
            "2 2026-01-01 2026-01-04",
            $"{journey.GetProperty("contacts").GetProperty("count")} {journey.GetProperty("contacts").GetProperty("firstOn")} "
                + $"{journey.GetProperty("contacts").GetProperty("lastOn")}");
        Assert.Equal("2026-03-02", journey.GetProperty("funds")[0].GetProperty("occurredOn").GetString());
        Assert.Equal(enterprise.EnterpriseId, journey.GetProperty("enterprise").GetProperty("id").GetGuid());
        Assert.True(journey.GetProperty("enterprise").GetProperty("inCity").GetBoolean());
        Assert.Equal(tenancy, journey.GetProperty("premises")[0].GetProperty("tenancyId").GetGuid());
        Assert.Equal(premises, journey.GetProperty("premises")[0].GetProperty("spaceIds")[0].GetGuid());
        Assert.Equal(_trade.Log.Count, journey.GetProperty("events").GetArrayLength());
        Assert.Equal(
            ["new", "converted", "negotiating", "signed", "registered", "started", "completed", "producing", "atCapacity", "efficient"],
            journey.GetProperty("moves").EnumerateArray().Select(m => m.GetProperty("to").GetString()));
    }

    [Fact]
    public async Task N2_A_stage_names_its_approver_and_who_recorded_it()
    {
        var (integration, approver) = (Trade.NewId(), Trade.NewId());
        var project = _trade.Convert(_trade.Open(on: Day), Day.AddDays(5), integration);
        _trade.Reach(project, ProjectStage.Signed, Day.AddDays(10), actor: integration, approver: approver);
        await _service.TellAsync(_trade.Log);

        var journey = await JourneyAsync(TestCaller.Person(Roles.Leader), project.LeadId);

        string Named(string list, int of) => journey.GetProperty(list)[of].GetProperty("actorId") + " "
            + journey.GetProperty(list)[of].GetProperty("approverId");
        Assert.Equal($"{integration} {approver}", Named("milestones", 2));
        Assert.Equal($"{integration} ", Named("milestones", 1));
        Assert.Equal($"{integration} {approver}", Named("moves", journey.GetProperty("moves").GetArrayLength() - 1));
    }

    [Fact]
    public async Task A_step_back_takes_back_the_later_milestones_whichever_is_told_first()
    {
        foreach (var shuffle in new Func<IEnumerable<Told>, IEnumerable<Told>>[] { log => log, log => log.Reverse() })
        {
            var trade = new Trade();
            var project = trade.Convert(trade.Open(on: Day), Day.AddDays(5));
            project = trade.Reach(project, ProjectStage.Signed, Day.AddDays(10));
            project = trade.Reach(project, ProjectStage.Registered, Day.AddDays(20));
            project = trade.Reach(project, ProjectStage.Started, Day.AddDays(30));
            project = trade.StepBack(project, ProjectStage.Signed, Day.AddDays(31));
            trade.Reach(project, ProjectStage.Registered, Day.AddDays(45));
            await _service.TellAsync(shuffle(trade.Log));

            var journey = await JourneyAsync(TestCaller.Person(Roles.Leader), project.LeadId);

            Assert.Equal(
                ["firstContact 2026-01-01", "converted 2026-01-06", "signed 2026-01-11", "registered 2026-02-15"],
                journey.GetProperty("milestones").EnumerateArray().Select(m => $"{m.GetProperty("kind")} {m.GetProperty("occurredOn")}"));
            Assert.Equal(
                ["registered 2026-01-21 2026-02-01 5", "started 2026-01-31 2026-02-01 5"],
                journey.GetProperty("takenBack").EnumerateArray()
                    .Select(
                        m => $"{m.GetProperty("kind")} {m.GetProperty("occurredOn")} {m.GetProperty("takenBackOn")} "
                            + $"{m.GetProperty("takenBackVersion")}"));
            Assert.Equal("registered", journey.GetProperty("stage").GetString());
            Assert.Contains("登记有误", journey.GetProperty("moves").EnumerateArray().Select(m => m.GetProperty("reason").GetString()));
        }
    }

    [Fact]
    public async Task A_suspended_project_stays_at_its_stage_and_a_resumed_one_is_back()
    {
        var project = _trade.Reach(_trade.Convert(_trade.Open()), ProjectStage.Signed);
        var suspended = _trade.Standing(project, ProjectStatus.Suspended);
        await _service.TellAsync(_trade.Log);
        var journey = await JourneyAsync(TestCaller.Person(Roles.Leader), project.LeadId);
        Assert.Equal("signed suspended", $"{journey.GetProperty("stage")} {journey.GetProperty("status")}");

        _trade.Standing(suspended, ProjectStatus.Active);
        await _service.TellAsync(_trade.Log);
        journey = await JourneyAsync(TestCaller.Person(Roles.Leader), project.LeadId);
        Assert.Equal("signed active", $"{journey.GetProperty("stage")} {journey.GetProperty("status")}");
        Assert.Equal(
            ["active", "suspended", "active"], journey.GetProperty("moves").EnumerateArray().TakeLast(3)
            .Select(m => m.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task A_journey_answers_304_until_something_of_it_changes()
    {
        var lead = _trade.Open();
        await _service.TellAsync(_trade.Log);
        var client = _service.As(TestCaller.Person(Roles.Leader));
        var first = (await client.GetAsync($"/api/v1/pipeline/journeys/{lead.LeadId}")).Is(200);
        (await client.GetAsync($"/api/v1/pipeline/journeys/{lead.LeadId}", ifNoneMatch: first.ETag)).Is(304);

        await _service.DeliverAsync(new UnitDefined { UnitId = lead.UnitId, Code = "0102", Name = "信创招商部" }, lead.UnitId, 1);

        var second = (await client.GetAsync($"/api/v1/pipeline/journeys/{lead.LeadId}", ifNoneMatch: first.ETag)).Is(200);
        Assert.NotEqual(first.ETag, second.ETag);
    }

    [Fact]
    public async Task A_journey_that_is_not_there_or_not_visible_answers_404()
    {
        var lead = _trade.Open();
        await _service.TellAsync(_trade.Log);

        (await _service.As(TestCaller.Officer()).GetAsync($"/api/v1/pipeline/journeys/{lead.LeadId}")).IsProblem(404, "resource.notFound");
        (await _service.As(TestCaller.Person(Roles.Leader)).GetAsync($"/api/v1/pipeline/journeys/{Trade.NewId()}"))
            .IsProblem(404, "resource.notFound");
        (await _service.WithToken(null).GetAsync($"/api/v1/pipeline/journeys/{lead.LeadId}")).IsProblem(401, "auth.required");
        (await _service.As(TestCaller.Integration("leads.read")).GetAsync($"/api/v1/pipeline/journeys/{lead.LeadId}"))
            .IsProblem(403, "auth.forbidden");
        (await _service.As(TestCaller.Integration("pipeline.read")).GetAsync($"/api/v1/pipeline/journeys/{lead.LeadId}")).Is(200);
    }

    [Fact]
    public async Task A_journey_begins_when_its_lead_is_told_even_if_its_project_was_told_before()
    {
        var project = _trade.Reach(_trade.Convert(_trade.Open()), ProjectStage.Signed, contract: new Money(5_000_000, "USD"));
        var leader = TestCaller.Person(Roles.Leader);
        await _service.TellAsync(_trade.Log.Where(t => t.Delivery.StreamId == project.ProjectId));
        (await _service.As(leader).GetAsync($"/api/v1/pipeline/journeys/{project.LeadId}")).Is(404);

        await _service.TellAsync(_trade.Log.Where(t => t.Delivery.StreamId == project.LeadId));
        var journey = await JourneyAsync(leader, project.LeadId);
        Assert.Equal("signed", journey.GetProperty("stage").GetString());
        Assert.Equal("""{"amount":"5000000.00","currency":"USD"}""", journey.GetProperty("contractAmount").GetRawText());
    }

    private async Task<JsonElement> JourneyAsync(TestCaller caller, Guid leadId) =>
        (await _service.As(caller).GetAsync($"/api/v1/pipeline/journeys/{leadId}")).Is(200).Json;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_lead_that_was_removed_is_in_no_journey_and_no_total_in_whatever_order_it_is_told(bool removedFirst)
    {
        var lead = _trade.Open(estimated: new Money(5_000, "CNY"));
        _trade.Tell(lead, l => new LeadRemoved { Lead = l });
        var told = _trade.Log.Where(t => t.Delivery.StreamId == lead.LeadId);
        await _service.TellAsync(removedFirst ? told.Reverse() : told);
        (await _service.As(TestCaller.Person(Roles.Leader)).GetAsync($"/api/v1/pipeline/journeys/{lead.LeadId}")).Is(404);
        Assert.Equal(0, await _service.CountAsync($"select count(*) from interval where lead_id = '{lead.LeadId}' and known_to is null"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task T16_A_restored_lead_and_contact_count_as_if_never_removed_and_what_was_known_meanwhile_stays(bool reversed)
    {
        var day = new DateOnly(2025, 11, 20);
        var lead = _trade.Open(on: day, estimated: new Money(7_000, "CNY"));
        Guid[] contacts = [Trade.NewId(), Trade.NewId()];
        _trade.Tell(lead, l => Recorded(l, contacts[0], day));
        _trade.Tell(lead, l => Recorded(l, contacts[1], day.AddDays(30)));
        var before = _trade.Now;
        var later = lead with { FirstContactOn = day.AddDays(30), StageOn = day.AddDays(30) };
        _trade.Tell(later, l => new ContactRemoved { Lead = l, ContactId = contacts[0], Channel = "phone", OccurredOn = day });
        var without = _trade.Now;
        _trade.Remove(later);
        var removed = _trade.Now;
        _trade.Restore(later);
        _trade.Tell(lead, l => new ContactRestored { Lead = l, ContactId = contacts[0], Channel = "phone", OccurredOn = day });
        await _service.TellAsync(reversed ? _trade.Log.AsEnumerable().Reverse() : _trade.Log);
        using var leader = _service.As(TestCaller.Person(Roles.Leader));

        Assert.Equal(("2025-11 1", "2025-11 1"), (await MonthAsync(null, null), await MonthAsync(day.AddDays(1), null)));
        Assert.Equal("2025-11 1", await MonthAsync(day.AddDays(1), before));
        Assert.Equal(("", "2025-12 1"), (await MonthAsync(day.AddDays(1), without), await MonthAsync(day.AddDays(31), without)));
        Assert.Equal(("", ""), (await MonthAsync(day.AddDays(31), removed), await MonthAsync(null, removed)));
        var journey = await JourneyAsync(TestCaller.Person(Roles.Leader), lead.LeadId);
        Assert.Equal(
            (2, "2025-11-20", "2025-12-20"),
            (journey.GetProperty("contacts").GetProperty("count").GetInt32(),
                journey.GetProperty("contacts").GetProperty("firstOn").GetString(),
                journey.GetProperty("contacts").GetProperty("lastOn").GetString()));
        Assert.Equal(
            ["firstContact 2025-11-20"], journey.GetProperty("milestones").EnumerateArray()
                .Select(m => $"{m.GetProperty("kind").GetString()} {m.GetProperty("occurredOn").GetString()}"));

        static ContactRecorded Recorded(LeadState lead, Guid contact, DateOnly on) =>
            new() { Lead = lead, ContactId = contact, Channel = "phone", OccurredOn = on };

        async Task<string> MonthAsync(DateOnly? asOf, DateTimeOffset? known)
        {
            var query = (asOf is { } on ? $"&asOf={on:O}" : "") + (known is { } at ? $"&knownAt={Uri.EscapeDataString($"{at:O}")}" : "");
            var groups = (await leader.GetAsync("/api/v1/pipeline/totals?groupBy=month" + query)).Is(200).Json.GetProperty("groups");
            return string.Join(
                ' ', groups.EnumerateArray().Select(g => $"{g.GetProperty("month").GetString()} {g.GetProperty("count").GetInt32()}"));
        }
    }
}
