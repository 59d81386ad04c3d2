using System.Globalization;
using System.Text.Json;
using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Pipeline.Tests;

/// <summary>Targets of a year and what is counted of them.</summary>
public sealed class AssessmentTests : IAsyncLifetime
{
    private readonly Trade _trade = new();
    private readonly (Guid A, Guid B) _unit = (Trade.NewId(), Trade.NewId());
    private readonly (Guid A, Guid B) _officer = (Trade.NewId(), Trade.NewId());
    private TestService _service = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await TestService.StartAsync("pipeline", Program.Build);
        foreach (var (unit, code, officer) in new[] { (_unit.A, "a", _officer.A), (_unit.B, "b", _officer.B) })
        {
            await _service.DeliverAsync(new UnitDefined { UnitId = unit, Code = code, Name = $"招商{code}部" }, unit, 1);
            await _service.DeliverAsync(
                new OfficerPlaced { OfficerId = officer, Name = "专员" + code, UnitId = unit, Roles = [Roles.Officer], Active = true },
                officer, 1);
        }
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_project_counts_once_however_often_it_is_signed_and_with_the_amount_of_the_day()
    {
        var project = _trade.Reach(Opened(), ProjectStage.Signed, Day(3, 1), Yuan(100_000_000));
        project = _trade.StepBack(project, ProjectStage.Negotiating, Day(4, 1));
        _trade.Reach(project, ProjectStage.Signed, Day(5, 1), Yuan(120_000_000));
        var old = _trade.Reach(Opened(), ProjectStage.Signed, new DateOnly(2025, 12, 1), Yuan(7));
        old = _trade.StepBack(old, ProjectStage.Negotiating, Day(1, 10));
        _trade.Reach(old, ProjectStage.Signed, Day(2, 1), Yuan(7));
        await _service.TellAsync(_trade.Log);

        Assert.Equal(["signedProjects 1", "signedAmount 120000000.00"], (await UnitsAsync("&asOf=2026-05-31"))["a"].Take(2));
        Assert.Equal(["signedProjects 1", "signedAmount 100000000.00"], (await UnitsAsync("&asOf=2026-03-31"))["a"].Take(2));
        Assert.Empty(await UnitsAsync("&asOf=2026-04-30"));
        Assert.Empty(await UnitsAsync("&asOf=2026-02-28"));
        Assert.Equal(["signedProjects 1", "signedAmount 7.00"], (await UnitsAsync("&year=2025"))["a"].Take(2));
        var list = await ListAsync(Leader, "/api/v1/pipeline/assessment/projects?indicator=signedAmount&asOf=2026-05-31");
        Assert.Equal(
            $"{project.Code} 2026-05-01", Assert.Single(list.Select(p => $"{p.GetProperty("code")} {p.GetProperty("countedOn")}")));
    }

