using Microsoft.Extensions.DependencyInjection;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Pipeline.Tests;

/// <summary>After any sequence of events, however doubled and shuffled, the totals are what a recount of the aggregates gives.</summary>
public sealed class PropertyTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(20261124, 64)]
    [InlineData(410611, 1)]
    public async Task Totals_equal_a_recount_under_every_scope_when_every_message_comes_three_times_in_any_order(int seed, int together)
    {
        await using var service = await TestService.StartAsync("pipeline", Program.Build);
        var random = new RandomTrade(seed).Run(600);
        var dice = new Random(seed);
        // The third copy is a new message with the same content, as after the inbox has forgotten the first.
        var told = random.Trade.Log.SelectMany(t => new[] { t, t, t with { Delivery = t.Delivery with { MessageId = Trade.NewId() } } })
            .ToArray();
        dice.Shuffle(told);

        // Several at once when each goes by itself; batches go one after the other.
        var parts = together > 1 ? 1 : 4;
        await Parallel.ForEachAsync(
            told.Chunk((told.Length / parts) + 1), new ParallelOptions { MaxDegreeOfParallelism = parts }, async (part, _) =>
                await service.TellAsync(part, together));

        var journeys = ExpectedJourney.All(random.Trade);
        foreach (var caller in random.Callers())
        {
            using var client = service.As(caller);
            var within = journeys.Where(j => j.IsWithin(caller)).ToList();
            var visible = within.Where(j => j.IsDisclosedTo(caller)).ToList();
            foreach (var by in Figure.Groupings)
            {
                // Some are answered from deltas, some from cells, most from both.
                await Compaction.RunAsync(service.Services.GetRequiredService<Npgsql.NpgsqlDataSource>(), 50, CancellationToken.None);
                var totals = (await client.GetAsync($"/api/v1/pipeline/totals?groupBy={string.Join(',', by)}")).Is(200).Json;
                Assert.Equal(Figure.Expected(visible, by, ["active"]), Figure.Answered(totals, by));
                Assert.Equal(within.Count - visible.Count, totals.GetProperty("hidden").GetInt32());
                Assert.Equal(random.Trade.Now, totals.GetProperty("asOf").GetDateTimeOffset());
            }

            Assert.Equal(
                visible.Select(j => j.Lead.LeadId).Order(),
                (await ListedAsync(client, "/api/v1/pipeline/journeys?status=active,suspended,terminated,kept,invalid&limit=17")).Order());
        }

        Assert.Contains(journeys, j => j.Lead.Confidential);
        Assert.Contains(journeys, j => j.Project?.MovedInOn is not null);
        Assert.Contains(journeys, j => j.Lead.SharedWith.Length > 0);
        Assert.Contains(random.Trade.Log, t => t.Happened is LeadStageDateCorrected);
        Assert.Contains(random.Trade.Log, t => t.Happened is ProjectStageDateCorrected);
        Assert.Contains(random.Trade.Log, t => t.Happened is ProjectMoveDateCorrected);
        Assert.Contains(random.Trade.Log, t => t.Happened is ProjectContractCorrected { MoveVersion: null });
        Assert.Contains(random.Trade.Log, t => t.Happened is ProjectContractCorrected { MoveVersion: not null });
        Assert.Contains(random.Trade.Log, t => t.Happened is LeadRestored);
        Assert.Contains(random.Trade.Log, t => t.Happened is ContactRemoved);
        Assert.NotEmpty(random.Trade.Bin);
        Assert.NotEqual(0, await service.CountAsync("select count(*) from rollup"));
    }

    [Fact]
    public async Task Every_link_of_the_totals_opens_a_list_that_counts_the_same()
    {
        await using var service = await TestService.StartAsync("pipeline", Program.Build);
        var random = new RandomTrade(7).Run(250);
        await service.TellAsync(random.Trade.Log);
        using var client = service.As(
            TestCaller.Person(Roles.UnitHead, Reach.Subtree, random.Units[1]) with { Subtree = random.Units[..3] });
        foreach (var query in new[]
        {
            "groupBy=stage,chain", "groupBy=unit,owner&status=active,suspended", "groupBy=owner&chain=none",
                "groupBy=chain&stage=kept,new,signed",
            "groupBy=node,band", "groupBy=sourceRegion,month",
                "groupBy=band&sourceRegion=none&band=from10,from50,below1&status=active,kept,suspended,terminated",
        })
        {
            var groups = (await client.GetAsync($"/api/v1/pipeline/totals?{query}")).Is(200).Json.GetProperty("groups");
            Assert.NotEqual(0, groups.GetArrayLength());
            foreach (var group in groups.EnumerateArray())
            {
                var list = (await client.GetAsync(group.GetProperty("journeys").GetString() + "&total=true&limit=1")).Is(200).Json;
                Assert.Equal(group.GetProperty("count").GetInt32(), list.GetProperty("total").GetInt32());
            }
        }
    }

    [Fact]
    public async Task Every_event_of_the_contracts_is_heard()
    {
        await using var service = await TestService.StartAsync("pipeline", Program.Build);
        var heard = service.Services.GetRequiredService<Inbox>().Subscriptions.Select(s => s.Event).ToHashSet();

        Assert.Equal(
            [], typeof(Contracts.IEvent).Assembly.GetTypes()
            .Where(t => t.IsClass && t.IsAssignableTo(typeof(Contracts.IEvent)) && !heard.Contains(t)
                // Its own.
                && t != typeof(Contracts.Pipeline.RatesEntered)));
    }

    private static async Task<List<Guid>> ListedAsync(ApiClient client, string path)
    {
        var (ids, cursor) = (new List<Guid>(), (string?)null);
        do
        {
            var page = (await client.GetAsync(path + (cursor is null ? "" : $"&cursor={cursor}"))).Is(200).Json;
            ids.AddRange(page.GetProperty("items").EnumerateArray().Select(j => j.GetProperty("leadId").GetGuid()));
            cursor = page.GetProperty("next").GetString();
        }
        while (cursor is not null);
        return ids;
    }
}
