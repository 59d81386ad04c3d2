using System.Globalization;
using System.Text.Json;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.EndToEnd.Tests.TotalsRows;

/// <summary>Totals of every past day equal a recount over the services' history tables, after everything that people can do.</summary>
public sealed class HistoryRecountTests(RunningSystem system)
{
    private const string Region = "630100";
    private const int Journeys = 8;
    private const int Oldest = -300;

    /// <summary>What people do to a journey: on the first one in this order, on the others in other orders.</summary>
    private readonly Dictionary<string, Func<Journey, Random, Task<Answer>>> _deeds = new(StringComparer.Ordinal);

    private Guid[] _officers = [];

    [Fact]
    public async Task N1_Totals_of_every_past_day_equal_a_recount_over_the_history_tables()
    {
        var (officer, head, leader, coordinator) = (
            await system.AsAsync("officer", "promotion-satellite"), await system.AsAsync("unitHead", "promotion-satellite"),
            await system.AsAsync("leader"), await system.AsAsync("coordinator"));
        await using var rows = new RowsOfTheTests(system);
        _officers =
        [
            Guid.Parse(await rows.UserAsync(system.Person("officer", "promotion-satellite").UserName)),
            Guid.Parse(await rows.UserAsync("he.jiaming")),
            Guid.Parse(await rows.UserAsync(system.Person("officer", "promotion-xinchuang").UserName)),
        ];
        Deeds(officer, head, await system.AsAsync("projectOfficer"), coordinator);

        // The same numbers in each run: the days and the order vary, what happens does not.
        var random = new Random(20260630);
        var journeys = new List<Journey>();
        for (var i = 0; i < Journeys; i++)
        {
            journeys.Add(await OpenAsync(officer, random));
        }

        foreach (var deed in _deeds.Keys)
        {
            var answer = await _deeds[deed](journeys[0], random);
            Assert.True(answer.Status is 200 or 201, $"{deed}: {answer.Status} {answer.Body}");
        }

        foreach (var journey in journeys[1..])
        {
            // A journey gets through as many as its number, and what does not fit is refused.
            foreach (var deed in _deeds.Keys.Take(4 + (2 * journeys.IndexOf(journey))).Concat(
                random.GetItems([.. _deeds.Keys.Where(d => d != "merge")], 14)))
            {
                await DoAsync(deed, journey, random);
            }
        }

        await system.SettledAsync();
        var reader = (await leader.GetAsync("/api/v1/me")).Is(200).Json.GetProperty("id").GetGuid();
        var recount = await HistoryRecount.ReadAsync(system, Region, reader);
        Assert.InRange(recount.Journeys, Journeys / 2, 4 * Journeys);
        var known = TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        var (shifted, differs, seen) = (recount.Shifted(), false, "");
        for (var day = Today.AddDays(Oldest - 30); day <= Today; day = day.AddDays(1))
        {
            var expected = recount.On(day);
            Assert.Equal(expected, await CountedAsync(leader, day, ""));
            seen += string.Join(' ', expected);
            differs |= !shifted.On(day).SequenceEqual(expected);
            if (day.DayNumber % 10 == 0)
            {
                // By what was known at an instant, which other rows answer.
                Assert.Equal(expected, await CountedAsync(leader, day, "&knownAt=" + Uri.EscapeDataString(known)));
            }
        }

        Assert.All(
            (string[])["contractAmount CNY", "paidIn CNY", "completedInvestment CNY", "estimatedInvestment USD", "suspended", "terminated",
                "invalid", "registered unit"],
            what => Assert.Contains(what, seen, StringComparison.Ordinal));
        Assert.True(differs, "A stage reached a day later makes no difference: the recount compares too little.");
    }

    private static DateOnly Today => Kernel.DistrictCalendar.Today(TimeProvider.System);

    /// <summary>The same figures as the API has them.</summary>
    private static async Task<SortedDictionary<string, string>> CountedAsync(ApiClient leader, DateOnly day, string more)
    {
        var figures = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var by in new[] { "unit", "owner" })
        {
            var totals = (await leader.GetAsync(
                $"/api/v1/pipeline/totals?groupBy=stage,{by}&sourceRegion={Region}&asOf={day:yyyy-MM-dd}{more}")).Is(200).Json;
            foreach (var group in totals.GetProperty("groups").EnumerateArray())
            {
                var id = by == "unit" ? group.GetProperty("unit").GetProperty("id") : group.GetProperty("ownerId");
                figures[$"{group.GetProperty("stage").GetString()} {by} {id.GetGuid()}"] = Of(group);
            }

            foreach (var apart in totals.GetProperty("apart").EnumerateArray())
            {
                figures[apart.GetProperty("status").GetString()!] = Of(apart);
            }
        }

