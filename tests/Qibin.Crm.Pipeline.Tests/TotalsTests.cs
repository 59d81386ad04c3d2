using System.Text.Json;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Pipeline.Tests;

public sealed class TotalsTests : IAsyncLifetime
{
    private readonly Trade _trade = new();
    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TestService.StartAsync("pipeline", Program.Build);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_signed_project_counts_at_its_stage_with_all_its_amounts()
    {
        var lead = _trade.Open(estimated: new Money(100_000_000, "CNY"));
        var project = _trade.Reach(_trade.Convert(lead), ProjectStage.Signed, contract: new Money(120_000_000.55m, "CNY"));
        _trade.PayIn(project, new Money(20_000_000, "CNY"));
        _trade.Open();
        await _service.TellAsync(_trade.Log);

        var totals = (await _service.As(TestCaller.Person(Roles.Leader)).GetAsync("/api/v1/pipeline/totals?groupBy=stage")).Is(200).Json;

        var signed = totals.GetProperty("groups").EnumerateArray().Single(g => g.GetProperty("stage").GetString() == "signed");
        Assert.Equal(1, signed.GetProperty("count").GetInt32());
        Assert.Equal("""[{"amount":"100000000.00","currency":"CNY"}]""", signed.GetProperty("estimatedInvestment").GetRawText());
        Assert.Equal("""[{"amount":"120000000.55","currency":"CNY"}]""", signed.GetProperty("contractAmount").GetRawText());
        Assert.Equal("""[{"amount":"20000000.00","currency":"CNY"}]""", signed.GetProperty("paidIn").GetRawText());
        Assert.Equal(2, totals.GetProperty("total").GetProperty("count").GetInt32());
        Assert.Equal(_trade.Now, totals.GetProperty("asOf").GetDateTimeOffset());
        var list = (await _service.As(TestCaller.Person(Roles.Leader)).GetAsync(signed.GetProperty("journeys").GetString() + "&total=true"))
            .Is(200).Json;
        Assert.Equal(1, list.GetProperty("total").GetInt32());
        Assert.Equal(lead.LeadId, list.GetProperty("items")[0].GetProperty("leadId").GetGuid());
    }

    [Fact]
    public async Task Currencies_are_never_added_in_any_grouping()
    {
        var unit = Trade.NewId();
        var officer = Trade.NewId();
        foreach (var currency in new[] { "CNY", "USD", "EUR" })
        {
            var project = _trade.Reach(
                _trade.Convert(_trade.Open(officer, unit, estimated: new Money(1, currency))), ProjectStage.Signed,
                    contract: new Money(10, currency));
            project = _trade.PayIn(project, new Money(100, currency));
            project = _trade.PayIn(project, new Money(1000, "HKD"));
            _trade.Complete(_trade.Complete(project, new Money(50, currency)), new Money(500, "JPY"));
        }

        await _service.TellAsync(_trade.Log);
        using var leader = _service.As(TestCaller.Person(Roles.Leader));
        var journeys = ExpectedJourney.All(_trade);
        string[] dimensions = ["stage", "chain", "unit", "owner", "node", "sourceRegion", "band", "month"];
        foreach (var by in dimensions.SelectMany(first => dimensions.Select(second => first == second ? new[] { first } : [first, second])))
        {
            foreach (var past in new[] { "", $"&asOf={_trade.Today:O}", $"&knownAt={Uri.EscapeDataString($"{_trade.Now:O}")}" })
            {
                var totals = (await leader.GetAsync($"/api/v1/pipeline/totals?groupBy={string.Join(',', by)}{past}")).Is(200).Json;
                Assert.Equal(Figure.Expected(journeys, by, ["active"]), Figure.Answered(totals, by));
                // Whatever each group has is of the currencies that were entered, as they were entered.
                var total = totals.GetProperty("total");
                Assert.Equal(["CNY 1.00", "EUR 1.00", "USD 1.00"], Amounts(total, "estimatedInvestment"));
                Assert.Equal(["CNY 10.00", "EUR 10.00", "USD 10.00"], Amounts(total, "contractAmount"));
                Assert.Equal(["CNY 100.00", "EUR 100.00", "HKD 3000.00", "USD 100.00"], Amounts(total, "paidIn"));
                Assert.Equal(["CNY 50.00", "EUR 50.00", "JPY 1500.00", "USD 50.00"], Amounts(total, "completedInvestment"));
                Assert.Equal(by.Contains("band") ? 2 : 1, totals.GetProperty("groups").GetArrayLength());
            }
        }
    }

