using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Qibin.Crm.Kernel;
using Qibin.Crm.Pipeline.Projection;
using Qibin.Crm.TestKit;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Pipeline.Tests;

/// <summary>What is stored beside what the events make of it, and a rebuild that repairs it.</summary>
public sealed class VerificationTests : IAsyncLifetime
{
    private readonly RandomTrade _random = new RandomTrade(31).Run(300);
    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TestService.StartAsync("pipeline", Program.Build);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    /// <summary>
    /// Each table that totals are read from, and what the events come from: whoever changes a row behind the service's back is found.
    /// </summary>
    [Theory]
    [InlineData(
        "update rollup set count = count + 7 where key = (select min(key::text)::uuid from rollup where currency = '' and at = 0)",
        "rollup")]
    [InlineData(
        "update rollup set paid_in = paid_in + 1 where key = (select min(key::text)::uuid from rollup where currency <> '' and at > 0)",
        "rollup")]
    [InlineData("delete from rollup where key = (select min(key::text)::uuid from rollup where count <> 0)", "rollup")]
    [InlineData("update delta set count = count + 7 where id = (select min(id) from delta)", "rollup")]
    [InlineData("delete from delta where id = (select min(id) from delta where currency <> '')", "rollup")]
    [InlineData(
        "update interval set stage = (stage + 1) % 14 where ctid = (select ctid from interval where known_to is null order by lead_id, "
            + "day_from, known_from limit 1)", "interval rollup")]
    [InlineData(
        "update interval set day_from = day_from - 1 where ctid = (select ctid from interval where known_to is not null order by lead_id, "
            + "day_from, known_from limit 1)", "interval")]
    [InlineData(
        "delete from interval where ctid = (select ctid from interval where known_to is not null order by lead_id, day_from, known_from "
            + "limit 1)", "interval")]
    [InlineData(
        "update journey set owner_id = gen_random_uuid() where lead_id = (select lead_id from journey order by 1 limit 1)",
        "journey rollup")]
    [InlineData("update journey set code = 'L-0' where lead_id = (select lead_id from journey order by 1 limit 1)", "journey")]
    [InlineData(
        "update journey set amounts = '[{\"currency\": \"CNY\", \"estimated\": 1, \"contract\": 0, \"paid_in\": 0, \"completed\": 0}]' "
            + "where lead_id = (select lead_id from journey order by 1 limit 1)", "journey")]
    [InlineData("delete from journey where lead_id = (select lead_id from journey order by 1 limit 1)", "journey rollup")]
    [InlineData(
        "update milestone set occurred_on = occurred_on - 1 where (stream_id, version, kind) = (select stream_id, version, kind from "
            + "milestone order by 1, 2, 3 limit 1)", "milestone")]
    [InlineData(
        "delete from milestone where (stream_id, version, kind) = (select stream_id, version, kind from milestone order by 1, 2, 3 limit "
            + "1)", "milestone")]
    [InlineData(
        "update timeline set timeline = jsonb_set(timeline, '{lead,state,unitId}', to_jsonb(gen_random_uuid())) where lead_id = (select "
            + "lead_id from journey order by 1 limit 1)", "timeline")]
    [InlineData(
        "delete from received_event where type = 'LeadOpened' and lead_id = (select lead_id from received_event where type = "
            + "'LeadOpened' order by 1 limit 1)", "interval")]
    public async Task A_row_that_was_tampered_with_is_named_and_a_rebuild_repairs_it(string tamper, string expected)
    {
        var (before, rest) = (_random.Trade.Log[..200], _random.Trade.Log[200..]);
        await _service.TellAsync(before, together: 64);
        Assert.Equal("", (await FoundAsync()).Named);
        await Compaction.RunAsync(_service.Services.GetRequiredService<NpgsqlDataSource>(), 200, CancellationToken.None);
        await using (var held = await _service.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync())
        {
            // Nobody compacts meanwhile, so that some deltas wait.
            await using var transaction = await held.BeginTransactionAsync();
            await AdvisoryLocks.LockCompactionAsync(held, CancellationToken.None);
            await _service.TellAsync(rest, together: 64);
            await _service.ExecuteAsync(tamper);
        }

        var (named, _) = await FoundAsync();
        Assert.All(expected.Split(' '), of => Assert.Contains(of, named, StringComparison.Ordinal));
        if (tamper.Contains("received_event", StringComparison.Ordinal))
        {
            // What the events no longer say cannot be derived from them.
            return;
        }

        Assert.NotEqual("0", (await RebuiltAsync(dryRun: true)).GetProperty("differing").ToString());
        Assert.Equal(named, (await FoundAsync()).Named);
        Assert.NotEqual("0", (await RebuiltAsync(dryRun: false)).GetProperty("differing").ToString());
        Assert.Equal("", (await FoundAsync()).Named);
    }

