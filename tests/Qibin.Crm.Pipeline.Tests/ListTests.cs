using System.Text.Json;
using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Pipeline.Tests;

/// <summary>Each figure opens into a list that counts the same; what is hidden is stated; amounts count at the rate of the day.</summary>
public sealed class ListTests : IAsyncLifetime
{
    private static readonly DateOnly Day = new(2026, 1, 1);
    private readonly Trade _trade = new();
    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TestService.StartAsync("pipeline", Program.Build);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task F_The_list_behind_a_total_is_exported_as_it_is_listed()
    {
        var owner = TestCaller.Officer() with { Name = "钱示例" };
        await _service.DeliverAsync(
            new OfficerPlaced { OfficerId = owner.Id, Name = owner.Name, UnitId = owner.UnitId, Roles = owner.Roles, Active = true },
            owner.Id, 1);
        _trade.Open(estimated: new Money(2_000_000, "USD"));
        _trade.Reach(
            _trade.Convert(_trade.Open(owner: owner.Id, estimated: new Money(1, "CNY"))), ProjectStage.Signed,
            contract: new Money(300_000_000, "CNY"));
        await _service.TellAsync(_trade.Log);
        var leader = TestCaller.Person(Roles.Leader);

        var rows = await ExportedFile.RowsAsync(_service, leader, "/api/v1/pipeline/exports", "journeys", "sort=-amount", "yi");
        Assert.Equal(await CodesAsync("sort=-amount"), rows.Select(r => r["线索编号"]));
        Assert.Equal(2, rows.Count);
        Assert.Equal(("签约", "推进中", "3", "CNY", "钱示例"),
            (rows[0]["阶段"], rows[0]["状态"], rows[0]["合同金额（亿元）"], rows[0]["合同币种"], rows[0]["负责人"]));
        Assert.Equal(("0.02", "USD"), (rows[1]["意向投资额（亿元）"], rows[1]["意向币种"]));
        rows = await ExportedFile.RowsAsync(_service, leader, "/api/v1/pipeline/exports", "journeys", "stage=signed");
        Assert.Equal(await CodesAsync("stage=signed"), rows.Select(r => r["线索编号"]));
        (await _service.As(leader).PostAsync("/api/v1/pipeline/exports", new { list = "journeys", format = "csv", query = "chain=noSuch" }))
            .IsProblem(400, "request.invalid");

        async Task<IEnumerable<string?>> CodesAsync(string query) =>
            (await _service.As(leader).GetAsync("/api/v1/pipeline/journeys?" + query)).Is(200).Json.GetProperty("items").EnumerateArray()
                .Select(j => j.GetProperty("code").GetString());
    }

    [Fact]
    public async Task N6_An_amount_in_another_currency_reaches_a_threshold_at_the_rate_of_the_day_and_what_has_no_rate_is_stated()
    {
        var dollars = _trade.Open(estimated: new Money(900_000_000, "USD"));
        var yen = _trade.Open(estimated: new Money(90_000_000_000, "JPY"));
        var yuan = _trade.Open(estimated: new Money(2_000_000_000, "CNY"));
        var signed = _trade.Reach(
            _trade.Convert(_trade.Open(estimated: new Money(1, "CNY"))), ProjectStage.Signed, contract: new Money(20_000_000, "USD"));
        await _service.TellAsync(_trade.Log);
        var today = _service.Clock.Today();
        using var leader = _service.As(TestCaller.Person(Roles.Leader));

        Assert.Equal("1 1, 5 1, 10 1, 50 0, other 3 JPY USD", await ThresholdsAsync());
        (await _service.As(TestCaller.Person(Roles.Coordinator)).PostAsync(
            "/api/v1/pipeline/rates", new { rates = new[] { new { currency = "USD", on = today.AddDays(-2), rate = "7.1" } } })).Is(200);
        Assert.Equal("1 3, 5 2, 10 2, 50 1, other 1 JPY", await ThresholdsAsync());
        Assert.Equal("1 3, 5 2, 10 2, 50 1, other 1 JPY", await ThresholdsAsync("?status=active,suspended"));

        Assert.Equal(["from1 1", "from10 1", "from50 1", "otherCurrency 1"], await BandsAsync(""));
        Assert.Equal(["from10 1", "otherCurrency 3"], await BandsAsync($"&asOf={today.AddDays(-3):O}"));
        Assert.Equal(["from50 1"], await BandsAsync("&band=from50"));
        Assert.Equal(
            [dollars.LeadId, yuan.LeadId, signed.LeadId, yen.LeadId],
            (await ListAsync(leader, "/api/v1/pipeline/journeys?sort=-amount")).Items);
        Assert.Equal([dollars.LeadId], (await ListAsync(leader, "/api/v1/pipeline/journeys?band=from50")).Items);
        Assert.Equal(
            [signed.LeadId, yuan.LeadId],
            (await ListAsync(leader, "/api/v1/pipeline/journeys?band=from1,from10&sort=amount")).Items);

        async Task<string> ThresholdsAsync(string query = "")
        {
            var large = (await leader.GetAsync($"/api/v1/pipeline/thresholds{query}")).Is(200).Json;
            var other = large.GetProperty("otherCurrency");
            foreach (var part in large.GetProperty("atLeast").EnumerateArray().Append(other))
            {
                await OpensAsync(leader, part, "count");
            }

            return string.Join(
                ", ", large.GetProperty("atLeast").EnumerateArray().Select(t => $"{t.GetProperty("atLeast")} {t.GetProperty("count")}"))
                + $", other {other.GetProperty("count")} "
                + string.Join(' ', large.GetProperty("conversion").GetProperty("leftOut").EnumerateArray());
        }

        async Task<string[]> BandsAsync(string query)
        {
            var groups = (await leader.GetAsync($"/api/v1/pipeline/totals?groupBy=band{query}")).Is(200).Json.GetProperty("groups");
            return [.. groups.EnumerateArray().Select(g => $"{g.GetProperty("band")} {g.GetProperty("count")}")];
        }
    }

