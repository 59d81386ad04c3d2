using System.Text.Json;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

public class FirstContactTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    [Fact]
    public async Task Six_fields_open_a_lead_with_investor_person_contact_and_next_step()
    {
        var me = TestCaller.Officer();
        var client = leads.As(me);

        var receipt = await leads.LeadAsync(client, ("occurredOn", leads.Today.AddDays(-2)));

        Assert.Equal($"/api/v1/leads/{receipt.Id}", receipt.Headers.Location!.ToString());
        Assert.Equal("\"1\"", receipt.ETag);
        Assert.Matches("^L-[0-9]{4}-[0-9]{6}$", receipt.Json.GetProperty("code").GetString());
        var lead = (await client.GetAsync(LeadsFixture.Path(receipt))).Is(200).Json;
        Assert.Equal("示例航天科技有限公司", lead.GetProperty("investorName").GetString());
        Assert.Equal("new", lead.GetProperty("stage").GetString());
        Assert.Equal(leads.Today.AddDays(-2), Date(lead, "stageOn"));
        Assert.Equal(leads.Today.AddDays(-2), Date(lead, "firstContactOn"));
        Assert.Equal(1, lead.GetProperty("contactCount").GetInt32());
        Assert.Equal(me.Id, lead.GetProperty("ownerId").GetGuid());
        Assert.Equal(me.UnitId, lead.GetProperty("unitId").GetGuid());
        Assert.Equal("planned", lead.GetProperty("nextStep").GetProperty("light").GetString());
        Assert.Equal("发送载体清单", lead.GetProperty("nextStep").GetProperty("what").GetString());

        var contact = (await client.GetAsync(LeadsFixture.Path(receipt) + "/contacts")).Is(200).Json.GetProperty("items")[0];
        Assert.Equal("来电了解科创新城的载体与政策", contact.GetProperty("summary").GetString());
        Assert.Equal(receipt.Json.GetProperty("personId").GetGuid(), contact.GetProperty("personId").GetGuid());
    }

    [Fact]
    public async Task It_tells_the_others_once_and_without_personal_data()
    {
        var receipt = await leads.LeadAsync(
            leads.As(TestCaller.Officer()), ("email", "zhang@example.com"), ("nodeCode", "satellite.spacecraft"));

        var events = await leads.Service.EventsAsync(receipt.Id);
        Assert.Equal(["LeadOpened", "ContactRecorded", "NextStepPlanned"], events.Select(e => e.Type));
        Assert.All(events, e => Assert.Equal(1, e.Version));
        Assert.Equal("satellite", events[0].Payload.GetProperty("lead").GetProperty("chainCode").GetString());
        foreach (var said in (string[])["张示例", "13812341234", "zhang@example.com", "来电了解", "发送载体清单"])
        {
            Assert.DoesNotContain(said, string.Concat(events.Select(e => e.Payload.GetRawText())), StringComparison.Ordinal);
            Assert.Equal(0, await leads.Service.CountAsync(
                $"select count(*) from api.idempotency where answer like '%{said}%' or location like '%{said}%'"));
        }
    }

    [Fact]
    public async Task A_repeat_with_the_same_key_gets_the_first_answer_to_the_byte()
    {
        var client = leads.As(TestCaller.Officer());
        var body = leads.FirstContact();

        var first = (await client.PostAsync("/api/v1/first-contacts", body, key: "repeat")).Is(201);
        var second = (await client.PostAsync("/api/v1/first-contacts", body, key: "repeat")).Is(201);

        Assert.Equal(first.Body, second.Body);
        Assert.Equal(first.ETag, second.ETag);
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        (await client.PostAsync("/api/v1/first-contacts", leads.FirstContact(("personName", "李示例")), key: "repeat"))
            .IsProblem(422, "idempotency.reused");
    }

    [Fact]
    public async Task Twenty_copies_at_once_give_one_lead()
    {
        var client = leads.As(TestCaller.Officer());
        var body = leads.FirstContact();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => client.PostAsync("/api/v1/first-contacts", body, key: "copies")));

        Assert.All(answers, a => Assert.True(a.Status == 201 || a.Code == "idempotency.running", a.Body));
        Assert.Single(answers.Where(a => a.Status == 201).Select(a => a.Body).Distinct());
        Assert.Single((await client.GetAsync("/api/v1/leads")).Is(200).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task A_refused_first_contact_leaves_nothing_behind_and_its_key_free()
    {
        var client = leads.As(TestCaller.Officer());
        var before = await leads.Service.CountAsync("select count(*) from investor");

        (await client.PostAsync("/api/v1/first-contacts", leads.FirstContact(("nextStepDueOn", leads.Today.AddDays(-9))), key: "free"))
            .IsProblem(409, "nextStep.beforeFirstContact");

        Assert.Equal(before, await leads.Service.CountAsync("select count(*) from investor"));
        (await client.PostAsync("/api/v1/first-contacts", leads.FirstContact(), key: "free")).Is(201);
    }

    [Theory]
    [InlineData("investorName", null, "/investorName", "value.required")]
    [InlineData("personName", null, "/personName", "value.required")]
    [InlineData("personName", "  ", "/personName", "value.required")]
    [InlineData("investorName", " ", "/investorName", "value.required")]
    [InlineData("personTitle", "\u3000", "/personTitle", "value.required")]
    [InlineData("phone", null, "/phone", "person.unreachable")]
    [InlineData("wechat", "张经理", "/wechat", "wechat.invalid")]
    [InlineData("phone", "not a phone", "/phone", "phone.invalid")]
    [InlineData("email", "nobody", "/email", "email.invalid")]
    [InlineData("channel", "pigeon", "/channel", "word.unknown")]
    [InlineData("summary", null, "/summary", "value.required")]
    [InlineData("nextStep", null, "/nextStep", "value.required")]
    [InlineData("nextStepDueOn", null, "/nextStepDueOn", "value.required")]
    [InlineData("nextStepDueOn", "1999-01-01", "/nextStepDueOn", "date.range")]
    [InlineData("occurredOn", "2099-01-01", "/occurredOn", "date.future")]
    [InlineData("occurredOn", "yesterday", "/occurredOn", "json.wrongType")]
    [InlineData("uscc", "91350100M000100Y44", "/uscc", "uscc.checkDigit")]
    [InlineData("nodeCode", "satellite.moon", "/nodeCode", "chain.unknownNode")]
    [InlineData("sourceRegion", "980000", "/sourceRegion", "region.unknown")]
    [InlineData("surprise", "x", "/surprise", "json.unknownProperty")]
    [InlineData("investorName", "示例\u202e公司", "/investorName", "text.forbiddenCharacter")]
    public async Task A_broken_shape_is_refused_at_its_place(string field, string? value, string pointer, string code)
    {
        var refused = (await leads.As(TestCaller.Officer()).PostAsync("/api/v1/first-contacts", leads.FirstContact((field, value))))
            .IsProblem(400, "request.invalid");

        var error = Assert.Single(refused.Json.GetProperty("errors").EnumerateArray());
        Assert.Equal((pointer, code), (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task T9_A_contact_by_WeChat_or_mail_needs_no_phone_and_finds_its_person_again()
    {
        var caller = TestCaller.Officer();
        var client = leads.As(caller);
        var byWechat = await leads.LeadAsync(client, ("investorName", "微信客商甲"), ("phone", null), ("wechat", "ｈｅｂｉ＿2026"));
        var people = $"/api/v1/investors/{byWechat.Json.GetProperty("investorId").GetGuid()}/people";
        var person = Assert.Single((await client.GetAsync(people)).Is(200).Json.GetProperty("items").EnumerateArray());
        Assert.Equal("hebi_2026", person.GetProperty("wechat").GetString());
        var again = await leads.LeadAsync(client, ("investorName", null), ("investorId", byWechat.Json.GetProperty("investorId").GetGuid()),
            ("duplicateOverride", null), ("phone", null), ("wechat", "HEBI_2026"));
        Assert.Equal(byWechat.Json.GetProperty("personId").GetGuid(), again.Json.GetProperty("personId").GetGuid());
        var head = TestCaller.Person(Kernel.Roles.UnitHead, Kernel.Reach.Subtree, caller.UnitId);
        var masked = (await leads.As(head).GetAsync(people)).Is(200).Json.GetProperty("items")[0];
        Assert.Equal("he****26", masked.GetProperty("wechat").GetString());

        await leads.LeadAsync(client, ("investorName", "微信客商乙"), ("phone", null), ("email", "zhang@example.com"));
        await leads.LeadAsync(client, ("investorName", "微信客商丙"), ("phone", "（0392）3312345转801"));
        var item = leads.FirstContact(("investorName", "微信客商丁"), ("phone", null));
        var batch = (await client.PostAsync("/api/v1/first-contacts/batch",
            new { mode = "each", items = new[] { item, leads.FirstContact(("investorName", "微信客商戊")) } })).Is(200).Json;
        Assert.Equal([400, 201], batch.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("status").GetInt32()));
        var added = (await client.PostAsync(people, new { name = "李示例", wechat = "lishili" })).Is(201);
        (await client.PatchAsync($"{people}/{added.Id}", new { wechat = (string?)null }, added.ETag)).IsProblem(400, "request.invalid");
        (await client.PostAsync(people, new { name = "李示例" })).IsProblem(400, "request.invalid");
    }

    [Fact]
    public async Task A_number_for_a_text_and_a_float_for_money_are_refused()
    {
        var client = leads.As(TestCaller.Officer());
        (await client.PostAsync("/api/v1/first-contacts", leads.FirstContact(("summary", 7)))).IsProblem(400, "request.invalid");
        (await client.PostAsync("/api/v1/first-contacts",
            leads.FirstContact(("estimatedInvestment", new { amount = 1.5, currency = "CNY" })))).IsProblem(400, "request.invalid");
        (await client.PostAsync("/api/v1/first-contacts",
            leads.FirstContact(("estimatedInvestment", new { amount = "-1.00", currency = "CNY" })))).IsProblem(400, "request.invalid");
    }

    [Fact]
    public async Task T2_A_contact_with_an_investor_of_a_known_code_is_taken_and_linked_whatever_its_name_and_the_reason_for_another()
    {
        var (first, second) = (TestCaller.Officer(), TestCaller.Officer());
        var uscc = Uscc.WithCheckCharacter("91410611MA0000001").Value;
        var known = await leads.LeadAsync(leads.As(first), ("uscc", uscc));
        Assert.False(known.Json.TryGetProperty("linked", out _));

        foreach (var caller in (TestCaller[])[first, second])
        {
            var linked = await leads.LeadAsync(leads.As(caller), ("investorName", "另一名称公司"), ("uscc", uscc.ToLowerInvariant()));
            Assert.True(linked.Json.GetProperty("linked").GetBoolean());
            Assert.Equal(known.Json.GetProperty("investorId").GetGuid(), linked.Json.GetProperty("investorId").GetGuid());
            var lead = (await leads.As(caller).GetAsync(LeadsFixture.Path(linked))).Is(200).Json;
            Assert.Equal(("示例航天科技有限公司", caller.Id),
                (lead.GetProperty("investorName").GetString(), lead.GetProperty("ownerId").GetGuid()));
        }
    }

    [Fact]
    public async Task Fifty_at_once_with_one_USCC_give_one_investor()
    {
        var uscc = Uscc.WithCheckCharacter("91410611MA0000002").Value;

        // On a busy machine one of them waits longer for the name than a request may; its client sends it again.
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ =>
        {
            var (officer, contact) = (leads.As(TestCaller.Officer()), leads.FirstContact(("uscc", uscc)));
            return Eventually.GetAsync(
                () => officer.PostAsync("/api/v1/first-contacts", contact, key: "race"), answer => answer.Code != "service.busy");
        }));

        Assert.All(answers, a => a.Is(201));
        Assert.Single(answers, a => !a.Json.TryGetProperty("linked", out _));
        Assert.Equal(1, await leads.Service.CountAsync($"select count(*) from investor where uscc = '{uscc}'"));
    }

    [Fact]
    public async Task A_known_investor_gets_a_further_lead_and_keeps_its_person()
    {
        var client = leads.As(TestCaller.Officer());
        var first = await leads.LeadAsync(client);
        var investorId = first.Json.GetProperty("investorId").GetGuid();

        var second = await leads.LeadAsync(client, ("investorName", null), ("investorId", investorId));

        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal(investorId, second.Json.GetProperty("investorId").GetGuid());
        Assert.Equal(first.Json.GetProperty("personId").GetGuid(), second.Json.GetProperty("personId").GetGuid());
        (await leads.As(TestCaller.Officer())
            .PostAsync("/api/v1/first-contacts", leads.FirstContact(("investorName", null), ("investorId", investorId))))
            .IsProblem(409, "investor.unknown");
    }

    [Fact]
    public async Task An_integration_names_the_owner_and_the_lead_stands_in_the_owners_unit()
    {
        var officer = await leads.PlacedAsync(TestCaller.Officer());
        var integration = leads.As(TestCaller.Integration());

        (await integration.PostAsync("/api/v1/first-contacts", leads.FirstContact())).IsProblem(400, "request.invalid");
        (await integration.PostAsync("/api/v1/first-contacts", leads.FirstContact(("ownerId", TestCaller.Officer().Id))))
            .IsProblem(409, "officer.unknown");
        var gone = await leads.PlacedAsync(TestCaller.Officer(), active: false);
        (await integration.PostAsync("/api/v1/first-contacts", leads.FirstContact(("ownerId", gone.Id)))).IsProblem(409, "officer.unknown");
        var receipt = await leads.LeadAsync(integration, ("ownerId", officer.Id));

        var lead = (await leads.As(officer).GetAsync(LeadsFixture.Path(receipt))).Is(200).Json;
        Assert.Equal((officer.Id, officer.UnitId), (lead.GetProperty("ownerId").GetGuid(), lead.GetProperty("unitId").GetGuid()));
    }

    [Fact]
    public async Task A_unit_head_logs_for_officers_of_the_units_below_and_an_officer_for_nobody_else()
    {
        var officer = await leads.PlacedAsync(TestCaller.Officer());
        var head = TestCaller.Person(Roles.UnitHead, Reach.Subtree) with { Subtree = [officer.UnitId] };

        await leads.LeadAsync(leads.As(head), ("ownerId", officer.Id));
        (await leads.As(TestCaller.Person(Roles.UnitHead, Reach.Subtree))
            .PostAsync("/api/v1/first-contacts", leads.FirstContact(("ownerId", officer.Id))))
            .IsProblem(409, "officer.unknown");
        (await leads.As(TestCaller.Officer()).PostAsync("/api/v1/first-contacts", leads.FirstContact(("ownerId", officer.Id))))
            .IsProblem(409, "owner.notAllowed");
        await leads.LeadAsync(leads.As(TestCaller.Person(Roles.Coordinator)), ("ownerId", officer.Id));
    }

    [Fact]
    public async Task Those_who_only_read_may_never_log_and_a_scope_is_needed()
    {
        foreach (var role in (string[])[Roles.Leader, Roles.ChainChief, Roles.ServiceOfficer, Roles.ProjectOfficer, Roles.Auditor])
        {
            (await leads.As(TestCaller.Person(role)).PostAsync("/api/v1/first-contacts", leads.FirstContact()))
                .IsProblem(403, "auth.forbidden");
        }

        (await leads.As(TestCaller.Integration(Scopes.LeadsRead)).PostAsync("/api/v1/first-contacts", leads.FirstContact()))
            .IsProblem(403, "auth.forbidden");
        (await leads.Service.WithToken(null).PostAsync("/api/v1/first-contacts", leads.FirstContact())).IsProblem(401, "auth.required");
    }

    [Fact]
    public async Task A_batch_of_each_keeps_the_good_ones_and_says_what_is_wrong_with_the_others()
    {
        var client = leads.As(TestCaller.Officer());
        var items = new[]
        {
            leads.FirstContact(("investorName", "甲示例公司")),
            leads.FirstContact(("phone", "?")),
            leads.FirstContact(("occurredOn", "2099-01-01")),
            leads.FirstContact(("investorName", "乙示例公司")),
        };

        var results = (await client.PostAsync("/api/v1/first-contacts/batch", new { mode = "each", items }, key: "batch"))
            .Is(200).Json.GetProperty("results");

        Assert.Equal([201, 400, 400, 201], results.EnumerateArray().Select(r => r.GetProperty("status").GetInt32()));
        Assert.Equal("phone.invalid", results[1].GetProperty("problem").GetProperty("errors")[0].GetProperty("code").GetString());
        Assert.Equal("date.future", results[2].GetProperty("problem").GetProperty("errors")[0].GetProperty("code").GetString());
        (await client.GetAsync(results[3].GetProperty("location").GetString()!)).Is(200);
        Assert.Equal(2, (await client.GetAsync("/api/v1/leads?total=true")).Json.GetProperty("total").GetInt64());
        var again = (await client.PostAsync("/api/v1/first-contacts/batch", new { mode = "each", items }, key: "batch")).Is(200);
        Assert.Equal(results.GetRawText(), again.Json.GetProperty("results").GetRawText());
    }

    [Fact]
    public async Task An_atomic_batch_with_one_bad_item_does_nothing()
    {
        var client = leads.As(TestCaller.Officer());
        var items = new[] { leads.FirstContact(), leads.FirstContact(("personName", null)) };

        var refused = (await client.PostAsync("/api/v1/first-contacts/batch", new { mode = "atomic", items }))
            .IsProblem(400, "batch.refused");

        Assert.Contains(refused.Json.GetProperty("errors").EnumerateArray(), e =>
            e.GetProperty("pointer").GetString() == "/items/1/personName");
        Assert.Empty((await client.GetAsync("/api/v1/leads")).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Five_hundred_first_contacts_go_in_at_once_and_one_more_does_not()
    {
        var client = leads.As(TestCaller.Officer());
        var items = Enumerable.Range(0, 500).Select(i => leads.FirstContact(("investorName", $"批量示例{i}公司"))).ToArray();

        var results = (await client.PostAsync("/api/v1/first-contacts/batch", new { mode = "atomic", items }))
            .Is(200).Json.GetProperty("results");

        Assert.All(results.EnumerateArray(), r => Assert.Equal(201, r.GetProperty("status").GetInt32()));
        Assert.Equal(500, results.EnumerateArray().Select(r => r.GetProperty("receipt").GetProperty("code").GetString()).Distinct()
            .Count());
        (await client.PostAsync("/api/v1/first-contacts/batch", new { mode = "atomic", items = items.Append(items[0]) }))
            .IsProblem(400, "request.invalid");
        (await client.PostAsync("/api/v1/first-contacts/batch", new { mode = "atomic", items = Array.Empty<object>() }))
            .IsProblem(400, "request.invalid");
        (await client.PostAsync("/api/v1/first-contacts/batch", new { items = items[..1] })).IsProblem(400, "request.invalid");
    }

    private static DateOnly Date(JsonElement json, string name) => json.GetProperty(name).Deserialize<DateOnly>();
}
