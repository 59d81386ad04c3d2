using System.Text.Json;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Projects.Tests;

/// <summary>Facts that are corrected without evidence.</summary>
public sealed class AmendTests(City city) : IClassFixture<City>
{
    [Fact]
    public async Task A_merge_patch_sets_what_it_names_and_removes_what_it_names_null()
    {
        var id = await city.OpenedAsync();
        var first = (await city.As(city.Officer).PatchAsync(
            $"/api/v1/projects/{id}",
            new
            {
                name = "卫星数据中心二期（虚构）",
                nodeCode = "xinchuang.databases",
                kind = "land",
                place = "科创新城东区",
                areaMu = 120.55m,
                content = "建设数据处理中心",
                plannedStartOn = city.Today.AddDays(90),
                expectedOutput = City.Cny(500_000_000),
                expectedTax = City.Cny(30_000_000),
                expectedJobs = 300,
            },
            await city.ETagAsync(id))).Is(200);
        var project = await city.GetAsync(id);
        Assert.Equal(first.ETag, project.ETag);
        Assert.Equal(
            ("卫星数据中心二期（虚构）", "xinchuang", "xinchuang.databases", "land", 120.55m, 300, JourneyTests.Day(city.Today.AddDays(90))),
            (JourneyTests.Text(project.Json, "name"), JourneyTests.Text(project.Json, "chainCode"),
                JourneyTests.Text(project.Json, "nodeCode"),
             JourneyTests.Text(project.Json, "kind"), project.Json.GetProperty("areaMu")
                 .GetDecimal(), project.Json.GetProperty("expectedJobs").GetInt32(),
             JourneyTests.Text(project.Json, "plannedStartOn")));
        Assert.Equal("ProjectAmended", (await city.Service.EventsAsync(id))[^1].Type);

        (await city.As(city.Officer).PatchAsync($"/api/v1/projects/{id}", """{"nodeCode":null,"expectedTax":null}""", first.ETag)).Is(200);
        var after = (await city.GetAsync(id)).Json;
        Assert.Equal(
            (JsonValueKind.Null, JsonValueKind.Null, JsonValueKind.Null, "land"),
            (after.GetProperty("nodeCode").ValueKind, after.GetProperty("chainCode").ValueKind, after.GetProperty("expectedTax").ValueKind,
                JourneyTests.Text(after, "kind")));
    }

