using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Pipeline.Tests;

/// <summary>Trend, funnel, dwell and thresholds.</summary>
public sealed class OverTimeTests : IAsyncLifetime
{
    private static readonly DateOnly Day = new(2026, 1, 1);
    private readonly Trade _trade = new();
    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TestService.StartAsync("pipeline", Program.Build);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task Each_month_of_a_trend_is_the_total_and_the_list_as_of_its_last_day()
    {
        var random = new RandomTrade(12).Run(200);
        await _service.TellAsync(random.Trade.Log, together: 64);
        TestCaller[] callers =
        [
            TestCaller.Person(Roles.UnitHead, Reach.Subtree, random.Units[0]) with { Id = random.Officers[0], Subtree = random.Units[..3] },
            TestCaller.Person(Roles.Leader),
            TestCaller.Person(Roles.Auditor) with { Id = random.Officers[0] },
            TestCaller.Person(Roles.Officer, Reach.Unit, random.Units[3]) with { Id = random.Officers[2] },
            TestCaller.Officer(random.Units[0]) with { Id = random.Officers[1] },
            TestCaller.Person(Roles.ChainChief, Reach.Chain) with { Chains = ["satellite", "xinchuang"], Id = random.Officers[3] },
        ];
        string[] filters =
        [
            "", "&chain=satellite", "&chain=none", "&stage=signed", $"&unit={random.Units[0]}", "&band=from1,from5", "&sourceRegion=none",
                "&node=none",
            "&status=suspended,terminated&stage=signed,registered,negotiating", "&chain=satellite&stage=new,negotiating",
                $"&owner={random.Officers[0]}",
        ];
        var some = false;
        foreach (var caller in callers)
        {
            using var client = _service.As(caller);
            foreach (var filter in filters)
            {
                // Some are answered from deltas, some from rollups, most from both.
                await Compaction.RunAsync(_service.Services.GetRequiredService<Npgsql.NpgsqlDataSource>(), 50, CancellationToken.None);
                var months = (await client.GetAsync($"/api/v1/pipeline/trend?from=2026-01&to=2026-03{filter}"))
                    .Is(200).Json.GetProperty("months").EnumerateArray().ToList();
                Assert.Equal(3, months.Count);
                foreach (var month in months)
                {
                    var total = (await client.GetAsync($"/api/v1/pipeline/totals?asOf={month.GetProperty("day")}{filter}"))
                        .Is(200).Json.GetProperty("total");
                    Assert.Equal((filter, Line(total)), (filter, Line(month)));
                    some |= month.GetProperty("count").GetInt32() > 0;
                }

                var list = (await client.GetAsync(months[^1].GetProperty("journeys").GetString() + "&total=true&limit=1")).Is(200).Json;
                Assert.Equal(months[^1].GetProperty("count").GetInt32(), list.GetProperty("total").GetInt32());
            }
        }

        Assert.True(some);
        Assert.NotEqual(0, await _service.CountAsync("select count(*) from rollup where at > 0"));

        static string Line(JsonElement f) =>
            $"{f.GetProperty("count")} {f.GetProperty("estimatedInvestment")} {f.GetProperty("contractAmount")} {f.GetProperty("paidIn")} "
                + $"{f.GetProperty("completedInvestment")}";
    }

    [Fact]
    public async Task A_funnel_counts_who_went_how_far_and_how_long_it_took_by_the_month_of_first_contact()
    {
        foreach (var (days, stage) in new[] { (10, ProjectStage.Signed), (20, ProjectStage.Registered), (40, ProjectStage.Negotiating) })
        {
            var project = _trade.Convert(_trade.Open(on: Day), Day.AddDays(days));
            for (var next = ProjectStage.Signed; next <= stage; next++)
            {
                project = _trade.Reach(project, next, Day.AddDays(days + (30 * (int)next)));
            }
        }

        _trade.Open(on: Day.AddDays(3));
        _trade.Open(on: Day.AddDays(40));
        var back = _trade.Reach(_trade.Convert(_trade.Open(on: Day.AddDays(5)), Day.AddDays(6)), ProjectStage.Signed, Day.AddDays(7));
        _trade.StepBack(back, ProjectStage.Negotiating, Day.AddDays(8));
        await _service.TellAsync(_trade.Log);

        var funnel = (await _service.As(TestCaller.Person(Roles.Leader)).GetAsync("/api/v1/pipeline/funnel?from=2026-01&to=2026-02"))
            .Is(200).Json;

        var january = funnel.GetProperty("cohorts")[0];
        Assert.Equal("2026-01", january.GetProperty("month").GetString());
        Assert.Equal(
            ["firstContact 5 1 - 0 -", "converted 4 0.8 0.8 10 10", "signed 2 0.4 0.5 40 30", "registered 1 0.2 0.5 80 30",
                "started 0 0 0 - -"],
            january.GetProperty("steps").EnumerateArray().Take(5).Select(Step));
        Assert.Equal("firstContact 6 1 - 0 -", Step(funnel.GetProperty("total")[0]));

        static string Step(JsonElement s) => string.Join(
            ' ', s.EnumerateObject().Where(p => p.Name != "journeys").Select(p => p.Value.ValueKind switch
            {
                JsonValueKind.Null => "-",
                JsonValueKind.Number => $"{p.Value.GetDecimal():0.####}",
                _ => p.Value.ToString(),
            }));
    }

