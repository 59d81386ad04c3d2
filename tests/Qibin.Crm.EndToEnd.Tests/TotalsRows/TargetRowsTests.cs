using System.Globalization;
using System.Text.Json;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.EndToEnd.Tests.TotalsRows;

/// <summary>Row E5: annual targets, what is counted of them, and the projects behind each score.</summary>
public class TargetRowsTests(RunningSystem system)
{
    private static readonly int Year = int.Parse(RowsOfTheTests.Day(0)[..4], CultureInfo.InvariantCulture);

    [Fact]
    public async Task E5_Targets_are_assessed_once_only_with_shares_exclusions_and_penalties_and_each_score_opens_into_its_projects()
    {
        await using var rows = new RowsOfTheTests(system);
        await rows.RatesAsync();
        using var giver = await system.AsAsync("officer", "promotion-satellite");
        using var taker = await system.AsAsync("officer", "promotion-xinchuang");
        using var head = await system.AsAsync("unitHead", "promotion-satellite");
        using var leader = await system.AsAsync("leader");
        using var coordinator = await system.AsAsync("coordinator");
        var (from, to) = ((await giver.GetAsync("/api/v1/me")).Is(200).Json, (await taker.GetAsync("/api/v1/me")).Is(200).Json);
        var (fromUnit, toUnit) = (from.GetProperty("unitId").GetGuid(), to.GetProperty("unitId").GetGuid());
        var before = await ScoresAsync(leader);

        // Targets are a coordinator's to enter; a later entry takes the place of the earlier one, which stays to be read.
        var target = Number(before, fromUnit, "signedProjects") + 100;
        (await leader.PostAsync("/api/v1/pipeline/targets", Targets(1))).IsProblem(403, "auth.forbidden");
        var history = $"/api/v1/pipeline/targets?year={Year}&unit={fromUnit}&indicator=signedProjects";
        var entered = await TotalAsync(leader, history + "&history=true");
        (await coordinator.PostAsync("/api/v1/pipeline/targets", Targets(1))).Is(200);
        (await coordinator.PostAsync("/api/v1/pipeline/targets", Targets((int)target))).Is(200);
        Assert.Equal(1, await TotalAsync(leader, history));
        Assert.Equal(entered + 2, await TotalAsync(leader, history + "&history=true"));

        // Signed by the unit that took it: the credit is divided as it was agreed.
        var (lead, project) = await SignedAfterTransferAsync();
        (await taker.PostAsync(project + "/amounts", new
        {
            kind = "paidIn",
            amount = RowsOfTheTests.Yuan("1000.01"),
            occurredOn = RowsOfTheTests.Day(0),
            origin = "domestic",
            document = new
            {
                type = "paymentProof",
                title = "到账凭证（演示）",
                number = "T-1",
                issuedOn = RowsOfTheTests.Day(0),
                uri = "https://documents.example/e5/payment"
            },
        })).Is(201);
        await RisenAsync("paidInFunds", 600.01m, 400.00m);
        await RisenAsync("signedProjects", 0.6m, 0.4m);
        await RisenAsync("signedAmount", 600_000m, 400_000m);

        // Taken back and signed again it counts once.
        (await coordinator.PostAsync(
            project + "/step-back", new { to = "negotiating", reason = "合同条款有误" }, (await coordinator.GetAsync(project)).Is(200).ETag))
            .Is(200);
        await RisenAsync("signedProjects", 0, 0);
        await SignAsync(project);
        await RisenAsync("signedProjects", 0.6m, 0.4m);

        // Left out with a reason and let in again; deducted from.
        (await coordinator.PostAsync("/api/v1/pipeline/exclusions", Exclusion(true))).Is(200);
        await RisenAsync("signedProjects", 0, 0);
        Assert.Contains(
            "与上年项目重复", (await giver.GetAsync($"/api/v1/pipeline/exclusions?leadId={lead}")).Is(200).Body, StringComparison.Ordinal);
        (await coordinator.PostAsync("/api/v1/pipeline/exclusions", Exclusion(false))).Is(200);
        (await coordinator.PostAsync(
            "/api/v1/pipeline/penalties",
            new { year = Year, indicator = "signedProjects", unitId = fromUnit, count = 0.5m, reason = "逾期未报送进度" })).Is(200);

        var now = await ScoresAsync(leader);
        var score = Of(now, fromUnit, "signedProjects");
        Assert.Equal(Number(before, fromUnit, "signedProjects") + 0.6m, Measure(score.GetProperty("achieved")));
        Assert.Equal(Measure(score.GetProperty("achieved")) - Measure(score.GetProperty("deducted")), Measure(score.GetProperty("score")));
        Assert.Equal(
            0.5m, Measure(score.GetProperty("deducted")) - Measure(Of(before, fromUnit, "signedProjects").GetProperty("deducted")));
        // The time-scheduled rate: the share of the target that is achieved, by the share of the year's days that have gone by.
        var (days, of) = (now.GetProperty("elapsed").GetProperty("days").GetInt32(), now.GetProperty("elapsed").GetProperty("of")
            .GetInt32());
        Assert.Equal(
            Math.Round(Measure(score.GetProperty("score")) * of / (target * days), 4, MidpointRounding.AwayFromZero),
            score.GetProperty("scheduledRate").GetDecimal());

        // Under each one's own permissions every score has as many projects as its list, which add up to it.
        foreach (var (caller, by) in new[] { (leader, "unit"), (leader, "owner"), (head, "unit"), (giver, "owner"), (taker, "owner") })
        {
            var assessment = (await caller.GetAsync($"/api/v1/pipeline/assessment?by={by}")).Is(200).Json;
            Assert.NotEqual(0, assessment.GetProperty("rows").GetArrayLength());
            foreach (var each in assessment.GetProperty("rows").EnumerateArray()
                .SelectMany(r => r.GetProperty("indicators").EnumerateArray()).Concat(assessment.GetProperty("total").EnumerateArray()))
            {
                var (count, sum) = await ListedAsync(caller, each.GetProperty("list").GetString()!);
                Assert.Equal((each.GetProperty("projects").GetInt32(), Measure(each.GetProperty("achieved"))), (count, sum));
            }
        }

        Assert.DoesNotContain(
            toUnit.ToString(), (await head.GetAsync("/api/v1/pipeline/assessment?by=unit")).Is(200).Body, StringComparison.Ordinal);
        var mine = (await giver.GetAsync("/api/v1/pipeline/assessment?by=owner")).Is(200).Json.GetProperty("rows");
        Assert.Equal(from.GetProperty("id").GetGuid(), Assert.Single(mine.EnumerateArray()).GetProperty("ownerId").GetGuid());

        object Targets(int count) => new
        {
            year = Year,
            targets = new object[]
            {
                new { indicator = "signedProjects", unitId = fromUnit, count },
                new { indicator = "signedAmount", unitId = toUnit, amount = RowsOfTheTests.Yuan("3000000000.00") },
                new { indicator = "signedProjects", ownerId = from.GetProperty("id").GetGuid(), count = 6 },
            },
        };

        object Exclusion(bool excluded) => new { year = Year, indicator = "signedProjects", leadId = lead, excluded, reason = "与上年项目重复" };

        async Task RisenAsync(string indicator, decimal one, decimal other) => await Eventually.TrueAsync(async () =>
        {
            var after = await ScoresAsync(leader);
            return Number(after, fromUnit, indicator) - Number(before, fromUnit, indicator) == one
                && Number(after, toUnit, indicator) - Number(before, toUnit, indicator) == other;
        });

        async Task<(string Lead, string Project)> SignedAfterTransferAsync()
        {
            using var integration = await system.AsIntegrationAsync();
            using var coordinator = await system.AsAsync("coordinator");
            var opened = (await LeadRows.SharedInvestor.OpenedAsync(system, integration, "考核示例公司（演示）", "1000000.00")).One;
            var path = $"/api/v1/leads/{opened.Id}";
            var transfer = (await giver.PostAsync("/api/v1/transfers", new
            {
                leadId = opened.Id,
                toOwnerId = to.GetProperty("id").GetGuid(),
                reason = "产业方向更契合",
                shares = new[] { new { unitId = fromUnit, credit = 6000, tax = 5000 }, new { unitId = toUnit, credit = 4000, tax = 5000 } },
            })).Is(201);
            var accepted = (await taker.PostAsync($"/api/v1/transfers/{transfer.Id}/answer", new { answer = "accepted" }, transfer.ETag))
                .Is(200);
            (await coordinator.PostAsync($"/api/v1/transfers/{transfer.Id}/confirmation", new { decision = "confirmed" }, accepted.ETag))
                .Is(200);
            var assessing = (await taker.PostAsync(path + "/assessment", new { }, (await taker.GetAsync(path)).Is(200).ETag)).Is(200);
            var following = (await taker.PostAsync(path + "/assessment/conclusion", new { note = "方向契合" }, assessing.ETag)).Is(200);
            var converted = (await taker.PostAsync(path + "/conversion", new { projectName = "考核示例项目（演示）" }, following.ETag)).Is(201);
            var at = "/api/v1/projects/" + converted.Json.GetProperty("projectId").GetString();
            await Eventually.TrueAsync(async () => (await taker.GetAsync(at)).Status == 200);
            await SignAsync(at);
            return ($"{opened.Id}", at);
        }

        async Task SignAsync(string at)
        {
            var filed = (await taker.PostAsync(at + "/submissions", new
            {
                to = "signed",
                occurredOn = RowsOfTheTests.Day(0),
                contractAmount = RowsOfTheTests.Yuan("1000000.00"),
                documents = new[] { new { type = "contract", title = "投资合同（演示）", number = "T-1", issuedOn = RowsOfTheTests.Day(0),
                    uri = "https://documents.example/e5/contract" } },
            })).Is(201);
            var tag = (await leader.GetAsync(at)).Is(200).ETag;
            (await leader.PostAsync($"{at}/submissions/{filed.Id}/approval", new { decision = "approved" }, tag)).Is(200);
        }
    }

