using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

public class ScopeTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    [Fact]
    public async Task Each_reach_sees_its_own_rows_by_every_door_and_nothing_else()
    {
        var (unit, below, other) = (NewId(), NewId(), NewId());
        var owner = TestCaller.Officer(below);
        var lead = await leads.LeadAsync(leads.As(owner), ("nodeCode", "xinchuang.chips"), ("investorName", "门户示例公司"));

        TestCaller[] see =
        [
            owner,
            TestCaller.Person(Roles.Officer, Reach.Unit, below),
            TestCaller.Person(Roles.UnitHead, Reach.Subtree, unit) with { Subtree = [unit, below] },
            TestCaller.Person(Roles.ChainChief, Reach.Chain) with { Chains = ["xinchuang"] },
            TestCaller.Person(Roles.Leader),
            TestCaller.Person(Roles.Auditor),
            TestCaller.Integration(Scopes.LeadsRead),
        ];
        TestCaller[] seeNot =
        [
            TestCaller.Officer(below),
            TestCaller.Person(Roles.Officer, Reach.Unit, unit),
            TestCaller.Person(Roles.UnitHead, Reach.Subtree, other),
            TestCaller.Person(Roles.ChainChief, Reach.Chain) with { Chains = ["satellite"] },
        ];

        await DoorsAsync(lead, see, 200);
        await DoorsAsync(lead, seeNot, 404);
    }

    [Fact]
    public async Task A_confidential_lead_is_for_its_owner_and_named_readers_whatever_the_reach()
    {
        var (owner, reader) = (TestCaller.Officer(), TestCaller.Person(Roles.Leader));
        var lead = await leads.LeadAsync(
            leads.As(owner), ("investorName", "门户示例公司"), ("confidential", true), ("readers", new[] { reader.Id }));

        await DoorsAsync(lead, [owner, reader], 200);
        await DoorsAsync(lead, [TestCaller.Person(Roles.Leader), TestCaller.Person(Roles.Coordinator),
            TestCaller.Person(Roles.UnitHead, Reach.Subtree, owner.UnitId), TestCaller.Integration()], 404);
        Assert.Equal(1, await leads.Service.CountAsync(
            $"select count(*) from messaging.event where stream_id = '{lead.Id}' and confidential and type = 'LeadOpened'"));
    }

    [Fact]
    public async Task Heads_decide_on_confidentiality_the_owner_proposes_it_and_the_others_do_not()
    {
        var owner = TestCaller.Officer();
        var head = TestCaller.Person(Roles.UnitHead, Reach.Subtree, owner.UnitId);
        var lead = await leads.LeadAsync(leads.As(owner));
        var path = LeadsFixture.Path(lead);

        (await leads.As(TestCaller.Person(Roles.Officer, Reach.Unit, owner.UnitId))
            .PatchAsync(path, new { confidential = true }, lead.ETag)).IsProblem(409, "lead.restrictedToOwner");
        (await leads.As(TestCaller.Person(Roles.Administrator)).PatchAsync(path, new { confidential = true }, lead.ETag))
            .IsProblem(403, "auth.forbidden");
        (await leads.As(owner).PatchAsync(path, new { readers = new[] { head.Id } }, lead.ETag)).IsProblem(400, "request.invalid");
        (await leads.As(owner).PostAsync("/api/v1/first-contacts", leads.FirstContact(("readers", new[] { head.Id }))))
            .IsProblem(400, "request.invalid");
        var closed = (await leads.As(head).PatchAsync(path, new { confidential = true }, lead.ETag)).Is(200);

        (await leads.As(owner).GetAsync(path)).Is(200);
        (await leads.As(head).GetAsync(path)).Is(200);
        (await leads.As(TestCaller.Person(Roles.Coordinator)).GetAsync(path)).IsProblem(404, "resource.notFound");
        (await leads.As(owner).PatchAsync(path, new { confidential = false }, closed.ETag)).IsProblem(409, "lead.confidentialByHead");
        (await leads.As(head).PatchAsync(path, new { confidential = false }, closed.ETag)).Is(200);
        (await leads.As(TestCaller.Person(Roles.Coordinator)).GetAsync(path)).Is(200);
    }

    [Fact]
    public async Task An_invisible_lead_cannot_be_changed_by_any_operation()
    {
        var lead = await leads.LeadAsync(leads.As(TestCaller.Officer()));
        var path = LeadsFixture.Path(lead);
        var stranger = leads.As(TestCaller.Person(Roles.UnitHead, Reach.Subtree));

        foreach (var (target, body) in new (string, object)[]
        {
            ("/contacts", new { channel = "phone", summary = "x" }),
            ("/next-step/completion", new { }),
            ("/assignment", new { ownerId = lead.Id, reason = "x" }),
            ("/assessment", new { }),
            ("/assessment/conclusion", new { note = "x" }),
            ("/conversion", new { projectName = "x" }),
            ("/further-projects", new { projectName = "x", channel = "phone", summary = "x" }),
            ("/closure", new { outcome = "invalid", reason = "noAnswer" }),
            ("/reopening", new { note = "x" }),
            ("/stage-dates", new { moveVersion = 2, occurredOn = leads.Today, reason = "x" }),
        })
        {
            (await stranger.PostAsync(path + target, body, lead.ETag)).IsProblem(404, "resource.notFound");
        }

        (await stranger.PatchAsync(path, new { title = "x" }, lead.ETag)).IsProblem(404, "resource.notFound");
        (await stranger.PutAsync(path + "/next-step", new { what = "x", dueOn = leads.Today }, lead.ETag))
            .IsProblem(404, "resource.notFound");
        Assert.Single((await leads.Service.EventsAsync(lead.Id)).Select(e => e.Version).Distinct());
    }

    /// <summary>Every way to a lead and its investor: all open, or none.</summary>
    private async Task DoorsAsync(Answer lead, TestCaller[] callers, int status)
    {
        var (path, investor) = (LeadsFixture.Path(lead), lead.Json.GetProperty("investorId").GetGuid());
        string[] rows =
        [
            path, path + "/contacts", path + "/contacts/" + lead.Json.GetProperty("contactId")
                .GetGuid(), path + "/history", path + "/next-steps", path + "/assignments",
            $"/api/v1/investors/{investor}", $"/api/v1/investors/{investor}/people",
            $"/api/v1/investors/{investor}/people/{lead.Json.GetProperty("personId").GetGuid()}",
        ];
        string[] lists = ["/api/v1/leads", "/api/v1/leads?q=门户示例", $"/api/v1/leads?investorId={investor}", "/api/v1/investors",
            "/api/v1/investors?q=门户"];
        foreach (var caller in callers)
        {
            var client = leads.As(caller);
            foreach (var row in rows)
            {
                (await client.GetAsync(row)).Is(status);
            }

            foreach (var list in lists)
            {
                var page = (await client.GetAsync(list)).Is(200).Json.GetProperty("items").EnumerateArray();
                Assert.Equal(status == 200, page.Any(i => i.GetProperty("id").GetGuid() is var id && (id == lead.Id || id == investor)));
            }
        }
    }

    private static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
}
