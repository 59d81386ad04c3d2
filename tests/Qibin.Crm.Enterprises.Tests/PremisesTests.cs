using System.Text.Json;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Enterprises.Tests;

public class PremisesTests(EnterprisesFixture enterprises) : IClassFixture<EnterprisesFixture>
{
    [Fact]
    public async Task A_park_has_buildings_and_a_building_has_spaces_with_all_their_figures()
    {
        var officer = enterprises.Officer;
        var park = (await officer.PostAsync("/api/v1/premises/parks", new
        {
            name = enterprises.NewName("示例科创园"),
            address = "淇滨区",
            at = new { longitude = 114.297305m, latitude = 35.748236m },
        })).Is(201);
        var building = (await officer.PostAsync(
            "/api/v1/premises/buildings", new { parkId = park.Id, name = "1 号楼", floors = 12, basements = 2 })).Is(201);
        var space = (await officer.PostAsync("/api/v1/premises/spaces", new
        {
            buildingId = building.Id,
            name = "1-301",
            floor = 3,
            area = 256.75m,
            height = 4.5m,
            floorLoad = 7.5m,
            power = 250m,
            rent = new { amount = "28.50", currency = "CNY" },
        })).Is(201);

        var read = (await officer.GetAsync(space.Headers.Location!.ToString())).Is(200).Json;
        Assert.Equal(park.Id, read.GetProperty("parkId").GetGuid());
        Assert.Equal(256.75m, read.GetProperty("area").GetDecimal());
        Assert.Equal(7.5m, read.GetProperty("floorLoad").GetDecimal());
        Assert.Equal("28.50", read.GetProperty("rent").GetProperty("amount").GetString());
        Assert.Equal("available", read.GetProperty("state").GetString());
        Assert.Equal(JsonValueKind.Null, read.GetProperty("at").ValueKind);
        Assert.Equal(114.297305m, (await officer.GetAsync($"/api/v1/premises/parks/{park.Id}")).Json.GetProperty("at")
            .GetProperty("longitude").GetDecimal());
        var buildings = (await officer.GetAsync($"/api/v1/premises/buildings?parkId={park.Id}")).Is(200).Json.GetProperty("items");
        Assert.Equal(building.Id, Assert.Single(buildings.EnumerateArray()).GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task Names_are_unique_in_their_place_and_floors_are_those_of_the_building()
    {
        var officer = enterprises.Officer;
        var name = enterprises.NewName("示例园");
        var park = (await officer.PostAsync("/api/v1/premises/parks", new { name })).Is(201).Id;
        (await officer.PostAsync("/api/v1/premises/parks", new { name })).IsProblem(409, "premises.nameTaken");
        var building = (await officer.PostAsync(
            "/api/v1/premises/buildings", new { parkId = park, name = "2 号楼", floors = 3, basements = 1 })).Is(201).Id;
        (await officer.PostAsync("/api/v1/premises/buildings", new { parkId = park, name = "2 号楼", floors = 3 }))
            .IsProblem(409, "premises.nameTaken");
        (await officer.PostAsync("/api/v1/premises/buildings", new { parkId = EnterprisesFixture.NewId(), name = "3 号楼", floors = 3 }))
            .Is(400);
        foreach (var (floor, status) in ((int, int)[])[(3, 201), (-1, 201), (4, 409), (0, 409), (-2, 409)])
        {
            var answer = await officer.PostAsync(
                "/api/v1/premises/spaces", new { buildingId = building, name = $"U{floor}", floor, area = 10 });
            Assert.Equal(status, answer.Status);
        }

        (await officer.PostAsync("/api/v1/premises/spaces", new { buildingId = building, name = "U3", floor = 1, area = 10 }))
            .IsProblem(409, "premises.nameTaken");
        var path = $"/api/v1/premises/buildings/{building}";
        (await officer.PatchAsync(path, new { floors = 2 }, "\"1\"")).IsProblem(409, "premises.floorInUse");
        (await officer.PatchAsync(path, new { basements = 0 }, "\"1\"")).IsProblem(409, "premises.floorInUse");
        (await officer.PatchAsync(path, new { floors = 5 }, "\"1\"")).Is(200);
        (await officer.PatchAsync(path, new { floors = 6 }, "\"1\"")).IsProblem(412, "ifMatch.stale");
    }

    [Fact]
    public async Task A_patch_changes_a_space_and_null_takes_a_figure_away()
    {
        var officer = enterprises.Officer;
        var id = await enterprises.SpaceAsync();
        var path = $"/api/v1/premises/spaces/{id}";

        (await officer.PatchAsync(
            path, """{"rent":{"amount":"30","currency":"CNY"},"height":3.6,"at":{"longitude":114.3,"latitude":35.7}}""", "\"1\"")).Is(200);
        var second = (await officer.GetAsync(path)).Is(200);
        Assert.Equal("30.00", second.Json.GetProperty("rent").GetProperty("amount").GetString());
        Assert.Equal(114.3m, second.Json.GetProperty("at").GetProperty("longitude").GetDecimal());
        (await officer.PatchAsync(path, """{"rent":null,"at":null,"state":"underRepair"}""", second.ETag)).Is(200);
        var third = (await officer.GetAsync(path)).Is(200).Json;
        Assert.Equal(JsonValueKind.Null, third.GetProperty("rent").ValueKind);
        Assert.Equal(JsonValueKind.Null, third.GetProperty("at").ValueKind);
        Assert.Equal("underRepair", third.GetProperty("state").GetString());
        Assert.Equal(3.6m, third.GetProperty("height").GetDecimal());
        (await officer.PatchAsync(path, """{"area":null}""", "\"3\"")).Is(400);
        (await officer.PatchAsync(path, """{"area":10.001}""", "\"3\"")).Is(400);
        (await officer.PatchAsync(path, """{"floor":9}""", "\"3\"")).IsProblem(409, "premises.floorUnknown");
        var park = $"/api/v1/premises/parks/{third.GetProperty("parkId").GetGuid()}";
        (await officer.PatchAsync(park, new { name = enterprises.NewName("改名园区") }, "\"1\"")).Is(200);
        (await enterprises.Service.As(TestCaller.Officer()).PatchAsync(park, new { name = "x" }, "\"2\"")).IsProblem(403, "auth.forbidden");
    }

    [Fact]
    public async Task Spaces_come_in_batches_each_by_itself_or_all_together()
    {
        var building = await enterprises.BuildingAsync();
        object[] items = [new { buildingId = building, name = "B-1", floor = 1, area = 10 },
            new { buildingId = building, name = "B-1", floor = 1, area = 10 }, new { name = "B-2" }];

        (await enterprises.Officer.PostAsync("/api/v1/premises/spaces/batch", new { mode = "atomic", items }))
            .IsProblem(409, "batch.refused");
        Assert.Equal(0, await CountAsync(building));

        var each = (await enterprises.Officer.PostAsync("/api/v1/premises/spaces/batch", new { mode = "each", items }))
            .Is(200).Json.GetProperty("results");
        Assert.Equal([201, 409, 400], each.EnumerateArray().Select(r => r.GetProperty("status").GetInt32()));
        Assert.Equal("premises.nameTaken", each[1].GetProperty("problem").GetProperty("code").GetString());
        Assert.Equal(1, await CountAsync(building));
    }

    [Fact]
    public async Task Spaces_are_found_by_place_size_and_whether_they_are_free_on_a_day()
    {
        var building = await enterprises.BuildingAsync();
        var (small, large, repaired) = (
            await enterprises.SpaceAsync(building, 50), await enterprises.SpaceAsync(building, 500),
            await enterprises.SpaceAsync(building, 100));
        (await enterprises.Officer.PatchAsync($"/api/v1/premises/spaces/{repaired}", new { state = "closed" }, "\"1\"")).Is(200);
        var day = enterprises.Today.AddDays(-100);
        await enterprises.MovedInAsync(await enterprises.EnterpriseAsync(), [large], day);

        async Task<Guid[]> FindAsync(string filter) =>
            [.. (await enterprises.Officer.GetAsync($"/api/v1/premises/spaces?buildingId={building}&sort=area&{filter}")).Is(200)
                .Json.GetProperty("items").EnumerateArray().Select(u => u.GetProperty("id").GetGuid())];

        Assert.Equal([small, repaired, large], await FindAsync(""));
        Assert.Equal([small, repaired], await FindAsync("areaFrom=50&areaTo=100"));
        Assert.Equal([small], await FindAsync("free=true"));
        Assert.Equal([small], await FindAsync($"free=true&on={EnterprisesFixture.Iso(day)}"));
        Assert.Equal([small, large], await FindAsync($"free=true&on={EnterprisesFixture.Iso(day.AddDays(-1))}"));
        Assert.Equal([repaired, large], await FindAsync("free=false"));
        Assert.Equal([repaired], await FindAsync("state=closed,underRepair"));
        (await enterprises.Officer.GetAsync("/api/v1/premises/spaces?state=burnt")).Is(400);
    }

    [Fact]
    public async Task Vacancy_and_idle_days_of_a_building_are_told_for_a_day()
    {
        var building = await enterprises.BuildingAsync();
        var (let, was, never) = (
            await enterprises.SpaceAsync(building, 300), await enterprises.SpaceAsync(building, 100),
            await enterprises.SpaceAsync(building, 200));
        var today = enterprises.Today;
        await enterprises.MovedInAsync(await enterprises.EnterpriseAsync(), [let], today.AddDays(-400));
        var (_, tenancy) = await enterprises.MovedInAsync(await enterprises.EnterpriseAsync(), [was], today.AddDays(-300));
        (await enterprises.EndAsync(tenancy, today.AddDays(-40))).Is(200);

        var now = (await enterprises.Officer.GetAsync($"/api/v1/premises/buildings/{building}/vacancy")).Is(200).Json;
        Assert.Equal(3, now.GetProperty("spaces").GetInt32());
        Assert.Equal(300m, now.GetProperty("freeArea").GetDecimal());
        Assert.Equal(0.5m, now.GetProperty("vacancyRate").GetDecimal());
        Assert.Equal([never, was], now.GetProperty("idle").EnumerateArray().Select(u => u.GetProperty("spaceId").GetGuid()));
        Assert.Equal(40, now.GetProperty("idle")[1].GetProperty("idleDays").GetInt32());
        Assert.Equal(today.DayNumber - today.AddYears(-3).DayNumber, now.GetProperty("idle")[0].GetProperty("idleDays").GetInt32());

        var then = (await enterprises.Officer.GetAsync(
            $"/api/v1/premises/buildings/{building}/vacancy?on={EnterprisesFixture.Iso(today.AddDays(-100))}")).Is(200).Json;
        Assert.Equal([never], then.GetProperty("idle").EnumerateArray().Select(u => u.GetProperty("spaceId").GetGuid()));
        Assert.Equal(0.3333m, then.GetProperty("vacancyRate").GetDecimal());
        (await enterprises.Officer.GetAsync($"/api/v1/premises/buildings/{EnterprisesFixture.NewId()}/vacancy"))
            .IsProblem(404, "resource.notFound");
    }

    private Task<long> CountAsync(Guid building) =>
        enterprises.Service.CountAsync($"select count(*) from space where building_id = '{building}'");
}
