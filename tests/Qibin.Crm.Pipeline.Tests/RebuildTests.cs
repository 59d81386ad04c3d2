using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Pipeline.Tests;

/// <summary>Contributions made again beside the live ones, while events go on.</summary>
public sealed class RebuildTests : IAsyncLifetime
{
    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TestService.StartAsync("pipeline", Program.Build);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_rebuild_while_events_go_on_equals_the_live_contributions_and_takes_their_place()
    {
        var random = new RandomTrade(31).Run(900);
        var (first, rest) = (random.Trade.Log[..500], random.Trade.Log[500..]);
        await _service.TellAsync(first, together: 64);

        var asked = await AskAsync(adopt: false);
        await _service.TellAsync(rest);
        var found = await FoundAsync(asked);

        Assert.Equal("0 True", $"{found.GetProperty("differing")} {found.GetProperty("switched")}");
        Assert.Equal(1, await _service.CountAsync("select count(*) from generation where live and id = 2"));
        Assert.Equal(0, await _service.CountAsync("select count(*) from stretch where gen = 1"));
        Assert.Equal(0, await _service.CountAsync("select count(*) from cell where gen = 1"));
        using var leader = _service.As(TestCaller.Person(Roles.Leader));
        var totals = (await leader.GetAsync("/api/v1/pipeline/totals?groupBy=stage,unit")).Is(200).Json;
        Assert.Equal(
            Figure.Expected(ExpectedJourney.All(random.Trade).Where(j => j.IsDisclosedTo(TestCaller.Person(Roles.Leader))), ["stage", "unit"], ["active"]),
            Figure.Answered(totals, ["stage", "unit"]));
    }

    [Fact]
    public async Task What_the_live_contributions_count_otherwise_is_named_and_stays_unless_the_new_ones_are_adopted()
    {
        var random = new RandomTrade(32).Run(80);
        await _service.TellAsync(random.Trade.Log, together: 64);
        await FoundAsync(await AskAsync(adopt: false));
        await _service.ExecuteAsync("update cell set count = count + 3 where key = (select min(key::text)::uuid from cell where currency = '')");
        await _service.ExecuteAsync("update stretch set band = (band + 1) % 7 where (lead_id, day_from) = (select lead_id, day_from from stretch where known_to is null order by 1, 2 limit 1) and known_to is null");
        await _service.ExecuteAsync("update flow set paid_in = paid_in + 1 where key = (select min(key::text)::uuid from flow where currency <> '')");

        var kept = await FoundAsync(await AskAsync(adopt: false));
        Assert.False(kept.GetProperty("switched").GetBoolean());
        // A stretch that differs is one in each of the two.
        Assert.Equal(["cell", "flow", "stretch", "stretch"], kept.GetProperty("differences").EnumerateArray().Select(d => d.GetProperty("kind").GetString()!).Order());
        Assert.Contains(kept.GetProperty("differences").EnumerateArray(), d => d.GetProperty("kind").GetString() == "cell" && d.GetProperty("by").GetString()!.StartsWith("-3 ", StringComparison.Ordinal));

        var adopted = await FoundAsync(await AskAsync(adopt: true));
        Assert.Equal("4 True", $"{adopted.GetProperty("differing")} {adopted.GetProperty("switched")}");
        var clean = await FoundAsync(await AskAsync(adopt: false));
        Assert.Equal("0 True", $"{clean.GetProperty("differing")} {clean.GetProperty("switched")}");
    }