    [Fact]
    public async Task Suspended_terminated_kept_and_invalid_ones_stand_apart_unless_they_are_asked_for()
    {
        var first = _trade.Reach(_trade.Convert(_trade.Open()), ProjectStage.Signed, contract: new Money(5, "CNY"));
        _trade.Standing(first, ProjectStatus.Suspended);
        _trade.Standing(_trade.Reach(_trade.Convert(_trade.Open()), ProjectStage.Signed), ProjectStatus.Terminated);
        Close(LeadStage.Kept);
        Close(LeadStage.Invalid);
        _trade.Open();
        await _service.TellAsync(_trade.Log);
        using var leader = _service.As(TestCaller.Person(Roles.Leader));

        var usual = (await leader.GetAsync("/api/v1/pipeline/totals")).Is(200).Json;
        Assert.Equal(["new 1"], Groups(usual));
        Assert.Equal(
            ["suspended 1", "terminated 1", "kept 1", "invalid 1"],
            usual.GetProperty("apart").EnumerateArray().Select(a => $"{a.GetProperty("status")} {a.GetProperty("count")}"));
        Assert.Equal(["CNY 5.00"], Amounts(usual.GetProperty("apart")[0], "contractAmount"));
        Assert.Equal(["signed 1"], Groups((await leader.GetAsync("/api/v1/pipeline/totals?status=suspended")).Is(200).Json));
        Assert.Equal(["new 1", "kept 1"], Groups((await leader.GetAsync("/api/v1/pipeline/totals?stage=kept,new")).Is(200).Json));
        Assert.Equal(
            ["new 1", "kept 1", "invalid 1", "signed 2"],
            Groups((await leader.GetAsync("/api/v1/pipeline/totals?status=active,suspended,terminated,kept,invalid")).Is(200).Json));

        void Close(LeadStage stage) => _trade.Tell(
            _trade.Open() with { Stage = stage }, l => new LeadClosed { Lead = l, Reason = "暂无投资意向", OccurredOn = _trade.Today });
    }

    [Fact]
    public async Task A_confidential_journey_is_counted_for_its_readers_and_is_only_a_number_to_others()
    {
        var reader = TestCaller.Person(Roles.Leader);
        var unit = Trade.NewId();
        var hidden = _trade.Open(unit: unit, estimated: new Money(1, "CNY"), readers: [reader.Id]);
        _trade.Open(unit: unit);
        await _service.TellAsync(_trade.Log);

        Assert.Equal("2 hidden 0", await CountAsync(reader, ""));
        Assert.Equal("1 hidden 1", await CountAsync(TestCaller.Person(Roles.Leader), ""));
        // No filter tells of what chain, stage or officer the hidden one is.
        Assert.Equal("0 hidden 1", await CountAsync(TestCaller.Person(Roles.Leader), "?chain=xinchuang"));
        Assert.Equal("1 hidden 1", await CountAsync(TestCaller.Person(Roles.UnitHead, Reach.Subtree, unit), ""));
        Assert.Equal("0 hidden 0", await CountAsync(TestCaller.Person(Roles.UnitHead, Reach.Subtree), ""));
        (await _service.As(TestCaller.Person(Roles.Leader)).GetAsync($"/api/v1/pipeline/journeys/{hidden.LeadId}")).Is(404);
        (await _service.As(reader).GetAsync($"/api/v1/pipeline/journeys/{hidden.LeadId}")).Is(200);

        async Task<string> CountAsync(TestCaller caller, string query)
        {
            var totals = (await _service.As(caller).GetAsync($"/api/v1/pipeline/totals{query}")).Is(200).Json;
            return $"{totals.GetProperty("total").GetProperty("count")} hidden {totals.GetProperty("hidden")}";
        }
    }

    [Fact]
    public async Task Before_the_first_event_everything_is_nothing()
    {
        var totals = (await _service.As(TestCaller.Person(Roles.Leader)).GetAsync("/api/v1/pipeline/totals?groupBy=unit,chain"))
            .Is(200).Json;

        Assert.Equal(
            "[] 0 null 0", $"{totals.GetProperty("groups").GetRawText()} {totals.GetProperty("total").GetProperty("count")} "
                + $"{totals.GetProperty("asOf").GetRawText()} {totals.GetProperty("hidden")}");
    }

    private static IEnumerable<string> Groups(JsonElement totals) =>
        totals.GetProperty("groups").EnumerateArray().Select(g => $"{g.GetProperty("stage")} {g.GetProperty("count")}");

    private static IEnumerable<string> Amounts(JsonElement figures, string measure) =>
        figures.GetProperty(measure).EnumerateArray().Select(m => $"{m.GetProperty("currency")} {m.GetProperty("amount")}");
}