    [Fact]
    public async Task N10_Each_figure_opens_into_a_list_that_counts_the_same_and_states_what_is_hidden()
    {
        var random = new RandomTrade(31).Run(250);
        await _service.TellAsync(random.Trade.Log, together: 64);
        await _service.ExecuteAsync(
            $"""
            insert into directory.unit (unit_id, parent_id, code, name, removed, version)
            values ('{random.Units[0]}', null, 'A', '投促一局', false, 1), ('{random.Units[1]}', '{random.Units[0]}', 'A1', '一分局', false, 1),
                ('{random.Units[2]}', '{random.Units[1]}', 'A11', '科', false, 1), ('{random.Units[3]}', null, 'B', '投促二局', false, 1)
            """);
        (await _service.As(TestCaller.Person(Roles.Coordinator)).PostAsync(
            "/api/v1/pipeline/rates", new { rates = new[] { new { currency = "USD", on = Day.AddDays(20), rate = "7.1" } } })).Is(200);
        string[] questions =
        [
            "totals?groupBy=stage", "totals?groupBy=band,unit", "totals?groupBy=chain&status=suspended",
            "totals?groupBy=unit&asOf=2026-02-15", "totals?groupBy=band&asOf=2026-02-15", "totals?groupBy=stage&reached=signed",
            "totals?left=negotiating&asOf=2026-02-20",
            "trend?from=2025-12&to=2026-03", "trend?from=2025-12&to=2026-03&band=from1,otherCurrency", "funnel?from=2025-11&to=2026-02",
            "funnel?from=2025-11&to=2026-02&month=2026-01", "dwell?", "dwell?stage=negotiating", "thresholds?",
        ];
        foreach (var caller in random.Callers().Where((_, n) => n is 0 or 2 or 3))
        {
            using var client = _service.As(caller);
            var hidden = (await client.GetAsync("/api/v1/pipeline/totals")).Is(200).Json.GetProperty("hidden").GetInt32();
            foreach (var question in questions)
            {
                foreach (var unit in (string[])["", $"&unit={random.Units[0]}&subUnits=true"])
                {
                    var answer = (await client.GetAsync($"/api/v1/pipeline/{question}{unit}")).Is(200).Json;
                    if (!question.StartsWith("trend", StringComparison.Ordinal) && !question.Contains("asOf", StringComparison.Ordinal))
                    {
                        Assert.Equal(hidden, answer.GetProperty("hidden").GetInt32());
                    }

                    foreach (var month in question.StartsWith("trend", StringComparison.Ordinal)
                        ? answer.GetProperty("months").EnumerateArray() : [])
                    {
                        var then = (await client.GetAsync($"/api/v1/pipeline/totals?asOf={month.GetProperty("day")}")).Is(200).Json;
                        Assert.Equal(then.GetProperty("hidden").GetInt32(), month.GetProperty("hidden").GetInt32());
                    }

                    await AllOpenAsync(client, answer);
                }
            }
        }
    }

