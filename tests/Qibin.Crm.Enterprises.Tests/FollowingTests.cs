using System.Text.Json;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Enterprises.Tests;

/// <summary>Enterprises that projects tell of.</summary>
public class FollowingTests(EnterprisesFixture enterprises) : IClassFixture<EnterprisesFixture>
{
    [Fact]
    public async Task A_project_that_registers_makes_its_enterprise_and_the_projects_service_is_told()
    {
        var (id, project) = await enterprises.RegisteredAsync();

        var detail = (await enterprises.Officer.GetAsync($"/api/v1/enterprises/{id}")).Is(200).Json;
        Assert.Equal("示例卫星（鹤壁）有限公司", detail.GetProperty("name").GetString());
        Assert.Equal("satellite", detail.GetProperty("chainCode").GetString());
        Assert.Equal(project.ProjectId, Assert.Single(detail.GetProperty("projects").EnumerateArray()).GetProperty("projectId").GetGuid());
        var told = Assert.Single(await enterprises.Service.EventsAsync(id));
        Assert.Equal("EnterpriseRegistered", told.Type);
        Assert.Equal(project.ProjectId, told.Payload.GetProperty("projectId").GetGuid());
        Assert.Equal(project.LeadId, told.Payload.GetProperty("leadId").GetGuid());
        Assert.Equal(project.Uscc, told.Payload.GetProperty("enterprise").GetProperty("uscc").GetString());
    }

    [Fact]
    public async Task Two_projects_of_one_enterprise_link_to_the_same_one()
    {
        var (id, first) = await enterprises.RegisteredAsync();
        var second = enterprises.Project($" {first.Uscc!.ToLowerInvariant()} ");

        await enterprises.ReachedAsync(second);

        Assert.Equal(id, await enterprises.FindAsync(first.Uscc));
        var told = await enterprises.Service.EventsAsync(id);
        Assert.Equal([first.ProjectId, second.ProjectId], told.Select(e => e.Payload.GetProperty("projectId").GetGuid()));
        Assert.Equal([1, 2], told.Select(e => e.Version));
    }

    [Fact]
    public async Task It_joins_the_enterprise_that_was_registered_by_hand()
    {
        var uscc = enterprises.NewUscc();
        var id = (await enterprises.Officer.PostAsync("/api/v1/enterprises", new { name = "先行登记", uscc })).Is(201).Id;

        await enterprises.ReachedAsync(enterprises.Project(uscc));

        var detail = (await enterprises.Officer.GetAsync($"/api/v1/enterprises/{id}")).Is(200).Json;
        Assert.Equal("先行登记", detail.GetProperty("name").GetString());
        Assert.Equal("satellite.spacecraft", detail.GetProperty("nodeCode").GetString());
        Assert.Single(detail.GetProperty("projects").EnumerateArray());
    }

    [Fact]
    public async Task Doubled_and_shuffled_deliveries_leave_the_state_of_the_highest_version()
    {
        var uscc = enterprises.NewUscc();
        var project = enterprises.Project(uscc, on: enterprises.Today.AddDays(-30));
        var started = project with { Stage = ProjectStage.Started, StageOn = enterprises.Today.AddDays(-5) };
        var reader = EnterprisesFixture.NewId();
        var amended = started with { Confidential = true, Readers = [reader] };
        var message = EnterprisesFixture.NewId();

        Assert.True(await enterprises.Service.DeliverAsync(new ProjectAmended { Project = amended }, project.ProjectId, 9));
        Assert.True(await enterprises.ReachedAsync(started, 7));
        Assert.True(await enterprises.ReachedAsync(project, 5, message));
        Assert.False(await enterprises.ReachedAsync(project, 5, message));
        Assert.True(await enterprises.ReachedAsync(project, 5));

        Assert.Null(await enterprises.FindAsync(uscc));
        var named = enterprises.Service.As(TestCaller.Officer() with { Id = reader });
        var id = await enterprises.FindAsync(uscc, named);
        var detail = (await named.GetAsync($"/api/v1/enterprises/{id}")).Is(200).Json;
        Assert.Equal(EnterprisesFixture.Iso(project.StageOn), detail.GetProperty("registeredOn").GetString());
        Assert.Single(detail.GetProperty("projects").EnumerateArray());
        Assert.Single(await enterprises.Service.EventsAsync(id!.Value));
    }

