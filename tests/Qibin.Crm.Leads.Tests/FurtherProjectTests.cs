using System.Text.Json;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

/// <summary>The investor of a converted lead wants a further project: a lead of its own that continues the first one.</summary>
public sealed class FurtherProjectTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    [Fact]
    public async Task T4_A_converted_lead_has_a_further_project_with_a_journey_of_its_own()
    {
        var unit = NewId();
        var (me, helper) = (await leads.PlacedAsync(TestCaller.Officer(unit)), await leads.PlacedAsync(TestCaller.Officer(NewId())));
        var client = leads.As(me);
        var origin = await ConvertedAsync(client, ("occurredOn", leads.Today.AddDays(-30)), ("nodeCode", "satellite.data"),
            ("sourceRegion", "110000"), ("estimatedInvestment", new { amount = "90000000.00", currency = "CNY" }));
        var path = LeadsFixture.Path(origin);
        (await client.PatchAsync(path, new { collaborators = new[] { helper.Id } }, origin.ETag)).Is(200);
        var before = (await client.GetAsync(path)).Is(200);
        var person = (await client.GetAsync($"/api/v1/investors/{before.Json.GetProperty("investorId").GetGuid()}/people"))
            .Is(200).Json.GetProperty("items")[0].GetProperty("id").GetGuid();

        var made = (await client.PostAsync(path + "/further-projects", Body(
            ("occurredOn", leads.Today.AddDays(-2)), ("personId", person), ("title", "二期"),
            ("estimatedInvestment", new { amount = "20000000.00", currency = "CNY" })))).Is(201);

        Assert.Equal($"/api/v1/leads/{made.Id}", made.Headers.Location?.OriginalString);
        var further = (await client.GetAsync(LeadsFixture.Path(made))).Is(200);
        foreach (var same in new[] { "investorId", "investorName", "ownerId", "unitId", "nodeCode", "chainCode", "sourceRegion" })
        {
            Assert.Equal(before.Json.GetProperty(same).GetString(), further.Json.GetProperty(same).GetString());
        }

        Assert.Equal(
            (origin.Id, "converted", "二期", "20000000.00", 1, leads.Today.AddDays(-2), helper.Id),
            (further.Json.GetProperty("originLeadId").GetGuid(), further.Json.GetProperty("stage").GetString(),
                further.Json.GetProperty("title").GetString(),
                further.Json.GetProperty("estimatedInvestment").GetProperty("amount").GetString(),
                further.Json.GetProperty("contactCount").GetInt32(),
                further.Json.GetProperty("firstContactOn").Deserialize<DateOnly>(),
                further.Json.GetProperty("collaborators")[0].GetGuid()));
        Assert.Equal(made.Json.GetProperty("projectId").GetGuid(), further.Json.GetProperty("project").GetProperty("id").GetGuid());
        Assert.Equal(
            ["new", "converted"],
            (await client.GetAsync(LeadsFixture.Path(made) + "/history")).Is(200).Json.EnumerateArray()
                .Select(e => e.GetProperty("stage").GetString()));
        Assert.Equal(
            [(1L, "LeadOpened", "new"), (1L, "ContactRecorded", "new"), (2L, "LeadConverted", "converted")],
            (await leads.Service.EventsAsync(made.Id))
                .Select(e => (e.Version, e.Type, e.Payload.GetProperty("lead").GetProperty("stage").GetString()!)));
        Assert.Equal(before.ETag, (await client.GetAsync(path)).Is(200).ETag);
        var listed = (await client.GetAsync($"/api/v1/leads?originLeadId={origin.Id}")).Is(200).Json.GetProperty("items");
        Assert.Equal(made.Id, Assert.Single(listed.EnumerateArray()).GetProperty("id").GetGuid());
        (await client.PatchAsync(LeadsFixture.Path(made), new { title = "二期扩产" }, made.ETag)).Is(200);
    }

    [Fact]
    public async Task T4_A_further_project_is_refused_where_there_is_no_first_one_or_it_would_come_before()
    {
        var client = leads.As(await leads.PlacedAsync(TestCaller.Officer()));
        var following = await leads.FollowedAsync(client);
        var converted = await ConvertedAsync(client);
        var counted = await leads.Service.CountAsync("select count(*) from lead");
        (await client.PostAsync(LeadsFixture.Path(following) + "/further-projects", Body())).IsProblem(409, "lead.notConverted");
        var path = LeadsFixture.Path(converted) + "/further-projects";
        (await client.PostAsync(path, Body(("occurredOn", leads.Today.AddDays(-1))))).IsProblem(409, "lead.stageDateOrder");
        (await client.PostAsync(path, Body(("occurredOn", leads.Today.AddDays(1))))).IsProblem(400, "request.invalid");
        (await client.PostAsync(path, Body(("personId", NewId())))).IsProblem(409, "person.unknown");
        (await client.PostAsync(path, Body(("projectName", " ")))).IsProblem(400, "request.invalid");
        (await client.PostAsync(path, Body(("nodeCode", "none.such")))).IsProblem(400, "request.invalid");
        (await leads.As(TestCaller.Officer()).PostAsync(path, Body())).IsProblem(404, "resource.notFound");
        (await leads.As(TestCaller.Person(Roles.Leader)).PostAsync(path, Body())).IsProblem(403, "auth.forbidden");
        Assert.Equal(counted, await leads.Service.CountAsync("select count(*) from lead"));
    }

    [Fact]
    public async Task T4_A_further_project_of_a_confidential_lead_has_the_same_readers()
    {
        var unit = NewId();
        var me = await leads.PlacedAsync(TestCaller.Officer(unit));
        var head = await leads.PlacedAsync(TestCaller.Person(Roles.UnitHead, Reach.Subtree, unit));
        var client = leads.As(me);
        var origin = await ConvertedAsync(client);
        (await leads.As(head).PatchAsync(
            LeadsFixture.Path(origin), new { confidential = true, readers = new[] { head.Id } }, origin.ETag)).Is(200);

        var made = (await client.PostAsync(LeadsFixture.Path(origin) + "/further-projects", Body())).Is(201);

        var further = (await leads.As(head).GetAsync(LeadsFixture.Path(made))).Is(200).Json;
        Assert.Equal(
            new[] { me.Id, head.Id }.Order(), further.GetProperty("readers").Deserialize<Guid[]>()!.Order());
        (await leads.As(TestCaller.Person(Roles.Leader)).GetAsync(LeadsFixture.Path(made))).IsProblem(404, "resource.notFound");
        Assert.All(await leads.Service.EventsAsync(made.Id),
            e => Assert.True(e.Payload.GetProperty("lead").GetProperty("confidential").GetBoolean()));
    }

    [Fact]
    public async Task T4_A_further_project_does_not_name_a_first_one_that_the_reader_may_not_read()
    {
        var unit = NewId();
        var me = await leads.PlacedAsync(TestCaller.Officer(unit));
        var head = await leads.PlacedAsync(TestCaller.Person(Roles.UnitHead, Reach.Subtree, unit));
        var client = leads.As(me);
        var leader = leads.As(TestCaller.Person(Roles.Leader));
        var origin = await ConvertedAsync(client);
        var made = (await client.PostAsync(LeadsFixture.Path(origin) + "/further-projects", Body())).Is(201);
        Assert.Equal(origin.Id, await OriginAsync(leader));
        (await leads.As(head).PatchAsync(
            LeadsFixture.Path(origin), new { confidential = true, readers = new[] { head.Id } }, origin.ETag)).Is(200);
        Assert.Null(await OriginAsync(leader));
        Assert.Equal(origin.Id, await OriginAsync(client));
        Assert.All(await leads.Service.EventsAsync(made.Id),
            e => Assert.DoesNotContain(origin.Id.ToString(), e.Payload.GetRawText(), StringComparison.Ordinal));

        async Task<Guid?> OriginAsync(ApiClient reader) =>
            (await reader.GetAsync(LeadsFixture.Path(made))).Is(200).Json.TryGetProperty("originLeadId", out var id)
            && id.ValueKind == JsonValueKind.String ? id.GetGuid() : null;
    }

    [Fact]
    public async Task T4_Two_further_projects_at_once_are_two_and_one_key_is_one()
    {
        var client = leads.As(await leads.PlacedAsync(TestCaller.Officer()));
        var origin = await ConvertedAsync(client);
        var path = LeadsFixture.Path(origin) + "/further-projects";
        var both = await Task.WhenAll(client.PostAsync(path, Body()), client.PostAsync(path, Body(("projectName", "三期"))));
        Assert.Equal(2, both.Select(b => b.Is(201).Json.GetProperty("projectId").GetGuid()).Distinct().Count());
        var key = NewId().ToString();
        var twice = new[] { await client.PostAsync(path, Body(), key: key), await client.PostAsync(path, Body(), key: key) };
        Assert.Equal(twice[0].Is(201).Id, twice[1].Is(201).Id);
        Assert.Equal(3, (await client.GetAsync($"/api/v1/leads?originLeadId={origin.Id}")).Is(200).Json.GetProperty("items")
            .GetArrayLength());
    }

    private async Task<Answer> ConvertedAsync(ApiClient client, params (string Name, object? Value)[] with)
    {
        var lead = await leads.FollowedAsync(client, with);
        var on = with.FirstOrDefault(w => w.Name == "occurredOn").Value ?? leads.Today;
        (await client.PostAsync(LeadsFixture.Path(lead) + "/conversion", new { projectName = "一期", occurredOn = on }, lead.ETag)).Is(201);
        return (await client.GetAsync(LeadsFixture.Path(lead))).Is(200);
    }

    private static Dictionary<string, object?> Body(params (string Name, object? Value)[] with)
    {
        var body = new Dictionary<string, object?>
        {
            ["projectName"] = "二期",
            ["channel"] = "phone",
            ["summary"] = "对方提出扩产，另选地块",
        };
        foreach (var (name, value) in with)
        {
            body[name] = value;
        }

        return body;
    }

    private static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
}