    [Fact]
    public async Task A_confirmed_transfer_divides_the_credit_between_units_and_officers_and_no_fen_is_lost()
    {
        var lead = _trade.Transfer(_trade.Open(_officer.A, _unit.A, on: Day(1, 5)), _officer.B, _unit.B, (_unit.A, 6000), (_unit.B, 4000));
        var project = _trade.Reach(_trade.Convert(lead, Day(1, 10)), ProjectStage.Signed, Day(2, 1), Yuan(1_000_000.01m));
        _trade.PayIn(project, Yuan(99.99m), Day(3, 1));
        _trade.Reach(_trade.Reach(project, ProjectStage.Started, Day(4, 1)), ProjectStage.Producing, Day(5, 1));
        await _service.TellAsync(_trade.Log);

        string[] a = ["signedProjects 0.6", "signedAmount 600000.01", "startedProjects 0.6", "producingProjects 0.6", "paidInFunds 60.00"];
        string[] b = ["signedProjects 0.4", "signedAmount 400000.00", "startedProjects 0.4", "producingProjects 0.4", "paidInFunds 39.99"];
        var units = await UnitsAsync("");
        Assert.Equal(a, units["a"]);
        Assert.Equal(b, units["b"]);
        var officers = (await Leader.GetAsync("/api/v1/pipeline/assessment?year=2026&by=owner")).Is(200).Json;
        Assert.Equal(
            new[] { (_officer.A, a), (_officer.B, b) }.OrderBy(o => o.Item1).Select(o => $"{o.Item1} {string.Join(' ', o.Item2)}"),
            officers.GetProperty("rows").EnumerateArray().Select(r => $"{r.GetProperty("ownerId")} {string.Join(' ', Scores(r))}")
                .Order(StringComparer.Ordinal));

        // The giving head sees the own part alone; so does the giving officer, who is told of nobody else's.
        using var head = _service.As(TestCaller.Person(Roles.UnitHead, Reach.Subtree, _unit.A));
        using var officer = _service.As(TestCaller.Officer(_unit.A) with { Id = _officer.A });
        foreach (var (caller, by) in new[] { (head, "unit"), (officer, "unit"), (officer, "owner") })
        {
            var own = (await caller.GetAsync($"/api/v1/pipeline/assessment?year=2026&by={by}")).Is(200).Json;
            Assert.Equal(a, Scores(Assert.Single(own.GetProperty("rows").EnumerateArray())));
            Assert.DoesNotContain(_unit.B.ToString(), own.GetRawText(), StringComparison.Ordinal);
            await DrillsDownAsync(caller, own);
        }

        using var stranger = _service.As(TestCaller.Person(Roles.UnitHead, Reach.Subtree));
        Assert.Equal(
            "[]", (await stranger.GetAsync("/api/v1/pipeline/assessment?year=2026")).Is(200).Json.GetProperty("rows").GetRawText());
        // Before it was given away it was all the giver's.
        var split = (await ListAsync(Leader, "/api/v1/pipeline/assessment/projects?year=2026"))[0].GetProperty("credits").EnumerateArray();
        Assert.Equal(["a 0.6", "b 0.4"], split.Select(c => $"{c.GetProperty("unit").GetProperty("code")} {c.GetProperty("share")}"));
    }

