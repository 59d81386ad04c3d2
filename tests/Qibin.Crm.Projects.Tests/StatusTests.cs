using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Projects.Tests;

/// <summary>Steps back, and the status beside the stage.</summary>
public sealed class StatusTests(City city) : IClassFixture<City>
{
    [Fact]
    public async Task A_suspended_project_stands_still_and_a_resumed_one_is_back_where_it_was()
    {
        var id = await city.AtAsync("started");
        var before = await city.GetAsync(id);
        var suspended = (await StatusAsync(city.UnitHead, id, "suspended", "资金未落实", city.Today.AddDays(-20), before.ETag)).Is(200);
        var told = (await city.Service.EventsAsync(id))[^1];
        Assert.Equal(
            ("ProjectStatusChanged", "suspended", "started", "资金未落实"),
            (told.Type, told.Payload.GetProperty("project").GetProperty("status").GetString(), told.Payload.GetProperty("project")
                .GetProperty("stage").GetString(),
             told.Payload.GetProperty("reason").GetString()));
        (await city.As(city.Officer).PostAsync($"/api/v1/projects/{id}/submissions", (string)Evidence.Full(city, "completed")))
            .IsProblem(409, "project.notActive");
        (await StatusAsync(city.UnitHead, id, "suspended", "再次", null, suspended.ETag)).IsProblem(409, "project.sameStatus");
        (await StatusAsync(city.UnitHead, id, "active", "恢复", city.Today.AddDays(-21), suspended.ETag))
            .IsProblem(409, "project.dateBeforeStatus");
        (await StatusAsync(city.UnitHead, id, "active", "恢复", city.Today.AddDays(1), suspended.ETag)).IsProblem(400, "request.invalid");
        (await StatusAsync(city.UnitHead, id, "active", "恢复", city.Today.AddDays(-5), suspended.ETag)).Is(200);

        var after = await city.GetAsync(id);
        foreach (var member in new[] { "stage", "stageOn", "status", "milestones", "contractAmount", "uscc", "statusReason" })
        {
            Assert.Equal(before.Json.GetProperty(member).GetRawText(), after.Json.GetProperty(member).GetRawText());
        }

        (await city.As(city.Officer).PostAsync($"/api/v1/projects/{id}/submissions", (string)Evidence.Full(city, "completed"))).Is(201);
        var moves = (await city.As(city.Officer).GetAsync($"/api/v1/projects/{id}/stages")).Is(200).Json.GetProperty("moves")
            .EnumerateArray();
        Assert.Equal(["opened", "reached", "reached", "reached", "suspended", "resumed"],
            moves.Select(m => m.GetProperty("kind").GetString()));
    }

    [Fact]
    public async Task A_submission_that_waits_is_not_approved_while_suspended_and_lapses_with_termination()
    {
        var id = await city.AtAsync("started");
        var submission = (await city.As(city.Officer)
            .PostAsync($"/api/v1/projects/{id}/submissions", (string)Evidence.Full(city, "completed"))).Is(201);
        var suspended = (await StatusAsync(city.Coordinator, id, "suspended", "停工", null, submission.ETag)).Is(200);
        (await city.As(city.ProjectOfficer)
            .PostAsync($"/api/v1/projects/{id}/submissions/{submission.Id}/approval", new { decision = "approved" }, suspended.ETag))
            .IsProblem(409, "project.notActive");
        var terminated = (await StatusAsync(city.Coordinator, id, "terminated", "投资方退出", null, suspended.ETag)).Is(200);
        var read = (await city.As(city.Officer).GetAsync($"/api/v1/projects/{id}/submissions/{submission.Id}")).Is(200);
        Assert.Equal("lapsed", read.Json.GetProperty("state").GetString());

        (await city.As(city.Officer).PatchAsync($"/api/v1/projects/{id}", new { name = "改名" }, terminated.ETag))
            .IsProblem(409, "project.terminated");
        (await city.As(city.Officer)
            .PostAsync($"/api/v1/projects/{id}/amounts",
            new { kind = "paidIn", amount = City.Cny(1), occurredOn = city.Today, origin = "domestic" }))
            .IsProblem(409, "project.terminated");
        (await city.As(city.Coordinator)
            .PostAsync($"/api/v1/projects/{id}/step-back", new { to = "signed", reason = "x" }, terminated.ETag))
            .IsProblem(409, "project.notActive");

        // T4: a termination by mistake is taken back, by those who answer for it.
        (await StatusAsync(city.ProjectOfficer, id, "active", "误操作", null, terminated.ETag)).IsProblem(403, "project.terminationRole");
        (await StatusAsync(city.Coordinator, id, "suspended", "误操作", null, terminated.ETag)).IsProblem(409, "project.terminated");
        (await StatusAsync(city.UnitHead, id, "active", "误操作", null, terminated.ETag)).Is(200);
        (await city.As(city.Officer).PostAsync($"/api/v1/projects/{id}/submissions", (string)Evidence.Full(city, "completed"))).Is(201);
    }

