using System.Globalization;
using System.Text.Json.Nodes;

namespace Qibin.Crm.Local.Demo;

/// <summary>
/// Sends the demonstration stories through the public API, as an integration would: batches, Idempotency-Keys, business dates in the
/// past. The keys are fixed, so a start that was interrupted goes on where it stopped.
/// </summary>
internal static class DemonstrationData
{
    private const decimal HighestDollarRate = 7.1821m;
    private const int AtOnce = 6;

    /// <param name="gateway">The system's address.</param>
    /// <param name="access">Whose first client sends it.</param>
    /// <param name="today">The day that the stories end on; the same one when it is sent again.</param>
    /// <param name="progress">Told of each step.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task FillAsync(
        Uri gateway, Access access, DateOnly today, Action<string> progress, CancellationToken ct)
    {
        using var api = new Integration(gateway, access.Clients[0].ClientId, access.Clients[0].ClientSecret);
        var stories = Stories.Write(today);
        progress("汇率 · Rates");
        await RatesAsync(api, today, ct);
        var staff = await Staff.ReadAsync(api, ct);
        progress($"线索 {stories.Count} 条 · {stories.Count} first contacts");
        var leads = await LogAsync(api, stories, staff, today, ct);
        progress("联系与研判 · Contacts and assessments");
        await Parallel.ForEachAsync(stories, Limits(ct),
            async (story, stop) => await FollowAsync(api, story, leads[story.Number], today, stop));
        var converted = stories.Where(s => s.Converted).ToList();
        progress($"项目 {converted.Count} 个 · {converted.Count} projects");
        var projects = await ConvertAsync(api, converted, leads, ct);
        await ReachStagesAsync(api, converted, projects, staff, ct);
        await PayInAsync(api, converted, projects, today, ct);
        await CompleteAsync(api, converted, projects, today, ct);
        await SuspendAsync(api, converted, projects, today, ct);
        progress("载体与入驻 · Premises and moving in");
        await PremisesAndEntry.FillAsync(api, converted, projects, staff, today, ct);
        progress("年度目标 · Targets");
        await TargetsAsync(api, today, ct);
    }

    internal static ParallelOptions Limits(CancellationToken ct) => new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct };

    internal static string Iso(DateOnly day) => day.ToString("O", CultureInfo.InvariantCulture);

    internal static JsonObject Money(decimal amount, string currency) =>
        new() { ["amount"] = amount.ToString("0.00", CultureInfo.InvariantCulture), ["currency"] = currency };

    /// <summary>Rates of each foreign currency of the stories: contracts in them are measured against the limits of a filing.</summary>
    private static async Task RatesAsync(Integration api, DateOnly today, CancellationToken ct)
    {
        await api.PostAsync("/api/v1/pipeline/rates", "demo-rates", new JsonObject
        {
            ["rates"] = new JsonArray(Rate("USD", -730, HighestDollarRate), Rate("USD", -30, 7.0894m), Rate("HKD", -730, 0.9195m),
                Rate("HKD", -30, 0.9112m)),
        }, ct);

        JsonObject Rate(string currency, int days, decimal rate) => new()
        {
            ["currency"] = currency,
            ["on"] = Iso(today.AddDays(days)),
            ["rate"] = rate.ToString(CultureInfo.InvariantCulture),
        };
    }

    /// <summary>Targets of each unit that has officers.</summary>
    private static async Task TargetsAsync(Integration api, DateOnly today, CancellationToken ct)
    {
        var users = await api.ListAsync("/api/v1/users?role=officer", ct);
        var units = users.Select(u => u["unitId"]!.GetValue<string>()).Distinct().Order(StringComparer.Ordinal).ToList();
        await api.PostAsync("/api/v1/pipeline/targets", "demo-targets", new JsonObject
        {
            ["year"] = today.Year,
            ["note"] = "演示目标 · Demonstration targets",
            ["targets"] = new JsonArray([.. units.SelectMany(unit => (JsonObject[])[
                Target(unit, "signedProjects", "count", 24), Target(unit, "signedAmount", "amount", Money(4_000_000_000, "CNY")),
                Target(unit, "startedProjects", "count", 16), Target(unit, "producingProjects", "count", 8),
                Target(unit, "paidInFunds", "amount", Money(600_000_000, "CNY"))])]),
        }, ct);

        static JsonObject Target(string unit, string indicator, string measure, JsonNode value) =>
            new() { ["unitId"] = unit, ["indicator"] = indicator, [measure] = value };
    }

    private static async Task<Dictionary<int, string>> LogAsync(
        Integration api, IReadOnlyList<Story> stories, Staff staff, DateOnly today, CancellationToken ct)
    {
        var results = await api.BatchAsync("/api/v1/first-contacts/batch", "demo-first-contacts", stories.Select(story => new JsonObject
        {
            ["investorName"] = story.Investor,
            ["uscc"] = story.Uscc,
            ["sourceRegion"] = story.SourceRegion,
            ["personName"] = story.Person,
            ["personTitle"] = story.Title,
            ["phone"] = story.Phone,
            ["channel"] = story.Channel,
            ["summary"] = story.Said,
            ["occurredOn"] = Iso(story.FirstContactOn),
            ["nextStep"] = "约定再次沟通",
            ["nextStepDueOn"] = Iso(Later(story.FirstContactOn, 7 + (story.Number % 60), story, today)),
            ["nodeCode"] = story.Node,
            ["estimatedInvestment"] = Money(story.EstimatedYuan, story.Currency),
            ["ownerId"] = staff.Officers[story.OfficerIndex % staff.Officers.Count],
        }), ct);
        return stories.Zip(results).ToDictionary(x => x.First.Number, x => x.Second["receipt"]!["id"]!.GetValue<string>());
    }

    /// <summary>Half of the open leads have a next step ahead, the others one that is overdue.</summary>
    private static DateOnly Later(DateOnly first, int days, Story story, DateOnly today) =>
        story.Number % 2 == 0 && !story.Converted ? today.AddDays(1 + (story.Number % 20)) : first.AddDays(days);

    private static async Task FollowAsync(Integration api, Story story, string leadId, DateOnly today, CancellationToken ct)
    {
        var lead = $"/api/v1/leads/{leadId}";
        var key = $"demo-{story.Number}";
        var last = story.Dates[^1];
        var contacts = Enumerable.Range(1, story.Number % 4).Select(n => new JsonObject
        {
            ["channel"] = n % 2 == 0 ? "visitHere" : "phone",
            ["summary"] = $"第 {n} 次跟进：{story.Said}",
            ["occurredOn"] = Iso(story.FirstContactOn.AddDays((last.DayNumber - story.FirstContactOn.DayNumber) * n / 4)),
        }).ToList();
        if (contacts.Count > 0)
        {
            await api.BatchAsync(lead + "/contacts/batch", key + "-contacts", contacts, ct);
        }

        if (story.Outcome == Outcome.New)
        {
            return;
        }

        await api.ChangeAsync(lead, "/assessment", key + "-assessment", new JsonObject { ["occurredOn"] = Iso(story.AssessedOn) }, ct);
        if (story.Outcome == Outcome.Assessing)
        {
            return;
        }

        var concluded = new JsonObject { ["occurredOn"] = Iso(story.AssessedOn), ["note"] = "符合主导产业方向，继续跟进。" };
        if (story.Outcome == Outcome.Invalid)
        {
            await api.ChangeAsync(lead, "/closure", key + "-closure", new JsonObject
            {
                ["outcome"] = "invalid",
                ["reason"] = story.Number % 3 == 0 ? "noAnswer" : "outOfScope",
                ["occurredOn"] = Iso(story.AssessedOn),
                ["note"] = "多次联系后确认无投资意向。",
            }, ct);
            return;
        }

        await api.ChangeAsync(lead, "/assessment/conclusion", key + "-conclusion", concluded, ct);
        if (story.Outcome == Outcome.Kept)
        {
            await api.ChangeAsync(lead, "/closure", key + "-closure", new JsonObject
            {
                ["outcome"] = "kept",
                ["reason"] = story.Number % 2 == 0 ? "notYet" : "fundsPending",
                ["revisitOn"] = Iso(today.AddDays(15 + (story.Number % 120))),
                ["occurredOn"] = Iso(story.AssessedOn),
                ["note"] = "对方明年再议，按期回访。",
            }, ct);
        }
    }

    private static async Task<Dictionary<int, string>> ConvertAsync(
        Integration api, List<Story> stories, Dictionary<int, string> leads, CancellationToken ct)
    {
        var projects = new System.Collections.Concurrent.ConcurrentDictionary<int, string>();
        await Parallel.ForEachAsync(stories, Limits(ct), async (story, stop) =>
        {
            var receipt = await api.ChangeAsync($"/api/v1/leads/{leads[story.Number]}", "/conversion", $"demo-{story.Number}-conversion",
                new JsonObject { ["projectName"] = story.ProjectName, ["occurredOn"] = Iso(story.ConvertedOn) }, stop);
            projects[story.Number] = receipt["projectId"]!.GetValue<string>();
        });
        return new Dictionary<int, string>(projects);
    }

    private static async Task ReachStagesAsync(
        Integration api, List<Story> stories, Dictionary<int, string> projects, Staff staff, CancellationToken ct)
    {
        await Parallel.ForEachAsync(stories.Where(s => s.Outcome == Outcome.Efficient), Limits(ct), async (story, stop) =>
            await api.AmendAsync($"/api/v1/projects/{projects[story.Number]}", $"demo-{story.Number}-thresholds", new JsonObject
            {
                ["outputThreshold"] = Money(story.EstimatedYuan * 0.8m, story.Currency),
                ["taxThreshold"] = Money(story.EstimatedYuan * 0.04m, story.Currency),
            }, stop));
        for (var stage = 1; stage <= 7; stage++)
        {
            var reached = stage;
            var submissions = stories.Where(s => s.StagesReached >= reached)
                .Select(story => Submission(story, reached, projects[story.Number], staff)).ToList();
            await api.BatchAsync("/api/v1/projects/submissions/batch", $"demo-stage-{stage}", submissions, ct);
        }
    }

    private static JsonObject Submission(Story story, int stage, string projectId, Staff staff)
    {
        var on = story.StageOn(stage);
        var submission = new JsonObject
        {
            ["projectId"] = projectId,
            ["occurredOn"] = Iso(on),
            ["approverId"] = stage is 1 or 6 or 7 ? staff.Leader : staff.Coordinator,
        };
        (string To, string[] Documents) gate = stage switch
        {
            // An investment of 10 亿元 and more, at the higher of the rates, has been filed with the province.
            1 => ("signed", story.EstimatedYuan * (story.Currency == "USD" ? HighestDollarRate : 1) >= 1_000_000_000m
                ? ["contract", "provincialFiling"] : ["contract"]),
            2 => ("registered", ["businessLicence"]),
            3 => ("started", ["constructionPermit", "photo"]),
            4 => ("completed", ["acceptanceReport"]),
            5 => ("producing", ["firstOutputProof"]),
            6 => ("atCapacity", ["outputStatement"]),
            _ => ("efficient", ["outputStatement", "taxCertificate"]),
        };
        submission["to"] = gate.To;
        submission["documents"] = new JsonArray([.. gate.Documents.Select(type => (JsonNode)new JsonObject
        {
            ["type"] = type,
            ["title"] = $"{story.ProjectName} {type}（演示）",
            ["number"] = string.Create(CultureInfo.InvariantCulture, $"DEMO-{story.Number:000}-{stage}"),
            ["issuedOn"] = Iso(on),
            ["uri"] = $"https://documents.example/demo/{story.Number}/{stage}/{type}",
        })]);
        switch (stage)
        {
            case 1:
                submission["contractAmount"] = Money(story.EstimatedYuan, story.Currency);
                break;
            case 2:
                submission["uscc"] = story.LocalUscc;
                submission["enterpriseName"] = story.LocalEnterprise;
                break;
            case 5:
                submission["firstOutputOn"] = Iso(on);
                break;
            case 6:
                submission["annualOutput"] = Money(story.EstimatedYuan * 0.9m, story.Currency);
                break;
            case 7:
                submission["annualOutput"] = Money(story.EstimatedYuan * 1.1m, story.Currency);
                submission["annualTax"] = Money(story.EstimatedYuan * 0.05m, story.Currency);
                break;
            default:
                break;
        }

        return submission;
    }

    /// <summary>About a tenth of the contract with the signing, then more with every stage.</summary>
    private static async Task PayInAsync(
        Integration api, List<Story> stories, Dictionary<int, string> projects, DateOnly today, CancellationToken ct) =>
        await api.BatchAsync("/api/v1/projects/amounts/batch", "demo-funds", stories.SelectMany(story =>
            Enumerable.Range(1, Math.Min(5, story.StagesReached)).Select(stage => new JsonObject
            {
                ["projectId"] = projects[story.Number],
                ["kind"] = "paidIn",
                ["amount"] = Money(Math.Round(story.EstimatedYuan * (0.05m + (0.03m * stage)), 2), story.Currency),
                ["occurredOn"] = Iso(story.StageOn(stage) < today ? story.StageOn(stage) : today),
                ["origin"] = story.Currency == "CNY" ? "domestic" : "foreign",
            })), ct);

    /// <summary>Four fifths of what was paid in since the start of construction.</summary>
    private static async Task CompleteAsync(
        Integration api, List<Story> stories, Dictionary<int, string> projects, DateOnly today, CancellationToken ct) =>
        await api.BatchAsync("/api/v1/projects/amounts/batch", "demo-completed",
            stories.Where(story => story.StagesReached >= 3).SelectMany(story =>
            Enumerable.Range(3, Math.Min(5, story.StagesReached) - 2).Select(stage => new JsonObject
            {
                ["projectId"] = projects[story.Number],
                ["kind"] = "completedInvestment",
                ["amount"] = Money(Math.Round(story.EstimatedYuan * (0.04m + (0.024m * stage)), 2), story.Currency),
                ["occurredOn"] = Iso(story.StageOn(stage) < today ? story.StageOn(stage) : today),
            })), ct);

    private static Task SuspendAsync(
        Integration api, List<Story> stories, Dictionary<int, string> projects, DateOnly today, CancellationToken ct) =>
        Parallel.ForEachAsync(stories.Where(s => s.Suspended), Limits(ct), async (story, stop) =>
            await api.ChangeAsync($"/api/v1/projects/{projects[story.Number]}", "/status", $"demo-{story.Number}-suspension",
                new JsonObject { ["status"] = "suspended", ["reason"] = "投资方调整资金安排，暂缓推进。", ["occurredOn"] = Iso(today) }, stop));
}

/// <summary>Who does what in the stories, from the identity service.</summary>
internal sealed record Staff(IReadOnlyList<string> Officers, string Leader, string Coordinator)
{
    public static async Task<Staff> ReadAsync(Integration api, CancellationToken ct)
    {
        var users = await api.ListAsync("/api/v1/users", ct);
        return new Staff([.. Having("officer")], Having("leader").First(), Having("coordinator").First());

        IEnumerable<string> Having(string role) =>
            users.Where(u => u["active"]!.GetValue<bool>() && u["roles"]!.AsArray().Any(r => r!.GetValue<string>() == role))
                .Select(u => u["id"]!.GetValue<string>())
                .Order(StringComparer.Ordinal);
    }
}
