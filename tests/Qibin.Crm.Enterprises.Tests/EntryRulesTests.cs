using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Enterprises.Tests;

/// <summary>What an entry application asks before it moves.</summary>
public class EntryRulesTests(EnterprisesFixture enterprises) : IClassFixture<EnterprisesFixture>
{
    [Fact]
    public async Task An_approval_lists_what_is_missing()
    {
        var id = (await enterprises.DraftAsync(
            await enterprises.EnterpriseAsync(), [await enterprises.SpaceAsync()], preferentialTerms: "两年房租减免")).Id;
        (await enterprises.StepAsync(id, "acceptance")).Is(200);

        var refused = (await enterprises.StepAsync(id, "approval", caller: enterprises.Approver)).IsProblem(409, "entry.approvalLacks");
        Assert.Equal(["review", "fairCompetitionReview"], Missing(refused));
        (await enterprises.StepAsync(id, "review", EnterprisesFixture.Review())).Is(200);
        refused = (await enterprises.StepAsync(id, "approval", caller: enterprises.Approver)).IsProblem(409, "entry.approvalLacks");
        Assert.Equal(["fairCompetitionReview"], Missing(refused));
        (await enterprises.StepAsync(id, "fair-competition-review", new { conclusion = "failed", documentNumber = "公竞审〔2026〕1 号" }))
            .Is(200);
        (await enterprises.StepAsync(id, "approval", caller: enterprises.Approver)).IsProblem(409, "entry.fairCompetitionFailed");
        (await enterprises.StepAsync(id, "fair-competition-review", new { conclusion = "passed", documentNumber = "公竞审〔2026〕2 号" }))
            .Is(200);
        (await enterprises.StepAsync(id, "approval", caller: enterprises.Approver)).Is(200);

        var review = (await enterprises.Officer.GetAsync($"/api/v1/entry-applications/{id}")).Json.GetProperty("fairCompetitionReview");
        Assert.Equal("公竞审〔2026〕2 号", review.GetProperty("documentNumber").GetString());
    }

    [Fact]
    public async Task The_mean_of_the_sheets_must_reach_the_pass_mark()
    {
        var id = (await enterprises.DraftAsync(await enterprises.EnterpriseAsync(), [await enterprises.SpaceAsync()])).Id;
        (await enterprises.StepAsync(id, "acceptance")).Is(200);
        (await enterprises.StepAsync(id, "review", EnterprisesFixture.Review(0.2))).Is(200);
        (await enterprises.StepAsync(id, "approval", caller: enterprises.Approver)).IsProblem(409, "entry.scoreTooLow");

        (await enterprises.StepAsync(id, "review", EnterprisesFixture.Review(1))).Is(200);
        (await enterprises.StepAsync(id, "review", EnterprisesFixture.Review(1))).Is(200);

        (await enterprises.StepAsync(id, "approval", caller: enterprises.Approver)).Is(200);
    }

    [Fact]
    public async Task A_veto_stands_until_the_application_is_returned_and_reviewed_anew()
    {
        var id = (await enterprises.DraftAsync(await enterprises.EnterpriseAsync(), [await enterprises.SpaceAsync()])).Id;
        (await enterprises.StepAsync(id, "acceptance")).Is(200);
        (await enterprises.StepAsync(id, "review", EnterprisesFixture.Review(vetoes: ["environment"]))).Is(200);
        (await enterprises.StepAsync(id, "approval", caller: enterprises.Approver)).IsProblem(409, "entry.vetoStands");
        (await enterprises.StepAsync(id, "return", new { })).Is(400);

        (await enterprises.StepAsync(id, "return", new { opinion = "补充环评" })).Is(200);
        (await enterprises.Officer.PatchAsync($"/api/v1/entry-applications/{id}", new { note = "已补充环评" }, "\"4\"")).Is(200);
        (await enterprises.StepAsync(id, "acceptance")).Is(200);
        var missing = (await enterprises.StepAsync(id, "approval", caller: enterprises.Approver)).IsProblem(409, "entry.approvalLacks");
        Assert.Equal(["review"], Missing(missing));
        (await enterprises.StepAsync(id, "review", EnterprisesFixture.Review())).Is(200);
        (await enterprises.StepAsync(id, "approval", caller: enterprises.Approver)).Is(200);

        var detail = (await enterprises.Officer.GetAsync($"/api/v1/entry-applications/{id}")).Json;
        Assert.Equal([1, 2], detail.GetProperty("reviews").EnumerateArray().Select(r => r.GetProperty("round").GetInt32()));
        Assert.Equal("已补充环评", detail.GetProperty("note").GetString());
    }