    private static async Task<JsonElement> ScoresAsync(ApiClient caller) =>
        (await caller.GetAsync($"/api/v1/pipeline/assessment?by=unit&year={Year}")).Is(200).Json;

    private static JsonElement Of(JsonElement assessment, Guid unit, string indicator) => assessment.GetProperty("rows").EnumerateArray()
        .Where(r => r.GetProperty("unit").GetProperty("id").GetGuid() == unit).SelectMany(r => r.GetProperty("indicators").EnumerateArray())
        .FirstOrDefault(i => i.GetProperty("indicator").GetString() == indicator);

    /// <summary>What a unit has achieved; a unit that is not there has achieved nothing.</summary>
    private static decimal Number(JsonElement assessment, Guid unit, string indicator) =>
        Of(assessment, unit, indicator) is { ValueKind: JsonValueKind.Object } score ? Measure(score.GetProperty("achieved")) : 0;

    private static decimal Measure(JsonElement measure) => measure.TryGetProperty("count", out var count)
        ? count.GetDecimal()
        : decimal.Parse(measure.GetProperty("amount").GetProperty("amount").GetString()!, CultureInfo.InvariantCulture);

    private static async Task<int> TotalAsync(ApiClient caller, string path) => (await caller.GetAsync(path + "&total=true&limit=1"))
        .Is(200).Json.GetProperty("total").GetInt32();

    private static async Task<(int Count, decimal Sum)> ListedAsync(ApiClient caller, string path)
    {
        var (count, sum, cursor) = (0, 0m, (string?)null);
        do
        {
            var page = (await caller.GetAsync(path + "&limit=200" + (cursor is null ? "" : $"&cursor={cursor}"))).Is(200).Json;
            count += page.GetProperty("items").GetArrayLength();
            sum += page.GetProperty("items").EnumerateArray().Sum(p => Measure(p.GetProperty("counted")));
            cursor = page.GetProperty("next").GetString();
        }
        while (cursor is not null);
        return (count, sum);
    }
}
