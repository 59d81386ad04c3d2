using System.Globalization;
using System.Text.Json;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Projects.Tests;

/// <summary>A project goes from a conversion to promised output, with everybody's part in it.</summary>
public sealed class JourneyTests(City city) : IClassFixture<City>
{
    [Fact]
    public async Task A_converted_lead_opens_a_project_at_negotiating_under_the_id_of_the_conversion()
    {
        var conversion = city.Conversion(on: new DateOnly(2026, 3, 2));
        Assert.True(await city.Service.DeliverAsync(conversion, conversion.Lead.LeadId, 7, actorId: city.Officer.Id));

        var project = await city.GetAsync(conversion.ProjectId, city.Officer);
        Assert.Equal("\"1\"", project.ETag);
        Assert.Equal(
            ("negotiating", "2026-03-02", "active", "satellite", "satellite.data", conversion.Lead.OwnerId, conversion.Lead.UnitId,
            conversion.Lead.LeadId, conversion.ProjectName),
            (Text(project.Json, "stage"), Text(project.Json, "stageOn"), Text(project.Json, "status"), Text(project.Json, "chainCode"),
                Text(project.Json, "nodeCode"),
             project.Json.GetProperty("ownerId").GetGuid(), project.Json.GetProperty("unitId")
                 .GetGuid(), project.Json.GetProperty("leadId").GetGuid(), Text(project.Json, "name")));
        Assert.Matches("^P-[0-9]{4}-[0-9]{6}$", Text(project.Json, "code"));
        Assert.Equal("2026-03-02", Text(project.Json.GetProperty("milestones"), "negotiatingOn"));
        Assert.Equal("signed", Text(project.Json.GetProperty("next"), "to"));

        var told = Assert.Single(await city.Service.EventsAsync(conversion.ProjectId));
        Assert.Equal(("ProjectOpened", 1, city.Officer.Id), (told.Type, told.Version, told.ActorId));
        Assert.Equal("2026-03-02", Text(told.Payload, "occurredOn"));
    }

    [Fact]
    public async Task Officer_project_officer_unit_head_and_leader_take_it_to_efficient_together()
    {
        var id = await city.OpenedAsync();
        var patch = await city.As(city.Officer).PatchAsync(
            $"/api/v1/projects/{id}", new { expectedOutput = City.Cny(1000), expectedTax = City.Cny(100) }, await city.ETagAsync(id));
        patch.Is(200);
        foreach (var to in Evidence.Stages)
        {
            var sent = Evidence.Full(city, to);
            var submission = (await city.As(city.Officer).PostAsync($"/api/v1/projects/{id}/submissions", (string)sent)).Is(201);
            Assert.Equal($"/api/v1/projects/{id}/submissions/{submission.Id}", submission.Headers.Location?.ToString());
            Assert.Equal("open", Text(submission.Json, "state"));
            Assert.NotEqual(to, await city.StageAsync(id));

            var approval = (await city.As(Evidence.Approver(city, to)).PostAsync(
                $"/api/v1/projects/{id}/submissions/{submission.Id}/approval", new { decision = "approved" }, submission.ETag)).Is(200);
            Assert.Equal(("approved", to), (Text(approval.Json, "state"), Text(approval.Json, "stage")));
            var reached = await city.GetAsync(id, city.Officer);
            Assert.Equal((to, Day(sent.OccurredOn!.Value)), (Text(reached.Json, "stage"), Text(reached.Json, "stageOn")));
            Assert.Equal(Day(sent.OccurredOn!.Value), Text(reached.Json.GetProperty("milestones"), to + "On"));
            var told = (await city.Service.EventsAsync(id))[^1];
            Assert.Equal(("ProjectStageReached", Evidence.Approver(city, to).Id), (told.Type, told.ActorId));
            Assert.Equal((to, Day(sent.OccurredOn!.Value)), (Text(told.Payload, "to"), Text(told.Payload, "occurredOn")));
            Assert.Equal(reached.Json.GetProperty("version").GetInt64(), told.Version);
        }

        var done = await city.GetAsync(id);
        Assert.Equal(JsonValueKind.Null, done.Json.GetProperty("next").ValueKind);
        (await city.As(city.Officer).PostAsync($"/api/v1/projects/{id}/submissions", (string)Evidence.Full(city, "efficient")))
            .IsProblem(409, "stage.last");
        var history = (await city.As(city.Leader).GetAsync($"/api/v1/projects/{id}/stages")).Is(200);
        Assert.Equal(["negotiating", .. Evidence.Stages], history.Json.GetProperty("moves").EnumerateArray().Select(m => Text(m, "to")));
        Assert.All(history.Json.GetProperty("submissions").EnumerateArray(), c =>
        {
            Assert.Equal(("approved", city.Officer.Id), (Text(c, "state"), c.GetProperty("submittedBy").GetGuid()));
            Assert.Equal(Evidence.Approver(city, Text(c, "to")).Id, c.GetProperty("decidedBy").GetGuid());
            Assert.NotEmpty(c.GetProperty("documents").EnumerateArray());
        });
    }

    [Fact]
    public async Task Registration_tells_the_code_and_the_name_of_the_enterprise()
    {
        var id = await city.AtAsync("signed");
        var submission = Evidence.Full(city, "registered") with { ApproverId = city.UnitHead.Id };
        (await city.As(city.Integration)
            .PostAsync($"/api/v1/projects/{id}/submissions",
            (string)(submission with { Uscc = " " + submission.Uscc!.ToLowerInvariant() }))).Is(201);
        var told = (await city.Service.EventsAsync(id))[^1].Payload.GetProperty("project");
        Assert.Equal((submission.Uscc, submission.EnterpriseName), (Text(told, "uscc"), Text(told, "enterpriseName")));
        Assert.Equal("120000000.00", Text(told.GetProperty("contractAmount"), "amount"));
    }

    [Fact]
    public void The_openapi_document_is_the_kept_one() =>
        OpenApiDocument.IsKept(city.Service, "services/projects/Qibin.Crm.Projects");

    internal static string Day(DateOnly on) => on.ToString("O", CultureInfo.InvariantCulture);

    internal static string Text(JsonElement json, string member) => json.GetProperty(member).GetString()!;
}