    [Fact]
    public async Task A_vetoed_or_withdrawn_application_moves_no_more()
    {
        var enterprise = await enterprises.EnterpriseAsync();
        foreach (var step in (string[])["veto", "withdrawal"])
        {
            var id = await enterprises.ReviewedAsync(enterprise, [await enterprises.SpaceAsync()]);
            (await enterprises.StepAsync(id, step, new { opinion = "不符合规划" }, step == "veto" ? enterprises.Approver : enterprises.Officer))
                .Is(200);
            foreach (var (next, body) in ((string, object)[])
                [("acceptance", new { }), ("review", EnterprisesFixture.Review()), ("agreement", new { }), ("handover", new { }),
                ("move-in", new { }),
                    ("return", new { opinion = "x" }), ("veto", new { opinion = "x" }), ("withdrawal", new { opinion = "x" }),
                    ("fair-competition-review", new { conclusion = "passed", documentNumber = "x" })])
            {
                (await enterprises.StepAsync(id, next, body)).IsProblem(409, "entry.wrongState");
            }

            (await enterprises.StepAsync(id, "approval", caller: enterprises.Approver)).IsProblem(409, "entry.wrongState");
            (await enterprises.Officer.PatchAsync($"/api/v1/entry-applications/{id}", new { note = "x" }, "\"4\""))
                .IsProblem(409, "entry.wrongState");
        }
    }

    [Fact]
    public async Task No_step_lies_in_the_future_or_before_the_previous_one()
    {
        var today = enterprises.Today;
        var id = (await enterprises.DraftAsync(
            await enterprises.EnterpriseAsync(), [await enterprises.SpaceAsync()], draftedOn: today.AddDays(-5))).Id;

        (await enterprises.StepAsync(id, "acceptance", new { on = today.AddDays(-6) })).IsProblem(409, "entry.beforePrevious");
        (await enterprises.StepAsync(id, "acceptance", new { on = today.AddDays(1) })).IsProblem(400, "request.invalid");
        (await enterprises.StepAsync(id, "acceptance", new { on = today.AddDays(-5) })).Is(200);
        (await enterprises.StepAsync(id, "review", EnterprisesFixture.Review(on: today.AddDays(-3)))).Is(200);
        (await enterprises.StepAsync(id, "review", EnterprisesFixture.Review(on: today.AddDays(-4))))
            .IsProblem(409, "entry.beforePrevious");
        (await enterprises.StepAsync(
            id, "fair-competition-review", new { conclusion = "exempt", documentNumber = "x", on = today.AddDays(-1) })).Is(200);
        (await enterprises.StepAsync(id, "approval", new { on = today.AddDays(-2) }, enterprises.Approver))
            .IsProblem(409, "entry.beforePrevious");
    }

    [Fact]
    public async Task A_step_needs_the_version_that_was_read_and_happens_once_per_key()
    {
        var id = (await enterprises.DraftAsync(await enterprises.EnterpriseAsync(), [await enterprises.SpaceAsync()])).Id;
        var path = $"/api/v1/entry-applications/{id}/acceptance";

        (await enterprises.Officer.PostAsync(path)).IsProblem(428, "ifMatch.required");
        (await enterprises.Officer.PostAsync(path, ifMatch: "\"9\"")).IsProblem(412, "ifMatch.stale");
        var first = (await enterprises.Officer.PostAsync(path, ifMatch: "\"1\"", key: "accept")).Is(200);
        var again = (await enterprises.Officer.PostAsync(path, ifMatch: "\"1\"", key: "accept")).Is(200);
        Assert.Equal(first.Body, again.Body);
        Assert.Single(await enterprises.Service.EventsAsync(id));
    }

