using System.Globalization;
using System.Text.Json;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.EndToEnd.Tests.TotalsRows;

/// <summary>Rows E1, E2, E3 and E7: totals that equal the sum of their lists, in each currency, as of any day.</summary>
public class TotalsRowsTests(RunningSystem system)
{
    private static readonly string[] Dimensions = ["stage", "chain", "node", "unit", "owner", "sourceRegion", "band", "month"];

    [Theory]
    [InlineData("leader", null)]
    [InlineData("unitHead", "promotion-satellite")]
    [InlineData("chainChief", null)]
    [InlineData("officer", "promotion-satellite")]
    public async Task E1_E7_Totals_by_any_two_dimensions_equal_the_sum_of_their_lists_under_the_same_scope(string role, string? unit)
    {
        await system.SettledAsync();
        using var caller = await system.AsAsync(role, unit);
        foreach (var (first, second) in Dimensions.Select((d, i) => (d, Dimensions[(i + 3) % Dimensions.Length])))
        {
            var totals = (await caller.GetAsync($"/api/v1/pipeline/totals?groupBy={first},{second}")).Is(200).Json;
            foreach (var group in totals.GetProperty("groups").EnumerateArray().Take(4))
            {
                var rows = await ListAsync(caller, group.GetProperty("journeys").GetString()!);
                Assert.Equal(Figures(rows), Figures(group));
            }

            var all = await ListAsync(caller, "/api/v1/pipeline/journeys?status=active");
            Assert.Equal(Figures(all), Figures(totals.GetProperty("total")));
            Assert.True(role != "leader" || totals.GetProperty("total").GetProperty("completedInvestment").GetArrayLength() > 0);
        }
    }

