using System.Text.Json;
using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

public class ConsumerTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    [Fact]
    public async Task A_settled_enterprise_is_noted_on_the_lead_once_and_told()
    {
        var client = leads.As(TestCaller.Officer());
        var lead = await leads.LeadAsync(client);
        var (enterprise, message) = (NewId(), NewId());
        var movedIn = MovedIn(lead.Id, enterprise, leads.Today.AddDays(-3));

        Assert.True(await leads.Service.DeliverAsync(movedIn, enterprise, 5, messageId: message));
        Assert.False(await leads.Service.DeliverAsync(movedIn, enterprise, 5, messageId: message));
        await leads.Service.DeliverAsync(MovedIn(lead.Id, enterprise, leads.Today.AddDays(-1)), enterprise, 7);

        Assert.Equal(leads.Today.AddDays(-3), (await client.GetAsync(LeadsFixture.Path(lead))).Json.GetProperty("movedInOn")
            .Deserialize<DateOnly>());
        var told = (await leads.Service.EventsAsync(lead.Id)).Where(e => e.Type == "LeadAmended").ToList();
        Assert.Equal(leads.Today.AddDays(-3), Assert.Single(told).Payload.GetProperty("lead").GetProperty("movedInOn")
            .Deserialize<DateOnly>());
    }

    [Fact]
    public async Task A_settled_enterprise_without_a_lead_is_no_fault()
    {
        Assert.True(await leads.Service.DeliverAsync(MovedIn(null, NewId(), leads.Today), NewId(), 1));
        Assert.True(await leads.Service.DeliverAsync(MovedIn(NewId(), NewId(), leads.Today), NewId(), 1));
    }

    [Fact]
    public async Task The_lead_shows_where_its_project_stands_whatever_the_order_of_the_news()
    {
        var client = leads.As(TestCaller.Officer());
        var followed = await leads.FollowedAsync(client);
        var projectId = (await client.PostAsync(LeadsFixture.Path(followed) + "/conversion", new { projectName = "示例项目" }, followed.ETag))
            .Is(201)
            .Json.GetProperty("projectId").GetGuid();
        var unheard = await client.GetAsync(LeadsFixture.Path(followed));
        var state = Project(projectId, followed.Id);

        var signed = state with { Stage = ProjectStage.Signed };
        await leads.Service.DeliverAsync(
            new ProjectStageReached
            {
                Project = signed,
                From = ProjectStage.Negotiating,
                To = ProjectStage.Signed,
                OccurredOn = leads.Today
            }, projectId, 2);
        await leads.Service.DeliverAsync(new ProjectOpened { Project = state, OccurredOn = leads.Today }, projectId, 1);

        var lead = (await client.GetAsync(LeadsFixture.Path(followed), unheard.ETag)).Is(200);
        Assert.Equal(("signed", "P-2026-000001"),
            (lead.Json.GetProperty("project").GetProperty("stage").GetString(), lead.Json.GetProperty("project").GetProperty("code")
            .GetString()));
        await leads.Service.DeliverAsync(
            new ProjectStatusChanged { Project = signed with { Status = ProjectStatus.Suspended }, Reason = "x", OccurredOn = leads.Today },
            projectId, 3);
        Assert.Equal("suspended", (await client.GetAsync(LeadsFixture.Path(followed), lead.ETag)).Is(200).Json.GetProperty("project")
            .GetProperty("status").GetString());
        Assert.Equal("LeadConverted", (await leads.Service.EventsAsync(followed.Id))[^1].Type);
    }

    [Fact]
    public async Task S2_A_project_made_confidential_makes_its_lead_investor_people_and_contacts_confidential_and_back()
    {
        var unit = NewId();
        var (owner, head, leader) = (TestCaller.Officer(unit), TestCaller.Person(Roles.UnitHead, Reach.Subtree, unit), TestCaller.Person(
            Roles.Leader));
        var client = leads.As(owner);
        var followed = await leads.FollowedAsync(client, ("investorName", "示例密谈科技有限公司"));
        var path = LeadsFixture.Path(followed);
        var projectId = (await client.PostAsync(path + "/conversion", new { projectName = "示例项目" }, followed.ETag)).Is(201)
            .Json.GetProperty("projectId").GetGuid();
        var investor = "/api/v1/investors/" + (await client.GetAsync(path)).Is(200).Json.GetProperty("investorId").GetGuid();
        string[] doors = [path, path + "/contacts", path + "/history", investor, investor + "/people"];

        var secret = Project(projectId, followed.Id) with
        {
            Confidential = true,
            Readers = [owner.Id, leader.Id],
            ConfidentialityRevision = 1,
        };
        await leads.Service.DeliverAsync(new ProjectAmended { Project = secret }, projectId, 2);
        foreach (var door in doors)
        {
            (await leads.As(head).GetAsync(door)).IsProblem(404, "resource.notFound");
            (await leads.As(TestCaller.Integration(Scopes.LeadsRead)).GetAsync(door)).IsProblem(404, "resource.notFound");
            (await leads.As(leader).GetAsync(door)).Is(200);
            (await client.GetAsync(door)).Is(200);
        }

        var told = (await leads.Service.EventsAsync(followed.Id))[^1];
        Assert.Equal(("LeadAmended", true), (told.Type, told.Payload.GetProperty("lead").GetProperty("confidential").GetBoolean()));
        await leads.Service.DeliverAsync(new ProjectAmended { Project = secret }, projectId, 3);
        Assert.Equal(told.Version, (await leads.Service.EventsAsync(followed.Id))[^1].Version);

        var opened = secret with { Confidential = false, Readers = [], ConfidentialityRevision = 2 };
        await leads.Service.DeliverAsync(new ProjectAmended { Project = opened }, projectId, 4);
        (await leads.As(head).GetAsync(path)).Is(200);
        // What comes late of the time before opens and closes nothing.
        await leads.Service.DeliverAsync(new ProjectAmended { Project = secret }, projectId, 5);
        (await leads.As(head).GetAsync(path)).Is(200);
    }

    private ProjectState Project(Guid projectId, Guid leadId) => new()
    {
        ProjectId = projectId,
        Code = "P-2026-000001",
        Name = "示例项目",
        LeadId = leadId,
        InvestorId = NewId(),
        Stage = ProjectStage.Negotiating,
        StageOn = leads.Today,
        Status = ProjectStatus.Active,
        OwnerId = NewId(),
        UnitId = NewId(),
        PaidIn = [],
        Confidential = false,
        Readers = [],
    };

    private static EnterpriseMovedIn MovedIn(Guid? leadId, Guid enterpriseId, DateOnly on) => new()
    {
        Enterprise = new EnterpriseState { EnterpriseId = enterpriseId, Name = "示例公司", Uscc = "91350100M000100Y43", InCity = true },
        ApplicationId = NewId(),
        TenancyId = NewId(),
        SpaceIds = [],
        LeadId = leadId,
        OccurredOn = on,
    };

    private static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
}
