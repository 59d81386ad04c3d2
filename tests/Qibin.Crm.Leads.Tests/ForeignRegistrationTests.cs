using System.Globalization;
using System.Text.Json;
using Qibin.Crm.Kernel;
using Qibin.Crm.Sheets;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

/// <summary>Investors that have no USCC but a number in another country. All companies are invented.</summary>
public class ForeignRegistrationTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    private const string FirstContacts = "/api/v1/first-contacts";
    private readonly ApiClient _coordinator = leads.As(TestCaller.Person(Roles.Coordinator));

    [Fact]
    public async Task T19_A_foreign_registration_is_read_filtered_audited_and_finds_the_investor_however_it_is_spelled()
    {
        var me = leads.As(TestCaller.Officer());
        var one = await EnterAsync(me, "Beispiel Eins GmbH", "de", "ｈｒｂ 1001");
        var path = "/api/v1/investors/" + Investor(one);

        var read = (await me.GetAsync(path)).Is(200).Json.GetProperty("foreignRegistration");
        Assert.Equal(("DE", "HRB 1001"), (read.GetProperty("country").GetString(), read.GetProperty("number").GetString()));
        foreach (var (query, found) in new[]
        {
            ("registrationCountry=DE&registrationNumber=HRB1001", 1), ("registrationCountry=DE&registrationNumber=1001", 0),
            ("registrationCountry=AT&registrationNumber=HRB1001", 0),
        })
        {
            Assert.Equal(found, (await me.GetAsync("/api/v1/investors?" + query)).Is(200).Json.GetProperty("items").GetArrayLength());
            Assert.Equal(found, (await me.GetAsync("/api/v1/investors/duplicates?" + query)).Is(200).Json.GetProperty("candidates")
                .GetArrayLength());
        }

        var candidate = (await me.GetAsync("/api/v1/investors/duplicates?registrationCountry=de&registrationNumber=hrb-1001"))
            .Is(200).Json.GetProperty("candidates")[0];
        Assert.Equal((100, "foreignRegistration"),
            (candidate.GetProperty("score").GetInt32(), candidate.GetProperty("matched")[0].GetString()));
        var linked = await EnterAsync(leads.As(TestCaller.Officer()), "Beispiel Holding", "DE", "HRB 10.01");
        Assert.Equal((Investor(one), true), (Investor(linked), linked.Json.GetProperty("linked").GetBoolean()));

        (await me.PatchAsync(path, new { foreignRegistration = new { country = "AT", number = "FN 1001 a" } }, "\"1\"")).Is(200);
        Assert.Equal(1, await leads.Service.CountAsync(
            "select count(*) from api.audit_entry where operation = 'amendInvestor' and changes::text like '%AT FN 1001 A%DE HRB 1001%'"));
        (await me.PatchAsync(path, "{\"foreignRegistration\":null}", "\"2\"")).Is(200);
        Assert.Equal(JsonValueKind.Null, (await me.GetAsync(path)).Is(200).Json.GetProperty("foreignRegistration").ValueKind);
    }

    [Theory]
    [InlineData("{\"country\":\"CN\",\"number\":\"1\"}", "/foreignRegistration/country", "country.china")]
    [InlineData("{\"country\":\"XX\",\"number\":\"1\"}", "/foreignRegistration/country", "country.unknown")]
    [InlineData("{\"number\":\"1\"}", "/foreignRegistration/country", "value.required")]
    [InlineData("{\"country\":\"DE\"}", "/foreignRegistration/number", "value.required")]
    [InlineData("{\"country\":\"DE\",\"number\":\"#\"}", "/foreignRegistration/number", "registration.number")]
    public async Task T19_What_is_no_registration_is_refused_in_a_first_contact_and_a_patch(string value, string pointer, string code)
    {
        var me = leads.As(TestCaller.Officer());
        var known = await leads.LeadAsync(me);
        var registration = JsonDocument.Parse(value).RootElement;
        var entered = await me.PostAsync(FirstContacts, leads.FirstContact(("foreignRegistration", registration)));
        var amended = await me.PatchAsync(
            "/api/v1/investors/" + Investor(known), new { foreignRegistration = registration }, "\"1\"");

        foreach (var refused in (Answer[])[entered, amended])
        {
            var error = Assert.Single(refused.IsProblem(400, "request.invalid").Json.GetProperty("errors").EnumerateArray());
            Assert.Equal((pointer, code), (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()));
        }
    }

    [Theory]
    [InlineData("/api/v1/investors?registrationNumber=1", "registrationCountry", "value.required")]
    [InlineData("/api/v1/investors/duplicates?registrationCountry=DE", "registrationNumber", "value.required")]
    [InlineData("/api/v1/investors/duplicates?registrationCountry=CN&registrationNumber=1", "registrationCountry", "country.china")]
    [InlineData("/api/v1/claims/protection?registrationCountry=DE&registrationNumber=%23", "registrationNumber", "registration.number")]
    public async Task T19_Half_a_registration_or_a_wrong_one_is_no_query(string path, string pointer, string code)
    {
        var refused = (await leads.As(TestCaller.Officer()).GetAsync(path)).IsProblem(400, "request.invalid");
        var error = Assert.Single(refused.Json.GetProperty("errors").EnumerateArray());
        Assert.Equal((pointer, code), (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task T19_A_number_that_another_investor_has_is_refused_and_a_merge_keeps_it()
    {
        var me = leads.As(TestCaller.Officer());
        var one = await EnterAsync(me, "Beispiel Zwei AG", "CH", "CHE-100.200.300");
        var two = await leads.LeadAsync(me, ("investorName", "样例三公司"));
        var path = "/api/v1/investors/" + Investor(two);

        var patch = new { foreignRegistration = new { country = "CH", number = "CHE 100 200 300" } };
        var refused = (await me.PatchAsync(path, patch, "\"1\"")).IsProblem(409, "investor.registrationTaken");
        Assert.Equal(Investor(one), refused.Json.GetProperty("candidates")[0].GetProperty("id").GetGuid());
        (await me.PostAsync(FirstContacts, leads.FirstContact(("investorName", null), ("investorId", Investor(one)), ("foreignRegistration",
            new { country = "CH", number = "1" })))).IsProblem(400, "request.invalid");
        // The same number of another country is another company.
        (await me.PatchAsync(path, new { foreignRegistration = new { country = "LI", number = "CHE 100 200 300" } }, "\"1\"")).Is(200);

        var merged = (await _coordinator.PostAsync(
            path + "/merge", new { from = Investor(one), fields = new { foreignRegistration = "into" } },
            (await _coordinator.GetAsync(path)).Is(200).ETag)).Is(200);
        foreach (var (country, number) in new[] { ("CH", "CHE100200300"), ("LI", "CHE-100-200-300") })
        {
            Assert.Equal(Investor(two), Investor(await EnterAsync(me, "样例无关公司", country, number)));
        }

        (await _coordinator.PostAsync($"{path}/merges/{merged.Json.GetProperty("mergeId").GetGuid()}/undo", new { }, merged.ETag)).Is(200);
        Assert.Equal("CHE-100.200.300", (await me.GetAsync("/api/v1/investors/" + Investor(one))).Is(200).Json
            .GetProperty("foreignRegistration").GetProperty("number").GetString());
    }

    [Fact]
    public async Task T19_Fifty_at_once_with_one_number_give_one_investor()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(n => leads.As(TestCaller.Officer()).PostAsync(
            FirstContacts, Contact($"同号样例{n}公司", "SG", "201912345K"))));

        // On a busy machine the last of the queue is asked to come again.
        Assert.All(answers, a => Assert.True(a.Status == 201 || a.Code == "service.busy", a.Body));
        Assert.Single(answers.Where(a => a.Status == 201).Select(Investor).Distinct());
    }

    [Fact]
    public async Task T19_A_protection_protects_the_foreign_number_under_every_name()
    {
        var (first, second) = (await leads.PlacedAsync(TestCaller.Officer()), await leads.PlacedAsync(TestCaller.Officer()));
        var one = await EnterAsync(leads.As(first), "样例四公司", "JP", "1234567890123");
        (await FileAsync(first, one)).Is(201);
        var two = await leads.LeadAsync(leads.As(second), ("investorName", "样例五公司"));
        (await FileAsync(second, two)).Is(201);

        // A rename to the protected number is refused by the number; a claim of a second record too.
        (await leads.As(second).PatchAsync("/api/v1/investors/" + Investor(two),
            new { foreignRegistration = new { country = "JP", number = "1234-5678-90123" } }, "\"1\""))
            .IsProblem(409, "investor.registrationTaken");
        await leads.Service.ExecuteAsync($"update investor set registration_key = null where id = '{Investor(one)}'");
        (await leads.As(second).PatchAsync("/api/v1/investors/" + Investor(two),
            new { foreignRegistration = new { country = "JP", number = "1234-5678-90123" } }, "\"1\"")).IsProblem(409, "claim.taken");

        var asked = (await leads.As(second).GetAsync(
            "/api/v1/claims/protection?registrationCountry=JP&registrationNumber=1234567890123")).Is(200).Json;
        Assert.Equal((true, first.Id), (asked.GetProperty("protected").GetBoolean(), asked.GetProperty("ownerId").GetGuid()));
        Assert.False((await leads.As(second).GetAsync(
            "/api/v1/claims/protection?registrationCountry=JP&registrationNumber=1234567890124")).Is(200).Json.GetProperty("protected")
            .GetBoolean());
        (await leads.As(second).GetAsync(
            $"/api/v1/claims/protection?registrationCountry=JP&registrationNumber=1&investorId={Investor(one)}"))
            .IsProblem(400, "request.invalid");
    }

    [Fact]
    public async Task T19_S3_No_answer_differs_for_a_number_that_is_known_by_confidential_leads_alone()
    {
        var owner = leads.As(TestCaller.Officer());
        // The second one is nobody's.
        var (secret, unknown) = ("HRB9001", "HRB9002");
        var hidden = (await owner.PostAsync(FirstContacts, leads.FirstContact(
            ("investorName", "样例涉密公司"), ("confidential", true), ("duplicateOverride", null),
            ("foreignRegistration", new { country = "DE", number = secret })))).Is(201);
        (await owner.PostAsync("/api/v1/claims", new { leadId = hidden.Id, contactId = hidden.Json.GetProperty("contactId").GetGuid() }))
            .Is(201);
        var other = TestCaller.Officer();
        var client = leads.As(other);
        var own = "/api/v1/investors/" + Investor(await leads.LeadAsync(client, ("investorName", "样例六公司")));

        await AlikeAsync(number => client.PostAsync(FirstContacts + "/batch",
            new { mode = "atomic", items = new[] { Contact("样例七公司", "DE", number), leads.FirstContact(("personName", null)) } }));
        await AlikeAsync(number => client.GetAsync($"/api/v1/investors/duplicates?registrationCountry=DE&registrationNumber={number}"));
        await AlikeAsync(number => client.GetAsync($"/api/v1/claims/protection?registrationCountry=DE&registrationNumber={number}"));
        await AlikeAsync(number => client.GetAsync($"/api/v1/investors?registrationCountry=DE&registrationNumber={number}"));
        await AlikeAsync(async number =>
        {
            var id = await Imports.UploadedAsync(leads, other, await FileAsync(Row(8801, "导入样例八公司", "德国", number)));
            return await Imports.DoneAsync(leads, other, id, body: new { dryRun = true });
        });
        (await client.PatchAsync(own, new { foreignRegistration = new { country = "DE", number = secret } }, "\"1\"")).Is(200);
        (await client.PostAsync(FirstContacts, Contact("样例九公司", "DE", secret))).Is(201);

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
    public async Task T19_An_import_reads_country_and_number_and_an_export_writes_them_and_both_come_back()
    {
        var caller = TestCaller.Officer();
        var known = await EnterAsync(leads.As(caller), "导入样例甲公司", "KR", "110111-1234567");
        var id = await Imports.UploadedAsync(leads, caller, await FileAsync(
            Row(8901, "导入样例乙公司", "德国", "hrb 8901"), Row(8902, "导入样例甲别名", "Korea", "1101111234567"),
            Row(8903, "导入样例丙公司", "中国", null), Row(8904, "导入样例丁公司", "中国", "8904"), Row(8905, "导入样例戊公司", "欧盟", "8905"),
            Row(8906, "导入样例己公司", null, "8906"), Row(8907, "导入样例庚公司", "US", null), Row(8908, "导入样例辛公司", "US", "8_908"),
            Row(8909, "导入样例壬公司", "德国", "HRB-8901"), Row(8910, "导入样例癸公司", "无", "无")));
        var done = Imports.Tally(await Imports.DoneAsync(leads, caller, id, body: new { }));
        var rows = Imports.Read(await Imports.BytesAsync(leads, caller, $"/api/v1/imports/{id}/errors")).Skip(1).Select(r => r[^1]!);
        Assert.Equal(["注册国家：境内法人请填写统一社会信用代码", "注册国家：未知的国家或地区代码 欧盟，请使用两位字母代码", "注册国家：注册国家和注册号须一并填写",
            "注册号：注册国家和注册号须一并填写", "注册号：注册号须为 1 到 40 个字母、数字、减号、点、斜线或空格"], rows);
        Assert.Equal((5, 0, 0, 5, 0, 0), done);
        Assert.Equal(2, (await leads.As(caller).GetAsync($"/api/v1/leads?investorId={Investor(known)}")).Is(200).Json
            .GetProperty("items").GetArrayLength());
        var german = Assert.Single((await leads.As(caller).GetAsync(
            "/api/v1/investors?registrationCountry=DE&registrationNumber=HRB8901")).Is(200).Json.GetProperty("items").EnumerateArray());
        Assert.Equal(2, (await leads.As(caller).GetAsync($"/api/v1/leads?investorId={german.GetProperty("id").GetGuid()}")).Is(200).Json
            .GetProperty("items").GetArrayLength());

        // A further import of the row takes another number, and is reverted.
        var again = await Imports.UploadedAsync(leads, caller, await FileAsync(Row(8901, "导入样例乙公司", "奥地利", "FN 8901")));
        Assert.Equal((0, 1, 0, 0, 0, 0), Imports.Tally(await Imports.DoneAsync(leads, caller, again, body: new { })));
        Assert.Equal("AT FN 8901", await RegistrationAsync(german));
        await Imports.DoneAsync(leads, caller, again, "reversal", new { });
        Assert.Equal("DE HRB 8901", await RegistrationAsync(german));
        var taken = await Imports.UploadedAsync(leads, caller, await FileAsync(Row(8901, "导入样例乙公司", "KR", "110111 1234567")));
        Assert.Equal((0, 0, 0, 1, 0, 0), Imports.Tally(await Imports.DoneAsync(leads, caller, taken, body: new { })));

        var export = (await leads.As(caller).PostAsync("/api/v1/exports", new { list = "investors", format = "csv", query = "q=导入样例" }))
            .Is(202).Id;
        await Imports.EndedAsync(leads, caller, $"/api/v1/exports/{export}");
        var table = Imports.Read(await Imports.BytesAsync(leads, caller, $"/api/v1/exports/{export}/file"));
        var row = table[0].Zip(table.Single(r => r[0] == "导入样例乙公司")).ToDictionary(x => x.First!, x => x.Second);
        Assert.Equal(("德国", "HRB 8901"), (row["注册国家"], row["注册号"]));

        async Task<string?> RegistrationAsync(JsonElement investor)
        {
            var now = (await leads.As(caller).GetAsync("/api/v1/investors/" + investor.GetProperty("id").GetGuid())).Is(200).Json
                .GetProperty("foreignRegistration");
            return $"{now.GetProperty("country").GetString()} {now.GetProperty("number").GetString()}";
        }
    }

    private static object?[] Row(int number, string name, string? country, string? registration) =>
    [
        $"F-{number}", name, country, registration, "李示例", (13900000000 + number).ToString(CultureInfo.InvariantCulture), "电话", "来电咨询",
        "2026-01-05", "寄送资料", "2030-01-31",
    ];

    private static Task<byte[]> FileAsync(params object?[][] rows) => SheetWriter.TableAsync(SheetFormat.Csv, rows.Prepend(
        ["外部编号", "客商名称", "注册国家", "注册号", "联系人", "联系电话", "联系方式", "沟通内容", "联系日期", "下一步", "下一步期限"]), CancellationToken.None);

    private Dictionary<string, object?> Contact(string name, string country, string number) => leads.FirstContact(
        ("investorName", name), ("duplicateOverride", null), ("foreignRegistration", new { country, number }));

    private async Task<Answer> EnterAsync(ApiClient client, string name, string country, string number) =>
        (await client.PostAsync(FirstContacts, Contact(name, country, number))).Is(201);

    private Task<Answer> FileAsync(TestCaller unit, Answer lead) => leads.As(unit).PostAsync(
        "/api/v1/claims", new { leadId = lead.Id, contactId = lead.Json.GetProperty("contactId").GetGuid() });

    private static Guid Investor(Answer lead) => lead.Json.GetProperty("investorId").GetGuid();
}
