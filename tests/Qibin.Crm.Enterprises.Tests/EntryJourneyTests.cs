namespace Qibin.Crm.Enterprises.Tests;

public class EntryJourneyTests(EnterprisesFixture enterprises) : IClassFixture<EnterprisesFixture>
{
    [Fact]
    public async Task An_application_goes_from_draft_to_moved_in_and_left_and_tells_each_move()
    {
        var (enterpriseId, project) = await enterprises.RegisteredAsync();
        Guid[] spaces = [await enterprises.SpaceAsync(), await enterprises.SpaceAsync()];
        var day = enterprises.Today.AddDays(-60);

        var drafted = await enterprises.DraftAsync(enterpriseId, spaces, day.AddDays(30), day.AddYears(2), draftedOn: day);
        Assert.Matches("^EA-[0-9]{4}-[0-9]{6}$", drafted.Json.GetProperty("code").GetString());
        var id = drafted.Id;
        (await enterprises.StepAsync(id, "acceptance", new { on = day.AddDays(1) })).Is(200);
        (await enterprises.StepAsync(id, "review", EnterprisesFixture.Review(0.9, day.AddDays(2)))).Is(200);
        (await enterprises.StepAsync(id, "review", EnterprisesFixture.Review(0.8, day.AddDays(3)))).Is(200);
        (await enterprises.StepAsync(id, "approval", new { on = day.AddDays(4), opinion = "同意" }, enterprises.Approver)).Is(200);
        (await enterprises.StepAsync(id, "agreement", new { on = day.AddDays(5), agreementNumber = "RZ-001" })).Is(200);
        (await enterprises.StepAsync(id, "handover", new { on = day.AddDays(6) })).Is(200);
        var movedIn = (await enterprises.StepAsync(id, "move-in", new { on = day.AddDays(7) })).Is(200);
        var tenancyId = movedIn.Json.GetProperty("tenancyId").GetGuid();

        var detail = (await enterprises.Officer.GetAsync($"/api/v1/entry-applications/{id}")).Is(200).Json;
        Assert.Equal("movedIn", detail.GetProperty("state").GetString());
        Assert.Equal(project.ProjectId, detail.GetProperty("projectId").GetGuid());
        Assert.Equal("RZ-001", detail.GetProperty("agreementNumber").GetString());
        Assert.Equal(2, detail.GetProperty("reviews").GetArrayLength());
        Assert.Equal(
            ["draft", "accepted", "reviewing", "approved", "agreed", "handedOver", "movedIn"],
            detail.GetProperty("history").EnumerateArray().Select(m => m.GetProperty("to").GetString()));
        var approval = detail.GetProperty("history")[3];
        Assert.Equal("同意", approval.GetProperty("opinion").GetString());
        Assert.Equal(enterprises.Leader.Id, approval.GetProperty("officerId").GetGuid());
        Assert.Equal(EnterprisesFixture.Iso(day.AddDays(4)), approval.GetProperty("on").GetString());

        (await enterprises.EndAsync(tenancyId, day.AddDays(50))).Is(200);

        var moves = await enterprises.Service.EventsAsync(id);
        Assert.All(moves, m => Assert.Equal("EntryApplicationMoved", m.Type));
        Assert.Equal(
            ["draft→accepted", "accepted→reviewing", "reviewing→approved", "approved→agreed", "agreed→handedOver", "handedOver→movedIn",
            "movedIn→left"],
            moves.Select(m => $"{m.Payload.GetProperty("from").GetString()}→{m.Payload.GetProperty("to").GetString()}"));
        Assert.Equal(moves.Select(m => m.Version), moves.Select(m => m.Version).Distinct());
        var told = await enterprises.Service.EventsAsync(enterpriseId);
        Assert.Equal(["EnterpriseRegistered", "EnterpriseMovedIn", "EnterpriseLeft"], told.Select(e => e.Type));
        var payload = told[1].Payload;
        Assert.Equal(project.ProjectId, payload.GetProperty("projectId").GetGuid());
        Assert.Equal(project.LeadId, payload.GetProperty("leadId").GetGuid());
        Assert.Equal(tenancyId, payload.GetProperty("tenancyId").GetGuid());
        Assert.Equal(spaces, payload.GetProperty("spaceIds").EnumerateArray().Select(u => u.GetGuid()));
        Assert.True(payload.GetProperty("enterprise").GetProperty("inCity").GetBoolean());
        Assert.Equal(EnterprisesFixture.Iso(day.AddDays(7)), payload.GetProperty("occurredOn").GetString());
        Assert.False(told[2].Payload.GetProperty("enterprise").GetProperty("inCity").GetBoolean());
    }
}
