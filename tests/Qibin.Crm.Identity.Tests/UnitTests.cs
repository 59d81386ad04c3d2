using Qibin.Crm.Kernel;

namespace Qibin.Crm.Identity.Tests;

public sealed class UnitTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    [Fact]
    public async Task The_tree_shows_each_unit_under_its_parent()
    {
        var tree = (await (await identity.AsAsync(Roles.Officer)).GetAsync("/api/v1/units/tree")).Is(200).Json.GetProperty("units")
            .EnumerateArray()
            .Select(u => (u.GetProperty("unit").GetProperty("code").GetString(), u.GetProperty("depth").GetInt32())).ToList();
        Assert.Equal(tree.IndexOf(("satellite", 1)) + 1, tree.IndexOf(("satellite-1", 2)));
        Assert.Equal(tree.IndexOf(("district", 0)) + 1, tree.IndexOf(("satellite", 1)));
    }

    [Fact]
    public async Task A_unit_is_defined_renamed_and_moved_and_the_other_services_are_told()
    {
        var admin = await identity.AsAsync(Roles.Administrator);
        var (district, services) = (await IdAsync("district"), await IdAsync("services"));
        var made = (await admin.PostAsync("/api/v1/units", new { code = "zz-expo", name = "会展组", parentId = district })).Is(201);
        (await admin.PatchAsync($"/api/v1/units/{made.Id}", new { name = "会展中心", nameEn = "Expo", parentId = services }, ifMatch: "\"1\""))
            .Is(200);
        var read = (await admin.GetAsync($"/api/v1/units/{made.Id}")).Is(200);
        Assert.Equal("\"2\"", read.ETag);
        (await admin.GetAsync($"/api/v1/units/{made.Id}", ifNoneMatch: "\"2\"")).Is(304);
        var events = await identity.Service.EventsAsync(made.Id);
        Assert.Equal([("UnitDefined", 1L), ("UnitDefined", 2L)], events.Select(e => (e.Type, e.Version)));
        Assert.Equal(services, events[1].Payload.GetProperty("parentId").GetGuid());
        Assert.Equal("会展中心", events[1].Payload.GetProperty("name").GetString());
        (await admin.PostAsync("/api/v1/units", new { code = "zz-expo", name = "重复" })).IsProblem(409, "unit.codeTaken");
        (await admin.PostAsync("/api/v1/units", new { code = "UPPER", name = "x" })).IsProblem(400, "request.invalid");
        (await admin.PostAsync("/api/v1/units", new { code = "orphan", name = "x", parentId = made.Id })).Is(201);
        (await (await identity.AsAsync(Roles.Leader)).PostAsync("/api/v1/units", new { code = "mine", name = "x" }))
            .IsProblem(403, "auth.forbidden");
    }

    [Fact]
    public async Task A_unit_does_not_move_under_itself_or_below()
    {
        var admin = await identity.AsAsync(Roles.Administrator);
        var (satellite, below) = (await IdAsync("satellite"), await IdAsync("satellite-1"));
        (await admin.PatchAsync($"/api/v1/units/{satellite}", new { parentId = below }, ifMatch: "\"1\"")).IsProblem(409, "unit.cycle");
        (await admin.PatchAsync($"/api/v1/units/{satellite}", new { parentId = satellite }, ifMatch: "\"1\"")).IsProblem(409, "unit.cycle");
        (await admin.PatchAsync($"/api/v1/units/{satellite}", new { parentId = Guid.Empty }, ifMatch: "\"1\""))
            .IsProblem(400, "request.invalid");
        Assert.Single(await identity.Service.EventsAsync(satellite));
    }

    [Fact]
    public async Task Two_moves_at_once_make_no_cycle()
    {
        var admin = await identity.AsAsync(Roles.Administrator);
        for (var round = 0; round < 5; round++)
        {
            var a = (await admin.PostAsync("/api/v1/units", new { code = $"a{round}", name = "甲" })).Is(201).Id;
            var b = (await admin.PostAsync("/api/v1/units", new { code = $"b{round}", name = "乙" })).Is(201).Id;
            var moves = await Task.WhenAll(
                admin.PatchAsync($"/api/v1/units/{a}", new { parentId = b }, ifMatch: "\"1\""),
                admin.PatchAsync($"/api/v1/units/{b}", new { parentId = a }, ifMatch: "\"1\""));
            Assert.Equal([200, 409], moves.Select(m => m.Status).Order());
        }
    }

    private Task<Guid> IdAsync(string code) => identity.ValueAsync<Guid>("select id from unit where code = $1", code);
}
