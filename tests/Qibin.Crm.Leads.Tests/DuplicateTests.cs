using System.Text.Json;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

/// <summary>All companies are invented.</summary>
public class DuplicateTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    private const string FirstContacts = "/api/v1/first-contacts";

    [Theory]
    [InlineData("星澜甲科技有限公司", "星澜甲科技有限公司", 95)]
    [InlineData("星澜乙科技有限公司", "北京星澜乙科技（演示）股份有限公司", 90)]
    [InlineData("星澜丙科技有限公司", "河南省鹤壁市星 澜丙科技集团", 90)]
    public async Task T2_A_contact_with_a_name_that_is_there_in_another_spelling_is_linked_to_it(string known, string name, int score)
    {
        var me = leads.As(TestCaller.Officer());
        var id = (await EnterAsync(me, known, "13900000001")).Json.GetProperty("investorId").GetGuid();

        var asked = (await me.GetAsync("/api/v1/investors/duplicates?name=" + Uri.EscapeDataString(name))).Is(200).Json;
        var candidate = Assert.Single(asked.GetProperty("candidates").EnumerateArray());
        Assert.Equal((id, known, "/api/v1/investors/" + id, score),
            (candidate.GetProperty("investorId").GetGuid(), candidate.GetProperty("name").GetString(), candidate.GetProperty("location")
            .GetString(), candidate.GetProperty("score").GetInt32()));
        Assert.Equal(["name"], Words(candidate));

        var linked = await EnterAsync(me, name, "13900000002");
        Assert.Equal((id, true), (linked.Json.GetProperty("investorId").GetGuid(), linked.Json.GetProperty("linked").GetBoolean()));
        Assert.False(linked.Json.TryGetProperty("possibleDuplicates", out _));
    }

    [Fact]
    public async Task T2_Who_else_talks_to_an_investor_is_named_in_ones_own_unit_and_in_others_but_for_confidential_talks()
    {
        var first = await leads.PlacedAsync(TestCaller.Officer());
        await leads.Service.DeliverAsync(
            new Contracts.Directory.UnitDefined { UnitId = first.UnitId, Code = first.UnitId.ToString(), Name = "一分局" },
            first.UnitId, 1);
        var (colleague, second, secret) = (TestCaller.Officer(first.UnitId), TestCaller.Officer(), TestCaller.Officer());
        var name = "翎岳甲航图有限公司";
        var one = (await leads.As(first).PostAsync(
            FirstContacts,
            leads.FirstContact(("investorName", name), ("occurredOn", leads.Today.AddDays(-9)), ("duplicateOverride", null)))).Is(201);
        (await leads.As(secret).PostAsync(FirstContacts, Contact(name, "13900000005", confidential: true))).Is(201);

        var near = await EnterAsync(leads.As(colleague), name, "13900000003");
        var far = await EnterAsync(leads.As(second), "翎岳甲航图", "13900000004");

        Assert.Equal([(first.UnitId, "一分局", first.Id, leads.Today.AddDays(-9))], Rung(near.Json));
        Assert.Equal([(first.UnitId, "一分局", first.Id, leads.Today.AddDays(-9)), (first.UnitId, "一分局", colleague.Id, leads.Today)],
            Rung(far.Json));
        var asked = (await leads.As(TestCaller.Officer()).GetAsync("/api/v1/investors/duplicates?name=" + Uri.EscapeDataString(name)))
            .Is(200);
        Assert.Equal(new[] { first.Id, colleague.Id, second.Id }.Order(), Rung(asked.Json).Select(t => t.OwnerId).Order());
        Assert.DoesNotContain(secret.Id.ToString(), near.Body + far.Body + asked.Body, StringComparison.Ordinal);

        // Both heads are told, and nothing of the confidential talks.
        Assert.Empty(await OverlapsAsync(one));
        Assert.Equal([first.Id], Others(Assert.Single(await OverlapsAsync(near))));
        Assert.Equal([first.Id, colleague.Id], Others(Assert.Single(await OverlapsAsync(far))));
        Assert.Equal(0, await leads.Service.CountAsync(
            $"select count(*) from messaging.event where type = 'TalksOverlapped' and payload::text like '%{secret.Id}%'"));

        // A closed lead is no talk; one's own is none either.
        var lead = (await leads.As(first).GetAsync(LeadsFixture.Path(one))).Is(200);
        (await leads.As(first).PostAsync(
            LeadsFixture.Path(one) + "/closure", new { outcome = "invalid", reason = "notGenuine" }, lead.ETag)).Is(200);
        Assert.Equal([second.Id], Rung((await EnterAsync(leads.As(colleague), name, "13900000003")).Json).Select(t => t.OwnerId));

        async Task<List<JsonElement>> OverlapsAsync(Answer opened) =>
            [.. (await leads.Service.EventsAsync(opened.Id)).Where(e => e.Type == "TalksOverlapped").Select(e => e.Payload)];

        static IEnumerable<Guid> Others(JsonElement overlap) =>
            overlap.GetProperty("others").EnumerateArray().Select(o => o.GetProperty("ownerId").GetGuid());

        static List<(Guid UnitId, string? UnitName, Guid OwnerId, DateOnly Since)> Rung(JsonElement answer) =>
        [
            .. answer.GetProperty("talks").EnumerateArray().Select(t => (t.GetProperty("unitId").GetGuid(),
                t.GetProperty("unitName").GetString(), t.GetProperty("ownerId").GetGuid(), t.GetProperty("since").Deserialize<DateOnly>())),
        ];
    }

    [Fact]
    public async Task T2_Whoever_is_linked_to_anothers_investor_reads_none_of_its_people()
    {
        var (first, second) = (leads.As(TestCaller.Officer()), leads.As(TestCaller.Officer()));
        var one = await EnterAsync(first, "翎岳乙航图", "13900000006", "a@lingyue-yi.cn");
        var people = $"/api/v1/investors/{one.Json.GetProperty("investorId").GetGuid()}/people";
        var met = one.Json.GetProperty("personId").GetGuid();

        // The very same person: nobody learns by guessing whom the first unit met.
        var two = await EnterAsync(second, "翎岳乙航图", "13900000006", "a@lingyue-yi.cn");
        var own = two.Json.GetProperty("personId").GetGuid();

        Assert.NotEqual(met, own);
        Assert.Equal([own], await KnownAsync(second));
        Assert.Equal([met], await KnownAsync(first));
        (await second.GetAsync($"{people}/{met}")).IsProblem(404, "resource.notFound");
        (await second.PatchAsync($"{people}/{met}", new { title = "总监" }, "\"1\"")).IsProblem(404, "resource.notFound");
        (await second.PostAsync($"{people}/{met}/unmasking", new { reason = "需要核对" })).IsProblem(404, "resource.notFound");
        (await second.PostAsync(LeadsFixture.Path(two) + "/contacts", new { channel = "phone", summary = "回访", personId = met }))
            .IsProblem(409, "person.unknown");
        // Whom nobody has met yet is known to whoever reads the lead that the person was entered with.
        var added = (await first.PostAsync(people, new { name = "前台", phone = "0392-3300000" })).Is(201).Id;
        Assert.Equal([met, added], await KnownAsync(first));
        Assert.Equal([own], await KnownAsync(second));
        Assert.Equal(3, (await KnownAsync(leads.As(TestCaller.Person(Roles.Coordinator)))).Count);

        async Task<List<Guid>> KnownAsync(ApiClient client) =>
            [.. (await client.GetAsync(people)).Is(200).Json.GetProperty("items").EnumerateArray()
                .Select(p => p.GetProperty("id").GetGuid())];
    }

    [Fact]
    public async Task T11_A_merged_name_and_code_stay_aliases_and_the_old_id_filters_as_the_new_one()
    {
        var me = leads.As(TestCaller.Officer());
        var coordinator = leads.As(TestCaller.Person(Roles.Coordinator));
        var into = (await EnterAsync(me, "翎岳丙航图", "13900000007", uscc: Code(11))).Json.GetProperty("investorId").GetGuid();
        var from = (await EnterAsync(me, "翎岳丁测控", "13900000008", uscc: Code(12))).Json.GetProperty("investorId").GetGuid();
        var last = (await EnterAsync(me, "翎岳戊装备", "13900000009")).Json.GetProperty("investorId").GetGuid();
        await MergeAsync(into, from);
        await MergeAsync(last, into);

        foreach (var (name, uscc) in new[] { ("北京翎岳丁测控集团", null), ("翎岳丙航图", null), ("翎岳己无关", Code(12)), ("翎岳庚无关", Code(11)) })
        {
            var asked = (await me.GetAsync(
                $"/api/v1/investors/duplicates?name={Uri.EscapeDataString(name)}" + (uscc is null ? "" : "&uscc=" + uscc)))
                .Is(200).Json.GetProperty("candidates")[0];
            Assert.Equal((last, true), (asked.GetProperty("investorId").GetGuid(), asked.GetProperty("score").GetInt32() >= 80));
            var linked = await EnterAsync(leads.As(TestCaller.Officer()), name, "13900000010", uscc: uscc);
            Assert.Equal((last, true), (linked.Json.GetProperty("investorId").GetGuid(), linked.Json.GetProperty("linked").GetBoolean()));
        }

        foreach (var id in (Guid[])[into, from, last])
        {
            Assert.Equal(3, (await me.GetAsync($"/api/v1/leads?investorId={id}")).Is(200).Json.GetProperty("items").GetArrayLength());
        }

        var caller = TestCaller.Officer();
        var import = await Imports.UploadedAsync(leads, caller, await Imports.FileAsync(
            Qibin.Crm.Sheets.SheetFormat.Csv, [Imports.Row(9101, ("客商名称", "翎岳丁测控有限公司"))]));
        Assert.Equal((1, 0, 0, 0, 0, 0), Imports.Tally(await Imports.DoneAsync(leads, caller, import, body: new { })));
        Assert.Equal(last, (await leads.As(caller).GetAsync("/api/v1/leads")).Is(200).Json.GetProperty("items")[0]
            .GetProperty("investorId").GetGuid());

        async Task MergeAsync(Guid stays, Guid goes) => (await coordinator.PostAsync(
            $"/api/v1/investors/{stays}/merge", new { from = goes },
            (await coordinator.GetAsync($"/api/v1/investors/{stays}")).Is(200).ETag)).Is(200);
    }

    [Fact]
    public async Task An_override_enters_it_all_the_same_and_is_audited()
    {
        var who = TestCaller.Officer();
        var me = leads.As(who);
        var first = await EnterAsync(me, "瀚禾甲微芯有限公司", "13900000011");

        (await me.PostAsync(FirstContacts, Contact("瀚禾甲微芯", "13900000012", new { reason = "" }))).IsProblem(400, "request.invalid");
        (await me.PostAsync(FirstContacts, Contact("瀚禾甲微芯", "13900000012", new { }))).IsProblem(400, "request.invalid");
        var second = (await me.PostAsync(FirstContacts, Contact("瀚禾甲微芯", "13900000012", new { reason = "同名的另一家企业" }))).Is(201);

        Assert.NotEqual(first.Json.GetProperty("investorId").GetGuid(), second.Json.GetProperty("investorId").GetGuid());
        Assert.Equal(first.Json.GetProperty("investorId")
            .GetGuid(), Assert.Single(second.Json.GetProperty("possibleDuplicates").EnumerateArray()).GetProperty("investorId").GetGuid());
        Assert.Equal(1, await leads.Service.CountAsync(
            $"select count(*) from api.audit_entry where operation = 'duplicateOverridden' and actor_id = '{who.Id}' "
            + $"and subjects->0->>'id' = '{second.Json.GetProperty("investorId").GetGuid()}' and reason = '同名的另一家企业'"));
        (await me.PostAsync(FirstContacts, Contact("瀚禾甲无关有限公司", "13900000013", new { reason = "没有重复也可以说明" }))).Is(201);
        Assert.Equal(1, await leads.Service.CountAsync(
            $"select count(*) from api.audit_entry where operation = 'duplicateOverridden' and actor_id = '{who.Id}'"));
    }

    [Fact]
    public async Task An_equal_phone_or_mail_domain_alone_warns_in_the_receipt_and_with_a_name_adds_to_the_score()
    {
        var me = leads.As(TestCaller.Officer());
        var first = await EnterAsync(me, "恒曜甲测控有限公司", "+86 139-0000-0021", "a@hengyao-jia.cn");
        var id = first.Json.GetProperty("investorId").GetGuid();

        var phone = Assert.Single(
            (await EnterAsync(me, "卓弘甲岚", "13900000021", "b@qq.com")).Json.GetProperty("possibleDuplicates").EnumerateArray());
        Assert.Equal((id, 60), (phone.GetProperty("investorId").GetGuid(), phone.GetProperty("score").GetInt32()));
        Assert.Equal(["phone"], Words(phone));
        var domain = Assert.Single(
            (await EnterAsync(me, "卓弘乙岚", "13900000022", "c@HENGYAO-JIA.cn")).Json.GetProperty("possibleDuplicates").EnumerateArray());
        Assert.Equal((id, 40), (domain.GetProperty("investorId").GetGuid(), domain.GetProperty("score").GetInt32()));
        Assert.Equal(["emailDomain"], Words(domain));
        Assert.False((await EnterAsync(me, "卓弘丙岚", "13900000023", "d@qq.com")).Json.TryGetProperty("possibleDuplicates", out _));

        var all = (await me.GetAsync("/api/v1/investors/duplicates?name=恒曜甲测控&phone=13900000021&email=e@hengyao-jia.cn")).Is(200).Json;
        var surest = all.GetProperty("candidates")[0];
        Assert.Equal((id, 98), (surest.GetProperty("investorId").GetGuid(), surest.GetProperty("score").GetInt32()));
        Assert.Equal(["name", "phone", "emailDomain"], Words(surest));
    }

    [Fact]
    public async Task Namesakes_of_two_cities_and_of_two_codes_are_a_warning()
    {
        var me = leads.As(TestCaller.Officer());
        await EnterAsync(me, "上海启岳甲精工有限公司", "13900000031");
        Assert.Equal(70, (await EnterAsync(me, "深圳启岳甲精工有限公司", "13900000032")).Json.GetProperty("possibleDuplicates")[0].GetProperty("score")
            .GetInt32());

        (await me.PostAsync(FirstContacts, Contact("启岳乙精工", "13900000033", uscc: Code(31)))).Is(201);
        var other = (await me.PostAsync(FirstContacts, Contact("启岳乙精工有限公司", "13900000034", uscc: Code(32)))).Is(201);
        Assert.Equal(70, other.Json.GetProperty("possibleDuplicates")[0].GetProperty("score").GetInt32());
    }

    [Fact]
    public async Task Whoever_may_not_see_it_learns_who_works_on_it_and_nothing_else()
    {
        var owner = TestCaller.Officer();
        var (mine, stranger) = (leads.As(owner), leads.As(TestCaller.Officer()));
        await EnterAsync(mine, "朗擎甲数源有限公司", "13900000041", "a@langqing-jia.cn");

        var asked = (await stranger.GetAsync(
            "/api/v1/investors/duplicates?name=北京朗擎甲数源&phone=13900000041&email=x@langqing-jia.cn")).Is(200);

        Assert.Empty(asked.Json.GetProperty("candidates").EnumerateArray());
        Assert.True(asked.Json.GetProperty("elsewhere").GetBoolean());
        Assert.Equal(owner.Id, Assert.Single(asked.Json.GetProperty("talks").EnumerateArray()).GetProperty("ownerId").GetGuid());
        Assert.DoesNotContain("朗擎甲", asked.Body, StringComparison.Ordinal);
        // A phone or a domain of somebody else's is not spoken of.
        var silent = await EnterAsync(stranger, "泽衡甲装备", "13900000041", "y@langqing-jia.cn");
        Assert.False(silent.Json.TryGetProperty("possibleDuplicates", out _));
        (await stranger.PostAsync(FirstContacts, Contact("朗擎甲数源", "13900000042", new { reason = "已与统筹部门沟通" }))).Is(201);
    }

    [Fact]
    public async Task Of_an_investor_of_confidential_leads_nothing_is_told()
    {
        var mine = leads.As(TestCaller.Officer());
        (await mine.PostAsync(FirstContacts, Contact("辰拓甲涉密有限公司", "13900000051", confidential: true))).Is(201);

        foreach (var other in (TestCaller[])[TestCaller.Officer(), TestCaller.Person(Roles.Coordinator)])
        {
            var asked = (await leads.As(other).GetAsync("/api/v1/investors/duplicates?name=" + Uri.EscapeDataString("辰拓甲涉密"))).Is(200).Json;
            Assert.False(asked.GetProperty("elsewhere").GetBoolean());
            Assert.Empty(asked.GetProperty("candidates").EnumerateArray());
        }

        var entered = (await leads.As(TestCaller.Officer()).PostAsync(FirstContacts, Contact("辰拓甲涉密有限公司", "13900000052"))).Is(201);
        Assert.False(entered.Json.TryGetProperty("possibleDuplicates", out _));
    }

    [Fact]
    public async Task S3_No_answer_differs_for_a_code_that_is_known_by_confidential_leads_alone()
    {
        var owner = leads.As(TestCaller.Officer());
        // The second one is nobody's.
        var (secret, unknown) = (Code(91), Code(92));
        var hidden = (await owner.PostAsync(FirstContacts, Contact("辰拓乙涉密有限公司", "13900000091", uscc: secret, confidential: true))).Is(201);
        (await owner.PostAsync("/api/v1/claims", new { leadId = hidden.Id, contactId = hidden.Json.GetProperty("contactId").GetGuid() }))
            .Is(201);

        foreach (var other in (TestCaller[])[TestCaller.Person(Roles.Coordinator), TestCaller.Officer()])
        {
            var client = leads.As(other);
            var placed = other.Roles.Contains(Roles.Officer) ? null : (Guid?)(await leads.PlacedAsync(TestCaller.Officer())).Id;
            Dictionary<string, object?> With(string code) => leads.FirstContact(
                ("investorName", "星河" + code[^3..]), ("uscc", code), ("duplicateOverride", null), ("ownerId", placed));

            await AlikeAsync(code => client.PostAsync(FirstContacts + "/batch",
                new { mode = "atomic", items = new[] { With(code), leads.FirstContact(("personName", null)) } }));
            await AlikeAsync(code => client.GetAsync($"/api/v1/investors/duplicates?uscc={code}"));
            await AlikeAsync(code => client.GetAsync($"/api/v1/claims/protection?uscc={code}"));
            await AlikeAsync(code => client.GetAsync($"/api/v1/investors?uscc={code}"));
            await AlikeAsync(async code =>
            {
                var id = await Imports.UploadedAsync(leads, other, await Imports.FileAsync(
                    Qibin.Crm.Sheets.SheetFormat.Csv, [Imports.Row(9001, ("统一社会信用代码", code), ("客商名称", "星河导入"))]));
                return await Imports.DoneAsync(
                    leads, other, id, body: placed is null ? new { dryRun = true } : new { dryRun = true, ownerId = placed });
            });
        }

        var stranger = leads.As(TestCaller.Officer());
        var own = $"/api/v1/investors/{(await EnterAsync(stranger, "星河甲航图", "13900000092")).Json.GetProperty("investorId").GetGuid()}";
        var patched = (await stranger.PatchAsync(own, new { uscc = secret }, "\"1\"")).Is(200);
        (await owner.PatchAsync(LeadsFixture.Path(hidden), new { confidential = false }, hidden.ETag)).Is(200);
        var into = hidden.Json.GetProperty("investorId").GetGuid();
        (await leads.As(TestCaller.Person(Roles.Coordinator)).PostAsync(own + "/merge", new { from = into }, patched.ETag)).Is(200);
        Assert.Equal(secret, (await stranger.GetAsync(own)).Is(200).Json.GetProperty("uscc").GetString());

        async Task AlikeAsync(Func<string, Task<Answer>> ask)
        {
            var (one, none) = (await ask(secret), await ask(unknown));
            Assert.Equal((none.Status, Shape(none)), (one.Status, Shape(one)));
        }

        string Shape(Answer answer) => System.Text.RegularExpressions.Regex.Replace(
            answer.Body.Replace(secret, unknown, StringComparison.Ordinal),
            "[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}|\"[^\"]*(At|Until)\":\"[^\"]*\"", "·");
    }

    [Fact]
    public async Task Asking_before_entering_names_what_the_caller_may_see_and_does_not_unmask()
    {
        var owner = leads.As(TestCaller.Officer());
        var head = leads.As(TestCaller.Person(Roles.Leader));
        var first = await EnterAsync(owner, "澜翼甲卫星有限公司", "13900000061", "a@lanyi-jia.cn", Code(61));
        var id = first.Json.GetProperty("investorId").GetGuid();

        foreach (var (query, score, matched) in new (string, int, string[])[]
        {
            ("name=澜翼甲卫星", 90, ["name"]), ($"uscc={Code(61).ToLowerInvariant()}", 100, ["uscc"]), ("phone=139-0000-0061", 60, ["phone"]), (
                "email=z@lanyi-jia.cn", 40, ["emailDomain"]),
            ($"name=澜翼甲卫星&uscc={Code(61)}&phone=13900000061", 100, ["uscc", "name", "phone"]),
        })
        {
            var candidate = Assert.Single(
                (await owner.GetAsync("/api/v1/investors/duplicates?" + query)).Is(200).Json.GetProperty("candidates").EnumerateArray());
            Assert.Equal((id, score), (candidate.GetProperty("investorId").GetGuid(), candidate.GetProperty("score").GetInt32()));
            Assert.Equal(matched, Words(candidate));
            Assert.Equal("澜翼甲卫星有限公司", candidate.GetProperty("name").GetString());
        }

        // The leader sees the phone masked, so a guess of it says nothing, alone or beside the name; unmasked, it counts.
        Assert.Empty((await head.GetAsync("/api/v1/investors/duplicates?phone=13900000061")).Is(200).Json.GetProperty("candidates")
            .EnumerateArray());
        var beside = (await head.GetAsync("/api/v1/investors/duplicates?name=澜翼甲卫星&phone=13900000061"))
            .Is(200).Json.GetProperty("candidates")[0];
        Assert.Equal(["name"], Words(beside));
        (await head.PostAsync($"/api/v1/investors/{id}/people/{first.Json.GetProperty("personId").GetGuid()}/unmasking",
            new { reason = "核对是否重复登记" })).Is(201);
        Assert.Single((await head.GetAsync("/api/v1/investors/duplicates?phone=13900000061")).Is(200).Json.GetProperty("candidates")
            .EnumerateArray());

        var stranger = (await leads.As(TestCaller.Officer()).GetAsync($"/api/v1/investors/duplicates?uscc={Code(61)}")).Is(200).Json;
        Assert.True(stranger.GetProperty("elsewhere").GetBoolean());
        Assert.Empty(stranger.GetProperty("candidates").EnumerateArray());
    }

    [Theory]
    [InlineData("", "name", "value.required")]
    [InlineData("?phone=x", "phone", "phone.invalid")]
    [InlineData("?email=x", "email", "email.invalid")]
    [InlineData("?uscc=1", "uscc", "uscc.length")]
    [InlineData("?name=", "name", "text.length")]
    public async Task A_question_that_breaks_its_shape_is_refused_by_name(string query, string pointer, string code)
    {
        var refused = (await leads.As(TestCaller.Officer()).GetAsync("/api/v1/investors/duplicates" + query))
            .IsProblem(400, "request.invalid");
        var error = Assert.Single(refused.Json.GetProperty("errors").EnumerateArray());
        Assert.Equal((pointer, code), (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task T2_An_item_of_a_batch_that_matches_is_linked_to_what_was_there_or_came_before_it()
    {
        var me = leads.As(TestCaller.Officer());
        var known = (await EnterAsync(me, "锐驰甲装备有限公司", "13900000071")).Json.GetProperty("investorId").GetGuid();
        var items = new[] { Contact("锐驰乙装备", "13900000072"), Contact("锐驰甲装备", "13900000073"), Contact("锐驰乙装备（演示）", "13900000074"),
            Contact("锐驰丙装备", "13900000075") };

        var results = (await me.PostAsync(FirstContacts + "/batch", new { mode = "each", items })).Is(200).Json.GetProperty("results");

        Assert.All(results.EnumerateArray(), r => Assert.Equal(201, r.GetProperty("status").GetInt32()));
        var linked = results.EnumerateArray().Select(r => r.GetProperty("receipt")).ToList();
        Assert.Equal([false, true, true, false], linked.Select(r => r.TryGetProperty("linked", out _)));
        Assert.Equal((known, linked[0].GetProperty("investorId").GetGuid()),
            (linked[1].GetProperty("investorId").GetGuid(), linked[2].GetProperty("investorId").GetGuid()));
    }

    [Fact]
    public async Task A_new_name_that_another_investor_has_is_refused_unless_overridden()
    {
        var me = leads.As(TestCaller.Officer());
        await EnterAsync(me, "承远甲智造有限公司", "13900000081");
        var path = $"/api/v1/investors/{(await EnterAsync(me, "承远乙智造有限公司", "13900000082")).Json.GetProperty("investorId").GetGuid()}";

        var refused = (await me.PatchAsync(path, new { name = "承远甲智造股份公司" }, "\"1\"")).IsProblem(409, "investor.duplicate");
        Assert.Equal("承远甲智造有限公司", refused.Json.GetProperty("candidates")[0].GetProperty("name").GetString());
        (await me.PatchAsync(path, new { name = "承远乙智造（集团）有限公司", sourceRegion = "410611" }, "\"1\"")).Is(200);
        (await me.PatchAsync(path, new { name = "承远甲智造股份公司", duplicateOverride = new { reason = "更名后同名" } }, "\"2\"")).Is(200);
        Assert.Equal("承远甲智造股份公司", (await me.GetAsync(path)).Json.GetProperty("name").GetString());
    }

    [Fact]
    public async Task Fifty_at_once_with_one_name_give_one_investor()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(n =>
            leads.As(TestCaller.Officer()).PostAsync(FirstContacts, Contact($"{(n % 2 == 0 ? "北京" : "")}嘉禾甲制造有限公司", $"1391000{n:0000}"))));

        // On a busy machine the last of the queue is asked to come again.
        Assert.All(answers, a => Assert.True(a.Status == 201 || a.Code == "service.busy", a.Body));
        Assert.Single(answers.Where(a => a.Status == 201).Select(a => a.Json.GetProperty("investorId").GetGuid()).Distinct());
    }

    private async Task<Answer> EnterAsync(ApiClient client, string name, string phone, string? email = null, string? uscc = null) =>
        (await client.PostAsync(FirstContacts, Contact(name, phone, email: email, uscc: uscc))).Is(201);

    private Dictionary<string, object?> Contact(
        string name, string phone, object? reason = null, string? email = null, string? uscc = null, bool? confidential = null) =>
        leads.FirstContact(("investorName", name), ("phone", phone), ("duplicateOverride", reason), ("email", email), ("uscc", uscc),
            ("confidential", confidential));

    private static string Code(int n) => Uscc.WithCheckCharacter($"91410611MA00010{n:00}").Value;

    private static IEnumerable<string?> Words(JsonElement candidate) =>
        candidate.GetProperty("matched").EnumerateArray().Select(m => m.GetString());
}
