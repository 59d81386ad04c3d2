using System.Text.Json;
using Npgsql;
using Qibin.Crm.Kernel;
using Qibin.Crm.Sheets;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

/// <summary>
/// What was entered by mistake goes into the bin, is absent everywhere, and comes back as it was. All companies are invented.
/// </summary>
public sealed class RemovalTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    private const string Reason = "与另一条线索重复登记";

    [Fact]
    public async Task T16_A_lead_is_absent_by_every_door_while_it_is_in_the_bin_and_comes_back_with_all_that_it_was()
    {
        var (me, helper) = (await leads.PlacedAsync(TestCaller.Officer()), await leads.PlacedAsync(TestCaller.Officer()));
        var client = leads.As(me);
        var followed = await leads.FollowedAsync(
            client, ("investorName", "回收站往返示例公司"), ("phone", "13900016001"), ("occurredOn", leads.Today.AddDays(-9)));
        var path = LeadsFixture.Path(followed);
        var investor = (await client.GetAsync(path)).Json.GetProperty("investorId").GetGuid();
        var contact = (await client.PostAsync(
            path + "/contacts",
            new { channel = "visitHere", summary = "来访", participantIds = new[] { helper.Id }, nextStep = Step("寄送材料", 5) })).Is(201);
        (await client.PatchAsync($"{path}/contacts/{contact.Id}", new { summary = "来访并参观" }, contact.ETag)).Is(200);
        (await client.PostAsync(path + "/comments", new { text = "请尽快回访" })).Is(201);
        string[] doors =
        [
            path, path + "/contacts", path + "/comments", path + "/history", path + "/next-steps", $"{path}/contacts/{contact.Id}",
            $"{path}/contacts/{contact.Id}/revisions", $"/api/v1/investors/{investor}", $"/api/v1/investors/{investor}/people",
        ];
        string[] lists = ["/api/v1/leads?q=回收站往返", "/api/v1/investors?q=回收站往返", "/api/v1/leads?q=13900016001", "/api/v1/visits"];
        var (before, listed) = (await BodiesAsync(client, doors), await CountsAsync(client, lists));
        Assert.Equal([1, 1, 1, 1], listed);
        (await leads.As(helper).GetAsync(path)).Is(200);

        var removed = await RemoveAsync(client, path);
        foreach (var door in doors)
        {
            (await client.GetAsync(door)).IsProblem(404, "resource.notFound");
        }

        Assert.Equal((int[])[0, 0, 0, 0], await CountsAsync(client, lists));
        (await leads.As(helper).GetAsync(path)).IsProblem(404, "resource.notFound");
        (await client.PostAsync(path + "/contacts", new { channel = "phone", summary = "x" })).IsProblem(404, "resource.notFound");
        foreach (var table in (string[])["lead", "contact", "next_step", "stage_move", "pool_place"])
        {
            Assert.Equal(0, await leads.Service.CountAsync(
                $"select count(*) from {table} where {(table == "lead" ? "id" : "lead_id")} = '{followed.Id}'"));
        }

        var item = Assert.Single(await BinAsync(client));
        Assert.Equal(
            (removed.Id, "lead", followed.Id, followed.Json.GetProperty("code").GetString(), "回收站往返示例公司", Reason, me.Id),
            (item.GetProperty("id").GetGuid(), item.GetProperty("kind").GetString(), item.GetProperty("subjectId").GetGuid(),
                item.GetProperty("code").GetString(), item.GetProperty("name").GetString(), item.GetProperty("reason").GetString(),
                item.GetProperty("removedBy").GetGuid()));
        Assert.Equal(TimeSpan.FromDays(30), At(item, "restorableUntil") - At(item, "removedAt"));
        Assert.Equal(1, await AuditedAsync("removeLead", followed.Id));

        var restored = (await client.PostAsync($"/api/v1/bin/{removed.Id}/restoration")).Is(201);
        Assert.Equal((followed.Id, path), (restored.Id, restored.Headers.Location!.OriginalString));
        Assert.Equal(
            restored.Json.GetProperty("version").GetInt64(), (await client.GetAsync(path)).Json.GetProperty("version").GetInt64());
        Assert.Equal(before, await BodiesAsync(client, doors));
        Assert.Equal(listed, await CountsAsync(client, lists));
        (await leads.As(helper).GetAsync(path)).Is(200);
        Assert.Empty(await BinAsync(client));
        Assert.Equal(0, await leads.Service.CountAsync($"select count(*) from bin_row where row ->> 'lead_id' = '{followed.Id}'"));
        Assert.Equal(1, await AuditedAsync("restoreFromBin", followed.Id));

        var events = await leads.Service.EventsAsync(followed.Id);
        Assert.Equal(["LeadRemoved", "LeadRestored"], events.TakeLast(2).Select(e => e.Type));
        Assert.Equal(Enumerable.Range(1, (int)events[^1].Version), events.Select(e => (int)e.Version).Distinct());
        (await client.PostAsync($"/api/v1/bin/{removed.Id}/restoration")).IsProblem(404, "resource.notFound");
        await RemoveAsync(client, path);
    }

    [Fact]
    public async Task T16_A_lead_that_others_go_by_stays_and_the_refusal_says_what_to_do()
    {
        var (me, officer) = (TestCaller.Officer(), await leads.PlacedAsync(TestCaller.Officer()));
        var client = leads.As(me);
        var followed = await leads.FollowedAsync(client);
        var path = LeadsFixture.Path(followed);
        var body = new { reason = Reason };
        (await client.PostAsync(path + "/removal", body)).IsProblem(428, "ifMatch.required");
        (await client.PostAsync(path + "/removal", body, "\"1\"")).IsProblem(412, "ifMatch.stale");
        (await client.PostAsync(path + "/removal", new { }, followed.ETag)).IsProblem(400, "request.invalid");
        (await leads.As(TestCaller.Officer(me.UnitId)).PostAsync(path + "/removal", body, followed.ETag))
            .IsProblem(404, "resource.notFound");
        (await leads.As(TestCaller.Person(Roles.Leader)).PostAsync(path + "/removal", body, followed.ETag))
            .IsProblem(403, "auth.forbidden");

        var converted = (await client.PostAsync(path + "/conversion", new { projectName = "示例项目" }, followed.ETag)).Is(201);
        await RefusedAsync(client, path, "lead.converted");

        var claimed = await leads.LeadAsync(client, ("investorName", "首报留存示例公司"));
        (await client.PostAsync(
            "/api/v1/claims", new { leadId = claimed.Id, contactId = claimed.Json.GetProperty("contactId").GetGuid() })).Is(201);
        await RefusedAsync(client, LeadsFixture.Path(claimed), "lead.claimed");

        var given = await leads.LeadAsync(client, ("investorName", "流转留存示例公司"));
        var transfer = (await client.PostAsync("/api/v1/transfers", new
        {
            leadId = given.Id,
            toOwnerId = officer.Id,
            reason = "属地承接",
            shares = new[] { Share(me.UnitId, 5000), Share(officer.UnitId, 5000) },
        })).Is(201);
        await RefusedAsync(client, LeadsFixture.Path(given), "transfer.open");
        (await client.PostAsync($"/api/v1/transfers/{transfer.Id}/withdrawal", new { }, transfer.ETag)).Is(200);
        var withdrawn = await RemoveAsync(client, LeadsFixture.Path(given));
        (await client.GetAsync($"/api/v1/transfers/{transfer.Id}")).IsProblem(404, "resource.notFound");
        (await client.PostAsync($"/api/v1/bin/{withdrawn.Id}/restoration")).Is(201);
        (await client.GetAsync($"/api/v1/transfers/{transfer.Id}")).Is(200);

        var pooled = await leads.LeadAsync(client, ("investorName", "公海留存示例公司"));
        (await client.PostAsync("/api/v1/pool", new { leadId = pooled.Id, reason = "暂无精力" })).Is(200);
        await RefusedAsync(client, LeadsFixture.Path(pooled), "lead.pooled");
        Assert.Equal(0, await leads.Service.CountAsync(
            $"""
            select count(*) from messaging.event
            where type = 'LeadRemoved' and stream_id in ('{converted.Id}', '{claimed.Id}', '{pooled.Id}')
            """));

        static object Share(Guid unit, int part) => new { unitId = unit, credit = part, tax = part };
    }

    [Fact]
    public async Task T16_Of_removals_and_conversions_at_once_exactly_one_takes_place()
    {
        var client = leads.As(TestCaller.Officer());
        for (var round = 0; round < 6; round++)
        {
            var lead = await leads.FollowedAsync(client, ("investorName", $"同时移除示例公司{round}"));
            var path = LeadsFixture.Path(lead);
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => n % 2 == 0
                ? client.PostAsync(path + "/removal", new { reason = Reason }, lead.ETag)
                : client.PostAsync(path + "/conversion", new { projectName = "示例项目" }, lead.ETag)));
            Assert.Single(answers, a => a.Status is 200 or 201);
            Assert.All(answers, a => Assert.Contains(a.Status, (int[])[200, 201, 404, 409, 412]));
            Assert.Single(await leads.Service.EventsAsync(lead.Id), e => e.Type is "LeadRemoved" or "LeadConverted");
        }

        var removed = await RemoveAsync(client, LeadsFixture.Path(await leads.LeadAsync(client, ("investorName", "同时恢复示例公司"))));
        var restorations = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => client.PostAsync($"/api/v1/bin/{removed.Id}/restoration")));
        Assert.Equal(5, restorations.Count(a => a.Status == 404));
        Assert.Single(restorations, a => a.Status == 201);
    }

    [Fact]
    public async Task T16_A_removed_contact_takes_the_days_the_count_and_the_readers_with_it_and_brings_them_back()
    {
        var (me, helper) = (TestCaller.Officer(), await leads.PlacedAsync(TestCaller.Officer()));
        var (client, helps) = (leads.As(me), leads.As(helper));
        var (early, late) = (leads.Today.AddDays(-20), leads.Today.AddDays(-3));
        var lead = await leads.LeadAsync(client, ("investorName", "联系记录移除示例公司"), ("occurredOn", late));
        var path = LeadsFixture.Path(lead);
        var first = $"{path}/contacts/{lead.Json.GetProperty("contactId").GetGuid()}";
        await RefusedAsync(client, first, "contact.only");
        var wrong = (await client.PostAsync(
            path + "/contacts",
            new { channel = "visitThere", summary = "误记在此", occurredOn = early, participantIds = new[] { helper.Id } })).Is(201);
        var wrongPath = $"{path}/contacts/{wrong.Id}";
        Assert.Equal((early, late, 2, early), await DaysAsync());
        (await helps.GetAsync(path)).Is(200);
        (await helps.PostAsync(wrongPath + "/removal", new { reason = Reason }, wrong.ETag)).IsProblem(404, "resource.notFound");

        var removed = await RemoveAsync(client, wrongPath);
        Assert.Equal((late, late, 1, late), await DaysAsync());
        (await client.GetAsync(wrongPath)).IsProblem(404, "resource.notFound");
        (await helps.GetAsync(path)).IsProblem(404, "resource.notFound");
        Assert.Single((await client.GetAsync(path + "/contacts")).Json.GetProperty("items").EnumerateArray());
        var told = (await leads.Service.EventsAsync(lead.Id))[^1];
        Assert.Equal(
            ("ContactRemoved", wrong.Id, early, late),
            (told.Type, told.Payload.GetProperty("contactId").GetGuid(), Day(told.Payload, "occurredOn"),
                Day(told.Payload.GetProperty("lead"), "firstContactOn")));

        var restored = (await client.PostAsync($"/api/v1/bin/{removed.Id}/restoration")).Is(201);
        Assert.Equal(wrongPath, restored.Headers.Location!.OriginalString);
        Assert.Equal((early, late, 2, early), await DaysAsync());
        Assert.Equal("误记在此", (await client.GetAsync(wrongPath)).Is(200).Json.GetProperty("summary").GetString());
        (await helps.GetAsync(path)).Is(200);
        Assert.Equal("ContactRestored", (await leads.Service.EventsAsync(lead.Id))[^1].Type);

        // A stage that was reached between both needs the earlier one.
        var etag = (await client.GetAsync(path)).ETag;
        (await client.PostAsync(path + "/assessment", new { occurredOn = leads.Today.AddDays(-10) }, etag)).Is(200);
        await RefusedAsync(client, wrongPath, "contact.afterStage");

        async Task<(DateOnly, DateOnly, int, DateOnly)> DaysAsync()
        {
            var read = (await client.GetAsync(path)).Is(200).Json;
            return (
                Day(read, "firstContactOn"), Day(read, "lastContactOn"), read.GetProperty("contactCount").GetInt32(), Day(read, "stageOn"));
        }
    }

    [Fact]
    public async Task T16_A_contact_is_removed_by_its_author_or_a_head_and_never_the_evidence_of_a_claim()
    {
        var unit = NewId();
        var (owner, leader) = (TestCaller.Officer(unit), TestCaller.Person(Roles.Leader));
        var (client, visits) = (leads.As(owner), leads.As(leader));
        var head = leads.As(TestCaller.Person(Roles.UnitHead, Reach.Subtree, unit));
        var lead = await leads.LeadAsync(client, ("investorName", "移除权限示例公司"));
        var path = LeadsFixture.Path(lead);
        var visit = (await visits.PostAsync(path + "/contacts", new { channel = "visitHere", summary = "接待" })).Is(201);
        await RefusedAsync(client, $"{path}/contacts/{visit.Id}", "contact.notAuthor");
        var call = (await client.PostAsync(path + "/contacts", new { channel = "phone", summary = "回访" })).Is(201);
        await RefusedAsync(visits, $"{path}/contacts/{call.Id}", "contact.notAuthor");

        var (mine, others) = (
            await RemoveAsync(visits, $"{path}/contacts/{visit.Id}"), await RemoveAsync(head, $"{path}/contacts/{call.Id}"));
        // Whoever does not work on leads takes back the own removals and nobody else's.
        Assert.Equal([mine.Id], (await BinAsync(visits)).Select(i => i.GetProperty("id").GetGuid()));
        (await visits.PostAsync($"/api/v1/bin/{others.Id}/restoration")).IsProblem(404, "resource.notFound");
        Assert.Equal([others.Id, mine.Id], (await BinAsync(client)).Select(i => i.GetProperty("id").GetGuid()));
        (await visits.PostAsync($"/api/v1/bin/{mine.Id}/restoration")).Is(201);
        (await client.PostAsync($"/api/v1/bin/{others.Id}/restoration")).Is(201);

        var evidence = lead.Json.GetProperty("contactId").GetGuid();
        (await client.PostAsync("/api/v1/claims", new { leadId = lead.Id, contactId = evidence })).Is(201);
        await RefusedAsync(client, $"{path}/contacts/{evidence}", "contact.evidence");
        await RemoveAsync(client, $"{path}/contacts/{call.Id}");
    }

    [Fact]
    public async Task T16_A_contact_waits_in_the_bin_while_its_lead_is_there_too()
    {
        var client = leads.As(TestCaller.Officer());
        var lead = await leads.LeadAsync(client, ("investorName", "先后移除示例公司"));
        var path = LeadsFixture.Path(lead);
        var contact = (await client.PostAsync(path + "/contacts", new { channel = "phone", summary = "误记" })).Is(201);
        var inner = await RemoveAsync(client, $"{path}/contacts/{contact.Id}");
        var outer = await RemoveAsync(client, path);
        Assert.Equal([outer.Id], (await BinAsync(client)).Select(i => i.GetProperty("id").GetGuid()));
        (await client.PostAsync($"/api/v1/bin/{inner.Id}/restoration")).IsProblem(404, "resource.notFound");

        (await client.PostAsync($"/api/v1/bin/{outer.Id}/restoration")).Is(201);
        Assert.Equal(1, (await client.GetAsync(path)).Json.GetProperty("contactCount").GetInt32());
        (await client.PostAsync($"/api/v1/bin/{inner.Id}/restoration")).Is(201);
        Assert.Equal(2, (await client.GetAsync(path)).Json.GetProperty("contactCount").GetInt32());
    }

    [Fact]
    public async Task T16_A_cancelled_step_stays_in_the_history_with_its_reason_and_is_open_again_unless_another_is()
    {
        var client = leads.As(TestCaller.Officer());
        var lead = await leads.LeadAsync(client, ("investorName", "取消下一步示例公司"));
        var path = LeadsFixture.Path(lead);
        var step = lead.Json.GetProperty("nextStepId").GetGuid();
        (await client.PostAsync(path + "/next-step/cancellation", new { reason = Reason })).IsProblem(428, "ifMatch.required");
        var cancelled = (await client.PostAsync(path + "/next-step/cancellation", new { reason = Reason }, lead.ETag)).Is(200);
        var read = (await client.GetAsync(path)).Is(200);
        Assert.Equal(read.Json.GetProperty("version").GetInt64(), cancelled.Json.GetProperty("version").GetInt64());
        Assert.Equal("none", read.Json.GetProperty("nextStep").GetProperty("light").GetString());
        var entry = Assert.Single((await client.GetAsync(path + "/next-steps")).Is(200).Json.EnumerateArray());
        Assert.Equal(
            (step, "cancelled", Reason),
            (entry.GetProperty("id").GetGuid(), entry.GetProperty("outcome").GetString(), entry.GetProperty("note").GetString()));
        (await client.PostAsync(path + "/next-step/cancellation", new { reason = Reason }, read.ETag)).IsProblem(409, "nextStep.none");

        // A4: the lead's ETag, as completing the step answers.
        var other = (await client.PutAsync(path + "/next-step", Step("另约时间", 7), cancelled.ETag)).Is(200);
        (await client.PostAsync($"/api/v1/bin/{cancelled.Id}/restoration")).IsProblem(409, "nextStep.open");
        var both = (await client.PostAsync(path + "/next-step/cancellation", new { reason = Reason }, other.ETag)).Is(200);
        var restored = (await client.PostAsync($"/api/v1/bin/{cancelled.Id}/restoration")).Is(201);
        Assert.Equal(lead.Id, restored.Id);
        read = (await client.GetAsync(path)).Is(200);
        Assert.Equal(
            ("planned", leads.Today.AddDays(3)),
            (Next(read).GetProperty("light").GetString(), Day(Next(read), "dueOn")));
        Assert.Equal(
            leads.Today.AddDays(3),
            Day((await leads.Service.EventsAsync(lead.Id)).Last(e => e.Type == "NextStepPlanned").Payload, "dueOn"));

        var closed = (await client.PostAsync(
            path + "/closure", new { outcome = "invalid", reason = "notGenuine" }, read.ETag)).Is(200);
        (await client.PostAsync($"/api/v1/bin/{both.Id}/restoration")).IsProblem(409, "lead.closed");
        Assert.Equal(closed.Json.GetProperty("version").GetInt64(), (await client.GetAsync(path)).Json.GetProperty("version").GetInt64());

        static JsonElement Next(Answer lead) => lead.Json.GetProperty("nextStep");
    }

    [Fact]
    public async Task T16_A_person_goes_whom_no_contact_names_and_who_is_not_the_last()
    {
        var client = leads.As(TestCaller.Officer());
        var lead = await leads.LeadAsync(client, ("investorName", "联系人移除示例公司"));
        var (path, met) = (LeadsFixture.Path(lead), lead.Json.GetProperty("personId").GetGuid());
        var investor = lead.Json.GetProperty("investorId").GetGuid();
        var people = $"/api/v1/investors/{investor}/people";
        var added = (await client.PostAsync(people, new { name = "误登示例", phone = "13900016002" })).Is(201);
        await RefusedAsync(client, $"{people}/{met}", "person.met");

        var removed = await RemoveAsync(client, $"{people}/{added.Id}");
        (await client.GetAsync($"{people}/{added.Id}")).IsProblem(404, "resource.notFound");
        Assert.Single((await client.GetAsync(people)).Json.GetProperty("items").EnumerateArray());
        Assert.Equal("误登示例", Assert.Single(await BinAsync(client)).GetProperty("name").GetString());
        (await client.PostAsync(path + "/contacts", new { channel = "phone", summary = "x", personId = added.Id }))
            .IsProblem(409, "person.unknown");
        (await leads.As(TestCaller.Officer()).PostAsync($"/api/v1/bin/{removed.Id}/restoration")).IsProblem(404, "resource.notFound");

        var restored = (await client.PostAsync($"/api/v1/bin/{removed.Id}/restoration")).Is(201);
        Assert.Equal("13900016002", (await client.GetAsync($"{people}/{restored.Id}")).Is(200).Json.GetProperty("phone").GetString());
        var contact = $"{path}/contacts/{lead.Json.GetProperty("contactId").GetGuid()}";
        (await client.PatchAsync(contact, new { personId = added.Id, reason = "记错人" }, (await client.GetAsync(contact)).ETag)).Is(200);
        await RemoveAsync(client, $"{people}/{met}");
        await RefusedAsync(client, $"{people}/{added.Id}", "person.met");
        (await client.PatchAsync(
            contact, new { personId = (Guid?)null, reason = "记错人" }, (await client.GetAsync(contact)).ETag)).Is(200);
        await RefusedAsync(client, $"{people}/{added.Id}", "person.last");
    }

    [Fact]
    public async Task T16_What_belongs_to_a_merged_investor_comes_back_when_the_merge_is_undone()
    {
        var client = leads.As(TestCaller.Person(Roles.Coordinator));
        var owner = await leads.PlacedAsync(TestCaller.Officer());
        var (a, b, c) = (await LeadAsync("合并甲回收示例"), await LeadAsync("合并乙回收示例"), await LeadAsync("合并乙回收示例"));
        var (into, from) = (a.Json.GetProperty("investorId").GetGuid(), b.Json.GetProperty("investorId").GetGuid());
        Assert.Equal(from, c.Json.GetProperty("investorId").GetGuid());
        var person = (await client.PostAsync($"/api/v1/investors/{from}/people", new { name = "误登示例", wechat = "example16" })).Is(201);
        var (lead, gone) = (
            await RemoveAsync(client, LeadsFixture.Path(c)), await RemoveAsync(client, $"/api/v1/investors/{from}/people/{person.Id}"));
        var merged = (await client.PostAsync(
            $"/api/v1/investors/{into}/merge", new { from, reason = "同一客商" }, (await client.GetAsync($"/api/v1/investors/{into}")).ETag))
            .Is(200);
        (await client.PostAsync($"/api/v1/bin/{lead.Id}/restoration")).IsProblem(409, "bin.investorMerged");
        (await client.PostAsync($"/api/v1/bin/{gone.Id}/restoration")).IsProblem(409, "bin.investorMerged");

        (await client.PostAsync(
            $"/api/v1/investors/{into}/merges/{merged.Json.GetProperty("mergeId").GetGuid()}/undo", new { reason = "并非同一客商" }, merged.ETag))
            .Is(200);
        (await client.PostAsync($"/api/v1/bin/{lead.Id}/restoration")).Is(201);
        (await client.PostAsync($"/api/v1/bin/{gone.Id}/restoration")).Is(201);

        Task<Answer> LeadAsync(string investor) =>
            leads.LeadAsync(client, ("investorName", investor), ("ownerId", owner.Id), ("duplicateOverride", null));
    }

    /// <summary>Nobody who enters an investor is told of one whose leads are all in the bin.</summary>
    [Theory]
    [InlineData("91410611MA0001601")]
    [InlineData(null)]
    public async Task T16_A_lead_comes_back_to_the_investor_that_was_entered_anew_meanwhile(string? code)
    {
        var (mine, theirs) = (leads.As(TestCaller.Officer()), leads.As(TestCaller.Officer()));
        var uscc = code is null ? null : Uscc.WithCheckCharacter(code).Value;
        var name = code is null ? "再录甲回收示例" : "再录乙回收示例";
        var (first, second) = (await EnterAsync(mine, name, "13900016101"), await EnterAsync(mine, name, "13900016102"));
        var before = InvestorOf(first);
        var (one, two) = (await RemoveAsync(mine, LeadsFixture.Path(first)), await RemoveAsync(mine, LeadsFixture.Path(second)));
        var anew = await EnterAsync(theirs, code is null ? name : "再录丙回收示例", "13900016103");
        var now = InvestorOf(anew);
        Assert.NotEqual(before, now);
        (await theirs.PostAsync("/api/v1/claims", new { leadId = anew.Id, contactId = anew.Json.GetProperty("contactId").GetGuid() }))
            .Is(201);

        foreach (var (removed, lead) in new[] { (one, first), (two, second) })
        {
            (await mine.PostAsync($"/api/v1/bin/{removed.Id}/restoration")).Is(201);
            var restored = (await mine.GetAsync(LeadsFixture.Path(lead))).Is(200).Json;
            Assert.Equal(now, restored.GetProperty("investorId").GetGuid());
            Assert.Equal(
                now, (await leads.Service.EventsAsync(lead.Id))[^1].Payload.GetProperty("lead").GetProperty("investorId").GetGuid());
            // Still one protection.
            (await mine.PostAsync(
                "/api/v1/claims", new { leadId = lead.Id, contactId = lead.Json.GetProperty("contactId").GetGuid() }))
                .IsProblem(409, "claim.taken");
        }

        Assert.Equal(3, await leads.Service.CountAsync($"select count(*) from person where investor_id = '{now}'"));
        Assert.Equal(
            now.ToString(), await leads.Service.TextAsync($"select merged_into_id::text from investor where id = '{before}'"));
        // By whichever name it was entered.
        Assert.Equal(now, InvestorOf(await EnterAsync(leads.As(TestCaller.Officer()), name, "13900016104")));

        Task<Answer> EnterAsync(ApiClient client, string investor, string phone) => leads.LeadAsync(
            client, ("investorName", investor), ("uscc", uscc), ("phone", phone), ("duplicateOverride", null));
    }

    [Fact]
    public async Task T16_Of_a_restoration_and_an_entry_at_once_one_finds_the_other()
    {
        var (mine, theirs) = (leads.As(TestCaller.Officer()), leads.As(TestCaller.Officer()));
        for (var round = 0; round < 12; round++)
        {
            var uscc = Uscc.WithCheckCharacter($"91410611MA00017{round:00}").Value;
            var lead = await leads.LeadAsync(
                mine, ("investorName", $"同时再录甲示例{round}"), ("uscc", uscc), ("duplicateOverride", null));
            var removed = await RemoveAsync(mine, LeadsFixture.Path(lead));

            var answers = await Task.WhenAll(
                mine.PostAsync($"/api/v1/bin/{removed.Id}/restoration"),
                theirs.PostAsync("/api/v1/first-contacts", leads.FirstContact(
                    ("investorName", $"同时再录乙示例{round}"), ("uscc", uscc), ("duplicateOverride", null))));

            Assert.All(answers, a => a.Is(201));
            Assert.Equal(1, await leads.Service.CountAsync(
                $"select count(distinct investor_id) from lead where id in ('{lead.Id}', '{answers[1].Id}')"));
            Assert.Equal(1, await leads.Service.CountAsync($"select count(*) from investor where uscc = '{uscc}'"));
        }
    }

    /// <summary>A namesake that was there before is another investor, as somebody has said.</summary>
    [Fact]
    public async Task T16_A_lead_stays_with_its_investor_beside_a_namesake_that_was_there_before()
    {
        var (mine, theirs) = (leads.As(TestCaller.Officer()), leads.As(TestCaller.Officer()));
        await leads.LeadAsync(theirs, ("investorName", "同名留存示例"), ("duplicateOverride", null));
        var lead = await leads.LeadAsync(mine, ("investorName", "同名留存示例"));
        var removed = await RemoveAsync(mine, LeadsFixture.Path(lead));
        (await mine.PostAsync($"/api/v1/bin/{removed.Id}/restoration")).Is(201);
        Assert.Equal(
            InvestorOf(lead), (await mine.GetAsync(LeadsFixture.Path(lead))).Is(200).Json.GetProperty("investorId").GetGuid());
    }

    [Fact]
    public async Task T16_Neither_a_removed_contact_nor_a_removed_person_discloses_anybody_to_another_unit()
    {
        var (mine, theirs) = (leads.As(TestCaller.Officer()), leads.As(TestCaller.Officer()));
        var head = leads.As(TestCaller.Person(Roles.Coordinator));
        var other = await leads.LeadAsync(theirs, ("investorName", "两家共谈示例公司"), ("phone", "13900016011"), ("duplicateOverride", null));
        var investor = other.Json.GetProperty("investorId").GetGuid();
        var lead = await leads.LeadAsync(
            mine, ("investorName", "两家共谈示例公司"), ("phone", "13900016012"), ("personName", "密友示例"), ("duplicateOverride", null),
            ("confidential", true), ("readers", Array.Empty<Guid>()));
        Assert.Equal(investor, lead.Json.GetProperty("investorId").GetGuid());
        var (path, people) = (LeadsFixture.Path(lead), $"/api/v1/investors/{investor}/people");
        var person = $"{people}/{lead.Json.GetProperty("personId").GetGuid()}";
        var added = (await mine.PostAsync(people, new { name = "密甲示例", phone = "13900016013" })).Is(201);
        (await mine.PostAsync(path + "/contacts", new { channel = "phone", summary = "再联系" })).Is(201);
        await HiddenAsync();

        // The contact that named the person is gone, and so is the person; nobody else may know of either.
        var contact = await RemoveAsync(mine, $"{path}/contacts/{lead.Json.GetProperty("contactId").GetGuid()}");
        (await mine.GetAsync(person)).Is(200);
        await HiddenAsync();
        await RefusedAsync(mine, person, "person.met");
        (await theirs.PostAsync(person + "/removal", new { reason = "别部门移除" }, "\"1\"")).IsProblem(404, "resource.notFound");
        (await theirs.PostAsync($"{people}/{added.Id}/removal", new { reason = "别部门移除" }, "\"1\"")).IsProblem(404, "resource.notFound");
        var gone = await RemoveAsync(mine, $"{people}/{added.Id}");
        foreach (var stranger in new[] { theirs, head })
        {
            Assert.DoesNotContain(await BinAsync(stranger), i => i.GetProperty("investorId").GetGuid() == investor);
            (await stranger.PostAsync($"/api/v1/bin/{gone.Id}/restoration")).IsProblem(404, "resource.notFound");
        }

        (await mine.PostAsync($"/api/v1/bin/{gone.Id}/restoration")).Is(201);
        (await mine.PostAsync($"/api/v1/bin/{contact.Id}/restoration")).Is(201);
        await HiddenAsync();
        await RemoveAsync(mine, path);
        await HiddenAsync();

        async Task HiddenAsync()
        {
            foreach (var stranger in new[] { theirs, head })
            {
                (await stranger.GetAsync(person)).IsProblem(404, "resource.notFound");
                (await stranger.GetAsync($"{people}/{added.Id}")).IsProblem(404, "resource.notFound");
                Assert.Single((await stranger.GetAsync(people)).Is(200).Json.GetProperty("items").EnumerateArray());
                Assert.Empty((await stranger.GetAsync("/api/v1/leads?q=13900016012")).Is(200).Json.GetProperty("items").EnumerateArray());
            }
        }
    }

    [Fact]
    public async Task T16_The_people_of_an_investor_go_with_its_last_lead_so_that_nobody_else_comes_to_know_them()
    {
        var client = leads.As(TestCaller.Officer());
        var lead = await leads.LeadAsync(client, ("investorName", "最后线索示例公司"), ("phone", "13900016003"), ("uscc", null));
        var investor = lead.Json.GetProperty("investorId").GetGuid();
        (await client.PostAsync($"/api/v1/investors/{investor}/people", new { name = "尚未联系示例", wechat = "unmet-example" })).Is(201);
        var further = await leads.LeadAsync(client, ("investorName", null), ("investorId", investor), ("personName", "第二人示例"),
            ("phone", "13900016004"));
        var second = await RemoveAsync(client, LeadsFixture.Path(further));
        Assert.Equal(2, await PeopleAsync());
        var first = await RemoveAsync(client, LeadsFixture.Path(lead));
        Assert.Equal(0, await PeopleAsync());

        var stranger = leads.As(TestCaller.Officer());
        var own = await leads.LeadAsync(stranger, ("investorName", "最后线索示例公司"), ("phone", "13900016005"), ("duplicateOverride", null));
        var people = await stranger.GetAsync($"/api/v1/investors/{own.Json.GetProperty("investorId").GetGuid()}/people");
        Assert.Single(people.Is(200).Json.GetProperty("items").EnumerateArray());
        Assert.Empty(await BinAsync(stranger));

        (await client.PostAsync($"/api/v1/bin/{second.Id}/restoration")).Is(201);
        (await client.PostAsync($"/api/v1/bin/{first.Id}/restoration")).Is(201);
        // They come back to the investor that was entered meanwhile, and the stranger does not come to know them by that.
        investor = own.Json.GetProperty("investorId").GetGuid();
        Assert.Equal(4, await PeopleAsync());
        people = await stranger.GetAsync($"/api/v1/investors/{investor}/people");
        Assert.Single(people.Is(200).Json.GetProperty("items").EnumerateArray());
        people = await client.GetAsync($"/api/v1/investors/{investor}/people");
        Assert.Equal(3, people.Is(200).Json.GetProperty("items").GetArrayLength());

        Task<long> PeopleAsync() => leads.Service.CountAsync($"select count(*) from person where investor_id = '{investor}'");
    }

    [Fact]
    public async Task T16_A_reverted_import_leaves_what_the_bin_still_needs_and_a_key_that_was_given_again_is_not_taken_twice()
    {
        var me = TestCaller.Officer();
        var client = leads.As(me);
        var rows = new[] { Imports.Row(931), Imports.Row(932), Imports.Row(933) };
        var id = await Imports.UploadedAsync(leads, me, await Imports.FileAsync(SheetFormat.Csv, rows));
        Assert.Equal((3, 0, 0, 0, 0, 0), Imports.Tally(await Imports.DoneAsync(leads, me, id)));
        var (first, second) = (await FoundAsync("00931"), await FoundAsync("00932"));
        var removed = await RemoveAsync(client, $"/api/v1/leads/{first.GetProperty("id").GetGuid()}");
        var further = await leads.LeadAsync(
            client, ("investorName", null), ("investorId", second.GetProperty("investorId").GetGuid()), ("phone", "13900016009"));
        var other = await RemoveAsync(client, LeadsFixture.Path(further));

        // One is in the bin, and the investor of another has a lead there.
        Assert.Equal((0, 0, 0, 0, 1, 2), Imports.Tally(await Imports.DoneAsync(leads, me, id, "reversal")));
        (await client.PostAsync($"/api/v1/bin/{other.Id}/restoration")).Is(201);

        var again = await Imports.UploadedAsync(leads, me, await Imports.FileAsync(SheetFormat.Csv, rows[..1]));
        Assert.Equal((1, 0, 0, 0, 0, 0), Imports.Tally(await Imports.DoneAsync(leads, me, again)));
        (await client.PostAsync($"/api/v1/bin/{removed.Id}/restoration")).IsProblem(409, "import.keyTaken");
        Assert.Equal((0, 0, 0, 0, 1, 0), Imports.Tally(await Imports.DoneAsync(leads, me, again, "reversal")));
        (await client.PostAsync($"/api/v1/bin/{removed.Id}/restoration")).Is(201);

        async Task<JsonElement> FoundAsync(string number) =>
            (await client.GetAsync($"/api/v1/leads?q=导入示例客商{number}")).Is(200).Json.GetProperty("items")[0];
    }

    [Fact]
    public async Task T16_A_confidential_lead_is_in_the_bin_of_its_readers_alone()
    {
        var unit = NewId();
        var owner = TestCaller.Officer(unit);
        var head = await leads.PlacedAsync(TestCaller.Person(Roles.UnitHead, Reach.Subtree, unit));
        var client = leads.As(owner);
        var lead = await leads.LeadAsync(
            client, ("investorName", "涉密回收示例公司"), ("confidential", true), ("readers", new[] { head.Id }));
        var removed = await RemoveAsync(client, LeadsFixture.Path(lead));
        foreach (var other in (TestCaller[])[TestCaller.Person(Roles.Coordinator), TestCaller.Person(Roles.UnitHead, Reach.Subtree, unit)])
        {
            Assert.DoesNotContain(await BinAsync(leads.As(other)), i => i.GetProperty("id").GetGuid() == removed.Id);
            (await leads.As(other).PostAsync($"/api/v1/bin/{removed.Id}/restoration")).IsProblem(404, "resource.notFound");
        }

        Assert.Single(await BinAsync(leads.As(head)));
        (await leads.As(head).PostAsync($"/api/v1/bin/{removed.Id}/restoration")).Is(201);
        (await client.GetAsync(LeadsFixture.Path(lead))).Is(200);
    }

    [Fact]
    public async Task T16_After_thirty_days_nothing_can_be_restored_and_nothing_of_it_is_left()
    {
        const string Phone = "13900016077", Said = "独一无二的谈话内容";
        var client = leads.As(TestCaller.Officer());
        var lead = await leads.LeadAsync(client, ("investorName", "到期清除示例公司"), ("phone", Phone), ("summary", Said));
        var path = LeadsFixture.Path(lead);
        var contact = (await client.PostAsync(path + "/contacts", new { channel = "phone", summary = Said })).Is(201);
        var inner = await RemoveAsync(client, $"{path}/contacts/{contact.Id}");
        var removed = await RemoveAsync(client, path);
        Assert.NotEqual(0, await TracesAsync(Phone, Said));

        leads.Service.Clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromMinutes(1));
        await leads.Service.RunDueAsync();
        Assert.Single(await BinAsync(client));
        leads.Service.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(await BinAsync(client));
        (await client.PostAsync($"/api/v1/bin/{removed.Id}/restoration")).IsProblem(404, "resource.notFound");
        await leads.Service.RunDueAsync();
        (await client.PostAsync($"/api/v1/bin/{inner.Id}/restoration")).IsProblem(404, "resource.notFound");
        Assert.Equal(0, await TracesAsync(Phone, Said));
        Assert.Equal(0, await leads.Service.CountAsync("select count(*) from investor where name = '到期清除示例公司'"));
        // That there was a lead, and why it went, stays on record.
        Assert.Equal("LeadRemoved", (await leads.Service.EventsAsync(lead.Id))[^1].Type);
        Assert.Equal(1, await AuditedAsync("removeLead", lead.Id));
    }

    private static object Step(string what, int days) =>
        new { what, dueOn = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(days + 60) };

    private static DateOnly Day(JsonElement of, string name) => of.GetProperty(name).Deserialize<DateOnly>();

    private static DateTimeOffset At(JsonElement of, string name) => of.GetProperty(name).GetDateTimeOffset();

    private static Guid InvestorOf(Answer receipt) => receipt.Json.GetProperty("investorId").GetGuid();

    private static async Task<Answer> RemoveAsync(ApiClient client, string path) =>
        (await client.PostAsync(path + "/removal", new { reason = Reason }, (await client.GetAsync(path)).Is(200).ETag)).Is(200);

    private static async Task RefusedAsync(ApiClient client, string path, string code)
    {
        var before = (await client.GetAsync(path)).Is(200);
        (await client.PostAsync(path + "/removal", new { reason = Reason }, before.ETag)).IsProblem(409, code);
        Assert.Equal(before.Body, (await client.GetAsync(path)).Is(200).Body);
    }

    private static async Task<IReadOnlyList<JsonElement>> BinAsync(ApiClient client) =>
        [.. (await client.GetAsync("/api/v1/bin")).Is(200).Json.GetProperty("items").EnumerateArray()];

    private static async Task<int[]> CountsAsync(ApiClient client, string[] lists)
    {
        var counts = new List<int>();
        foreach (var list in lists)
        {
            counts.Add((await client.GetAsync(list)).Is(200).Json.GetProperty("items").GetArrayLength());
        }

        return [.. counts];
    }

    /// <summary>What the doors answer, but for the versions and instants of the last change.</summary>
    private static async Task<string> BodiesAsync(ApiClient client, string[] doors)
    {
        var bodies = new List<string>();
        foreach (var door in doors)
        {
            var json = (await client.GetAsync(door)).Is(200).Json;
            bodies.Add(json.ValueKind == JsonValueKind.Object
                ? string.Join('\n', json.EnumerateObject().Where(m => m.Name is not ("version" or "updatedAt")))
                : json.ToString());
        }

        return string.Join('\n', bodies);
    }

    private Task<long> AuditedAsync(string operation, Guid subject) => leads.Service.CountAsync(
        $"""
        select count(*) from api.audit_entry where operation = '{operation}' and subjects::text like '%{subject}%'
            and ({operation == "restoreFromBin"} or reason = '{Reason}')
        """);

    /// <summary>Rows of the whole database that hold one of the texts.</summary>
    private async Task<long> TracesAsync(params string[] texts)
    {
        await using var source = NpgsqlDataSource.Create(leads.Service.Database);
        await using var tables = source.CreateCommand(
            """
            select format('select count(*) from %I.%I t where t::text ~ $1', schemaname, tablename) from pg_tables
            where schemaname not in ('pg_catalog', 'information_schema')
            """);
        var counts = new List<string>();
        await using (var reader = await tables.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                counts.Add(reader.GetString(0));
            }
        }

        var found = 0L;
        foreach (var count in counts)
        {
            await using var command = source.CreateCommand(count);
            command.Parameters.Add(new NpgsqlParameter { Value = string.Join('|', texts) });
            found += (long)(await command.ExecuteScalarAsync())!;
        }

        return found;
    }

    private static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
}
