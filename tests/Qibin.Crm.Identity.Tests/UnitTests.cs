using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

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

    [Fact]
    public async Task T16_A_unit_that_nobody_was_ever_in_goes_into_the_bin_and_comes_back_and_the_other_services_are_told()
    {
        const string Reason = "与会展组重复";
        var admin = await identity.AsAsync(Roles.Administrator);
        var parent = (await admin.PostAsync("/api/v1/units", new { code = "t16-parent", name = "误建上级" })).Is(201);
        var unit = (await admin.PostAsync("/api/v1/units", new { code = "t16", name = "误建部门", parentId = parent.Id })).Is(201);
        var path = $"/api/v1/units/{unit.Id}";
        var before = (await admin.GetAsync(path)).Is(200).Json.GetProperty("name").GetString();
        (await admin.PostAsync(path + "/removal", new { reason = Reason })).IsProblem(428, "ifMatch.required");
        (await admin.PostAsync(path + "/removal", new { reason = Reason }, "\"9\"")).IsProblem(412, "ifMatch.stale");
        (await admin.PostAsync(path + "/removal", new { }, unit.ETag)).IsProblem(400, "request.invalid");
        (await (await identity.AsAsync(Roles.Coordinator)).PostAsync(path + "/removal", new { reason = Reason }, unit.ETag))
            .IsProblem(403, "auth.forbidden");
        (await admin.PostAsync($"/api/v1/units/{parent.Id}/removal", new { reason = Reason }, parent.ETag)).IsProblem(409, "unit.hasUnits");

        (await admin.PostAsync(path + "/removal", new { reason = Reason }, unit.ETag)).Is(200);
        (await admin.GetAsync(path)).IsProblem(404, "resource.notFound");
        Assert.DoesNotContain(unit.Id.ToString(), (await admin.GetAsync("/api/v1/units/tree")).Is(200).Body, StringComparison.Ordinal);
        (await admin.PostAsync("/api/v1/units", new { code = "t16-below", name = "x", parentId = unit.Id }))
            .IsProblem(400, "request.invalid");
        var item = Assert.Single(
            (await admin.GetAsync("/api/v1/units/bin")).Is(200).Json.GetProperty("items").EnumerateArray(),
            i => i.GetProperty("id").GetGuid() == unit.Id);
        Assert.Equal(("t16", Reason), (item.GetProperty("code").GetString(), item.GetProperty("reason").GetString()));

        (await admin.PostAsync($"/api/v1/units/{parent.Id}/removal", new { reason = Reason }, parent.ETag)).Is(200);
        (await admin.PostAsync(path + "/restoration")).IsProblem(409, "unit.parentRemoved");
        (await admin.PostAsync($"/api/v1/units/{parent.Id}/restoration")).Is(201);
        var other = (await admin.PostAsync("/api/v1/units", new { code = "t16", name = "同代码部门" })).Is(201);
        (await admin.PostAsync(path + "/restoration")).IsProblem(409, "unit.codeTaken");
        (await admin.PostAsync($"/api/v1/units/{other.Id}/removal", new { reason = Reason }, other.ETag)).Is(200);

        var restored = (await admin.PostAsync(path + "/restoration")).Is(201);
        Assert.Equal((path, "\"3\""), (restored.Headers.Location!.OriginalString, restored.ETag));
        var read = (await admin.GetAsync(path)).Is(200);
        Assert.Equal((before, parent.Id, restored.ETag),
            (read.Json.GetProperty("name").GetString(), read.Json.GetProperty("parentId").GetGuid(), read.ETag));
        Assert.Equal(
            [(1L, false), (2L, true), (3L, false)],
            (await identity.Service.EventsAsync(unit.Id)).Select(e => (e.Version, e.Payload.GetProperty("removed").GetBoolean())));
        (await admin.PostAsync(path + "/restoration")).IsProblem(404, "resource.notFound");
        Assert.Equal(1, await identity.Service.CountAsync(
            $"""
            select count(*) from api.audit_entry
            where operation = 'removeUnit' and reason = '{Reason}' and subjects::text like '%{unit.Id}%'
            """));
    }

    [Fact]
    public async Task T16_A_unit_that_somebody_is_or_was_in_stays_also_when_both_happen_at_once()
    {
        var admin = await identity.AsAsync(Roles.Administrator);
        var satellite = await IdAsync("satellite-1");
        (await admin.PostAsync($"/api/v1/units/{satellite}/removal", new { reason = "误建" }, "\"1\"")).IsProblem(409, "unit.hadPeople");

        var left = (await admin.PostAsync("/api/v1/units", new { code = "t16-left", name = "已无人员" })).Is(201);
        var person = (await PlaceAsync("t16.left", left.Id)).Is(201);
        (await admin.PatchAsync($"/api/v1/users/{person.Id}", new { unitId = satellite }, person.ETag)).Is(200);
        (await admin.PostAsync($"/api/v1/units/{left.Id}/removal", new { reason = "误建" }, left.ETag)).IsProblem(409, "unit.hadPeople");

        for (var round = 0; round < 6; round++)
        {
            var unit = (await admin.PostAsync("/api/v1/units", new { code = $"t16-race{round}", name = "同时" })).Is(201);
            var answers = await Task.WhenAll(
                admin.PostAsync($"/api/v1/units/{unit.Id}/removal", new { reason = "误建" }, unit.ETag),
                PlaceAsync($"t16.race{round}", unit.Id));
            Assert.True(
                answers.Select(a => a.Status).ToArray() is [200, 400 or 409] or [409, 201], string.Join(' ', answers.Select(a => a.Body)));
        }

        Task<Answer> PlaceAsync(string userName, Guid unitId) => admin.PostAsync("/api/v1/users", new
        {
            userName,
            displayName = "示例",
            unitId,
            roles = new[] { Roles.Officer },
        });
    }

    [Fact]
    public async Task T16_After_thirty_days_a_removed_unit_is_erased()
    {
        var admin = await identity.AsAsync(Roles.Administrator);
        var unit = (await admin.PostAsync("/api/v1/units", new { code = "t16-late", name = "到期部门" })).Is(201);
        (await admin.PostAsync($"/api/v1/units/{unit.Id}/removal", new { reason = "误建" }, unit.ETag)).Is(200);
        await identity.Service.ExecuteAsync($"update removed_unit set due_at = now() - interval '1 second' where id = '{unit.Id}'");
        (await admin.PostAsync($"/api/v1/units/{unit.Id}/restoration")).IsProblem(404, "resource.notFound");
        Assert.DoesNotContain("t16-late", (await admin.GetAsync("/api/v1/units/bin")).Is(200).Body, StringComparison.Ordinal);
        await identity.Service.RunDueAsync();
        Assert.Equal(0, await identity.Service.CountAsync($"select count(*) from removed_unit where id = '{unit.Id}'"));
    }

    private Task<Guid> IdAsync(string code) => identity.ValueAsync<Guid>("select id from unit where code = $1", code);
}
