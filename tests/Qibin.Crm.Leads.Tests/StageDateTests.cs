using System.Text.Json;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

/// <summary>Dates of stages that were entered wrongly are corrected, and what they were stays readable.</summary>
public sealed class StageDateTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    private const string Reason = "研判周五已通过，误为登记日";

    [Fact]
    public async Task T3_An_assessment_concluded_without_a_date_no_longer_keeps_the_conversion_in_the_wrong_month()
    {
        var me = TestCaller.Officer();
        var client = leads.As(me);
        var (lead, path) = await FollowedTodayAsync(client);
        var friday = leads.Today.AddDays(-3);
        (await client.PostAsync(path + "/conversion", new { projectName = "示例项目", occurredOn = friday }, lead.ETag))
            .IsProblem(409, "lead.stageDateOrder");

        var corrected = (await client.PostAsync(path + "/stage-dates", Body(3, friday), lead.ETag)).Is(200);
        Assert.Equal(friday, (await client.GetAsync(path)).Is(200).Json.GetProperty("stageOn").Deserialize<DateOnly>());
        (await client.PostAsync(path + "/conversion", new { projectName = "示例项目", occurredOn = friday }, corrected.ETag)).Is(201);

        var entry = (await client.GetAsync(path + "/history")).Is(200).Json[2];
        Assert.Equal(friday, entry.GetProperty("occurredOn").Deserialize<DateOnly>());
        var correction = Assert.Single(entry.GetProperty("corrections").EnumerateArray());
        Assert.Equal(
            (leads.Today, friday, Reason, me.Id),
            (correction.GetProperty("previousOn").Deserialize<DateOnly>(), correction.GetProperty("occurredOn").Deserialize<DateOnly>(),
                correction.GetProperty("reason").GetString(), correction.GetProperty("actorId").GetGuid()));
        var told = (await leads.Service.EventsAsync(lead.Id)).Single(e => e.Type == "LeadStageDateCorrected");
        Assert.Equal(
            (4L, 3L, "following", leads.Today, friday, friday),
            (told.Version, told.Payload.GetProperty("moveVersion").GetInt64(), told.Payload.GetProperty("stage").GetString(),
                told.Payload.GetProperty("previousOn").Deserialize<DateOnly>(),
                told.Payload.GetProperty("occurredOn").Deserialize<DateOnly>(),
                told.Payload.GetProperty("lead").GetProperty("stageOn").Deserialize<DateOnly>()));
        Assert.Equal(1, await leads.Service.CountAsync(
            $"""
            select count(*) from api.audit_entry where operation = 'correctLeadStageDate' and reason = '{Reason}'
                and subjects::text like '%{lead.Id}%' and changes::text like '%"occurredOn"%{friday:O}%'
            """));
    }

    [Fact]
    public async Task T3_A_correction_names_its_bound_and_is_made_by_whoever_may_change_the_lead()
    {
        var unit = NewId();
        var (owner, colleague) = (TestCaller.Officer(unit), TestCaller.Officer(unit));
        var client = leads.As(owner);
        var (lead, path) = await FollowedTodayAsync(client);
        path += "/stage-dates";

        (await client.PostAsync(path, Body(3, leads.Today.AddDays(-1)))).IsProblem(428, "ifMatch.required");
        (await client.PostAsync(path, Body(3, leads.Today.AddDays(-1)), "\"1\"")).IsProblem(412, "ifMatch.stale");
        (await client.PostAsync(path, Body(3, leads.Today.AddDays(1)), lead.ETag)).IsProblem(400, "request.invalid");
        (await client.PostAsync(path, new { moveVersion = 3, occurredOn = leads.Today }, lead.ETag)).IsProblem(400, "request.invalid");
        (await client.PostAsync(path, Body(1, leads.Today), lead.ETag)).IsProblem(409, "lead.stageDateOfContact");
        (await client.PostAsync(path, Body(9, leads.Today), lead.ETag)).IsProblem(409, "lead.stageUnknown");
        (await client.PostAsync(path, Body(3, leads.Today), lead.ETag)).IsProblem(409, "lead.stageDateSame");
        var early = (await client.PostAsync(path, Body(2, leads.Today.AddDays(-41)), lead.ETag)).IsProblem(409, "lead.stageDateTooEarly");
        Assert.Contains($"{leads.Today.AddDays(-40):yyyy-MM-dd}", early.Body, StringComparison.Ordinal);

        (await leads.As(colleague).PostAsync(path, Body(3, leads.Today.AddDays(-1)), lead.ETag)).IsProblem(404, "resource.notFound");
        (await leads.As(TestCaller.Person(Roles.Leader)).PostAsync(path, Body(3, leads.Today.AddDays(-1)), lead.ETag))
            .IsProblem(403, "auth.forbidden");
        var head = leads.As(TestCaller.Person(Roles.UnitHead, Reach.Subtree, unit));
        (await head.PostAsync(path, Body(3, leads.Today.AddDays(-1)), lead.ETag)).Is(200);
    }

    [Fact]
    public async Task T3_A_conversion_is_not_corrected_to_a_day_after_its_project_was_signed()
    {
        var client = leads.As(TestCaller.Officer());
        var followed = await leads.FollowedAsync(client, ("occurredOn", leads.Today.AddDays(-40)));
        var path = LeadsFixture.Path(followed);
        var projectId = (await client.PostAsync(
            path + "/conversion", new { projectName = "示例项目", occurredOn = leads.Today.AddDays(-30) }, followed.ETag)).Is(201)
            .Json.GetProperty("projectId").GetGuid();
        var signed = new ProjectState
        {
            ProjectId = projectId,
            Code = "P-2026-000001",
            Name = "示例项目",
            LeadId = followed.Id,
            InvestorId = NewId(),
            Stage = ProjectStage.Registered,
            StageOn = leads.Today.AddDays(-10),
            SignedOn = leads.Today.AddDays(-20),
            Status = ProjectStatus.Active,
            OwnerId = NewId(),
            UnitId = NewId(),
            PaidIn = [],
            Confidential = false,
            Readers = [],
        };
        await leads.Service.DeliverAsync(Reached(signed), projectId, 3);
        var etag = (await client.GetAsync(path)).Is(200).ETag;
        var late = (await client.PostAsync(path + "/stage-dates", Body(4, leads.Today.AddDays(-19)), etag))
            .IsProblem(409, "lead.stageDateTooLate");
        Assert.Contains($"{leads.Today.AddDays(-20):yyyy-MM-dd}", late.Body, StringComparison.Ordinal);

        // The date of signing is corrected itself.
        await leads.Service.DeliverAsync(
            new ProjectStageDateCorrected
            {
                Project = signed with { SignedOn = leads.Today.AddDays(-15) },
                MoveVersion = 2,
                Stage = ProjectStage.Signed,
                PreviousOn = leads.Today.AddDays(-20),
                OccurredOn = leads.Today.AddDays(-15),
            }, projectId, 4);
        (await client.PostAsync(path + "/stage-dates", Body(4, leads.Today.AddDays(-19)), etag)).Is(200);
        Assert.Equal(leads.Today.AddDays(-19),
            (await client.GetAsync(path)).Is(200).Json.GetProperty("project").GetProperty("convertedOn").Deserialize<DateOnly>());
    }

    /// <summary>A lead of a contact 40 days ago, whose assessment began 10 days ago and was concluded without a date.</summary>
    private async Task<(Answer Lead, string Path)> FollowedTodayAsync(ApiClient client)
    {
        var lead = await leads.LeadAsync(client, ("occurredOn", leads.Today.AddDays(-40)));
        var path = LeadsFixture.Path(lead);
        var assessing = (await client.PostAsync(path + "/assessment", new { occurredOn = leads.Today.AddDays(-10) }, lead.ETag)).Is(200);
        return ((await client.PostAsync(path + "/assessment/conclusion", new { note = "有真实投资意向" }, assessing.ETag)).Is(200), path);
    }

    private static object Body(int moveVersion, DateOnly occurredOn) => new { moveVersion, occurredOn, reason = Reason };

    private static ProjectStageReached Reached(ProjectState project) =>
        new() { Project = project, From = project.Stage - 1, To = project.Stage, OccurredOn = project.StageOn };

    private static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
}