    [Fact]
    public async Task One_rebuild_at_a_time_and_only_by_an_administrator()
    {
        await _service.TellAsync(new RandomTrade(33).Run(40).Trade.Log, together: 64);
        using var administrator = _service.As(TestCaller.Person(Roles.Administrator));

        // Who waits longer for the first than the service lets anybody wait is told to ask again, and does so.
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Eventually.GetAsync(
            () => administrator.PostAsync("/api/v1/pipeline/rebuilds", new { }, key: $"rebuild-{n}"), a => a.Code != "service.busy")));

        Assert.All(answers, a => a.Is(202));
        // A later one may begin when an earlier one has ended; at no time were there two.
        Assert.Equal(0, await _service.CountAsync("select count(*) from jobs.job a join jobs.job b on a.id < b.id and b.created_at < coalesce(a.finished_at, 'infinity')"));
        (await _service.As(TestCaller.Person(Roles.Leader)).PostAsync("/api/v1/pipeline/rebuilds", new { })).IsProblem(403, "auth.forbidden");
        await FoundAsync(answers[^1].Id);
    }

    [Fact]
    public async Task Sets_that_were_not_kept_before_get_their_cells_from_those_that_were()
    {
        await _service.TellAsync(new RandomTrade(34).Run(120).Trade.Log, together: 64);
        var database = _service.Services.GetRequiredService<NpgsqlDataSource>();
        await Eventually.TrueAsync(async () => await Fold.RunAsync(database, 10_000, CancellationToken.None) == 0 && await _service.CountAsync("select count(*) from delta") == 0);
        async Task<string> CellsAsync()
        {
            await using var said = database.CreateCommand(
                """
                select string_agg(row(gen, key, set, status, confidential, stage, chain_code, unit_id, owner_id, node_code, source_region, band, month, currency,
                    count, trim_scale(estimated), trim_scale(contract), trim_scale(paid_in), trim_scale(completed))::text, E'\n' order by key)
                from cell where count <> 0 or estimated <> 0 or contract <> 0 or paid_in <> 0 or completed <> 0
                """);
            return (string)(await said.ExecuteScalarAsync())!;
        }

        var before = await CellsAsync();
        await _service.ExecuteAsync("delete from cell where bit_count(set::bit(8)) = 2");
        Assert.NotEqual(before, await CellsAsync());

        await Fold.CompleteAsync(database, CancellationToken.None);

        Assert.Equal(before, await CellsAsync());
    }

    [Fact]
    public async Task Flows_that_were_not_kept_before_are_made_from_the_stretches_whatever_waits_to_be_folded()
    {
        var random = new RandomTrade(35).Run(160);
        await _service.TellAsync(random.Trade.Log[..120], together: 64);
        var database = _service.Services.GetRequiredService<NpgsqlDataSource>();
        await Eventually.TrueAsync(async () => await Fold.RunAsync(database, 10_000, CancellationToken.None) == 0 && await _service.CountAsync("select count(*) from flow_delta") == 0);
        await using var held = await database.OpenConnectionAsync();
        Task making;
        await using (var transaction = await held.BeginTransactionAsync())
        {
            // Nobody folds meanwhile, so that some wait when the flows are made.
            await Fold.AloneAsync(held, CancellationToken.None);
            await _service.TellAsync(random.Trade.Log[120..], together: 64);
            Assert.NotEqual(0, await _service.CountAsync("select count(*) from flow_delta"));
            await _service.ExecuteAsync("delete from flow where day > 0");
            making = Fold.CompleteAsync(database, CancellationToken.None);
            await Eventually.TrueAsync(async () => await _service.CountAsync("select count(*) from pg_locks where locktype = 'advisory' and not granted") > 0);
            await transaction.CommitAsync();
        }

        await making;

        async Task<string> FlowsAsync()
        {
            await Eventually.TrueAsync(async () => await Fold.RunAsync(database, 10_000, CancellationToken.None) == 0 && await _service.CountAsync("select count(*) from flow_delta") == 0);
            await using var said = database.CreateCommand(
                """
                select string_agg(row(gen, key, set, at, status, confidential, stage, then_chain, then_unit, node_code, source_region, band, unit_id, chain_code, day, currency,
                    count, trim_scale(estimated), trim_scale(contract), trim_scale(paid_in), trim_scale(completed))::text, E'\n' order by key)
                from flow where count <> 0 or estimated <> 0 or contract <> 0 or paid_in <> 0 or completed <> 0
                """);
            return (string)(await said.ExecuteScalarAsync())!;
        }

        Assert.NotEqual(0, await _service.CountAsync("select count(*) from flow where day > 0"));
        var made = await FlowsAsync();
        var rebuilt = await FoundAsync(await AskAsync(adopt: false));
        Assert.Equal("0 True", $"{rebuilt.GetProperty("differing")} {rebuilt.GetProperty("switched")}");
        Assert.Equal(made.Replace("(1,", "(2,", StringComparison.Ordinal), await FlowsAsync());
    }

    private async Task<Guid> AskAsync(bool adopt)
    {
        using var administrator = _service.As(TestCaller.Person(Roles.Administrator));
        return (await administrator.PostAsync("/api/v1/pipeline/rebuilds", new { adopt })).Is(202).Id;
    }

    private async Task<JsonElement> FoundAsync(Guid rebuild)
    {
        using var administrator = _service.As(TestCaller.Person(Roles.Administrator));
        var answer = await Eventually.GetAsync(
            async () => (await administrator.GetAsync($"/api/v1/pipeline/rebuilds/{rebuild}")).Is(200).Json,
            a => a.GetProperty("job").GetProperty("state").GetString() is "succeeded" or "failed");
        Assert.Equal("succeeded", answer.GetProperty("job").GetProperty("state").GetString());
        return answer.GetProperty("findings");
    }
}