    [Fact]
    public async Task E2_Amounts_stand_per_currency_and_are_converted_by_dated_rates_or_not_at_all()
    {
        using var integration = await system.AsIntegrationAsync();
        using var leader = await system.AsAsync("leader");
        using var coordinator = await system.AsAsync("coordinator");
        var day = RowsOfTheTests.Day(0);
        var lead = (await (await system.AsAsync("officer", "promotion-satellite")).PostAsync("/api/v1/first-contacts", new
        {
            investorName = "折算示例公司（演示）",
            personName = "示例人",
            phone = "17012340002",
            channel = "phone",
            summary = "谈外币投资。",
            nextStep = "回访",
            nextStepDueOn = "2030-01-01",
            sourceRegion = "820000",
            estimatedInvestment = new { amount = "1000000.00", currency = "MOP" },
            duplicateOverride = new { reason = "端到端测试" },
        })).Is(201);
        await Eventually.TrueAsync(async () => (await leader.GetAsync($"/api/v1/pipeline/journeys/{lead.Id}")).Status == 200);

        Assert.Contains(
            "\"leftOut\":[\"MOP\"]", (await leader.GetAsync("/api/v1/pipeline/totals?sourceRegion=820000&convertTo=CNY")).Is(200).Body,
            StringComparison.Ordinal);
        (await leader.PostAsync("/api/v1/pipeline/rates", new { rates = new[] { new { currency = "MOP", on = day, rate = "0.9" } } }))
            .IsProblem(403, "auth.forbidden");
        (await coordinator.PostAsync("/api/v1/pipeline/rates", new { rates = new[] { new { currency = "MOP", on = day, rate = "0.9" } } }))
            .Is(200);

        var converted = (await leader.GetAsync("/api/v1/pipeline/totals?sourceRegion=820000&convertTo=CNY")).Is(200).Json;
        Assert.Equal("MOP1000000.00", Amounts(converted.GetProperty("total"), "estimatedInvestment"));
        Assert.Equal(
            "900000.00", converted.GetProperty("total").GetProperty("converted").GetProperty("estimatedInvestment").GetProperty("amount")
            .GetString());
        Assert.Equal(
            $"MOP 0.9 {day}", string.Join(
            ' ', converted.GetProperty("conversion").GetProperty("rates")[0].EnumerateObject().Select(p => p.Value.ToString())));
        Assert.Contains(
            "\"MOP\"", (await integration.GetAsync("/api/v1/pipeline/rates?currency=MOP")).Is(200).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task E3_Totals_are_as_of_any_past_day_and_as_they_were_known_at_any_past_instant()
    {
        using var officer = await system.AsAsync("officer", "promotion-satellite");
        using var leader = await system.AsAsync("leader");
        const string Region = "sourceRegion=810000&status=active,kept,invalid";
        Assert.Equal(0, await CountAsync(leader, Region));
        var before = TimeProvider.System.GetUtcNow();
        var lead = (await officer.PostAsync("/api/v1/first-contacts", new
        {
            investorName = "追溯示例公司（演示）",
            personName = "示例人",
            phone = "17012340003",
            channel = "phone",
            summary = "补录上月来电。",
            occurredOn = RowsOfTheTests.Day(-30),
            nextStep = "回访",
            nextStepDueOn = "2030-01-01",
            sourceRegion = "810000",
            duplicateOverride = new { reason = "端到端测试" },
        })).Is(201);
        await Eventually.TrueAsync(async () => await CountAsync(leader, Region) == 1);

        // It was there from the day of the contact on, but nobody knew before it was entered.
        Assert.Equal(0, await CountAsync(leader, $"{Region}&asOf={RowsOfTheTests.Day(-31)}"));
        Assert.Equal(1, await CountAsync(leader, $"{Region}&asOf={RowsOfTheTests.Day(-30)}"));
        Assert.Equal(
            0, await CountAsync(
            leader, $"{Region}&asOf={RowsOfTheTests.Day(-30)}"
                + $"&knownAt={Uri.EscapeDataString(before.ToString("O", CultureInfo.InvariantCulture))}"));

        (await officer.PostAsync($"/api/v1/leads/{lead.Id}/assessment", new { occurredOn = RowsOfTheTests.Day(-10) },
            (await officer.GetAsync($"/api/v1/leads/{lead.Id}")).ETag)).Is(200);
        await Eventually.TrueAsync(async () => await CountAsync(leader, $"{Region}&stage=assessing") == 1);
        Assert.Equal(1, await CountAsync(leader, $"{Region}&stage=new&asOf={RowsOfTheTests.Day(-11)}"));
        Assert.Equal(1, await CountAsync(leader, $"{Region}&stage=assessing&asOf={RowsOfTheTests.Day(-10)}"));
        (await leader.GetAsync($"/api/v1/pipeline/totals?asOf={RowsOfTheTests.Day(1)}")).IsProblem(400, "request.invalid");

        static async Task<int> CountAsync(ApiClient client, string query) =>
            (await client.GetAsync($"/api/v1/pipeline/totals?{query}")).Is(200).Json.GetProperty("total").GetProperty("count").GetInt32();
    }

    [Fact]
    public async Task N1_A_corrected_contract_amount_counts_from_its_business_date_on()
    {
        await using var rows = new RowsOfTheTests(system);
        using var leader = await system.AsAsync("leader");
        using var coordinator = await system.AsAsync("coordinator");
        var project = await rows.SignedAsync();
        var lead = (await leader.GetAsync(project.Path)).Is(200).Json.GetProperty("leadId").GetString();
        (await coordinator.PostAsync(
            project.Path + "/contract-amount",
            new { amount = RowsOfTheTests.Yuan("620000000.00"), reason = "补充协议", occurredOn = RowsOfTheTests.Day(-60) },
            project.ETag)).Is(201);
        using var approver = await system.AsAsync("leader");
        var filed = (await approver.GetAsync(project.Path)).Is(200);
        (await approver.PostAsync(
            $"{project.Path}/submissions/{filed.Json.GetProperty("openSubmissionId").GetString()}/approval", new { decision = "approved" },
            filed.ETag)).Is(200);
        await Eventually.TrueAsync(async () => await AmountAsync(RowsOfTheTests.Day(0), "from5") == "620000000.00");

        // What was signed holds until the day before.
        Assert.Equal("620000000.00", await AmountAsync(RowsOfTheTests.Day(-60), "from5"));
        Assert.Null(await AmountAsync(RowsOfTheTests.Day(-60), "from1"));
        Assert.Equal("300000000.00", await AmountAsync(RowsOfTheTests.Day(-61), "from1"));
        Assert.Null(await AmountAsync(RowsOfTheTests.Day(-61), "from5"));

        async Task<string?> AmountAsync(string asOf, string band) =>
            (await ListAsync(leader, $"/api/v1/pipeline/journeys?stage=signed&band={band}&asOf={asOf}"))
                .Where(j => j.GetProperty("leadId").GetString() == lead)
                .Select(j => j.GetProperty("contractAmount").GetProperty("amount").GetString()).SingleOrDefault();
    }

    private static async Task<List<JsonElement>> ListAsync(ApiClient client, string path)
    {
        var (rows, cursor) = (new List<JsonElement>(), (string?)null);
        do
        {
            var page = (await client.GetAsync(path + "&limit=200" + (cursor is null ? "" : $"&cursor={cursor}"))).Is(200).Json;
            rows.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("next").GetString();
        }
        while (cursor is not null);
        return rows;
    }

    private static string Figures(List<JsonElement> rows) =>
        $"{rows.Count} {Sum(rows.Select(r => r.GetProperty("contractAmount")).Where(m => m.ValueKind == JsonValueKind.Object))} "
        + $"{Sum(rows.SelectMany(r => r.GetProperty("paidIn").EnumerateArray()))} "
        + $"{Sum(rows.SelectMany(r => r.GetProperty("completedInvestment").EnumerateArray()))}";

    private static string Figures(JsonElement figures) =>
        $"{figures.GetProperty("count")} "
            + string.Join(' ', ((string[])["contractAmount", "paidIn", "completedInvestment"]).Select(
                measure => Amounts(figures, measure)));

    private static string Sum(IEnumerable<JsonElement> amounts) => string.Join(' ', amounts
        .GroupBy(m => m.GetProperty("currency").GetString()!).OrderBy(g => g.Key, StringComparer.Ordinal)
        .Select(
            g => g.Key + g.Sum(m => decimal.Parse(m.GetProperty("amount").GetString()!, CultureInfo.InvariantCulture))
                .ToString("0.00##", CultureInfo.InvariantCulture)));

    private static string Amounts(JsonElement figures, string measure) =>
        string.Join(
            ' ', figures.GetProperty(measure).EnumerateArray().Select(m => $"{m.GetProperty("currency")}{m.GetProperty("amount")}"));
}