    [Theory]
    [InlineData("""{"name":null}""", "/name", "value.required")]
    [InlineData("""{"name":"  "}""", "/name", "value.required")]
    [InlineData("""{"name":""}""", "/name", "value.required")]
    [InlineData("""{"nodeCode":"satellite.moon"}""", "/nodeCode", "chain.unknownNode")]
    [InlineData("""{"areaMu":-1}""", "/areaMu", "value.range")]
    [InlineData("""{"areaMu":1.005}""", "/areaMu", "number.decimals")]
    [InlineData("""{"expectedOutput":{"amount":"0","currency":"CNY"}}""", "/expectedOutput", "money.positive")]
    [InlineData("""{"plannedStartOn":"1999-12-31"}""", "/plannedStartOn", "date.range")]
    [InlineData("""{"stage":"signed"}""", "/stage", "json.unknownProperty")]
    public async Task What_breaks_its_shape_is_refused_by_name(string patch, string pointer, string code)
    {
        var id = await city.OpenedAsync();
        var refused = (await city.As(city.Officer).PatchAsync($"/api/v1/projects/{id}", patch, "\"1\"")).IsProblem(400, "request.invalid");
        var error = refused.Json.GetProperty("errors")[0];
        Assert.Equal((pointer, code), (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task A_new_owner_is_an_active_officer_and_brings_the_unit()
    {
        var id = await city.OpenedAsync();
        var gone = TestCaller.Officer(City.Unit);
        await city.PlaceAsync(gone, active: false);
        (await city.As(city.Officer).PatchAsync($"/api/v1/projects/{id}", new { ownerId = city.Colleague.Id }, "\"1\""))
            .IsProblem(403, "project.ownerRole");
        (await city.As(city.ProjectOfficer).PatchAsync($"/api/v1/projects/{id}", new { ownerId = city.Colleague.Id }, "\"1\""))
            .IsProblem(403, "project.ownerRole");
        (await city.As(city.UnitHead).PatchAsync($"/api/v1/projects/{id}", new { ownerId = gone.Id }, "\"1\""))
            .IsProblem(409, "project.officerUnknown");
        (await city.As(city.UnitHead).PatchAsync($"/api/v1/projects/{id}", new { ownerId = City.NewId() }, "\"1\""))
            .IsProblem(409, "project.officerUnknown");
        (await city.As(city.UnitHead).PatchAsync($"/api/v1/projects/{id}", new { ownerId = city.ForeignHead.Id }, "\"1\"")).Is(200);
        var project = (await city.GetAsync(id)).Json;
        Assert.Equal((city.ForeignHead.Id, city.ForeignHead.UnitId),
            (project.GetProperty("ownerId").GetGuid(), project.GetProperty("unitId").GetGuid()));
        (await city.As(city.Officer).GetAsync($"/api/v1/projects/{id}")).IsProblem(404, "resource.notFound");
    }

    [Fact]
    public async Task A_project_becomes_confidential_with_named_readers_of_whom_the_owner_is_one()
    {
        var id = await city.OpenedAsync();
        (await city.As(city.Officer)
            .PatchAsync($"/api/v1/projects/{id}", new { confidential = true, readers = new[] { city.Leader.Id } }, "\"1\""))
            .IsProblem(403, "project.ownerRole");
        (await city.As(city.Coordinator).PatchAsync($"/api/v1/projects/{id}", new { confidential = true }, "\"1\""))
            .IsProblem(409, "project.readersNeeded");
        (await city.As(city.Coordinator)
            .PatchAsync($"/api/v1/projects/{id}", new { confidential = true, readers = new[] { City.NewId() } }, "\"1\""))
            .IsProblem(409, "project.officerUnknown");
        (await city.As(city.Coordinator)
            .PatchAsync($"/api/v1/projects/{id}", new { confidential = true, readers = new[] { city.Leader.Id } }, "\"1\"")).Is(200);
        (await city.As(city.Coordinator).GetAsync($"/api/v1/projects/{id}")).IsProblem(404, "resource.notFound");
        (await city.As(city.Officer).GetAsync($"/api/v1/projects/{id}")).Is(200);
        var readers = (await city.GetAsync(id, city.Leader)).Json.GetProperty("readers").EnumerateArray().Select(r => r.GetGuid());
        Assert.Equal(new[] { city.Leader.Id, city.Officer.Id }.Order(), readers.Order());
    }

    [Fact]
    public async Task A_change_names_the_version_it_read_and_a_read_is_saved_by_it()
    {
        var id = await city.OpenedAsync();
        var patch = new { name = "改名（虚构）" };
        (await city.As(city.Officer).PatchAsync($"/api/v1/projects/{id}", patch)).IsProblem(428, "ifMatch.required");
        (await city.As(city.Officer).PatchAsync($"/api/v1/projects/{id}", patch, "\"9\"")).IsProblem(412, "ifMatch.stale");
        (await city.As(city.Officer).PatchAsync($"/api/v1/projects/{id}", patch, "1")).IsProblem(400, "ifMatch.malformed");
        (await city.As(city.Officer).PatchAsync($"/api/v1/projects/{id}", patch, "\"1\"", key: ""))
            .IsProblem(400, "idempotency.keyMissing");
        (await city.As(city.Officer).PatchAsync($"/api/v1/projects/{id}", patch, "\"1\"")).Is(200);
        foreach (var path in new[] { "status", "step-back", "contract-amount" })
        {
            (await city.As(city.UnitHead).PostAsync($"/api/v1/projects/{id}/{path}", Body(path))).IsProblem(428, "ifMatch.required");
            (await city.As(city.UnitHead).PostAsync($"/api/v1/projects/{id}/{path}", Body(path), "\"1\"")).IsProblem(412, "ifMatch.stale");
        }

        (await city.As(city.Officer).GetAsync($"/api/v1/projects/{id}", ifNoneMatch: "\"2\"")).Is(304);
        (await city.As(city.Officer).GetAsync($"/api/v1/projects/{id}", ifNoneMatch: "\"1\"")).Is(200);
    }

    private static object Body(string path) => path switch
    {
        "status" => new { status = "suspended", reason = "x" },
        "step-back" => new { to = "negotiating", reason = "x" },
        _ => new { amount = City.Cny(1), reason = "x" },
    };
}
