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
    public async Task A_name_that_is_there_in_another_spelling_is_refused_with_the_candidate(string known, string name, int score)
    {
        var me = leads.As(TestCaller.Officer());
        var first = await EnterAsync(me, known, "13900000001");

        var refused = (await me.PostAsync(FirstContacts, Contact(name, "13900000002"))).IsProblem(409, "investor.duplicate");

        var candidate = Assert.Single(refused.Json.GetProperty("candidates").EnumerateArray());
        var id = first.Json.GetProperty("investorId").GetGuid();
        Assert.Equal((id, known, "/api/v1/investors/" + id, score),
            (candidate.GetProperty("id").GetGuid(), candidate.GetProperty("name").GetString(), candidate.GetProperty("location")
            .GetString(), candidate.GetProperty("score").GetInt32()));
        Assert.Equal(["name"], Words(candidate));
        Assert.False(refused.Json.TryGetProperty("errors", out _));
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
            $"select count(*) from api.audit_entry where action = 'investor.duplicateOverridden' and actor_id = '{who.Id}' "
            + $"and subject_id = '{second.Json.GetProperty("investorId").GetGuid()}' and reason = '同名的另一家企业'"));
        (await me.PostAsync(FirstContacts, Contact("瀚禾甲无关有限公司", "13900000013", new { reason = "没有重复也可以说明" }))).Is(201);
        Assert.Equal(1, await leads.Service.CountAsync(
            $"select count(*) from api.audit_entry where action = 'investor.duplicateOverridden' and actor_id = '{who.Id}'"));
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

        var all = (await me.PostAsync(FirstContacts, Contact("恒曜甲测控", "13900000021", email: "e@hengyao-jia.cn")))
            .IsProblem(409, "investor.duplicate");
        var surest = all.Json.GetProperty("candidates")[0];
        Assert.Equal((id, 98), (surest.GetProperty("id").GetGuid(), surest.GetProperty("score").GetInt32()));
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
    public async Task Whoever_may_not_see_it_learns_that_somebody_works_on_it_and_nothing_else()
    {
        var (mine, stranger) = (leads.As(TestCaller.Officer()), leads.As(TestCaller.Officer()));
        await EnterAsync(mine, "朗擎甲数源有限公司", "13900000041", "a@langqing-jia.cn");

        var refused = (await stranger.PostAsync(FirstContacts, Contact("北京朗擎甲数源", "13900000041", email: "x@langqing-jia.cn")))
            .IsProblem(409, "investor.duplicate");

        Assert.False(refused.Json.TryGetProperty("candidates", out _));
        Assert.Equal("investor.elsewhere", Assert.Single(refused.Json.GetProperty("errors").EnumerateArray()).GetProperty("code")
            .GetString());
        Assert.DoesNotContain("朗擎甲", refused.Body, StringComparison.Ordinal);
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
    public async Task An_item_of_a_batch_that_matches_gets_its_own_refusal()
    {
        var me = leads.As(TestCaller.Officer());
        await EnterAsync(me, "锐驰甲装备有限公司", "13900000071");
        var items = new[] { Contact("锐驰乙装备", "13900000072"), Contact("锐驰甲装备", "13900000073"), Contact("锐驰乙装备（演示）", "13900000074"),
            Contact("锐驰丙装备", "13900000075") };

        var results = (await me.PostAsync(FirstContacts + "/batch", new { mode = "each", items })).Is(200).Json.GetProperty("results");

        Assert.Equal([201, 409, 409, 201], results.EnumerateArray().Select(r => r.GetProperty("status").GetInt32()));
        Assert.Equal("investor.duplicate", results[1].GetProperty("problem").GetProperty("code").GetString());
        Assert.Equal("锐驰甲装备有限公司", results[1].GetProperty("problem").GetProperty("candidates")[0].GetProperty("name").GetString());
        Assert.Equal("锐驰乙装备", results[2].GetProperty("problem").GetProperty("candidates")[0].GetProperty("name").GetString());
        (await me.PostAsync(FirstContacts + "/batch", new { mode = "atomic", items = items[1..2] })).IsProblem(409, "batch.refused");
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

        Assert.Single(answers, a => a.Status == 201);
        // On a busy machine the last of the queue is asked to come again.
        Assert.All(answers.Where(a => a.Status != 201), a => Assert.True(a.Code is "investor.duplicate" or "service.busy", a.Body));
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