    [Fact]
    public async Task A_sheet_has_each_of_the_eleven_indicators_once_and_no_more_points_than_it_gives()
    {
        var id = (await enterprises.DraftAsync(await enterprises.EnterpriseAsync(), [await enterprises.SpaceAsync()])).Id;
        (await enterprises.StepAsync(id, "acceptance")).Is(200);
        var sheet = (await enterprises.Officer.GetAsync("/api/v1/entry-applications/score-sheet")).Is(200).Json;
        Assert.Equal(11, sheet.GetProperty("indicators").GetArrayLength());
        var scores = ScoreSheet.Indicators.Select(i => new { indicator = i.Code, points = i.Points }).ToList();

        async Task<string[]> FaultsAsync(object body) =>
            [.. (await enterprises.StepAsync(id, "review", body)).Is(400).Json.GetProperty("errors").EnumerateArray()
                .Select(e => $"{e.GetProperty("pointer").GetString()} {e.GetProperty("code").GetString()}")];

        Assert.Equal(["/scores score.indicatorMissing"], await FaultsAsync(new { opinion = "x", scores = scores.Skip(1) }));
        Assert.Equal(["/scores/11/indicator score.indicatorRepeated"],
            await FaultsAsync(new { opinion = "x", scores = scores.Append(scores[0]) }));
        Assert.Equal(["/scores/0/points value.range"],
            await FaultsAsync(new { opinion = "x", scores = scores.Skip(1).Prepend(new { indicator = "chainFit", points = 16 }) }));
        Assert.Equal(["/scores/11/indicator score.indicatorUnknown"],
            await FaultsAsync(new { opinion = "x", scores = scores.Append(new { indicator = "luck", points = 1 }) }));
        Assert.Equal(["/vetoes/0 score.vetoUnknown"], await FaultsAsync(new { opinion = "x", scores, vetoes = new[] { "mood" } }));
        Assert.Equal(["/opinion value.required"], await FaultsAsync(new { scores }));
        Assert.Contains("/scores/0 value.required", await FaultsAsync("""{"opinion":"x","scores":[null]}"""));
        Assert.Equal(["/vetoes/0 value.required"], await FaultsAsync(new { opinion = "x", scores, vetoes = new string?[] { null } }));
    }

    [Fact]
    public async Task Each_step_has_its_roles()
    {
        var (enterprise, project) = await enterprises.RegisteredAsync();
        var id = (await enterprises.DraftAsync(enterprise, [await enterprises.SpaceAsync()])).Id;
        var path = $"/api/v1/entry-applications/{id}";
        foreach (var role in Roles.OfPeople)
        {
            var person = enterprises.Service.As(role == Roles.UnitHead
                ? TestCaller.Person(role, Reach.Subtree, project.UnitId) : TestCaller.Person(role));
            (await person.GetAsync(path)).Is(200);
            // A version that never was tells the permitted from the forbidden without a change.
            var writes = role is Roles.ServiceOfficer or Roles.Coordinator;
            var approves = role is Roles.UnitHead or Roles.Leader;
            Assert.Equal(writes ? 412 : 403, (await person.PostAsync($"{path}/acceptance", new { }, "\"99\"")).Status);
            Assert.Equal(approves ? 412 : 403, (await person.PostAsync($"{path}/approval", new { }, "\"99\"")).Status);
            Assert.Equal(writes || approves ? 412 : 403, (await person.PostAsync($"{path}/veto", new { opinion = "x" }, "\"99\"")).Status);
            Assert.Equal(403, (await person.PostAsync(
                "/api/v1/entry-applications/batch", new { mode = "each", items = new[] { new { } } })).Status);
        }
    }

