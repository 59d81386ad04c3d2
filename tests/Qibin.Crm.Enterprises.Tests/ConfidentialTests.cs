using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Enterprises.Tests;

/// <summary>What only named readers may know of, at every door.</summary>
public class ConfidentialTests(EnterprisesFixture enterprises) : IClassFixture<EnterprisesFixture>
{
    private readonly TestCaller _reader = TestCaller.Person(Roles.ServiceOfficer);

    [Fact]
    public async Task An_enterprise_of_confidential_projects_alone_is_there_for_their_readers_only()
    {
        var (id, project) = await enterprises.RegisteredAsync(confidential: true, readers: [_reader.Id]);
        var reader = enterprises.Service.As(_reader);

        (await reader.GetAsync($"/api/v1/enterprises/{id}")).Is(200);
        foreach (var role in Roles.OfPeople)
        {
            var other = enterprises.Service.As(TestCaller.Person(role));
            (await other.GetAsync($"/api/v1/enterprises/{id}")).IsProblem(404, "resource.notFound");
            Assert.Null(await enterprises.FindAsync(project.Uscc!, other));
        }

        (await enterprises.Officer.PatchAsync($"/api/v1/enterprises/{id}", new { address = "x" }, "\"1\""))
            .IsProblem(404, "resource.notFound");
        (await enterprises.Service.As(TestCaller.Integration()).GetAsync($"/api/v1/enterprises/{id}")).IsProblem(404, "resource.notFound");
        Assert.Equal(1, await enterprises.Service.CountAsync(
            $"select count(*) from messaging.event where stream_id = '{id}' and confidential"));
    }

    [Fact]
    public async Task Its_applications_and_tenancies_are_hidden_with_it_by_every_door()
    {
        var (id, _) = await enterprises.RegisteredAsync(
            confidential: true, readers: [_reader.Id, enterprises.Drafter.Id, enterprises.Leader.Id]);
        var space = await enterprises.SpaceAsync();
        var reader = enterprises.Service.As(_reader);
        // The space is no secret, so the refusal must not tell that the enterprise is.
        var refused = (await enterprises.Officer.PostAsync(
            "/api/v1/entry-applications", new { enterpriseId = id, spaceIds = new[] { space }, wantedFrom = enterprises.Today }))
            .IsProblem(400, "request.invalid");
        Assert.Equal("enterprise.unknown", refused.Json.GetProperty("errors")[0].GetProperty("code").GetString());
        var application = (await enterprises.DraftAsync(id, [space])).Id;
        (await enterprises.StepAsync(application, "acceptance", caller: reader)).Is(200);
        (await enterprises.StepAsync(application, "review", EnterprisesFixture.Review(), reader)).Is(200);
        (await enterprises.StepAsync(application, "approval", caller: enterprises.Approver)).Is(200);

        var path = $"/api/v1/entry-applications/{application}";
        (await enterprises.Officer.GetAsync(path)).IsProblem(404, "resource.notFound");
        (await enterprises.Officer.PatchAsync(path, new { note = "x" }, "\"4\"")).IsProblem(404, "resource.notFound");
        foreach (var step in (string[])["acceptance", "agreement", "handover", "move-in"])
        {
            (await enterprises.Officer.PostAsync($"{path}/{step}", new { }, "\"4\"")).IsProblem(404, "resource.notFound");
        }

        foreach (var step in (string[])["return", "veto", "withdrawal"])
        {
            (await enterprises.Officer.PostAsync($"{path}/{step}", new { opinion = "x" }, "\"4\"")).IsProblem(404, "resource.notFound");
        }

        (await enterprises.Officer.PostAsync($"{path}/review", EnterprisesFixture.Review(), "\"4\"")).IsProblem(404, "resource.notFound");
        (await enterprises.Officer.PostAsync(
            $"{path}/fair-competition-review", new { conclusion = "passed", documentNumber = "x" }, "\"4\""))
            .IsProblem(404, "resource.notFound");
        (await enterprises.Service.As(TestCaller.Person(Roles.Leader)).PostAsync($"{path}/approval", new { }, "\"4\""))
            .IsProblem(404, "resource.notFound");
        Assert.Empty((await enterprises.Officer.GetAsync($"/api/v1/entry-applications?spaceId={space}")).Is(200).Json.GetProperty("items")
            .EnumerateArray());

        (await enterprises.StepAsync(application, "agreement", caller: reader)).Is(200);
        (await enterprises.StepAsync(application, "handover", caller: reader)).Is(200);
        var tenancy = (await enterprises.StepAsync(application, "move-in", caller: reader)).Is(200).Json.GetProperty("tenancyId").GetGuid();
        (await enterprises.Officer.GetAsync($"/api/v1/tenancies/{tenancy}")).IsProblem(404, "resource.notFound");
        (await enterprises.Officer.PostAsync($"/api/v1/tenancies/{tenancy}/end", new { reason = "x" }, "\"1\""))
            .IsProblem(404, "resource.notFound");
        Assert.Empty((await enterprises.Officer.GetAsync($"/api/v1/tenancies?spaceId={space}&total=true"))
            .Is(200).Json.GetProperty("items").EnumerateArray());
        Assert.Single((await reader.GetAsync($"/api/v1/tenancies?spaceId={space}")).Is(200).Json.GetProperty("items").EnumerateArray());
        Assert.Equal(0, await enterprises.Service.CountAsync(
            $"select count(*) from messaging.event where stream_id in ('{id}', '{application}') and not confidential"));
    }