    [Fact]
    public async Task N10_What_was_signed_in_a_month_and_what_a_bureau_has_with_its_branches_are_filters()
    {
        var (bureau, branch) = (Trade.NewId(), Trade.NewId());
        await _service.ExecuteAsync(
            $"""
            insert into directory.unit (unit_id, parent_id, code, name, removed, version)
            values ('{bureau}', null, 'A', '投促一局', false, 1), ('{branch}', '{bureau}', 'A1', '一分局', false, 1)
            """);
        var january = Signed(bureau, Day.AddDays(20));
        var february = Signed(branch, Day.AddDays(40));
        // Signed in January, stepped back, and signed again in March.
        var back = _trade.StepBack(_trade.Projects[Signed(branch, Day.AddDays(25))], ProjectStage.Negotiating, Day.AddDays(45));
        _trade.Reach(back, ProjectStage.Signed, Day.AddDays(65));
        _trade.Open(unit: branch);
        _trade.Open();
        await _service.TellAsync(_trade.Log);
        using var leader = _service.As(TestCaller.Person(Roles.Leader));

        Assert.Equal([january], await SignedAsync("reachedIn=2026-01"));
        Assert.Equal([february], await SignedAsync("reachedIn=2026-02"));
        Assert.Equal([back.LeadId], await SignedAsync("reachedIn=2026-03"));
        Assert.Equal(new HashSet<Guid> { january, february }, [.. await SignedAsync("reachedIn=2026-01..2026-02")]);
        Assert.Equal(new HashSet<Guid> { january, back.LeadId }, [.. await SignedAsync($"reachedIn=2026-01&asOf={Day.AddDays(44):O}")]);
        Assert.Equal(4, (await ListAsync(leader, $"/api/v1/pipeline/journeys?unit={bureau}&subUnits=true")).Total);
        Assert.Single((await ListAsync(leader, $"/api/v1/pipeline/journeys?unit={bureau}")).Items);
        var totals = (await leader.GetAsync($"/api/v1/pipeline/totals?groupBy=unit&unit={bureau}&subUnits=true")).Is(200).Json;
        Assert.Equal(["1", "3"], totals.GetProperty("groups").EnumerateArray().Select(g => g.GetProperty("count").ToString()));
        await AllOpenAsync(leader, totals);
        (await leader.GetAsync("/api/v1/pipeline/totals?reachedIn=2026-01")).IsProblem(400, "request.invalid");
        (await leader.GetAsync("/api/v1/pipeline/totals?reached=signed&reachedIn=2026-01..2026-02..2026-03"))
            .IsProblem(400, "request.invalid");

        Guid Signed(Guid unit, DateOnly on) =>
            _trade.Reach(_trade.Convert(_trade.Open(unit: unit, on: Day), Day.AddDays(5)), ProjectStage.Signed, on).LeadId;

        async Task<IReadOnlyList<Guid>> SignedAsync(string query) =>
            (await ListAsync(leader, $"/api/v1/pipeline/journeys?reached=signed&{query}")).Items;
    }

    /// <summary>Every member of an answer that has a list has the number that the list counts.</summary>
    private static async Task AllOpenAsync(ApiClient client, JsonElement answer)
    {
        foreach (var part in Parts(answer))
        {
            if (part.TryGetProperty("stays", out var stays))
            {
                // A journey that came back to the stage has several.
                var (total, _) = await ListAsync(client, part.GetProperty("journeys").GetString()!);
                Assert.True(total > 0 && total <= stays.GetInt32(), $"{part} {total}");
            }
            else
            {
                await OpensAsync(client, part, part.TryGetProperty("reached", out _) ? "reached" : "count");
            }
        }
    }

    private static IEnumerable<JsonElement> Parts(JsonElement of) => of.ValueKind switch
    {
        JsonValueKind.Array => of.EnumerateArray().SelectMany(Parts),
        JsonValueKind.Object when of.TryGetProperty("journeys", out var list) => list.ValueKind == JsonValueKind.Null ? [] : [of],
        JsonValueKind.Object => of.EnumerateObject().SelectMany(p => Parts(p.Value)),
        _ => [],
    };

    private static async Task OpensAsync(ApiClient client, JsonElement figure, string count)
    {
        var list = figure.GetProperty("journeys").GetString()!;
        Assert.Equal($"{list} {figure.GetProperty(count)}", $"{list} {(await ListAsync(client, list)).Total}");
    }

    private static async Task<(int Total, IReadOnlyList<Guid> Items)> ListAsync(ApiClient client, string list)
    {
        var answer = (await client.GetAsync($"{list}&total=true")).Is(200).Json;
        return (answer.GetProperty("total").GetInt32(),
            [.. answer.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("leadId").GetGuid())]);
    }
}