    [Fact]
    public async Task Targets_exclusions_and_penalties_change_the_score_from_when_they_were_entered_on()
    {
        var first = _trade.Reach(Opened(), ProjectStage.Signed, Day(1, 15), Yuan(50));
        _trade.Reach(Opened(), ProjectStage.Signed, Day(1, 20), Yuan(50));
        await _service.TellAsync(_trade.Log);
        using var coordinator = _service.As(TestCaller.Person(Roles.Coordinator));
        var before = Then();
        await TargetAsync(coordinator, 4);
        var four = Then();
        await TargetAsync(coordinator, 10);
        var ten = Then();
        (await coordinator.PostAsync("/api/v1/pipeline/exclusions", Exclusion(first.LeadId, true))).Is(200);
        (await coordinator.PostAsync("/api/v1/pipeline/exclusions", Exclusion(first.LeadId, true))).IsProblem(409, "exclusion.already");
        var excluded = Then();
        var penalty = (await coordinator.PostAsync("/api/v1/pipeline/penalties", new
        {
            year = 2026,
            indicator = "signedProjects",
            unitId = _unit.A,
            count = 0.5m,
            on = Day(2, 1),
            reason = "逾期未报送",
        })).Is(200);
        var penalised = Then();
        (await coordinator.PostAsync($"/api/v1/pipeline/penalties/{penalty.Id}/reversal", new { reason = "复核后撤销" })).Is(200);
        (await coordinator.PostAsync($"/api/v1/pipeline/penalties/{penalty.Id}/reversal", new { reason = "再次" }))
            .IsProblem(409, "penalty.reversed");
        (await coordinator.PostAsync($"/api/v1/pipeline/penalties/{Trade.NewId()}/reversal", new { reason = "没有" }))
            .IsProblem(404, "resource.notFound");
        (await coordinator.PostAsync("/api/v1/pipeline/exclusions", Exclusion(first.LeadId, false))).Is(200);
        (await coordinator.PostAsync("/api/v1/pipeline/exclusions", Exclusion(first.LeadId, false))).IsProblem(409, "exclusion.none");
        (await coordinator.PostAsync("/api/v1/pipeline/exclusions", Exclusion(Trade.NewId(), true))).IsProblem(404, "resource.notFound");

        await _service.CompleteAsync(_service.Clock.GetUtcNow());

        // Of the year 31 of 365 days have gone by, and then 32.
        Assert.Equal("- 2 0 2 - - -", await ScoreAsync(Day(1, 31), before));
        Assert.Equal("4 2 0 2 0.5 5.8871 true", await ScoreAsync(Day(1, 31), four));
        Assert.Equal("10 2 0 2 0.2 2.3548 true", await ScoreAsync(Day(1, 31), ten));
        Assert.Equal("10 1 0 1 0.1 1.1774 true", await ScoreAsync(Day(1, 31), excluded));
        Assert.Equal("10 1 0 1 0.1 1.1774 true", await ScoreAsync(Day(1, 31), penalised));
        Assert.Equal("10 1 0.5 0.5 0.05 0.5703 false", await ScoreAsync(Day(2, 1), penalised));
        Assert.Equal("10 2 0 2 0.2 2.2813 true", await ScoreAsync(Day(2, 1), null));

        // What was entered stays to be read, with its reasons.
        Assert.Equal(1, await TotalAsync("targets?year=2026"));
        Assert.Equal(2, await TotalAsync("targets?year=2026&history=true"));
        Assert.Equal(0, await TotalAsync("exclusions?year=2026"));
        Assert.Equal(2, await TotalAsync($"exclusions?history=true&leadId={first.LeadId}&indicator=signedProjects"));
        Assert.Equal(2, await TotalAsync($"penalties?year=2026&unit={_unit.A}"));
        Assert.Equal(6, await _service.CountAsync(
            "select count(*) from api.audit_entry "
            + "where operation in ('enterTargets', 'excludeProject', 'imposePenalty', 'reversePenalty')"));

        // An instant after what was entered so far and before what comes next.
        DateTimeOffset Then()
        {
            _service.Clock.Advance(TimeSpan.FromSeconds(1));
            var then = _service.Clock.GetUtcNow();
            _service.Clock.Advance(TimeSpan.FromSeconds(1));
            return then;
        }

        async Task<int> TotalAsync(string list) => (await Leader.GetAsync($"/api/v1/pipeline/{list}&total=true"))
            .Is(200).Json.GetProperty("total").GetInt32();

        async Task<string> ScoreAsync(DateOnly day, DateTimeOffset? known)
        {
            var score = (await Leader.GetAsync(
                $"/api/v1/pipeline/assessment?indicator=signedProjects"
                    + $"&asOf={day:O}{(known is { } at ? $"&knownAt={Uri.EscapeDataString($"{at:O}")}" : "")}"))
                .Is(200).Json.GetProperty("rows")[0].GetProperty("indicators")[0];
            return string.Join(
                ' ', ((string[])["target", "achieved", "deducted", "score", "completion", "scheduledRate", "onSchedule"])
                .Select(name => score.GetProperty(name) switch
            {
                { ValueKind: JsonValueKind.Null } => "-",
                { ValueKind: JsonValueKind.Object } measure => $"{measure.GetProperty("count").GetDecimal():0.####}",
                { ValueKind: JsonValueKind.Number } rate => $"{rate.GetDecimal():0.####}",
                var word => word.GetRawText(),
            }));
        }
    }