    [Fact]
    public async Task Opening_the_project_opens_enterprise_applications_and_tenancies()
    {
        var (id, project) = await enterprises.RegisteredAsync(confidential: true, readers: [_reader.Id]);
        var space = await enterprises.SpaceAsync();
        var application = (await enterprises.DraftAsync(id, [space], caller: enterprises.Service.As(_reader))).Id;

        await enterprises.Service.DeliverAsync(
            new ProjectAmended { Project = project with { Confidential = false, Readers = [] } }, project.ProjectId, 9);

        (await enterprises.Officer.GetAsync($"/api/v1/enterprises/{id}")).Is(200);
        (await enterprises.Officer.GetAsync($"/api/v1/entry-applications/{application}")).Is(200);
    }

    [Fact]
    public async Task An_open_project_opens_the_enterprise_but_not_its_confidential_project()
    {
        var (id, secret) = await enterprises.RegisteredAsync(confidential: true, readers: [_reader.Id]);
        var space = await enterprises.SpaceAsync();
        var hidden = (await enterprises.DraftAsync(id, [space], caller: enterprises.Service.As(_reader))).Id;
        var open = enterprises.Project(secret.Uscc!);

        await enterprises.ReachedAsync(open);

        var seen = (await enterprises.Officer.GetAsync($"/api/v1/enterprises/{id}")).Is(200).Json.GetProperty("projects");
        Assert.Equal(open.ProjectId, Assert.Single(seen.EnumerateArray()).GetProperty("projectId").GetGuid());
        Assert.Equal(2, (await enterprises.Service.As(_reader).GetAsync($"/api/v1/enterprises/{id}")).Json.GetProperty("projects")
            .GetArrayLength());
        (await enterprises.Officer.GetAsync($"/api/v1/entry-applications/{hidden}")).IsProblem(404, "resource.notFound");
        (await enterprises.Officer.PostAsync("/api/v1/entry-applications", new
        {
            enterpriseId = id,
            projectId = secret.ProjectId,
            spaceIds = new[] { space },
            wantedFrom = enterprises.Today,
        })).IsProblem(409, "entry.projectNotLinked");
    }

    [Fact]
    public async Task A_project_that_becomes_confidential_takes_its_enterprise_out_of_sight()
    {
        var (id, project) = await enterprises.RegisteredAsync();
        var (_, tenancy) = await enterprises.MovedInAsync(id, [await enterprises.SpaceAsync()]);

        await enterprises.Service.DeliverAsync(
            new ProjectAmended { Project = project with { Confidential = true, Readers = [_reader.Id] } }, project.ProjectId, 9);

        (await enterprises.Officer.GetAsync($"/api/v1/enterprises/{id}")).IsProblem(404, "resource.notFound");
        (await enterprises.Officer.GetAsync($"/api/v1/tenancies/{tenancy}")).IsProblem(404, "resource.notFound");
        (await enterprises.Service.As(_reader).GetAsync($"/api/v1/tenancies/{tenancy}")).Is(200);
    }
}
