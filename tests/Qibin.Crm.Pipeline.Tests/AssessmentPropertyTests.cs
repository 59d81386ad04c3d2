using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Pipeline.Tests;

/// <summary>
/// After any sequence of events, however shuffled, scores are what the trade's rules give and add up by every way that they are looked at.
/// </summary>
public sealed class AssessmentPropertyTests
{
    private static readonly Dictionary<string, decimal> Rates = new() { ["CNY"] = 1, ["USD"] = 7.1m, ["EUR"] = 7.77m };

    [Theory]
    [InlineData(5, 64)]
    [InlineData(20261127, 1)]
    public async Task Scores_equal_a_recount_of_the_trade_and_add_up_to_their_lists_under_every_scope(int seed, int together)
    {
        await using var service = await TestService.StartAsync("pipeline", Program.Build);
        var random = new RandomTrade(seed).Run(500);
        var told = random.Trade.Log.ToArray();
        new Random(seed).Shuffle(told);
        await service.TellAsync(told, together);
        (await service.As(TestCaller.Person(Roles.Coordinator)).PostAsync("/api/v1/pipeline/rates", new
        {
            rates = Rates.Where(r => r.Key != "CNY")
                .Select(r => new { currency = r.Key, on = new DateOnly(2025, 1, 1), rate = $"{r.Value}" }),
        })).Is(200);
        TestCaller[] callers =
        [
            TestCaller.Person(Roles.Leader),
            TestCaller.Person(Roles.Leader) with { Id = random.Officers[0] },
            TestCaller.Person(Roles.UnitHead, Reach.Subtree, random.Units[0]) with { Id = random.Officers[1], Subtree = random.Units[..2] },
            TestCaller.Officer(random.Units[2]) with { Id = random.Officers[2] },
            TestCaller.Person(Roles.ChainChief, Reach.Chain) with { Chains = ["satellite"] },
        ];
        var shared = 0;
        foreach (var day in (DateOnly[])[new(2025, 12, 31), new(2026, 4, 15), random.Trade.Today])
        {
            foreach (var (caller, n) in callers.Select((c, n) => (c, n)))
            {
                using var client = service.As(caller);
                var units = (await client.GetAsync($"/api/v1/pipeline/assessment?by=unit&asOf={day:O}")).Is(200).Json;
                await AssessmentTests.DrillsDownAsync(client, units);
                var officers = (await client.GetAsync($"/api/v1/pipeline/assessment?by=owner&asOf={day:O}")).Is(200).Json;
                await AssessmentTests.DrillsDownAsync(client, officers);
                foreach (var (indicator, i) in Enum.GetValues<Indicator>().Select((x, i) => (x, i)))
                {
                    // Units and officers divide the same whole.
                    var total = AssessmentTests.Number(units.GetProperty("total")[i].GetProperty("achieved"));
                    Assert.Equal(total, AssessmentTests.Number(officers.GetProperty("total")[i].GetProperty("achieved")));
                    Assert.All(new[] { units, officers }, a => Assert.Equal(
                        total, a.GetProperty("rows").EnumerateArray()
                            .Sum(r => AssessmentTests.Number(r.GetProperty("indicators")[i].GetProperty("achieved")))));
                    if (caller.Reach != Reach.All)
                    {
                        continue;
                    }

                    var expected = Expected(random.Trade, day, indicator, caller);
                    Assert.Equal((indicator, expected.Values.Sum(v => v.Value)), (indicator, total));
                    if (indicator is Indicator.SignedProjects or Indicator.StartedProjects or Indicator.ProducingProjects)
                    {
                        Assert.Equal(
                            expected.Values.SelectMany(v => v.Shares).GroupBy(s => s.UnitId).Where(g => g.Sum(s => s.Credit) > 0)
                                .Select(g => $"{g.Key} {g.Sum(s => s.Credit) / 10_000m:0.####}").Order(StringComparer.Ordinal),
                            units.GetProperty("rows").EnumerateArray()
                                .Select(
                                r => (Unit: r.GetProperty("unit").GetProperty("id").GetString(),
                                Of: AssessmentTests.Number(r.GetProperty("indicators")[i].GetProperty("achieved"))))
                                .Where(r => r.Of > 0).Select(r => $"{r.Unit} {r.Of:0.####}").Order(StringComparer.Ordinal));
                        shared += expected.Values.Count(v => v.Shares.Count > 1);
                    }
                }
            }
        }

        Assert.NotEqual(0, shared);
    }

    /// <summary>What each project counts for and whose it is, found the plain way from the log.</summary>
    private static Dictionary<Guid,
        (decimal Value, IReadOnlyList<TransferShare> Shares)> Expected(Trade trade, DateOnly day, Indicator indicator, TestCaller caller)
    {
        var found = new Dictionary<Guid, (decimal, IReadOnlyList<TransferShare>)>();
        foreach (var (_, then) in new History(trade).At(day, null).Where(j => j.Now.IsDisclosedTo(caller) && j.Then.Project is not null
            && j.Then.Status != "terminated"))
        {
            var log = trade.Log.Where(t => t.Delivery.StreamId == then.Project!.ProjectId).ToList();
            var amounts = indicator switch
            {
                Indicator.SignedAmount => new[] { then.Project!.ContractAmount }.OfType<Money>(),
                Indicator.PaidInFunds => log.Select(t => t.Happened).OfType<FundsPaidIn>()
                    .Where(f => f.OccurredOn.Year == day.Year && f.OccurredOn <= day).Select(f => f.Amount),
                _ => [],
            };
            if (indicator != Indicator.PaidInFunds && !Counts(log, day, indicator switch
            {
                Indicator.StartedProjects => ProjectStage.Started,
                Indicator.ProducingProjects => ProjectStage.Producing,
                _ => ProjectStage.Signed,
            }))
            {
                continue;
            }

            var value = indicator is Indicator.SignedAmount or Indicator.PaidInFunds
                ? Math.Round(amounts.Sum(m => m.Amount * Rates[m.Currency]), 2, MidpointRounding.AwayFromZero)
                : 1;
            var transfer = trade.Log.Select(t => t.Happened).OfType<TransferMoved>()
                .LastOrDefault(t => t.LeadId == then.Lead.LeadId && t.OccurredOn <= day);
            found[then.Lead.LeadId] =
                (value, transfer is null ? [new TransferShare { UnitId = then.Unit, Credit = 10_000, Tax = 0 }]
                : [.. transfer.Shares.Where(s => s.Credit > 0)]);
        }

        return found;
    }

    /// <summary>Goes through every day on which a reaching may have been spent.</summary>
    private static bool Counts(List<Told> log, DateOnly day, ProjectStage stage)
    {
        var dates = log.Count == 0 ? [] : Corrected.Dates(log, log[0].Delivery.StreamId, null);
        var reached = log.Where(t => t.Happened is ProjectStageReached r && r.To == stage).Select(t =>
        {
            var back = log.Find(b => b.Delivery.Version > t.Delivery.Version
                && b.Happened is ProjectSteppedBack { To: var to } && to < stage);
            return (On: dates.GetValueOrDefault(t.Delivery.Version, Corrected.DayOf(t)),
                Back: back is null ? default(DateOnly?) : dates.GetValueOrDefault(back.Delivery.Version, Corrected.DayOf(back)));
        }).ToList();
        var spent = reached.Exists(r => r.On.Year < day.Year && (r.Back is null || r.Back.Value.Year > r.On.Year));
        return !spent && reached.Exists(r => r.On.Year == day.Year && r.On <= day && (r.Back is null || r.Back > day));
    }
}
