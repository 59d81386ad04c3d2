using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Projects.Tests;

/// <summary>Another system tells what was submitted and approved elsewhere.</summary>
public sealed class IntegrationTests(City city) : IClassFixture<City>
{
    [Fact]
    public async Task An_approval_given_elsewhere_moves_the_project_at_once_and_names_both_people()
    {
        var id = await city.OpenedAsync();
        var receipt = (await FileAsync(
            id, Evidence.Full(city, "signed") with { SubmitterId = city.Colleague.Id, ApproverId = city.Leader.Id })).Is(201);
        Assert.Equal(("approved", "signed"),
            (receipt.Json.GetProperty("state").GetString(), receipt.Json.GetProperty("stage").GetString()));
        var submission = (await city.As(city.Leader).GetAsync(receipt.Headers.Location!.ToString())).Is(200).Json;
        Assert.Equal(
            (city.Colleague.Id, city.Leader.Id, city.Integration.Id),
            (submission.GetProperty("submittedBy").GetGuid(), submission.GetProperty("decidedBy")
                .GetGuid(), submission.GetProperty("recordedBy").GetGuid()));
        var told = Assert.Single((await city.Service.EventsAsync(id)), e => e.Type == "ProjectStageReached");
        Assert.Equal(receipt.Json.GetProperty("version").GetInt64(), told.Version);
        // N2: the pipeline names both.
        Assert.Equal((city.Integration.Id, city.Leader.Id), (told.ActorId, told.Payload.GetProperty("approverId").GetGuid()));
    }

    [Fact]
    public async Task Without_an_approver_the_submission_waits_for_one_here()
    {
        var id = await city.OpenedAsync();
        var submission = (await FileAsync(id, Evidence.Full(city, "signed"))).Is(201);
        Assert.Equal("open", submission.Json.GetProperty("state").GetString());
        (await city.As(city.Leader)
            .PostAsync($"/api/v1/projects/{id}/submissions/{submission.Id}/approval", new { decision = "approved" }, submission.ETag))
            .Is(200);
    }

    [Fact]
    public async Task The_approver_is_an_active_officer_with_the_role_who_sees_the_project_and_did_not_submission()
    {
        var id = await city.AtAsync("signed");
        var submission = Evidence.Full(city, "registered");
        var gone = TestCaller.Person(Roles.UnitHead, Reach.Subtree, City.Unit);
        await city.PlaceAsync(gone, active: false);
        foreach (var unfit in new[] { city.Leader.Id, city.Officer.Id, city.ForeignHead.Id, gone.Id, City.NewId() })
        {
            (await FileAsync(id, submission with { ApproverId = unfit })).IsProblem(409, "stage.approverUnfit");
        }

        (await FileAsync(id, submission with { ApproverId = city.UnitHead.Id, SubmitterId = city.UnitHead.Id }))
            .IsProblem(409, "submission.own");
        (await FileAsync(id, submission with { ApproverId = city.BureauHead.Id, SubmitterId = city.UnitHead.Id })).Is(201);
    }

    [Fact]
    public async Task The_approver_of_a_confidential_project_is_one_of_its_readers()
    {
        var integration = city.Integration.Id;
        var id = await city.OpenedAsync(confidential: true, readers: [integration, city.Officer.Id, city.Coordinator.Id]);
        (await FileAsync(id, Evidence.Full(city, "signed") with { ApproverId = city.Leader.Id })).IsProblem(409, "stage.approverUnfit");
        (await FileAsync(id, Evidence.Full(city, "signed") with { ApproverId = city.Coordinator.Id })).Is(201);
    }

    [Fact]
    public async Task A_person_does_not_say_who_submitted_or_approved()
    {
        var id = await city.OpenedAsync();
        foreach (var submission in new[]
        {
            Evidence.Full(city, "signed") with { ApproverId = city.Leader.Id },
                Evidence.Full(city, "signed") with { SubmitterId = city.Colleague.Id },
        })
        {
            (await city.As(city.Officer).PostAsync($"/api/v1/projects/{id}/submissions", (string)submission))
                .IsProblem(400, "request.invalid");
        }

        (await city.As(TestCaller.Integration(Scopes.ProjectsRead))
            .PostAsync($"/api/v1/projects/{id}/submissions", (string)Evidence.Full(city, "signed")))
            .IsProblem(403, "auth.forbidden");
    }