    [Fact]
    public async Task A_step_back_has_a_reason_and_the_stage_is_submitted_anew()
    {
        var id = await city.AtAsync("completed");
        var etag = await city.ETagAsync(id);
        var stepped = new { to = "registered", reason = "施工许可被撤销", occurredOn = city.Today.AddDays(-1) };
        (await city.As(city.UnitHead).PostAsync($"/api/v1/projects/{id}/step-back", new { to = "registered" }, etag))
            .IsProblem(400, "request.invalid");
        (await city.As(city.Officer).PostAsync($"/api/v1/projects/{id}/step-back", stepped, etag)).IsProblem(403, "auth.forbidden");
        (await city.As(city.ForeignHead).PostAsync($"/api/v1/projects/{id}/step-back", stepped, etag)).IsProblem(404, "resource.notFound");
        (await city.As(city.UnitHead).PostAsync($"/api/v1/projects/{id}/step-back", stepped with { to = "completed" }, etag))
            .IsProblem(409, "stage.notBack");
        (await city.As(city.UnitHead).PostAsync($"/api/v1/projects/{id}/step-back", stepped with { to = "producing" }, etag))
            .IsProblem(409, "stage.notBack");
        (await city.As(city.UnitHead).PostAsync(
            $"/api/v1/projects/{id}/step-back",
            stepped with { occurredOn = Evidence.Full(city, "completed").OccurredOn!.Value.AddDays(-1) }, etag))
            .IsProblem(409, "stage.dateBeforePrevious");
        (await city.As(city.UnitHead).PostAsync($"/api/v1/projects/{id}/step-back", stepped, etag)).Is(200);

        var back = await city.GetAsync(id);
        var registeredOn = JourneyTests.Day(Evidence.Full(city, "registered").OccurredOn!.Value);
        Assert.Equal(("registered", registeredOn), (JourneyTests.Text(back.Json, "stage"), JourneyTests.Text(back.Json, "stageOn")));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, back.Json.GetProperty("milestones").GetProperty("startedOn").ValueKind);
        var told = (await city.Service.EventsAsync(id))[^1];
        Assert.Equal(
            ("ProjectSteppedBack", "completed", "registered", "施工许可被撤销"),
            (told.Type, JourneyTests.Text(told.Payload, "from"), JourneyTests.Text(told.Payload, "to"),
                JourneyTests.Text(told.Payload, "reason")));
        (await city.As(city.Officer).PostAsync($"/api/v1/projects/{id}/submissions", (string)Evidence.Full(city, "started", city.Today)))
            .Is(201);
    }

    [Fact]
    public async Task A_project_does_not_step_back_under_a_waiting_submission_or_behind_an_enterprise_that_moved_in()
    {
        var id = await city.AtAsync("registered");
        var submission = (await city.As(city.Officer)
            .PostAsync($"/api/v1/projects/{id}/submissions", (string)Evidence.Full(city, "started"))).Is(201);
        (await city.As(city.UnitHead).PostAsync($"/api/v1/projects/{id}/step-back", new { to = "signed", reason = "x" }, submission.ETag))
            .IsProblem(409, "submission.open");
        (await city.As(city.Officer).PostAsync($"/api/v1/projects/{id}/submissions/{submission.Id}/withdrawal", new { }, submission.ETag))
            .Is(200);
        await city.Service.DeliverAsync(
            new EnterpriseMovedIn
            {
                Enterprise = ConsumerTests.State(City.NewId(), Evidence.NewUscc()),
                ApplicationId = City.NewId(),
                TenancyId = City.NewId(),
                SpaceIds = [],
                ProjectId = id,
                OccurredOn = city.Today,
            },
            City.NewId(), 3);
        (await city.As(city.UnitHead)
            .PostAsync($"/api/v1/projects/{id}/step-back", new { to = "signed", reason = "x" }, await city.ETagAsync(id)))
            .IsProblem(409, "project.movedIn");
    }

    private Task<Answer> StatusAsync(TestCaller caller, Guid id, string status, string reason, DateOnly? on, string etag) =>
        city.As(caller).PostAsync($"/api/v1/projects/{id}/status", new { status, reason, occurredOn = on }, etag);
}