    [Fact]
    public async Task Days_in_a_stage_are_those_of_stays_that_ended_and_of_those_that_last()
    {
        foreach (var days in new[] { 10, 20, 30 })
        {
            var project = _trade.Convert(_trade.Open(on: Day), Day.AddDays(5));
            _trade.Reach(project, ProjectStage.Signed, Day.AddDays(5 + days));
        }

        await _service.TellAsync(_trade.Log);

        var dwell = (await _service.As(TestCaller.Person(Roles.Leader)).GetAsync("/api/v1/pipeline/dwell")).Is(200).Json;

        var today = _service.Clock.Today().DayNumber - Day.DayNumber;
        Assert.Equal(
            ["new 3 5 5 0  ", "negotiating 3 20 30 0  ", $"signed 0   3 {today - 25} {today - 15}"],
            dwell.GetProperty("stages").EnumerateArray()
                .Select(s => $"{s.GetProperty("stage")} {Days(s.GetProperty("past"))} {Days(s.GetProperty("present"))}"));

        // Each journey is in one band.
        var stays = 0;
        foreach (var band in Enum.GetValues<Band>())
        {
            var word = JsonNamingPolicy.CamelCase.ConvertName(band.ToString());
            stays += Stays((await _service.As(TestCaller.Person(Roles.Leader)).GetAsync("/api/v1/pipeline/dwell?band=" + word))
                .Is(200).Json);
        }

        Assert.Equal(Stays(dwell), stays);

        static string Days(JsonElement d) => $"{d.GetProperty("stays")} {d.GetProperty("median")} {d.GetProperty("p90")}";

        static int Stays(JsonElement answer) => answer.GetProperty("stages").EnumerateArray()
            .Sum(s => s.GetProperty("past").GetProperty("stays").GetInt32() + s.GetProperty("present").GetProperty("stays").GetInt32());
    }

    [Fact]
    public async Task What_is_large_is_counted_by_thresholds_and_what_waits_longest_is_listed()
    {
        Signed(new Money(99_999_999.99m, "CNY"), 1, ProjectStage.Signed);
        Signed(new Money(100_000_000, "CNY"), 2, ProjectStage.Started);
        var longest = Signed(new Money(999_999_999.99m, "CNY"), 0, ProjectStage.Registered);
        Signed(new Money(5_000_000_000, "CNY"), 3, ProjectStage.Producing);
        Signed(new Money(900_000_000, "USD"), 4, ProjectStage.Signed);
        _trade.Open(estimated: new Money(500_000_000, "CNY"));
        await _service.TellAsync(_trade.Log);
        using var leader = _service.As(TestCaller.Person(Roles.Leader));

        var large = (await leader.GetAsync("/api/v1/pipeline/thresholds")).Is(200).Json;

        Assert.Equal(
            ["1 4", "5 3", "10 1", "50 1"], large.GetProperty("atLeast").EnumerateArray()
            .Select(t => $"{t.GetProperty("atLeast")} {t.GetProperty("count")}"));
        Assert.Equal(1, large.GetProperty("otherCurrency").GetProperty("count").GetInt32());
        Assert.Equal(3, large.GetProperty("signedNotStarted").GetProperty("count").GetInt32());
        Assert.Equal(1, large.GetProperty("startedNotProducing").GetProperty("count").GetInt32());
        var first = large.GetProperty("signedNotStarted").GetProperty("longest")[0];
        Assert.Equal(
            $"{longest} {Day.AddDays(10):O}",
            $"{first.GetProperty("journey").GetProperty("leadId")} {first.GetProperty("since").GetString()}");
        foreach (var part in large.GetProperty("atLeast").EnumerateArray().Append(large.GetProperty("signedNotStarted"))
            .Append(large.GetProperty("startedNotProducing")))
        {
            var list = (await leader.GetAsync(part.GetProperty("journeys").GetString() + "&total=true")).Is(200).Json;
            Assert.Equal(part.GetProperty("count").GetInt32(), list.GetProperty("total").GetInt32());
        }

        Guid Signed(Money contract, int later, ProjectStage stage)
        {
            var project = _trade.Convert(_trade.Open(on: Day), Day.AddDays(5));
            for (var next = ProjectStage.Signed; next <= stage; next++)
            {
                project = _trade.Reach(
                    project, next, Day.AddDays(10 + later + (next > ProjectStage.Signed ? 20 : 0)), next == ProjectStage.Signed ? contract
                    : null);
            }

            return project.LeadId;
        }
    }

    [Theory]
    [InlineData("trend?from=2026-3", "from")]
    [InlineData("trend?from=2026-04&to=2026-03", "from")]
    [InlineData("funnel?to=2999-01", "to")]
    [InlineData("forecast?convertTo=EUR", "convertTo")]
    [InlineData("forecast?asOf=2999-01-01", "asOf")]
    [InlineData("dwell?asOf=2026-01-01", "asOf")]
    [InlineData("thresholds?knownAt=2026-01-01T00:00:00Z", "knownAt")]
    public async Task A_question_that_cannot_be_answered_is_refused_by_name(string question, string pointer)
    {
        var refused = (await _service.As(TestCaller.Person(Roles.Leader)).GetAsync($"/api/v1/pipeline/{question}"))
            .IsProblem(400, "request.invalid");
        Assert.Equal(pointer, refused.Json.GetProperty("errors")[0].GetProperty("pointer").GetString());
    }
}
