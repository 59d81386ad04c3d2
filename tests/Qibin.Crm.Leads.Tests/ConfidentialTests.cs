using System.Text.Json;
using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

/// <summary>Who makes a lead confidential, who reads it then, and that somebody always can decide about it.</summary>
public class ConfidentialTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    [Fact]
    public async Task S9_An_officer_proposes_that_a_lead_is_confidential_and_the_nearest_head_reads_and_confirms_it()
    {
        var (bureau, unit) = (NewId(), NewId());
        await UnitAsync(bureau, null);
        await UnitAsync(unit, bureau);
        var above = await leads.PlacedAsync(TestCaller.Person(Roles.UnitHead, Reach.Subtree, bureau) with { Subtree = [bureau, unit] });
        var head = await leads.PlacedAsync(TestCaller.Person(Roles.UnitHead, Reach.Subtree, unit));
        var owner = await leads.PlacedAsync(TestCaller.Officer(unit));
        var lead = await leads.LeadAsync(leads.As(owner));
        var path = LeadsFixture.Path(lead);

        var proposed = (await leads.As(owner)
            .PatchAsync(path, new { confidential = true, readers = Array.Empty<Guid>() }, lead.ETag)).Is(200);
        (await leads.As(above).GetAsync(path)).IsProblem(404, "resource.notFound");
        var seen = (await leads.As(head).GetAsync(path)).Is(200);
        Assert.Equal(owner.Id, seen.Json.GetProperty("confidentialityProposedBy").GetGuid());
        Assert.Equal([.. ((Guid[])[owner.Id, head.Id]).Order()], Readers(seen));

        // Taken back, proposed again, and confirmed: from then on the officer changes nothing of it.
        var open = (await leads.As(owner).PatchAsync(path, new { confidential = false }, proposed.ETag)).Is(200);
        (await leads.As(above).GetAsync(path)).Is(200);
        var again = (await leads.As(owner).PatchAsync(path, new { confidential = true }, open.ETag)).Is(200);
        var confirmed = (await leads.As(head).PatchAsync(path, new { confidential = true }, again.ETag)).Is(200);
        Assert.Equal(JsonValueKind.Null, (await leads.As(head).GetAsync(path)).Json.GetProperty("confidentialityProposedBy").ValueKind);
        foreach (var body in (object[])[new { confidential = false }, new { readers = Array.Empty<Guid>() }])
        {
            (await leads.As(owner).PatchAsync(path, body, confirmed.ETag)).IsProblem(409, "lead.confidentialByHead");
        }

        (await leads.As(head).PatchAsync(path, new { confidential = false }, confirmed.ETag)).Is(200);
    }

    [Fact]
    public async Task S9_A_confidential_lead_has_an_active_reader_who_decides_when_its_owner_and_head_are_gone()
    {
        var unit = NewId();
        var head = await leads.PlacedAsync(TestCaller.Person(Roles.UnitHead, Reach.Subtree, unit));
        var owner = await leads.PlacedAsync(TestCaller.Officer(unit));
        var lead = await leads.LeadAsync(leads.As(owner), ("confidential", true));
        var path = LeadsFixture.Path(lead);
        var readers = Readers((await leads.As(owner).GetAsync(path)).Is(200));
        Assert.Equal([.. ((Guid[])[owner.Id, head.Id]).Order()], readers);
        (await leads.As(leads.Coordinator).GetAsync(path)).IsProblem(404, "resource.notFound");

        // A reader without such a role goes: nothing changes. The head loses the role: the coordinator comes in.
        await leads.PlacedAsync(owner, active: false);
        (await leads.As(leads.Coordinator).GetAsync(path)).IsProblem(404, "resource.notFound");
        await leads.PlacedAsync(head with { Roles = [Roles.Officer] });

        var now = (await leads.As(leads.Coordinator).GetAsync(path)).Is(200);
        var next = await leads.PlacedAsync(TestCaller.Officer(unit));
        var assigned = (await leads.As(leads.Coordinator)
            .PostAsync(path + "/assignment", new { ownerId = next.Id, reason = "原负责人离岗" }, now.ETag)).Is(200);
        (await leads.As(leads.Coordinator).PatchAsync(path, new { confidential = false }, assigned.ETag)).Is(200);
        Assert.Equal("LeadAmended", (await leads.Service.EventsAsync(lead.Id))[^1].Type);
    }

    [Fact]
    public async Task S9_A_coordinator_opens_a_confidential_lead_by_its_code_with_a_reason_and_an_entry_in_the_audit()
    {
        var unit = NewId();
        await leads.PlacedAsync(TestCaller.Person(Roles.UnitHead, Reach.Subtree, unit));
        var owner = await leads.PlacedAsync(TestCaller.Officer(unit));
        var lead = await leads.LeadAsync(leads.As(owner), ("confidential", true));
        var code = lead.Json.GetProperty("code").GetString();
        var client = leads.As(leads.Coordinator);
        const string door = "/api/v1/leads/confidential-access";
        (await client.GetAsync(LeadsFixture.Path(lead))).IsProblem(404, "resource.notFound");
        (await client.PostAsync(door, new { code })).IsProblem(400, "request.invalid");
        (await client.PostAsync(door, new { code = "L-2000-000001", reason = "负责人离岗" })).IsProblem(404, "resource.notFound");
        (await leads.As(TestCaller.Person(Roles.Administrator)).PostAsync(door, new { code, reason = "负责人离岗" }))
            .IsProblem(403, "auth.forbidden");

        (await client.PostAsync(door, new { code, reason = "负责人离岗，须有人接手" })).Is(200);

        (await client.GetAsync(LeadsFixture.Path(lead))).Is(200);
        Assert.Contains(leads.Coordinator.Id, Readers((await leads.As(owner).GetAsync(LeadsFixture.Path(lead))).Is(200)));
        (await client.PostAsync(door, new { code, reason = "负责人离岗" })).IsProblem(409, "lead.readAlready");
        Assert.Equal("负责人离岗，须有人接手", await leads.Service.TextAsync(
            $"select reason from api.audit_entry where operation = 'openConfidentialLead' and subjects::text ~ '{lead.Id}'"));
    }

    [Fact]
    public async Task S2_A_repeat_of_a_write_tells_nothing_of_what_has_become_confidential_to_the_caller()
    {
        var unit = NewId();
        var head = await leads.PlacedAsync(TestCaller.Person(Roles.UnitHead, Reach.Subtree, unit));
        var other = await leads.PlacedAsync(TestCaller.Person(Roles.UnitHead, Reach.Subtree, unit));
        var owner = await leads.PlacedAsync(TestCaller.Officer(unit));
        var lead = await leads.LeadAsync(leads.As(owner));
        var path = LeadsFixture.Path(lead);
        object contact = new { channel = "phone", summary = "来电", occurredOn = leads.Today };
        object batch = new { mode = "each", items = new[] { contact } };
        var one = (await leads.As(other).PostAsync(path + "/contacts", contact, key: "one")).Is(201);
        var two = (await leads.As(other).PostAsync(path + "/contacts/batch", batch, key: "two")).Is(200);
        Assert.Equal(one.Body, (await leads.As(other).PostAsync(path + "/contacts", contact, key: "one")).Is(201).Body);
        Assert.Equal(two.Body, (await leads.As(other).PostAsync(path + "/contacts/batch", batch, key: "two")).Is(200).Body);

        var now = (await leads.As(owner).GetAsync(path)).ETag;
        (await leads.As(head).PatchAsync(path, new { confidential = true, readers = new[] { head.Id } }, now)).Is(200);

        (await leads.As(other).PostAsync(path + "/contacts", contact, key: "one")).IsProblem(404, "resource.notFound");
        (await leads.As(other).PostAsync(path + "/contacts/batch", batch, key: "two")).IsProblem(404, "resource.notFound");
        // What the caller itself enters as confidential to others, itself included, is repeated to it.
        var integration = leads.As(TestCaller.Integration(Scopes.LeadsWrite));
        var body = leads.FirstContact(("confidential", true), ("ownerId", owner.Id), ("readers", new[] { head.Id }));
        var made = (await integration.PostAsync("/api/v1/first-contacts", body, key: "three")).Is(201);
        Assert.Equal(made.Body, (await integration.PostAsync("/api/v1/first-contacts", body, key: "three")).Is(201).Body);
    }

    private Task<bool> UnitAsync(Guid id, Guid? above) =>
        leads.Service.DeliverAsync(new UnitDefined { UnitId = id, ParentId = above, Code = id.ToString()[^12..], Name = "示例单位" }, id, 1);

    private static Guid[] Readers(Answer lead) =>
        [.. lead.Json.GetProperty("readers").EnumerateArray().Select(r => r.GetGuid()).Order()];

    private static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
}