        return figures;

        static string Of(JsonElement figures) => HistoryRecount.Figures(
            figures.GetProperty("count").GetInt32(),
            from measure in (string[])["estimatedInvestment", "contractAmount", "paidIn", "completedInvestment"]
            from money in figures.GetProperty(measure).EnumerateArray()
            select (measure, money.GetProperty("currency").GetString()!,
                decimal.Parse(money.GetProperty("amount").GetString()!, CultureInfo.InvariantCulture)));
    }

    private void Deeds(ApiClient officer, ApiClient head, ApiClient projectOfficer, ApiClient coordinator)
    {
        _deeds["contact"] = (j, r) => coordinator.PostAsync(j.Lead + "/contacts",
            new { channel = "phone", summary = "补录", occurredOn = r.Day(Oldest, 0) });
        _deeds["correctContact"] = (j, r) => AmendAsync(officer, j.Contact, new { occurredOn = r.Day(Oldest, -240) });
        _deeds["assess"] = (j, r) => MoveAsync(coordinator, j.Lead, "/assessment", new { occurredOn = r.Day(-230, -215) });
        _deeds["close"] = (j, r) => MoveAsync(coordinator, j.Lead, "/closure",
            new { outcome = "invalid", reason = "noAnswer", occurredOn = r.Day(-215, -210) });
        _deeds["reopen"] = (j, r) => MoveAsync(coordinator, j.Lead, "/reopening", new { note = "来电", occurredOn = r.Day(-210, -206) });
        _deeds["conclude"] = (j, r) => MoveAsync(coordinator, j.Lead, "/assessment/conclusion",
            new { note = "契合", occurredOn = r.Day(-206, -200) });
        _deeds["estimate"] = (j, r) => AmendAsync(
            coordinator, j.Lead, new { estimatedInvestment = Money(r, r.Next(3) == 0 ? "USD" : "CNY") });
        _deeds["assign"] = (j, r) => GiveAsync(j, r, r.Day(-200, 0));
        _deeds["convert"] = async (j, r) =>
        {
            var converted = await MoveAsync(coordinator, j.Lead, "/conversion",
                new { projectName = "重算项目（演示）", occurredOn = r.Day(-195, -180) });
            if (converted.Status == 201)
            {
                j.Project = "/api/v1/projects/" + converted.Json.GetProperty("projectId").GetString();
                await Eventually.TrueAsync(async () => (await coordinator.GetAsync(j.Project)).Status == 200);
            }

            return converted;
        };
        _deeds["correctLeadDate"] = async (j, r) =>
        {
            var history = await coordinator.GetAsync(j.Lead + "/history");
            return history.Status != 200 ? history : await MoveAsync(coordinator, j.Lead, "/stage-dates", new
            {
                moveVersion = history.Json.EnumerateArray().Last().GetProperty("version").GetInt64(),
                occurredOn = r.Day(-200, -178),
                reason = "误填",
            });
        };
        _deeds["sign"] = (j, r) => ReachAsync(j, new
        {
            to = "signed",
            occurredOn = r.Day(-178, -164),
            contractAmount = Money(r, "CNY"),
            documents = new[] { Document("contract") },
        });
        _deeds["fund"] = (j, r) => OnProject(j, "/amounts", coordinator, new
        {
            kind = "paidIn",
            amount = Money(r, r.Next(4) == 0 ? "HKD" : "CNY"),
            occurredOn = r.Day(-150, 0),
            origin = "domestic",
            document = Document("paymentProof"),
        });
        _deeds["complete"] = (j, r) => OnProject(j, "/amounts", coordinator, new
        {
            kind = "completedInvestment",
            amount = Money(r, "CNY"),
            occurredOn = r.Day(-150, 0),
            document = Document("photo"),
        });
        _deeds["reverse"] = async (j, r) =>
        {
            var entries = j.Project is not null && await coordinator.GetAsync(j.Project + "/amounts") is { Status: 200, Json: var list }
                ? list.GetProperty("items").EnumerateArray().ToArray() : [];
            return entries.Length == 0 ? Nothing
                : await OnProject(j, $"/amounts/{r.GetItems(entries, 1)[0].GetProperty("id").GetString()}/reversal", coordinator,
                    new { reason = "重复录入" });
        };
        _deeds["correctContract"] = async (j, r) => await DecideAsync(j, await OnProject(j, "/contract-amount", projectOfficer,
            new { amount = Money(r, "CNY"), reason = "补充协议", occurredOn = r.Day(-150, -60) }));
        _deeds["restateContract"] = async (j, r) => await MoveOf(j, r, "signed", "contractCorrected") is { } move
            ? await DecideAsync(j, await OnProject(j, "/contract-amount", projectOfficer,
                new { moveVersion = move, amount = Money(r, r.Next(4) == 0 ? "HKD" : "CNY"), reason = "笔误" }))
            : Nothing;
        // Corrected to days that the first entry never has, so that the first journey gets through all of it.
        _deeds["correctContractDate"] = (j, r) => RedateAsync(j, r, r.Day(-59, 0), "contractCorrected");
        _deeds["correctProjectDate"] = async (j, r) => await DecideAsync(j, await OnProject(j, "/stage-dates", projectOfficer,
            new { stage = "signed", occurredOn = r.Day(-163, -150), reason = "误填" }));
        _deeds["register"] = (j, r) => ReachAsync(j, new
        {
            to = "registered",
            occurredOn = r.Day(-150, -120),
            uscc = RowsOfTheTests.NewUscc(),
            enterpriseName = "重算企业（演示）",
            documents = new[] { Document("businessLicence") },
        });
        _deeds["suspend"] = (j, r) => OnProject(j, "/status", coordinator,
            new { status = "suspended", reason = "资金", occurredOn = r.Day(-110, -80) });
        _deeds["resume"] = (j, r) => OnProject(j, "/status", coordinator,
            new { status = "active", reason = "到位", occurredOn = r.Day(-80, -50) });
        _deeds["handOver"] = (j, r) => GiveAsync(j, r, r.Day(-100, 0));
        _deeds["stepBack"] = (j, r) => OnProject(j, "/step-back", coordinator,
            new { to = r.Next(2) == 0 ? "signed" : "negotiating", reason = "合同解除", occurredOn = r.Day(-60, -20) });
        _deeds["correctStepBack"] = (j, r) => RedateAsync(j, r, r.Day(-75, -61), "steppedBack");
        _deeds["correctSuspension"] = (j, r) => RedateAsync(j, r, r.Day(-119, -111), "suspended");
        _deeds["correctResumption"] = (j, r) => RedateAsync(j, r, r.Day(-49, -40), "resumed");
        _deeds["merge"] = async (j, r) =>
        {
            var into = (await coordinator.GetAsync(j.Lead)).Is(200).Json.GetProperty("investorId").GetString();
            var other = await OpenAsync(officer, r);
            var from = (await coordinator.GetAsync(other.Lead)).Is(200).Json.GetProperty("investorId").GetString();
            var path = "/api/v1/investors/" + into;
            return await coordinator.PostAsync(path + "/merge", new { from, fields = new { name = "from" }, reason = "同一客商" },
                (await coordinator.GetAsync(path)).Is(200).ETag);
        };
        _deeds["further"] = (j, r) => coordinator.PostAsync(j.Lead + "/further-projects",
            new { projectName = "重算二期（演示）", channel = "phone", summary = "扩产", occurredOn = r.Day(-170, 0) });
        _deeds["terminate"] = (j, r) => OnProject(j, "/status", coordinator,
            new { status = "terminated", reason = "撤资", occurredOn = r.Day(-20, 0) });
        _deeds["correctTermination"] = (j, r) => RedateAsync(j, r, r.Day(-39, -21), "terminated");
        _deeds["confidential"] = (j, _) => AmendAsync(head, j.Lead, new { confidential = true });
        _deeds["open"] = (j, _) => AmendAsync(head, j.Lead, new { confidential = false });

        async Task<Answer> GiveAsync(Journey j, Random r, string on)
        {
            if (await coordinator.GetAsync(j.Lead) is not { Status: 200, Json: var lead })
            {
                return Nothing;
            }

            var owner = lead.GetProperty("ownerId").GetGuid();
            var other = r.GetItems(_officers.Where(o => o != owner).ToArray(), 1)[0];
            var project = j.Project is null ? Nothing : await coordinator.GetAsync(j.Project);
            var given = await MoveAsync(coordinator, j.Lead, "/assignment", new { ownerId = other, reason = "交接", occurredOn = on });
            if (given.Status == 200 && project.Status == 200 && project.Json.GetProperty("ownerId").GetGuid() == owner
                && project.Json.GetProperty("status").GetString() != "terminated")
            {
                // The project goes along, a moment later.
                await Eventually.TrueAsync(async () =>
                    (await coordinator.GetAsync(j.Project!)).Is(200).Json.GetProperty("ownerId").GetGuid() == other);
            }

            return given;
        }

        async Task<Answer> RedateAsync(Journey j, Random r, string on, string kind) =>
            await MoveOf(j, r, kind) is { } move
                ? await DecideAsync(j, await OnProject(j, "/stage-dates", projectOfficer,
                    new { moveVersion = move, occurredOn = on, reason = "误填" }))
                : Nothing;

        // The version of some move of the project, of one of these kinds or to one of these stages.
        async Task<long?> MoveOf(Journey j, Random r, params string[] kinds)
        {
            var moves = j.Project is not null && await coordinator.GetAsync(j.Project + "/stages") is { Status: 200, Json: var stages }
                ? stages.GetProperty("moves").EnumerateArray().Where(m => kinds.Contains(Kind(m))).ToArray()
                : [];
            return moves.Length == 0 ? null : r.GetItems(moves, 1)[0].GetProperty("version").GetInt64();

            static string? Kind(JsonElement m) =>
                m.GetProperty("kind").GetString() is var kind && kind == "reached" ? m.GetProperty("to").GetString() : kind;
        }

        async Task<Answer> ReachAsync(Journey j, object submission) =>
            await DecideAsync(j, await OnProject(j, "/submissions", projectOfficer, submission));

        async Task<Answer> DecideAsync(Journey j, Answer filed) =>
            filed.Status != 201 ? filed
                : await OnProject(j, $"/submissions/{filed.Id}/approval", coordinator, new { decision = "approved" });
    }

    private static Answer Nothing => new(404, "", new HttpResponseMessage().Headers, null);

    private static Task<Answer> OnProject(Journey journey, string below, ApiClient who, object body) =>
        journey.Project is null ? Task.FromResult(Nothing) : MoveAsync(who, journey.Project, below, body);

    /// <summary>With the version that was read before: again where an event has changed it in between.</summary>
    private static Task<Answer> MoveAsync(ApiClient who, string path, string below, object body) => Eventually.GetAsync(
        async () => await who.GetAsync(path) is { Status: 200 } now ? await who.PostAsync(path + below, body, now.ETag) : Nothing,
        answer => answer.Status != 412);

    private static Task<Answer> AmendAsync(ApiClient who, string path, object body) => Eventually.GetAsync(
        async () => await who.GetAsync(path) is { Status: 200 } now ? await who.PatchAsync(path, body, now.ETag) : Nothing,
        answer => answer.Status != 412);

    /// <summary>Does it, or is refused by a rule or because it is closed to whoever tried: nothing else.</summary>
    private async Task DoAsync(string deed, Journey journey, Random random)
    {
        var answer = await _deeds[deed](journey, random);
        Assert.True(answer.Status is 200 or 201 or 400 or 403 or 404 or 409, $"{deed}: {answer.Status} {answer.Body}");
    }

    private static async Task<Journey> OpenAsync(ApiClient officer, Random random)
    {
        var number = RowsOfTheTests.Number();
        var made = (await officer.PostAsync("/api/v1/first-contacts", new
        {
            investorName = $"重算客商{number}号（演示）",
            personName = "示例人",
            phone = "170" + number.PadLeft(8, '5'),
            channel = "phone",
            summary = "来电",
            nextStep = "回访",
            nextStepDueOn = "2030-01-01",
            occurredOn = random.Day(-270, -240),
            sourceRegion = Region,
            estimatedInvestment = Money(random, "CNY"),
        })).Is(201);
        var lead = $"/api/v1/leads/{made.Id}";
        return new Journey { Lead = lead, Contact = $"{lead}/contacts/{made.Json.GetProperty("contactId").GetString()}" };
    }

    private static object Money(Random random, string currency) => new
    {
        amount = (random.Next(1, 20_000) * 10_000m).ToString("F2", CultureInfo.InvariantCulture),
        currency,
    };

    private static object Document(string type) => new { type, title = "示例文件（演示）", uri = "https://documents.example/recount/" + type };

    private sealed class Journey
    {
        public required string Lead { get; init; }
        public required string Contact { get; init; }
        public string? Project { get; set; }
    }
}

file static class Days
{
    /// <summary>A day between two, counted from today.</summary>
    public static string Day(this Random random, int from, int to) => RowsOfTheTests.Day(random.Next(from, to + 1));
}