    [Fact]
    public async Task A_rebuild_while_events_go_on_finds_nothing_to_repair()
    {
        await _service.TellAsync(_random.Trade.Log[..150], together: 64);
        var rebuild = RebuiltAsync(dryRun: false);
        await _service.TellAsync(_random.Trade.Log[150..]);
        Assert.Equal("0", (await rebuild).GetProperty("differing").ToString());
        Assert.Equal("", (await FoundAsync()).Named);
        using var leader = _service.As(TestCaller.Person(Roles.Leader));
        var totals = (await leader.GetAsync("/api/v1/pipeline/totals?groupBy=stage,unit")).Is(200).Json;
        Assert.Equal(
            Figure.Expected(
                ExpectedJourney.All(_random.Trade).Where(j => j.IsDisclosedTo(TestCaller.Person(Roles.Leader))), ["stage", "unit"],
                ["active"]),
            Figure.Answered(totals, ["stage", "unit"]));
    }

    [Fact]
    public async Task A_rebuild_derives_all_of_it_from_the_events_alone()
    {
        await _service.TellAsync(_random.Trade.Log, together: 64);
        await _service.ExecuteAsync("truncate timeline, journey, interval, milestone, rollup, delta");
        await RebuiltAsync(dryRun: false);
        Assert.NotEmpty(_random.Trade.Bin);
        Assert.Equal(("", ExpectedJourney.All(_random.Trade).Count), await FoundAsync());
    }

    [Fact]
    public async Task One_rebuild_at_a_time_and_only_by_an_administrator()
    {
        await _service.TellAsync(_random.Trade.Log[..100], together: 64);
        using var administrator = _service.As(TestCaller.Person(Roles.Administrator));
        // Who waits longer for the first than the service lets anybody wait is told to ask again, and does so.
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Eventually.GetAsync(
            () => administrator.PostAsync("/api/v1/pipeline/rebuilds", new { }, key: $"rebuild-{n}"), a => a.Code != "service.busy")));
        Assert.All(answers, a => a.Is(202));
        // A later one may begin when an earlier one has ended; at no time were there two.
        Assert.Equal(
            0, await _service.CountAsync(
            "select count(*) from jobs.job a join jobs.job b on a.id < b.id and b.created_at < coalesce(a.finished_at, 'infinity')"));
        (await _service.As(TestCaller.Person(Roles.Leader)).PostAsync("/api/v1/pipeline/rebuilds", new { }))
            .IsProblem(403, "auth.forbidden");
        (await _service.As(TestCaller.Person(Roles.Leader)).PostAsync("/api/v1/pipeline/verifications", null))
            .IsProblem(403, "auth.forbidden");
    }

    /// <summary>
    /// What journeys and sums differ in, as the verification finds it. The services that it asks first are not there in this test.
    /// </summary>
    private async Task<(string Named, int Journeys)> FoundAsync()
    {
        await using var scope = _service.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PipelineDb>();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var leads = await FoldedJourneys.NextAsync(db, Guid.Empty, CancellationToken.None);
        var journeys = await FoldedJourneys.ReadAsync(db, leads, CancellationToken.None);
        var (_, sums) = await RollupCheck.RunAsync(db, 10, repair: false, CancellationToken.None);
        return (
            string.Join(
                ' ', journeys.SelectMany(j => j.Differences()).Select(d => d.Of).Concat(sums.Select(_ => "rollup")).Distinct()
                .Order(StringComparer.Ordinal)),
            journeys.Count(j => j.Journey is { Removed: false }));
    }

    private async Task<JsonElement> RebuiltAsync(bool dryRun)
    {
        using var administrator = _service.As(TestCaller.Person(Roles.Administrator));
        var rebuild = (await administrator.PostAsync("/api/v1/pipeline/rebuilds", new { dryRun })).Is(202).Id;
        var answer = await Eventually.GetAsync(
            async () => (await administrator.GetAsync($"/api/v1/pipeline/rebuilds/{rebuild}")).Is(200).Json,
            a => a.GetProperty("job").GetProperty("state").GetString() is "succeeded" or "failed");
        Assert.Equal("succeeded", answer.GetProperty("job").GetProperty("state").GetString());
        return answer.GetProperty("findings");
    }
}
