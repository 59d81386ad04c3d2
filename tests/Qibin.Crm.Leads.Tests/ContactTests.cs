using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

public class ContactTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    [Fact]
    public async Task T17_Who_takes_part_in_a_contact_or_is_named_a_collaborator_reads_the_lead_and_changes_nothing()
    {
        var owner = leads.As(TestCaller.Officer());
        var (colleague, helper, head) = (await leads.PlacedAsync(TestCaller.Officer()), await leads.PlacedAsync(TestCaller.Officer()),
            await leads.PlacedAsync(TestCaller.Person(Kernel.Roles.UnitHead, Kernel.Reach.Subtree)));
        var lead = await leads.LeadAsync(owner);
        var path = LeadsFixture.Path(lead);
        (await leads.As(colleague).GetAsync(path)).IsProblem(404, "resource.notFound");
        var contact = (await owner.PostAsync(path + "/contacts",
            new { channel = "visitHere", summary = "共同接待", participantIds = new[] { colleague.Id, head.Id } })).Is(201);

        foreach (var reader in (ApiClient[])[leads.As(colleague), leads.As(head)])
        {
            var read = (await reader.GetAsync(path)).Is(200);
            (await reader.GetAsync(path + "/contacts")).Is(200);
            Assert.Single((await reader.GetAsync("/api/v1/leads")).Is(200).Json.GetProperty("items").EnumerateArray());
            (await reader.PatchAsync(path, new { title = "改" }, read.ETag)).IsProblem(404, "resource.notFound");
            (await reader.PostAsync(path + "/contacts", new { channel = "phone", summary = "x" })).IsProblem(404, "resource.notFound");
        }

        // Named by mistake; and somebody named on the lead itself.
        (await owner.PatchAsync($"{path}/contacts/{contact.Id}", new { participantIds = new[] { head.Id } }, contact.ETag)).Is(200);
        (await leads.As(colleague).GetAsync(path)).IsProblem(404, "resource.notFound");
        var now = (await owner.GetAsync(path)).Is(200);
        Assert.Equal([head.Id], now.Json.GetProperty("collaborators").EnumerateArray().Select(c => c.GetGuid()));
        (await owner.PatchAsync(path, new { collaborators = new[] { lead.Id } }, now.ETag)).IsProblem(409, "officer.unknown");
        (await owner.PatchAsync(path, new { collaborators = new[] { helper.Id } }, now.ETag)).Is(200);
        (await leads.As(helper).GetAsync(path)).Is(200);
        (await leads.As(head).GetAsync(path)).IsProblem(404, "resource.notFound");
        var hidden = (await owner.PatchAsync(path, new { confidential = true }, (await owner.GetAsync(path)).ETag)).Is(200);
        (await leads.As(helper).GetAsync(path)).IsProblem(404, "resource.notFound");
        Assert.NotEqual(hidden.ETag, now.ETag);
    }

    [Fact]
    public async Task T18_Leaders_and_chain_chiefs_log_their_own_visits_and_nothing_else()
    {
        var lead = await leads.LeadAsync(leads.As(TestCaller.Officer()), ("nodeCode", "satellite.spacecraft"));
        var path = LeadsFixture.Path(lead) + "/contacts";
        foreach (var (visitor, other) in new[]
        {
            (TestCaller.Person(Roles.Leader), TestCaller.Person(Roles.Auditor)),
            (Chief("satellite"), Chief("xinchuang")),
        })
        {
            var client = leads.As(visitor);
            var visit = (await client.PostAsync(path, new { channel = "visitThere", summary = "带队拜访客商" })).Is(201);
            (await client.PatchAsync(visit.Headers.Location!.OriginalString, new { summary = "带队拜访客商总部" }, visit.ETag)).Is(200);
            Assert.Equal(visitor.Id, (await client.GetAsync(visit.Headers.Location!.OriginalString)).Is(200).Json.GetProperty("recordedBy")
                .GetGuid());

            (await client.PostAsync(path, new { channel = "phone", summary = "电话" })).IsProblem(409, "contact.visitsOnly");
            (await client.PostAsync(path, new
            {
                channel = "visitHere",
                summary = "来访",
                nextStep = new { what = "回访", dueOn = leads.Today.AddDays(3) },
            })).IsProblem(409, "contact.visitsOnly");
            Assert.InRange((await leads.As(other).PostAsync(path, new { channel = "visitThere", summary = "拜访" })).Status, 403, 404);
        }

        Assert.Equal(2, await leads.Service.CountAsync(
            $"select count(*) from contact where lead_id = '{lead.Id}' and summary = '带队拜访客商总部'"));

        static TestCaller Chief(string chain) => TestCaller.Person(Roles.ChainChief, Reach.Chain) with { Chains = [chain] };
    }

    [Fact]
    public async Task A_contact_is_logged_read_and_told()
    {
        var client = leads.As(TestCaller.Officer());
        var lead = await leads.LeadAsync(client);
        var path = LeadsFixture.Path(lead) + "/contacts";

        var contact = (await client.PostAsync(
            path, new { channel = "wechat", summary = "发送了政策汇编", personId = lead.Json.GetProperty("personId").GetGuid() })).Is(201);

        // A4: the ETag is of what Location names.
        Assert.Equal((await client.GetAsync(contact.Headers.Location!.ToString())).Is(200).ETag, contact.ETag);
        Assert.Equal("发送了政策汇编", (await client.GetAsync(contact.Headers.Location!.ToString())).Is(200).Json.GetProperty("summary")
            .GetString());
        Assert.Equal(2, (await client.GetAsync(path + "?total=true")).Json.GetProperty("total").GetInt64());
        var told = (await leads.Service.EventsAsync(lead.Id))[^1];
        Assert.Equal(("ContactRecorded", 2L, "wechat"), (told.Type, told.Version, told.Payload.GetProperty("channel").GetString()));
        Assert.DoesNotContain("政策汇编", told.Payload.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fifty_officers_at_once_lose_no_contact()
    {
        var client = leads.As(TestCaller.Officer());
        var lead = await leads.LeadAsync(client);
        var path = LeadsFixture.Path(lead);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(i => client.PostAsync(path + "/contacts", new { channel = "phone", summary = $"第 {i} 次" })));

        Assert.All(answers, a => a.Is(201));
        Assert.Equal(
            Enumerable.Range(1, 51).Select(v => (long)v),
            (await leads.Service.EventsAsync(lead.Id)).Where(e => e.Type == "ContactRecorded").Select(e => e.Version));
        Assert.Equal(51, (await client.GetAsync(path)).Json.GetProperty("contactCount").GetInt32());
        Assert.Equal(51, (await client.GetAsync(path + "/contacts?total=true")).Json.GetProperty("total").GetInt64());
    }

    [Fact]
    public async Task A_contact_in_the_future_of_a_stranger_or_with_a_stranger_is_refused()
    {
        var client = leads.As(TestCaller.Officer());
        var lead = await leads.LeadAsync(client);
        var path = LeadsFixture.Path(lead) + "/contacts";

        (await client.PostAsync(path, new { channel = "phone", summary = "x", occurredOn = leads.Today.AddDays(1) }))
            .IsProblem(400, "request.invalid");
        (await client.PostAsync(path, new { channel = "phone", summary = "x", personId = lead.Id })).IsProblem(409, "person.unknown");
        (await client.PostAsync(path, new { channel = "phone", summary = "x", nextStep = new { what = "", dueOn = leads.Today } }))
            .IsProblem(400, "request.invalid");
        (await leads.As(TestCaller.Officer()).PostAsync(path, new { channel = "phone", summary = "x" }))
            .IsProblem(404, "resource.notFound");
        (await client.PostAsync(path, new { channel = "phone", summary = "x" }, key: "")).IsProblem(400, "idempotency.keyMissing");
        Assert.Equal(1, (await client.GetAsync(LeadsFixture.Path(lead))).Json.GetProperty("contactCount").GetInt32());
    }

    [Fact]
    public async Task A_batch_of_contacts_keeps_its_order_and_refuses_by_item()
    {
        var client = leads.As(TestCaller.Officer());
        var lead = await leads.LeadAsync(client, ("occurredOn", leads.Today.AddDays(-100)));
        var path = LeadsFixture.Path(lead) + "/contacts";
        var items = Enumerable.Range(0, 40)
            .Select(i => new { channel = i == 7 ? null : "expo", summary = $"第 {i} 次", occurredOn = leads.Today.AddDays(-i) }).ToArray();

        (await client.PostAsync(path + "/batch", new { mode = "atomic", items })).IsProblem(400, "batch.refused");
        var results = (await client.PostAsync(path + "/batch", new { mode = "each", items })).Is(200).Json.GetProperty("results")
            .EnumerateArray().ToList();

        Assert.Equal(Enumerable.Range(0, 40).Select(i => i == 7 ? 400 : 201), results.Select(r => r.GetProperty("status").GetInt32()));
        var lead2 = (await client.GetAsync(LeadsFixture.Path(lead))).Json;
        Assert.Equal((40, 40), (lead2.GetProperty("contactCount").GetInt32(), lead2.GetProperty("version").GetInt32()));
        Assert.Equal(40 + 2, (await leads.Service.EventsAsync(lead.Id)).Count);
        var expo = (await client.GetAsync(path + $"?channel=expo&occurredFrom={leads.Today.AddDays(-5):yyyy-MM-dd}&sort=occurredOn"))
            .Is(200).Json.GetProperty("items");
        Assert.Equal(["第 5 次", "第 4 次", "第 3 次", "第 2 次", "第 1 次", "第 0 次"], expo.EnumerateArray()
            .Select(c => c.GetProperty("summary").GetString()));
        (await leads.As(TestCaller.Officer()).PostAsync(path + "/batch", new { mode = "each", items })).IsProblem(404, "resource.notFound");
    }
}