    [Fact]
    public async Task S8_One_person_with_three_roles_takes_no_second_decisive_step_and_a_head_decides_within_the_own_units()
    {
        var all = TestCaller.Person(Roles.ServiceOfficer) with { Roles = [Roles.ServiceOfficer, Roles.UnitHead, Roles.Leader] };
        var (one, two) = (enterprises.Service.As(all), enterprises.Service.As(all with { Id = EnterprisesFixture.NewId() }));
        var (enterprise, project) = await enterprises.RegisteredAsync();
        var id = (await enterprises.DraftAsync(enterprise, [await enterprises.SpaceAsync()], caller: one)).Id;
        (await enterprises.StepAsync(id, "acceptance", caller: one)).IsProblem(409, "entry.ownDraft");
        (await enterprises.StepAsync(id, "acceptance", caller: two)).Is(200);
        (await enterprises.StepAsync(id, "review", EnterprisesFixture.Review(), one)).IsProblem(409, "entry.ownDraft");
        (await enterprises.StepAsync(id, "review", EnterprisesFixture.Review(), two)).Is(200);
        (await enterprises.StepAsync(id, "approval", caller: one)).IsProblem(409, "entry.ownApproval");
        (await enterprises.StepAsync(id, "approval", caller: two)).IsProblem(409, "entry.ownApproval");

        var path = $"/api/v1/entry-applications/{id}";
        var head = enterprises.Service.As(TestCaller.Person(Roles.UnitHead, Reach.Subtree, project.UnitId));
        var other = enterprises.Service.As(TestCaller.Person(Roles.UnitHead, Reach.Subtree));
        var etag = (await other.GetAsync(path)).Is(200).ETag;
        foreach (var step in (string[])["approval", "return", "veto"])
        {
            (await other.PostAsync($"{path}/{step}", new { opinion = "不同意" }, etag)).IsProblem(404, "resource.notFound");
        }

        // One without a project is nobody's unit's: a leader decides.
        var byHand = await enterprises.ReviewedAsync(await enterprises.EnterpriseAsync(), [await enterprises.SpaceAsync()]);
        (await enterprises.StepAsync(byHand, "approval", caller: head)).IsProblem(404, "resource.notFound");

        (await enterprises.StepAsync(id, "approval", caller: head)).Is(200);
        (await enterprises.StepAsync(id, "agreement", caller: one)).Is(200);
        (await enterprises.StepAsync(id, "handover", caller: one)).Is(200);
        (await enterprises.StepAsync(id, "move-in", caller: one)).Is(200);
    }

    [Fact]
    public async Task S8_An_integration_names_an_approver_who_decides_on_that_unit()
    {
        var (enterprise, project) = await enterprises.RegisteredAsync();
        var head = await enterprises.PlacedAsync(TestCaller.Person(Roles.UnitHead, Reach.Subtree, project.UnitId));
        var other = await enterprises.PlacedAsync(TestCaller.Person(Roles.UnitHead, Reach.Subtree));
        var integration = enterprises.Service.As(TestCaller.Integration(Scopes.EnterprisesRead, Scopes.EnterprisesWrite));
        var id = await enterprises.ReviewedAsync(enterprise, [await enterprises.SpaceAsync()]);
        (await enterprises.StepAsync(id, "approval", new { approverId = other.Id }, integration)).IsProblem(400, "request.invalid");
        (await enterprises.StepAsync(id, "approval", new { approverId = head.Id }, integration)).Is(200);
    }

    [Fact]
    public async Task An_officer_drafts_amends_and_withdraws_for_the_enterprise_of_an_own_project_only()
    {
        var me = TestCaller.Officer();
        var (mine, _) = await enterprises.RegisteredAsync(ownerId: me.Id);
        var (other, _) = await enterprises.RegisteredAsync();
        var space = await enterprises.SpaceAsync();
        var officer = enterprises.Service.As(me);

        (await officer.PostAsync(
            "/api/v1/entry-applications", new { enterpriseId = other, spaceIds = new[] { space }, wantedFrom = enterprises.Today }))
            .IsProblem(409, "entry.ownProjectOnly");
        var id = (await enterprises.DraftAsync(mine, [space], caller: officer)).Id;
        (await officer.PatchAsync($"/api/v1/entry-applications/{id}", new { note = "首选" }, "\"1\"")).Is(200);
        var colleague = enterprises.Service.As(TestCaller.Officer());
        (await colleague.PatchAsync($"/api/v1/entry-applications/{id}", new { note = "x" }, "\"2\"")).IsProblem(404, "resource.notFound");
        (await enterprises.StepAsync(id, "withdrawal", new { opinion = "x" }, colleague)).IsProblem(404, "resource.notFound");
        (await enterprises.StepAsync(id, "withdrawal", new { opinion = "另选园区" }, officer)).Is(200);
    }