    [Fact]
    public async Task A_batch_takes_projects_through_their_stages_in_order_and_answers_each_item()
    {
        var (first, second) = (await city.OpenedAsync(), await city.OpenedAsync());
        Filing[] items =
        [
            Item(first, "signed"), Item(first, "registered"), Item(first, "started"),
            Item(second, "registered"),
            Item(second, "signed") with { Documents = [] },
            Item(second, "signed"),
            Item(City.NewId(), "signed"),
            Item(second, "registered") with { Uscc = "91410611" },
            Item(first, "completed"),
            Item(first, "producing") with { ProjectId = null },
            Item(first, "producing") with { To = null },
        ];
        var answer = (await BatchAsync("each", items)).Is(200);
        var results = answer.Json.GetProperty("results");
        Assert.Equal([201, 201, 201, 409, 409, 201, 404, 400, 201, 400, 400], results.EnumerateArray()
            .Select(r => r.GetProperty("status").GetInt32()));
        Assert.Equal("stage.notNext", results[3].GetProperty("problem").GetProperty("code").GetString());
        Assert.Equal(["documents.contract"], results[4].GetProperty("problem").GetProperty("missing").EnumerateArray()
            .Select(m => m.GetString()));
        Assert.Equal(first, results[2].GetProperty("receipt").GetProperty("projectId").GetGuid());
        Assert.Equal(("completed", "signed"), (await city.StageAsync(first), await city.StageAsync(second)));
        Assert.Equal(
            ["ProjectOpened", "ProjectStageReached", "ProjectStageReached", "ProjectStageReached", "ProjectStageReached"],
            (await city.Service.EventsAsync(first)).Select(e => e.Type));
        Assert.Equal([1L, 2, 3, 4, 5], (await city.Service.EventsAsync(first)).Select(e => e.Version));
    }

    [Fact]
    public async Task An_atomic_batch_moves_all_or_nothing()
    {
        var id = await city.OpenedAsync();
        var refused = (await BatchAsync("atomic", Item(id, "signed"), Item(id, "started"))).IsProblem(409, "batch.refused");
        Assert.Equal("/items/1", refused.Json.GetProperty("errors")[0].GetProperty("pointer").GetString());
        Assert.Equal("negotiating", await city.StageAsync(id));
        Assert.Single(await city.Service.EventsAsync(id));
    }

    [Fact]
    public async Task A_batch_of_five_hundred_submissions_goes_in()
    {
        var projects = new List<Guid>();
        for (var i = 0; i < 100; i++)
        {
            projects.Add(await city.OpenedAsync());
        }

        var items = Evidence.Stages[..5].SelectMany(stage => projects.Select(id => Item(id, stage))).ToArray();
        var results = (await BatchAsync("atomic", items)).Is(200).Json.GetProperty("results");
        Assert.Equal(500, results.EnumerateArray().Count(r => r.GetProperty("status").GetInt32() == 201));
        Assert.Equal("producing", await city.StageAsync(projects[^1]));
    }

    private Filing Item(Guid id, string stage) =>
        Evidence.Full(city, stage) with { ProjectId = id, ApproverId = Evidence.Approver(city, stage).Id };

    private Task<Answer> FileAsync(Guid id, Filing submission) => city.As(city.Integration)
        .PostAsync($"/api/v1/projects/{id}/submissions", (string)submission);

    private Task<Answer> BatchAsync(string mode, params Filing[] items) => city.As(city.Integration).PostAsync(
        "/api/v1/projects/submissions/batch", $$"""{"mode":"{{mode}}","items":[{{string.Join(',', items.Select(i => (string)i))}}]}""");
}
