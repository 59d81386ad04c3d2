using Npgsql;
using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.Kernel;
using Qibin.Crm.Sheets;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

/// <summary>One protection per real investor, whichever records it was entered as. All companies are invented.</summary>
public class ProtectionTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    private readonly ApiClient _coordinator = leads.As(TestCaller.Person(Roles.Coordinator));

    [Fact]
    public async Task T1_A_second_unit_with_a_record_of_its_own_is_refused_and_opens_the_dispute_from_the_refusal()
    {
        var (first, second) = (await UnitAsync("一分局"), await UnitAsync("二分局"));
        var one = await EnterAsync(first, "澄屿甲卫星有限公司", Code(1));
        var claim = (await FileAsync(first, one)).Is(201);
        (await _coordinator.PostAsync($"/api/v1/claims/{claim.Id}/confirmation", new { decision = "confirmed" }, claim.ETag)).Is(200);

        var two = await EnterAsync(second, "北京澄屿甲卫星（演示）集团");
        Assert.NotEqual(Investor(one), Investor(two));
        var refused = (await FileAsync(second, two)).IsProblem(409, "claim.taken");

        var talks = Assert.Single(refused.Json.GetProperty("talks").EnumerateArray());
        Assert.Equal((first.UnitId, "一分局", first.Id, $"{leads.Today:yyyy-MM-dd}"),
            (talks.GetProperty("unitId").GetGuid(), talks.GetProperty("unitName").GetString(), talks.GetProperty("ownerId").GetGuid(),
            talks.GetProperty("since").GetString()));
        Assert.Contains("一分局", refused.Json.GetProperty("title").GetString(), StringComparison.Ordinal);
        var next = refused.Json.GetProperty("next");
        Assert.Equal(("disputeClaim", "POST"), (next.GetProperty("operation").GetString(), next.GetProperty("method").GetString()));
        var dispute = (await leads.As(second).PostAsync(next.GetProperty("location").GetString()!, Dispute(two))).Is(201);
        var again = (await FileAsync(second, two)).IsProblem(409, "claim.taken");
        Assert.False(again.Json.TryGetProperty("next", out _));

        (await _coordinator.PostAsync($"/api/v1/claims/disputes/{dispute.Id}/resolution", new { decision = "overturned", note = "二分局在先" },
            dispute.ETag)).Is(200);
        var own = (await FileAsync(first, one)).IsProblem(409, "claim.taken");
        Assert.Equal(second.Id, own.Json.GetProperty("talks")[0].GetProperty("ownerId").GetGuid());
        var asked = (await leads.As(first).GetAsync($"/api/v1/claims/protection?investorId={Investor(one)}")).Is(200).Json;
        Assert.Equal((second.UnitId, second.Id), (asked.GetProperty("unitId").GetGuid(), asked.GetProperty("ownerId").GetGuid()));
    }

    [Fact]
    public async Task T1_A_code_protects_under_every_name_and_of_confidential_talks_only_the_refusal_is_known()
    {
        var (first, second) = (await UnitAsync("一分局"), await UnitAsync("二分局"));
        var one = await leads.LeadAsync(leads.As(first), ("investorName", "澄屿乙航天"), ("uscc", Code(2)), ("confidential", true));
        var two = await EnterAsync(second, "乙屿科技", Code(2));
        (await FileAsync(first, one)).Is(201);

        var refused = (await FileAsync(second, two)).IsProblem(409, "claim.takenBySomebody");

        Assert.False(refused.Json.TryGetProperty("talks", out _));
        Assert.DoesNotContain("一分局", refused.Body, StringComparison.Ordinal);
        (await leads.As(second).PostAsync(refused.Json.GetProperty("next").GetProperty("location").GetString()!, Dispute(two))).Is(201);
    }

    [Fact]
    public async Task T1_No_rename_takes_a_protected_name_or_code_and_none_gives_one_away_that_others_protect()
    {
        var (first, second) = (await UnitAsync("一分局"), await UnitAsync("二分局"));
        var (one, two) = (await EnterAsync(first, "澄屿丙精工", Code(3)), await EnterAsync(second, "澄屿丁精工"));
        (await FileAsync(first, one)).Is(201);
        var other = (await FileAsync(second, two)).Is(201);

        var refused = (await RenameAsync(second, two, new { name = "澄屿丙精工有限公司", duplicateOverride = new { reason = "更名后同名" } }))
            .IsProblem(409, "claim.taken");
        Assert.Equal(first.Id, refused.Json.GetProperty("talks")[0].GetProperty("ownerId").GetGuid());

        // A second unit with a lead of the protected investor adds to what is known of it and takes nothing away.
        var integration = leads.As(TestCaller.Integration());
        (await integration.PostAsync("/api/v1/first-contacts", leads.FirstContact(
            ("investorName", null), ("investorId", Investor(one)), ("ownerId", second.Id)))).Is(201);
        (await RenameAsync(second, one, new { name = "无关示例公司" })).IsProblem(409, "claim.taken");
        (await RenameAsync(second, one, new { uscc = (string?)null })).IsProblem(409, "claim.taken");
        (await RenameAsync(second, one, new { name = "澄屿丙精工股份有限公司" })).Is(200);

        // The protecting unit renames it: the protection goes along.
        (await RenameAsync(first, one, new { name = "澄屿戊精工" })).Is(200);
        (await FileAsync(second, await EnterAsync(second, "澄屿戊精工"))).IsProblem(409, "claim.taken");
        (await leads.As(second).PostAsync($"/api/v1/claims/{other.Id}/release", new { reason = "不再跟进" }, other.ETag)).Is(200);
        (await RenameAsync(second, two, new { name = "澄屿丙精工", duplicateOverride = new { reason = "企业更名" } })).Is(200);
        (await FileAsync(second, two)).Is(201);
    }

    [Fact]
    public async Task T1_A_merge_protects_both_names_and_does_not_take_what_a_third_unit_protects()
    {
        var (first, second, third) = (await UnitAsync("一分局"), await UnitAsync("二分局"), await UnitAsync("三分局"));
        var (into, from) = (await EnterAsync(first, "澄屿己智造"), await EnterAsync(second, "澄屿庚智造"));
        (await FileAsync(first, into)).Is(201);
        var foreign = await EnterAsync(third, "庚智造科技");
        var merged = (await MergeAsync(into, from)).Is(200);

        var alias = await EnterAsync(third, "澄屿庚智造");
        (await FileAsync(third, alias)).IsProblem(409, "claim.taken");
        (await _coordinator.PostAsync(
            $"/api/v1/investors/{Investor(into)}/merges/{merged.Json.GetProperty("mergeId").GetGuid()}/undo", new { }, merged.ETag))
            .Is(200);
        (await FileAsync(third, alias)).Is(201);
        (await MergeAsync(into, from)).IsProblem(409, "claim.taken");
        (await MergeAsync(into, alias)).IsProblem(409, "merge.bothClaimed");
        (await MergeAsync(foreign, from)).Is(200);
    }

    [Fact]
    public async Task T1_A_row_of_an_import_neither_takes_a_protected_name_nor_comes_back_to_one()
    {
        var (first, second) = (await UnitAsync("一分局"), await UnitAsync("二分局"));
        var one = await EnterAsync(first, "澄屿辛数源");
        (await FileAsync(first, one)).Is(201);
        var id = await Imports.UploadedAsync(
            leads, second, await Imports.FileAsync(SheetFormat.Csv, [Imports.Row(7001), Imports.Row(7002)]));
        Assert.Equal((2, 0, 0, 0, 0, 0), Imports.Tally(await Imports.DoneAsync(leads, second, id)));
        foreach (var lead in (await leads.As(second).GetAsync("/api/v1/leads")).Is(200).Json.GetProperty("items").EnumerateArray())
        {
            var path = $"/api/v1/leads/{lead.GetProperty("id").GetGuid()}/contacts";
            var contact = (await leads.As(second).GetAsync(path)).Is(200).Json.GetProperty("items")[0].GetProperty("id").GetGuid();
            (await leads.As(second).PostAsync("/api/v1/claims", new { leadId = lead.GetProperty("id").GetGuid(), contactId = contact }))
                .Is(201);
        }

        id = await Imports.UploadedAsync(leads, second, await Imports.FileAsync(SheetFormat.Csv,
            [Imports.Row(7001, ("客商名称", "澄屿辛数源有限公司")), Imports.Row(7002, ("客商名称", "澄屿壬数源"))]));
        Assert.Equal((0, 1, 0, 1, 0, 0), Imports.Tally(await Imports.DoneAsync(leads, second, id)));
        // The former name of the second row is free now, and somebody else protects it before the import is reverted.
        (await FileAsync(first, await EnterAsync(first, "导入示例客商07002"))).Is(201);
        (await FileAsync(first, await EnterAsync(first, "澄屿壬数源"))).IsProblem(409, "claim.taken");
        Assert.Equal((0, 0, 0, 0, 0, 1), Imports.Tally(await Imports.DoneAsync(leads, second, id, "reversal", new { })));
    }

    [Fact]
    public async Task T1_At_no_instant_are_two_units_protected_for_one_code_or_one_normalised_name()
    {
        await using var service = await TestService.StartAsync("leads", Program.Build);
        var world = new World(service, new Random(20261129));
        await world.BeginAsync();
        for (var round = 0; round < 60; round++)
        {
            // Five act at once, so what comes up is a matter of chance. One of them goes through all of it in between.
            if (round == 20)
            {
                await world.AllOfItAsync();
                Assert.Equal([], await TwiceProtectedAsync(service));
            }

            await world.RoundAsync();
            Assert.Equal([], await TwiceProtectedAsync(service));
        }

        string[] needed = ["enter", "claim", "claim claim.taken", "release", "overturned", "merge", "undo", "rename"];
        Assert.All(needed, what => Assert.True(world.Done.ContainsKey(what), $"{what} never came up: {world}"));
        TestContext.Current.TestOutputHelper!.WriteLine(world.ToString());
    }

    [Fact]
    public async Task T1_The_check_finds_two_units_when_a_claim_does_not_protect_its_name()
    {
        await using var service = await TestService.StartAsync("leads", Program.Build);
        var (one, two) = (service.As(TestCaller.Officer()), service.As(TestCaller.Officer()));
        (await FileAsync(one, (await one.PostAsync("/api/v1/first-contacts", leads.FirstContact())).Is(201))).Is(201);
        var other = (await two.PostAsync("/api/v1/first-contacts", leads.FirstContact(("investorName", "示例航天科技集团")))).Is(201);
        (await FileAsync(two, other)).IsProblem(409, "claim.taken");
        Assert.Equal([], await TwiceProtectedAsync(service));

        await service.ExecuteAsync("update claim set keys = '{}'");
        (await FileAsync(two, other)).Is(201);
        Assert.Equal(["示例航天科技"], await TwiceProtectedAsync(service));
    }

    /// <summary>
    /// The names and codes for which more than one unit is protected now, by the investors' records themselves: their own names and codes,
    /// and the names of the records that were merged into them.
    /// </summary>
    private static async Task<List<string>> TwiceProtectedAsync(TestService service)
    {
        await using var source = NpgsqlDataSource.Create(service.Database);
        await using var command = source.CreateCommand(
            """
            with recursive part (root, id) as (
                select id, id from investor where merged_into_id is null
                union all select part.root, i.id from investor i join part on i.merged_into_id = part.id)
            select known.by
            from claim c join part on part.root = c.investor_id join investor i on i.id = part.id
                cross join lateral (values (i.compared_name), (i.uscc)) as known (by)
            where c.state <= 3 and (c.held_until is null or c.held_until > $1) and known.by is not null
            group by known.by having count(distinct c.unit_id) > 1
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = service.Clock.GetUtcNow() });
        await using var reader = await command.ExecuteReaderAsync();
        var found = new List<string>();
        while (await reader.ReadAsync())
        {
            found.Add(reader.GetString(0));
        }

        return found;
    }

    private async Task<Answer> EnterAsync(TestCaller unit, string name, string? uscc = null) =>
        await leads.LeadAsync(leads.As(unit), ("investorName", name), ("uscc", uscc));

    private Task<Answer> FileAsync(TestCaller unit, Answer lead) => FileAsync(leads.As(unit), lead);

    private static Task<Answer> FileAsync(ApiClient client, Answer lead) =>
        client.PostAsync("/api/v1/claims", new { leadId = lead.Id, contactId = lead.Json.GetProperty("contactId").GetGuid() });

    private static object Dispute(Answer lead) =>
        new { leadId = lead.Id, contactId = lead.Json.GetProperty("contactId").GetGuid(), reason = "我局洽谈在先" };

    private async Task<Answer> RenameAsync(TestCaller unit, Answer lead, object patch)
    {
        var path = $"/api/v1/investors/{Investor(lead)}";
        return await leads.As(unit).PatchAsync(path, patch, (await leads.As(unit).GetAsync(path)).Is(200).ETag);
    }

    private async Task<Answer> MergeAsync(Answer into, Answer from)
    {
        var path = $"/api/v1/investors/{Investor(into)}";
        return await _coordinator.PostAsync(
            path + "/merge", new { from = Investor(from) }, (await _coordinator.GetAsync(path)).Is(200).ETag);
    }

    /// <summary>An officer of a unit with this name, both told to the service's directory.</summary>
    private async Task<TestCaller> UnitAsync(string name)
    {
        var officer = await leads.PlacedAsync(TestCaller.Officer());
        await leads.Service.DeliverAsync(
            new UnitDefined { UnitId = officer.UnitId, Code = officer.UnitId.ToString(), Name = name }, officer.UnitId, 1);
        return officer;
    }

    private static Guid Investor(Answer lead) => lead.Json.GetProperty("investorId").GetGuid();

    private static string Code(int n) => Uscc.WithCheckCharacter($"91410611MA00030{n:00}").Value;

    /// <summary>Five units that enter, claim, dispute, merge, part and rename at random, five at once.</summary>
    private sealed class World(TestService service, Random random)
    {
        private static readonly string[] Firms = ["岚舟甲", "岚舟乙", "岚舟丙"];
        private const string Untouched = "岚舟丁";
        private static readonly string[] Spellings = ["{0}卫星有限公司", "北京{0}卫星", "{0} 卫星（演示）集团"];
        private readonly TestCaller[] _units = [.. Enumerable.Range(0, 5).Select(_ => TestCaller.Officer())];
        private readonly ApiClient _coordinator = service.As(TestCaller.Person(Roles.Coordinator));
        private readonly List<(TestCaller Unit, Answer Lead)> _entered = [];
        private readonly List<(Guid Into, Guid Id)> _merges = [];

        /// <summary>How often each came to which end.</summary>
        public SortedDictionary<string, int> Done { get; } = new(StringComparer.Ordinal);

        public override string ToString() => string.Join(", ", Done.Select(d => $"{d.Key} {d.Value}"));

        public async Task BeginAsync()
        {
            foreach (var unit in _units)
            {
                await EnterAsync(unit, Spelled(random.Next(Firms.Length), random.Next(Spellings.Length)), null);
            }
        }

        /// <summary>Each unit does something at the same time as the others.</summary>
        public async Task RoundAsync()
        {
            // Drawn before anything starts, so that the order of answers does not change what comes next.
            var deeds = _units.Select(unit => Deed(unit, random.Next(20))).ToList();
            await Task.WhenAll(deeds.Select(deed => deed()));
            if (random.Next(6) == 0)
            {
                service.Clock.Advance(TimeSpan.FromDays(random.Next(1, 12)));
                await service.RunDueAsync();
            }
        }

        /// <summary>Each kind of deed once, on two records of one firm that nobody has touched yet. Later rounds go on with both.</summary>
        public async Task AllOfItAsync()
        {
            var (first, second) = (_units[0], _units[1]);
            var one = await EnterAsync(first, Untouched, null);
            var two = await EnterAsync(second, "北京" + Untouched + "卫星（演示）集团", null);
            await NoteAsync("claim", () => FileAsync(service.As(first), one));
            await NoteAsync("claim", () => FileAsync(service.As(second), two));
            await DisputeAsync(second, two, upheld: false);
            await RenameAsync(second, two, "北京" + Untouched + "卫星", null);
            await MergeAsync(two, one);
            await UndoAsync(_merges[^1].Into, _merges[^1].Id);
            await ReleaseAsync();
        }

        private Func<Task> Deed(TestCaller unit, int which)
        {
            var (firm, spelling, coded) = (random.Next(Firms.Length), random.Next(Spellings.Length), random.Next(3) == 0);
            var mine = _entered.Where(e => e.Unit == unit).ToList();
            var own = mine[random.Next(mine.Count)].Lead;
            var (one, other) = (_entered[random.Next(_entered.Count)].Lead, _entered[random.Next(_entered.Count)].Lead);
            var merge = _merges.Count == 0 ? default : _merges[random.Next(_merges.Count)];
            var (upheld, fresh) = (random.Next(3) == 0, random.Next(2) == 0);
            return which switch
            {
                < 3 => () => EnterAsync(unit, Spelled(firm, spelling), coded ? Code(firm) : null),
                < 9 => () => NoteAsync("claim", () => FileAsync(service.As(unit), own)),
                < 10 => () => ReleaseAsync(),
                < 12 => () => DisputeAsync(unit, own, upheld),
                < 14 => () => MergeAsync(one, other),
                < 16 => () => UndoAsync(merge.Into, merge.Id),
                _ => () => RenameAsync(unit, own, fresh ? $"岚舟{firm}{spelling}号" : Spelled(firm, spelling), coded ? Code(firm) : null),
            };
        }

        private static string Spelled(int firm, int spelling) =>
            string.Format(System.Globalization.CultureInfo.InvariantCulture, Spellings[spelling], Firms[firm]);

        private async Task<Answer> EnterAsync(TestCaller unit, string name, string? uscc)
        {
            var answer = await NoteAsync("enter", () => service.As(unit).PostAsync("/api/v1/first-contacts", LeadsFixture.FirstContact(
                service.Clock.Today(), ("investorName", name), ("uscc", uscc))));
            if (answer.Status == 201)
            {
                lock (_entered)
                {
                    _entered.Add((unit, answer));
                }
            }

            return answer;
        }

        private async Task ReleaseAsync()
        {
            var held = (await ReadAsync(_coordinator, "/api/v1/claims?state=pending,protected,extended")).Is(200).Json.GetProperty("items");
            if (held.GetArrayLength() > 0)
            {
                await NoteAsync("release", () => _coordinator.PostAsync($"/api/v1/claims/{held[0].GetProperty("id").GetGuid()}/release",
                    new { reason = "不再跟进" }, $"\"{held[0].GetProperty("version").GetInt64()}\""));
            }
        }

        private async Task DisputeAsync(TestCaller unit, Answer own, bool upheld)
        {
            var dispute = await NoteAsync("dispute", () => service.As(unit).PostAsync("/api/v1/claims/disputes", Dispute(own)));
            if (dispute.Status == 201)
            {
                var decision = upheld ? "upheld" : "overturned";
                await NoteAsync(decision, () => _coordinator.PostAsync(
                    $"/api/v1/claims/disputes/{dispute.Id}/resolution", new { decision, note = "裁定" }, dispute.ETag));
            }
        }

        private async Task MergeAsync(Answer one, Answer other)
        {
            var path = $"/api/v1/investors/{await NowAsync(one)}";
            var (from, tag) = (await NowAsync(other), (await ReadAsync(_coordinator, path)).ETag);
            var merged = await NoteAsync("merge", () => _coordinator.PostAsync(path + "/merge", new { from }, tag));
            if (merged.Status == 200)
            {
                lock (_merges)
                {
                    _merges.Add((merged.Id, merged.Json.GetProperty("mergeId").GetGuid()));
                }
            }
        }

        private async Task UndoAsync(Guid into, Guid merge)
        {
            if (await ReadAsync(_coordinator, $"/api/v1/investors/{into}") is { Status: 200, ETag: { } tag })
            {
                await NoteAsync("undo", () => _coordinator.PostAsync($"/api/v1/investors/{into}/merges/{merge}/undo", new { }, tag));
            }
        }

        private async Task RenameAsync(TestCaller unit, Answer own, string name, string? uscc)
        {
            var path = $"/api/v1/investors/{await NowAsync(own)}";
            var reason = new { reason = "企业更名" };
            var tag = (await ReadAsync(service.As(unit), path)).ETag;
            await NoteAsync("rename", () => service.As(unit).PatchAsync(path,
                uscc is null ? new { name, duplicateOverride = reason } : new { name, uscc, duplicateOverride = reason }, tag));
        }

        private async Task<Guid> NowAsync(Answer lead) =>
            (await ReadAsync(_coordinator, LeadsFixture.Path(lead))).Is(200).Json.GetProperty("investorId").GetGuid();

        private static Task<Answer> ReadAsync(ApiClient client, string path) => AnsweredAsync(() => client.GetAsync(path));

        /// <summary>Asks again while the service is too busy and does nothing.</summary>
        private static async Task<Answer> AnsweredAsync(Func<Task<Answer>> ask)
        {
            var answer = await ask();
            for (var again = 0; answer.Status == 503 && again < 20; again++)
            {
                answer = await ask();
            }

            return answer;
        }

        /// <summary>Does it, and notes how it came out.</summary>
        private async Task<Answer> NoteAsync(string what, Func<Task<Answer>> ask)
        {
            var answer = await AnsweredAsync(ask);
            Assert.True(answer.Status is < 500 or 503, $"{what}: {answer.Status} {answer.Body}");
            lock (Done)
            {
                var end = answer.Status < 300 ? what : $"{what} {answer.Code}";
                Done[end] = Done.GetValueOrDefault(end) + 1;
            }

            return answer;
        }
    }
}