    [Fact]
    public async Task Projects_that_register_at_once_end_up_at_one_enterprise()
    {
        var uscc = enterprises.NewUscc();
        var projects = Enumerable.Range(0, 12).Select(_ => enterprises.Project(uscc)).ToList();

        await Task.WhenAll(projects.Select(p => enterprises.ReachedAsync(p)));

        var id = (await enterprises.FindAsync(uscc))!.Value;
        var told = await enterprises.Service.EventsAsync(id);
        Assert.Equal(12, told.Count);
        Assert.Equal(projects.Select(p => p.ProjectId).ToHashSet(), told.Select(e => e.Payload.GetProperty("projectId").GetGuid())
            .ToHashSet());
    }

    [Fact]
    public async Task A_stage_before_registration_makes_nothing()
    {
        var before = await enterprises.Service.CountAsync("select count(*) from enterprise");

        Assert.True(await enterprises.ReachedAsync(
            enterprises.Project("") with { Uscc = null, EnterpriseName = null, Stage = ProjectStage.Signed }));

        Assert.Equal(before, await enterprises.Service.CountAsync("select count(*) from enterprise"));
    }

    [Fact]
    public async Task A_project_whose_code_is_corrected_moves_to_the_other_enterprise_and_old_news_does_not_bring_it_back()
    {
        var (wrong, project) = await enterprises.RegisteredAsync();
        var corrected = project with { Uscc = enterprises.NewUscc() };

        await enterprises.Service.DeliverAsync(new ProjectAmended { Project = corrected }, project.ProjectId, 8);
        await enterprises.ReachedAsync(project, 4);

        var right = (await enterprises.FindAsync(corrected.Uscc!))!.Value;
        Assert.Single((await enterprises.Officer.GetAsync($"/api/v1/enterprises/{right}")).Json.GetProperty("projects").EnumerateArray());
        Assert.Empty((await enterprises.Officer.GetAsync($"/api/v1/enterprises/{wrong}")).Json.GetProperty("projects").EnumerateArray());
    }

    [Fact]
    public async Task T3_A_corrected_date_of_registration_is_the_enterprises_too()
    {
        var (enterprise, project) = await enterprises.RegisteredAsync();
        var on = project.StageOn.AddDays(-5);
        await enterprises.Service.DeliverAsync(Corrected(ProjectStage.Signed, on.AddDays(-9)), project.ProjectId, 4);
        Assert.Equal(project.StageOn, await RegisteredOnAsync());
        await enterprises.Service.DeliverAsync(Corrected(ProjectStage.Registered, on), project.ProjectId, 5);
        Assert.Equal(on, await RegisteredOnAsync());
        // The registration itself comes once more.
        await enterprises.ReachedAsync(project);
        Assert.Equal(on, await RegisteredOnAsync());

        async Task<DateOnly> RegisteredOnAsync() => (await enterprises.Officer.GetAsync($"/api/v1/enterprises/{enterprise}")).Is(200)
            .Json.GetProperty("registeredOn").Deserialize<DateOnly>();

        ProjectStageDateCorrected Corrected(ProjectStage stage, DateOnly day) => new()
        {
            Project = project with { StageOn = stage == ProjectStage.Registered ? day : project.StageOn },
            MoveVersion = 3,
            Stage = stage,
            PreviousOn = project.StageOn,
            OccurredOn = day,
        };
    }

    [Fact]
    public async Task Who_caused_the_registration_is_kept()
    {
        var (project, approver) = (enterprises.Project(enterprises.NewUscc()), EnterprisesFixture.NewId());
        await enterprises.Service.DeliverAsync(
            new ProjectStageReached
            {
                Project = project,
                From = ProjectStage.Signed,
                To = ProjectStage.Registered,
                OccurredOn = project.StageOn,
            },
            project.ProjectId, 3, actorId: approver);

        Assert.Equal(approver, (await enterprises.Service.EventsAsync((await enterprises.FindAsync(project.Uscc!))!.Value))[0].ActorId);
    }
}
