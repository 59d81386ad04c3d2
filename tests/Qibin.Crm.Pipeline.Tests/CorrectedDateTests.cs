using System.Text.Json;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Pipeline.Tests;

/// <summary>A date that was corrected counts everywhere from then on, and nowhere before it was known.</summary>
public sealed class CorrectedDateTests : IAsyncLifetime
{
    private static readonly DateOnly Day = new(2026, 1, 5);
    private readonly Trade _trade = new();
    private TestService _service = null!;
    private ApiClient _leader = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await TestService.StartAsync("pipeline", Program.Build);
        _leader = _service.As(TestCaller.Person(Roles.Leader));
    }

    public ValueTask DisposeAsync()
    {
        _leader.Dispose();
        return _service.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task T3_A_corrected_date_moves_the_journey_to_the_right_month_and_what_was_known_before_stays(bool reversed)
    {
        var (lead, project) = Signed();
        var wrong = _trade.Now;
        await TellAsync();
        string[] before = ["2026-01 following 1 ", "2026-02 negotiating 1 ", "2026-03 signed 1 100000000.00"];
        Assert.Equal(before, await MonthsAsync());
        Assert.Equal(["0 ", "0 ", "1 100000000.00"], await TrendAsync());

        // The conversion was on Friday, the assessment before it, and the signing on the last day of February.
        lead = _trade.Redate(lead, LeadStage.Following, new DateOnly(2026, 1, 28));
        lead = _trade.Redate(_trade.Leads[lead.LeadId], LeadStage.Converted, new DateOnly(2026, 1, 30));
        project = _trade.Redate(project, ProjectStage.Negotiating, new DateOnly(2026, 1, 30));
        _trade.Redate(project, ProjectStage.Signed, new DateOnly(2026, 2, 28));
        await TellAsync();

        string[] after = ["2026-01 negotiating 1 ", "2026-02 signed 1 100000000.00", "2026-03 signed 1 100000000.00"];
        Assert.Equal(after, await MonthsAsync());
        Assert.Equal(["0 ", "1 100000000.00", "1 100000000.00"], await TrendAsync());
        Assert.Equal(before, await MonthsAsync(wrong));
        Assert.Equal(["0 ", "0 ", "1 100000000.00"], await TrendAsync(wrong));
        Assert.Equal(after, await MonthsAsync(_trade.Now));

        var funnel = (await _leader.GetAsync("/api/v1/pipeline/funnel?from=2026-01&to=2026-01")).Is(200).Json.GetProperty("total");
        Assert.Equal(
            ["firstContact 1 0", "converted 1 25", "signed 1 54"],
            funnel.EnumerateArray().Take(3).Select(s =>
                $"{s.GetProperty("milestone")} {s.GetProperty("reached")} {s.GetProperty("medianDaysSinceFirst")}"));
        Assert.Equal(
            ["new 23", "following 2", "negotiating 29"],
            (await _leader.GetAsync("/api/v1/pipeline/dwell")).Is(200).Json.GetProperty("stages").EnumerateArray()
                .Where(s => s.GetProperty("past").GetProperty("stays").GetInt32() > 0)
                .Select(s => $"{s.GetProperty("stage")} {s.GetProperty("past").GetProperty("median")}"));
        foreach (var (month, count) in new[] { ("2026-02", 1), ("2026-03", 0) })
        {
            var list = (await _leader.GetAsync($"/api/v1/pipeline/journeys?reached=signed&reachedIn={month}&total=true")).Is(200).Json;
            Assert.Equal(count, list.GetProperty("total").GetInt32());
        }

        Task TellAsync() => _service.TellAsync(reversed ? _trade.Log.AsEnumerable().Reverse() : _trade.Log);
    }

    [Fact]
    public async Task T3_The_page_of_a_journey_shows_the_dates_that_hold_and_those_that_were_wrong()
    {
        var (lead, project) = Signed();
        var (head, leader) = (Trade.NewId(), Trade.NewId());
        project = _trade.StepBack(project, ProjectStage.Negotiating, new DateOnly(2026, 3, 20));
        project = _trade.Reach(project, ProjectStage.Signed, new DateOnly(2026, 3, 25), new Money(90_000_000, "CNY"), approver: head);
        _trade.Redate(project, ProjectStage.Signed, new DateOnly(2026, 3, 22), approver: leader);
        _trade.Redate(lead, LeadStage.Converted, new DateOnly(2026, 1, 30));
        await _service.TellAsync(_trade.Log);

        var journey = (await _leader.GetAsync($"/api/v1/pipeline/journeys/{lead.LeadId}")).Is(200).Json;

        Assert.Equal(
            ["firstContact 2026-01-05 ", "converted 2026-01-30 ", $"signed 2026-03-22 {leader}"],
            journey.GetProperty("milestones").EnumerateArray()
                .Select(m => $"{m.GetProperty("kind")} {m.GetProperty("occurredOn")} {m.GetProperty("approverId")}"));
        Assert.Equal(
            ["signed 2026-03-02 2026-03-20", "signed 2026-03-25 2026-03-25", "converted 2026-02-02 2026-02-02"],
            journey.GetProperty("takenBack").EnumerateArray().OrderBy(m => m.GetProperty("takenBackAt").GetDateTimeOffset())
                .Select(m => $"{m.GetProperty("kind")} {m.GetProperty("occurredOn")} {m.GetProperty("takenBackOn")}"));
        Assert.Equal(
            ["new 2026-01-05", "following 2026-01-31", "converted 2026-01-30", "negotiating 2026-02-02", "signed 2026-03-02",
                "negotiating 2026-03-20", "signed 2026-03-22"],
            journey.GetProperty("moves").EnumerateArray().Select(m => $"{m.GetProperty("to")} {m.GetProperty("occurredOn")}"));
        Assert.Equal("2026-03-22", journey.GetProperty("stageOn").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task T3_A_step_back_a_suspension_and_a_contract_count_as_they_were_corrected_and_what_was_known_before_stays(bool reversed)
    {
        var (lead, project) = Signed();
        var signing = _trade.Last<ProjectStageReached>(project);
        project = _trade.Amend(project, new Money(150_000_000, "CNY"), new DateOnly(2026, 3, 10));
        var amended = _trade.Last<ProjectContractCorrected>(project);
        project = _trade.Standing(project, ProjectStatus.Suspended, new DateOnly(2026, 3, 20));
        var suspended = _trade.Last<ProjectStatusChanged>(project);
        project = _trade.Standing(project, ProjectStatus.Active, new DateOnly(2026, 3, 24));
        project = _trade.StepBack(project, ProjectStage.Negotiating, new DateOnly(2026, 3, 30));
        var wrong = _trade.Now;
        await TellAsync();
        string[] before =
        [
            "05 signed 1 100000000.00", "09 signed 1 100000000.00", "12 signed 1 150000000.00", "17 signed 1 150000000.00", "22",
            "25 signed 1 150000000.00", "27 signed 1 150000000.00", "31 negotiating 1 150000000.00",
        ];
        Assert.Equal(before, await DaysAsync());
        Assert.Equal([1, 0], await HoldSignedAsync());

        var stepBack = _trade.Last<ProjectSteppedBack>(project);
        project = _trade.Restate(project, signing, new Money(120_000_000, "CNY"));
        project = _trade.Redate(project, amended, new DateOnly(2026, 3, 8));
        project = _trade.Redate(project, suspended, new DateOnly(2026, 3, 15));
        // Corrected twice: the last one holds.
        project = _trade.Redate(project, stepBack, new DateOnly(2026, 3, 25));
        _trade.Redate(project, stepBack, new DateOnly(2026, 3, 26));
        await TellAsync();

        string[] after =
        [
            "05 signed 1 120000000.00", "09 signed 1 150000000.00", "12 signed 1 150000000.00", "17", "22", "25 signed 1 150000000.00",
            "27 negotiating 1 150000000.00", "31 negotiating 1 150000000.00",
        ];
        Assert.Equal(after, await DaysAsync());
        Assert.Equal([0, 0], await HoldSignedAsync());
        Assert.Equal(before, await DaysAsync(wrong));
        Assert.Equal([1, 0], await HoldSignedAsync(wrong));
        Assert.Equal(after, await DaysAsync(_trade.Now));
        Assert.Equal([0, 0], await HoldSignedAsync(_trade.Now));

        var journey = (await _leader.GetAsync($"/api/v1/pipeline/journeys/{lead.LeadId}")).Is(200).Json;
        Assert.Equal(
            ["signed 2026-03-02 2026-03-26"],
            journey.GetProperty("takenBack").EnumerateArray()
                .Select(m => $"{m.GetProperty("kind")} {m.GetProperty("occurredOn")} {m.GetProperty("takenBackOn")}"));
        Assert.Equal(
            ["signed active 2026-03-02", "signed suspended 2026-03-15", "signed active 2026-03-24", "negotiating active 2026-03-26"],
            journey.GetProperty("moves").EnumerateArray().TakeLast(4)
                .Select(m => $"{m.GetProperty("to")} {m.GetProperty("status")} {m.GetProperty("occurredOn")}"));

        Task TellAsync() => _service.TellAsync(reversed ? _trade.Log.AsEnumerable().Reverse() : _trade.Log);

        async Task<List<string>> DaysAsync(DateTimeOffset? knownAt = null)
        {
            var days = new List<string>();
            foreach (var day in (int[])[5, 9, 12, 17, 22, 25, 27, 31])
            {
                var totals = (await _leader.GetAsync($"/api/v1/pipeline/totals?groupBy=stage&asOf=2026-03-{day:00}{Known(knownAt)}"))
                    .Is(200).Json;
                days.Add(string.Join(' ', totals.GetProperty("groups").EnumerateArray()
                    .Select(g => $"{g.GetProperty("stage")} {Figures(g)}").Prepend($"{day:00}")));
            }

            return days;
        }

        async Task<List<int>> HoldSignedAsync(DateTimeOffset? knownAt = null)
        {
            var counts = new List<int>();
            foreach (var day in (int[])[27, 31])
            {
                var list = await _leader.GetAsync(
                    $"/api/v1/pipeline/journeys?reached=signed&total=true&asOf=2026-03-{day:00}{Known(knownAt)}");
                counts.Add(list.Is(200).Json.GetProperty("total").GetInt32());
            }

            return counts;
        }
    }

    /// <summary>As the lead's own history shows it.</summary>
    [Fact]
    public async Task T8_The_first_stage_of_a_journey_has_the_day_of_the_earliest_contact_that_is_logged()
    {
        var lead = _trade.Open(on: Day);
        lead = _trade.Tell(
            lead with { FirstContactOn = Day.AddDays(-3), StageOn = Day.AddDays(-3) },
            l => new ContactRecorded { Lead = l, ContactId = Trade.NewId(), Channel = "phone", OccurredOn = Day.AddDays(-3) });
        await _service.TellAsync(_trade.Log);
        Assert.Equal(["new 2026-01-02"], await MovesAsync());

        lead = _trade.Tell(
            lead with { FirstContactOn = Day.AddDays(2), StageOn = Day.AddDays(2) },
            l => new ContactRemoved { Lead = l, ContactId = Trade.NewId(), Channel = "phone", OccurredOn = Day.AddDays(-3) });
        lead = _trade.Tell(
            lead with { Stage = LeadStage.Assessing, StageOn = Day.AddDays(4) },
            l => new LeadAssessed { Lead = l, OccurredOn = Day.AddDays(4) });
        await _service.TellAsync(_trade.Log);
        Assert.Equal(["new 2026-01-07", "assessing 2026-01-09"], await MovesAsync());

        async Task<IEnumerable<string>> MovesAsync() =>
            (await _leader.GetAsync($"/api/v1/pipeline/journeys/{lead.LeadId}")).Is(200).Json.GetProperty("moves").EnumerateArray()
                .Select(m => $"{m.GetProperty("to")} {m.GetProperty("occurredOn")}");
    }

    /// <summary>A journey whose conversion and signing were entered with dates in the month after.</summary>
    private (LeadState Lead, ProjectState Project) Signed()
    {
        var lead = _trade.Open(on: Day);
        lead = _trade.Tell(
            lead with { Stage = LeadStage.Following, StageOn = new DateOnly(2026, 1, 31) },
            l => new LeadAssessed { Lead = l, OccurredOn = new DateOnly(2026, 1, 31) });
        var project = _trade.Convert(lead, new DateOnly(2026, 2, 2));
        return (_trade.Leads[lead.LeadId],
            _trade.Reach(project, ProjectStage.Signed, new DateOnly(2026, 3, 2), new Money(100_000_000, "CNY")));
    }

    /// <summary>The stages at the end of each month, with their contract amounts.</summary>
    private async Task<List<string>> MonthsAsync(DateTimeOffset? knownAt = null)
    {
        var months = new List<string>();
        foreach (var month in (int[])[1, 2, 3])
        {
            var day = new DateOnly(2026, month, 1).AddMonths(1).AddDays(-1);
            var totals = (await _leader.GetAsync($"/api/v1/pipeline/totals?groupBy=stage&asOf={day:O}{Known(knownAt)}")).Is(200).Json;
            months.AddRange(totals.GetProperty("groups").EnumerateArray()
                .Select(g => $"{day:yyyy-MM} {g.GetProperty("stage")} {Figures(g)}"));
        }

        return months;
    }

    private async Task<IEnumerable<string>> TrendAsync(DateTimeOffset? knownAt = null) =>
        (await _leader.GetAsync($"/api/v1/pipeline/trend?from=2026-01&to=2026-03&stage=signed{Known(knownAt)}")).Is(200).Json
            .GetProperty("months").EnumerateArray().Select(Figures);

    private static string Known(DateTimeOffset? knownAt) => knownAt is { } at ? "&knownAt=" + Uri.EscapeDataString($"{at:O}") : "";

    private static string Figures(JsonElement of)
    {
        var amounts = of.GetProperty("contractAmount").EnumerateArray().Select(m => m.GetProperty("amount").GetString());
        return $"{of.GetProperty("count")} {string.Join(' ', amounts)}";
    }
}