    [Fact]
    public async Task Amounts_in_other_currencies_count_by_the_rate_of_the_day_and_funds_in_the_year_that_they_are_paid_in()
    {
        var project = _trade.Reach(Opened(), ProjectStage.Signed, Day(1, 15), new Money(100, "USD"));
        project = _trade.PayIn(project, new Money(10, "USD"), new DateOnly(2025, 12, 31));
        project = _trade.PayIn(project, new Money(20, "USD"), Day(2, 1));
        project = _trade.PayIn(project, Yuan(5), Day(2, 10));
        _trade.PayIn(project, new Money(-3, "USD"), Day(3, 1));
        await _service.TellAsync(_trade.Log);

        var without = (await Leader.GetAsync("/api/v1/pipeline/assessment?year=2026")).Is(200).Json;
        Assert.Equal("""["USD"]""", without.GetProperty("conversion").GetProperty("leftOut").GetRawText());
        Assert.Equal(["signedAmount 0.00", "paidInFunds 5.00"], Amounts((await UnitsAsync("&asOf=2026-03-31"))["a"]));
        (await Leader.GetAsync("/api/v1/pipeline/assessment?year=2026&indicator=signedProjects")).Is(200);
        using var administrator = _service.As(TestCaller.Person(Roles.Administrator));
        (await administrator.PostAsync("/api/v1/pipeline/rates", new
        {
            rates = new object[] { new { currency = "USD", on = new DateOnly(2025, 12, 31), rate = "7" },
                new { currency = "USD", on = Day(2, 5), rate = "8" } },
        })).Is(200);

        Assert.Equal(["signedAmount 800.00", "paidInFunds 141.00"], Amounts((await UnitsAsync("&asOf=2026-03-31"))["a"]));
        Assert.Equal(["signedAmount 700.00", "paidInFunds 140.00"], Amounts((await UnitsAsync("&asOf=2026-02-04"))["a"]));
        Assert.Equal(["signedAmount 0.00", "paidInFunds 70.00"], Amounts((await UnitsAsync("&year=2025"))["a"]));
        var paid = Assert.Single(await ListAsync(Leader, "/api/v1/pipeline/assessment/projects?indicator=paidInFunds&asOf=2026-03-31"));
        Assert.Equal("""[{"amount":"5.00","currency":"CNY"},{"amount":"17.00","currency":"USD"}]""",
            paid.GetProperty("amounts").GetRawText());
        var conversion = (await Leader.GetAsync("/api/v1/pipeline/assessment?asOf=2026-03-31")).Is(200).Json.GetProperty("conversion");
        Assert.Equal(
            "USD 8 2026-02-05", string.Join(' ', conversion.GetProperty("rates")[0].EnumerateObject().Select(p => p.Value.ToString())));

        static IEnumerable<string> Amounts(IEnumerable<string> scores) =>
            scores.Where(s => s.StartsWith("signedAmount", StringComparison.Ordinal) || s.StartsWith("paid", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, 2, 3)]
    [InlineData(3, 2, 1)]
    [InlineData(2, 3, 1)]
    public async Task T16_A_removed_unit_takes_no_target_until_it_is_restored_in_whatever_order_that_is_told(params int[] order)
    {
        using var coordinator = _service.As(TestCaller.Person(Roles.Coordinator));
        var unit = Trade.NewId();
        for (var told = 1; told <= order.Length; told++)
        {
            var version = order[told - 1];
            await _service.DeliverAsync(
                new UnitDefined { UnitId = unit, Code = "t16", Name = "误建部门", Removed = version == 2 }, unit, version);
            var answer = await coordinator.PostAsync(
                "/api/v1/pipeline/targets",
                new { year = 2026, targets = new[] { new { indicator = "signedProjects", unitId = unit, count = told } } });
            Assert.Equal(order.Take(told).Max() == 2 ? 400 : 200, answer.Status);
        }
    }

    [Fact]
    public async Task Who_enters_targets_who_reads_which_and_what_is_refused()
    {
        using var coordinator = _service.As(TestCaller.Person(Roles.Coordinator));
        object[] right =
        [
            new { indicator = "signedProjects", unitId = _unit.A, count = 3 },
                new { indicator = "signedAmount", unitId = _unit.B, amount = Yuan(1_000) },
            new { indicator = "signedProjects", ownerId = _officer.A, count = 2 },
                new { indicator = "signedProjects", ownerId = _officer.B, count = 1 },
        ];
        (await _service.As(TestCaller.Person(Roles.Leader)).PostAsync("/api/v1/pipeline/targets", new { year = 2026, targets = right }))
            .IsProblem(403, "auth.forbidden");
        (await coordinator.PostAsync("/api/v1/pipeline/targets", new { year = 2026, targets = right, note = "2026 年考核办法" })).Is(200);
        foreach (var (wrong, pointer, code) in new (object, string, string)[]
        {
            (new { indicator = "signedProjects", count = 3 }, "/targets/0/unitId", "subject.one"),
            (new { indicator = "signedProjects", unitId = _unit.A, ownerId = _officer.A, count = 3 }, "/targets/0/unitId", "subject.one"),
            (new { indicator = "signedProjects", unitId = Trade.NewId(), count = 3 }, "/targets/0/unitId", "unit.unknown"),
            (new { indicator = "signedProjects", ownerId = _unit.A, count = 3 }, "/targets/0/ownerId", "owner.unknown"),
            (new { indicator = "signedProjects", unitId = _unit.A, amount = Yuan(3) }, "/targets/0/count", "value.required"),
            (new { indicator = "paidInFunds", unitId = _unit.A, count = 3, amount = Yuan(3) }, "/targets/0/count", "measure.other"),
            (new { indicator = "paidInFunds", unitId = _unit.A, amount = new Money(3, "USD") }, "/targets/0/amount", "measure.currency"),
            (new { indicator = "paidInFunds", unitId = _unit.A, amount = Yuan(-3) }, "/targets/0/amount", "measure.negative"),
            (new { indicator = "signedProjects", unitId = _unit.A, count = 1.5m }, "/targets/0/count", "number.decimals"),
        })
        {
            var refused = (await coordinator.PostAsync("/api/v1/pipeline/targets", new { year = 2026, targets = new[] { wrong } }))
                .IsProblem(400, "request.invalid");
            Assert.Equal(
                (pointer, code), (refused.Json.GetProperty("errors")[0].GetProperty("pointer").GetString()!,
                refused.Json.GetProperty("errors")[0].GetProperty("code").GetString()!));
        }

        (await coordinator.PostAsync("/api/v1/pipeline/targets", new { year = 2026, targets = new[] { right[0], right[0] } }))
            .IsProblem(400, "request.invalid");
        (await coordinator.PostAsync(
            "/api/v1/pipeline/penalties",
            new { year = 2026, indicator = "signedProjects", unitId = _unit.A, count = 1, on = new DateOnly(2025, 1, 1), reason = "x" }))
            .IsProblem(400, "request.invalid");
        foreach (var question in new[] { "year=2999", "year=1999", "year=2025&asOf=2026-01-01", "asOf=2999-01-01", "by=unit,owner",
            "by=chain", "indicator=tax", "knownAt=2999-01-01T00:00:00Z" })
        {
            (await Leader.GetAsync($"/api/v1/pipeline/assessment?{question}")).IsProblem(400, "request.invalid");
        }

        (await Leader.GetAsync("/api/v1/pipeline/assessment/projects?indicator=signedProjects,signedAmount"))
            .IsProblem(400, "request.invalid");

        Assert.Equal(["a", "a owner", "b", "b owner"], await TargetsAsync(TestCaller.Person(Roles.Leader)));
        Assert.Equal(["a", "a owner", "b", "b owner"], await TargetsAsync(TestCaller.Integration("pipeline.read")));
        Assert.Equal(["b", "b owner"], await TargetsAsync(TestCaller.Person(Roles.UnitHead, Reach.Subtree, _unit.B)));
        Assert.Equal(
            ["a", "a owner", "b", "b owner"],
            await TargetsAsync(TestCaller.Person(Roles.UnitHead, Reach.Subtree) with { Subtree = [_unit.A, _unit.B] }));
        Assert.Equal(["a owner"], await TargetsAsync(TestCaller.Officer(_unit.A) with { Id = _officer.A }));
        Assert.Empty(await TargetsAsync(TestCaller.Officer(_unit.A)));
        Assert.Empty(await TargetsAsync(TestCaller.Person(Roles.ChainChief, Reach.Chain) with { Chains = ["satellite"] }));

        // Nothing is achieved yet, and there is something to achieve.
        using var officer = _service.As(TestCaller.Officer(_unit.A) with { Id = _officer.A });
        var own = (await officer.GetAsync("/api/v1/pipeline/assessment?year=2026&by=owner&indicator=signedProjects")).Is(200).Json;
        Assert.Equal(["signedProjects 0"], Scores(Assert.Single(own.GetProperty("rows").EnumerateArray())));
        Assert.Equal("""{"count":2}""", own.GetProperty("total")[0].GetProperty("target").GetRawText());
        await DrillsDownAsync(officer, own);

        async Task<string[]> TargetsAsync(TestCaller caller)
        {
            var targets = (await _service.As(caller).GetAsync("/api/v1/pipeline/targets?limit=200")).Is(200).Json.GetProperty("items");
            return [.. targets.EnumerateArray()
                .Select(
                t => t.GetProperty("unit").GetProperty("code")
                .GetString()! + (t.GetProperty("ownerId").ValueKind == JsonValueKind.Null ? "" : " owner")).Order(StringComparer.Ordinal)];
        }
    }

    private ApiClient Leader => _service.As(TestCaller.Person(Roles.Leader));

    private static DateOnly Day(int month, int day) => new(2026, month, day);

    private static Money Yuan(decimal amount) => new(amount, "CNY");

    private static object Exclusion(Guid lead, bool excluded) =>
        new { year = 2026, indicator = "signedProjects", leadId = lead, excluded, reason = "与上年项目重复" };

    private async Task TargetAsync(ApiClient coordinator, int count) => (await coordinator.PostAsync(
        "/api/v1/pipeline/targets", new { year = 2026, targets = new[] { new { indicator = "signedProjects", unitId = _unit.A, count } } }))
            .Is(200);

    /// <summary>A project of the first unit that is being negotiated.</summary>
    private ProjectState Opened() =>
        _trade.Convert(_trade.Open(_officer.A, _unit.A, on: new DateOnly(2025, 11, 1)), new DateOnly(2025, 11, 20));

    /// <summary>The leader's scores of each unit by its code, each of which is looked into.</summary>
    private async Task<Dictionary<string, string[]>> UnitsAsync(string query)
    {
        var assessment = (await Leader.GetAsync($"/api/v1/pipeline/assessment?by=unit{query}")).Is(200).Json;
        await DrillsDownAsync(Leader, assessment);
        return assessment.GetProperty("rows").EnumerateArray()
            .ToDictionary(r => r.GetProperty("unit").GetProperty("code").GetString()!, Scores);
    }

    private static string[] Scores(JsonElement row) =>
        [.. row.GetProperty("indicators").EnumerateArray().Select(i => $"{i.GetProperty("indicator")} {Figure(i.GetProperty("score"))}")];

    private static string Figure(JsonElement measure) => measure.TryGetProperty("count", out var count)
        ? count.GetDecimal().ToString("0.####", CultureInfo.InvariantCulture)
        : measure.GetProperty("amount").GetProperty("amount").GetString()!;

    /// <summary>Every score has as many projects as its list, which add up to it.</summary>
    internal static async Task DrillsDownAsync(ApiClient caller, JsonElement assessment)
    {
        foreach (var score in assessment.GetProperty("rows").EnumerateArray().SelectMany(r => r.GetProperty("indicators").EnumerateArray())
            .Concat(assessment.GetProperty("total").EnumerateArray()))
        {
            var list = await ListAsync(caller, score.GetProperty("list").GetString()!);
            Assert.Equal(score.GetProperty("projects").GetInt32(), list.Count);
            Assert.Equal(Number(score.GetProperty("achieved")), list.Sum(p => Number(p.GetProperty("counted"))));
            Assert.All(
                list, p => Assert.Equal(
                Number(p.GetProperty("counted")), p.GetProperty("credits").EnumerateArray().Sum(c => Number(c.GetProperty("counted")))));
        }
    }

    internal static decimal Number(JsonElement measure) => decimal.Parse(Figure(measure), CultureInfo.InvariantCulture);

    internal static async Task<List<JsonElement>> ListAsync(ApiClient caller, string path)
    {
        var (rows, cursor) = (new List<JsonElement>(), (string?)null);
        do
        {
            var page = (await caller.GetAsync($"{path}&limit=7{(cursor is null ? "" : $"&cursor={cursor}")}")).Is(200).Json;
            rows.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("next").GetString();
        }
        while (cursor is not null);
        return rows;
    }
}