    [Fact]
    public async Task Who_gave_the_project_away_neither_applies_for_it_nor_changes_the_application()
    {
        var (former, next) = (TestCaller.Officer(), TestCaller.Officer());
        var (enterprise, project) = await enterprises.RegisteredAsync(ownerId: former.Id);
        var (_, foreign) = await enterprises.RegisteredAsync(ownerId: former.Id);
        Guid[] spaces = [await enterprises.SpaceAsync()];
        var officer = enterprises.Service.As(former);
        var drafted = (await officer.PostAsync("/api/v1/entry-applications", Draft(project.ProjectId))).Is(201);

        await enterprises.ReachedAsync(project with { OwnerId = next.Id, UnitId = next.UnitId }, version: 4);

        (await officer.GetAsync($"/api/v1/entry-applications/{drafted.Id}")).Is(200);
        (await officer.PatchAsync($"/api/v1/entry-applications/{drafted.Id}", new { note = "x" }, drafted.ETag))
            .IsProblem(404, "resource.notFound");
        (await officer.PostAsync($"/api/v1/entry-applications/{drafted.Id}/withdrawal", new { opinion = "x" }, drafted.ETag))
            .IsProblem(404, "resource.notFound");
        // One's own former project, somebody else's and one that is not there are refused alike.
        var refused = new List<string>();
        foreach (var id in (Guid[])[project.ProjectId, foreign.ProjectId, EnterprisesFixture.NewId()])
        {
            refused.Add((await officer.PostAsync("/api/v1/entry-applications", Draft(id)))
                .IsProblem(409, "entry.projectNotLinked").Body.Split("traceId")[0]);
        }

        Assert.Single(refused.Distinct());
        (await officer.PostAsync("/api/v1/entry-applications", Draft(null))).IsProblem(409, "entry.ownProjectOnly");
        (await enterprises.Service.As(next).PostAsync("/api/v1/entry-applications", Draft(project.ProjectId))).Is(201);

        object Draft(Guid? projectId) => new { enterpriseId = enterprise, projectId, spaceIds = spaces, wantedFrom = enterprises.Today };
    }

    [Fact]
    public async Task What_is_applied_for_must_be_there_and_its_term_must_have_days()
    {
        var (enterprise, space) = (await enterprises.EnterpriseAsync(), await enterprises.SpaceAsync());

        async Task<Answer> TryAsync(object? enterpriseId = null, object? spaces = null, int days = 10, Guid? projectId = null) =>
            await enterprises.Officer.PostAsync("/api/v1/entry-applications", new
            {
                enterpriseId = enterpriseId ?? enterprise,
                spaceIds = spaces ?? new[] { space },
                projectId,
                wantedFrom = enterprises.Today,
                wantedTo = enterprises.Today.AddDays(days),
            });

        (await TryAsync()).Is(201);
        (await TryAsync(enterpriseId: EnterprisesFixture.NewId())).IsProblem(400, "request.invalid");
        (await TryAsync(spaces: new[] { space, EnterprisesFixture.NewId() })).IsProblem(400, "request.invalid");
        (await TryAsync(spaces: Array.Empty<Guid>())).IsProblem(400, "request.invalid");
        (await TryAsync(days: 0)).IsProblem(409, "entry.termEmpty");
        (await TryAsync(projectId: EnterprisesFixture.NewId())).IsProblem(409, "entry.projectNotLinked");
    }

    [Fact]
    public async Task Nobody_moves_in_when_the_term_is_over()
    {
        var today = enterprises.Today;
        var id = await enterprises.ReviewedAsync(
            await enterprises.EnterpriseAsync(), [await enterprises.SpaceAsync()], today.AddDays(-30), today);
        (await enterprises.StepAsync(id, "approval", caller: enterprises.Approver)).Is(200);
        (await enterprises.StepAsync(id, "agreement")).Is(200);
        (await enterprises.StepAsync(id, "handover")).Is(200);

        (await enterprises.StepAsync(id, "move-in")).IsProblem(409, "entry.termOver");
    }

    [Fact]
    public async Task Applications_are_found_by_state_enterprise_project_and_space()
    {
        var (enterprise, project) = await enterprises.RegisteredAsync();
        var space = await enterprises.SpaceAsync();
        var id = (await enterprises.DraftAsync(enterprise, [space])).Id;
        foreach (var filter in (
            string[])[$"enterpriseId={enterprise}", $"projectId={project.ProjectId}", $"spaceId={space}&state=draft,accepted"])
        {
            var items = (await enterprises.Officer.GetAsync($"/api/v1/entry-applications?{filter}")).Is(200).Json.GetProperty("items");
            Assert.Equal(id, Assert.Single(items.EnumerateArray()).GetProperty("id").GetGuid());
        }

        Assert.Empty((await enterprises.Officer.GetAsync($"/api/v1/entry-applications?spaceId={space}&state=movedIn")).Json.GetProperty(
            "items").EnumerateArray());
    }

    private static string?[] Missing(Answer refused) =>
        [.. refused.Json.GetProperty("missing").EnumerateArray().Select(m => m.GetString())];
}
