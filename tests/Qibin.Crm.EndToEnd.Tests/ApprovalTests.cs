using System.Text.Json;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.EndToEnd.Tests;

/// <summary>T6: what waits for whose decision, over all services.</summary>
public sealed class ApprovalTests(RunningSystem system)
{
    [Fact]
    public async Task T6_Only_the_person_who_decides_sees_what_waits()
    {
        await using var rows = new RowsOfTheTests(system);
        var officer = await rows.AsAsync("officer");
        var lead = await rows.LeadAsync();
        (await officer.PostAsync($"/api/v1/leads/{lead.Id}/referrer", new { kind = "organisation", name = "示例商会（演示）" })).Is(201);
        var claim = (await officer.PostAsync("/api/v1/claims", new { leadId = lead.Id, contactId = lead.Of("contactId") })).Is(201);
        var other = system.Person("officer", "promotion-manufacturing");
        var to = (await (await rows.AsAsync("administrator")).GetAsync($"/api/v1/users?q={other.UserName}")).Is(200).Json
            .GetProperty("items")[0];
        var from = (await officer.GetAsync(lead.Path)).Is(200).Json.GetProperty("unitId").GetGuid();
        var transfer = (await officer.PostAsync("/api/v1/transfers", new
        {
            leadId = lead.Id,
            toOwnerId = to.GetProperty("id").GetGuid(),
            reason = "属该局链条",
            shares = new[]
            {
                new { unitId = from, credit = 6000, tax = 5000 },
                new { unitId = to.GetProperty("unitId").GetGuid(), credit = 4000, tax = 5000 },
            },
        })).Is(201);
        var project = await rows.ProjectAsync();
        var submission = (await officer.PostAsync(project.Path + "/submissions", RowsOfTheTests.SigningSubmission())).Is(201);
        var entry = await rows.EntryAsync(2);

        var head = await ApprovalsAsync("unitHead", "promotion-satellite");
        Assert.Equal($"/api/v1/leads/{lead.Id}/referrer",
            Assert.Single(head, a => Is(a, "referrer", lead.Id)).GetProperty("path").GetString());
        Assert.Single(head, a => Is(a, "claim", claim.Id.ToString()));
        var leader = await ApprovalsAsync("leader");
        var stage = Assert.Single(leader, a => Is(a, "stage", submission.Id.ToString()));
        Assert.StartsWith("P-", stage.GetProperty("code").GetString(), StringComparison.Ordinal);
        Assert.Single(leader, a => Is(a, "entryApplication", entry.Id));
        using var taker = await system.AsAsync("officer", "promotion-manufacturing");
        var offered = Assert.Single(await OfAsync(taker), a => Is(a, "transferAnswer", transfer.Id.ToString()));
        Assert.NotEqual(JsonValueKind.Null, offered.GetProperty("dueAt").ValueKind);

        // Neither who asked for it nor a head of another unit.
        Guid[] all = [claim.Id, transfer.Id, submission.Id];
        foreach (var (role, unit) in new[] { ("officer", "promotion-satellite"), ("unitHead", "promotion-xinchuang") })
        {
            Assert.DoesNotContain(await ApprovalsAsync(role, unit), a => all.Contains(a.GetProperty("id").GetGuid())
                || a.GetProperty("path").GetString()!.Contains(lead.Id, StringComparison.Ordinal));
        }

        // What each list names, that person decides; then it is gone.
        var now = (await taker.GetAsync(offered.GetProperty("path").GetString()!)).Is(200);
        (await taker.PostAsync($"/api/v1/transfers/{transfer.Id}/answer", new { answer = "accepted" }, now.ETag)).Is(200);
        Assert.DoesNotContain(await OfAsync(taker), a => Is(a, "transferAnswer", transfer.Id.ToString()));
        Assert.Single(await ApprovalsAsync("coordinator"), a => Is(a, "transferConfirmation", transfer.Id.ToString()));
        var decider = await rows.AsAsync("leader");
        (await decider.PostAsync($"{project.Path}/submissions/{submission.Id}/approval", new { decision = "refused", note = "缺页" },
            (await decider.GetAsync(project.Path)).Is(200).ETag)).Is(200);
        Assert.DoesNotContain(await ApprovalsAsync("leader"), a => Is(a, "stage", submission.Id.ToString()));

        // Made confidential, it waits for those alone who may read it.
        using var reader = await system.AsAsync("unitHead", "promotion-satellite");
        (await reader.PatchAsync($"/api/v1/leads/{lead.Id}", new { confidential = true },
            (await reader.GetAsync($"/api/v1/leads/{lead.Id}")).Is(200).ETag)).Is(200);
        Assert.DoesNotContain(await ApprovalsAsync("coordinator"), a => Is(a, "transferConfirmation", transfer.Id.ToString()));
        Assert.Single(await OfAsync(reader), a => Is(a, "claim", claim.Id.ToString()));
    }

    [Fact]
    public async Task T6_One_kind_can_be_asked_for_and_integrations_decide_nothing()
    {
        using var leader = await system.AsAsync("leader");
        var stages = (await leader.GetAsync("/api/v1/approvals?kind=stage")).Is(200).Json;
        Assert.Empty(stages.GetProperty("missing").EnumerateArray());
        Assert.All(stages.GetProperty("items").EnumerateArray(), a => Assert.Equal("stage", a.GetProperty("kind").GetString()));
        (await leader.GetAsync("/api/v1/approvals?kind=nothing")).IsProblem(400, "request.invalid");
        using var integration = await system.AsIntegrationAsync();
        (await integration.GetAsync("/api/v1/approvals")).IsProblem(403, "auth.forbidden");
    }

    /// <summary>By the id, or for a referrer by the lead.</summary>
    private static bool Is(JsonElement approval, string kind, string id) => approval.GetProperty("kind").GetString() == kind
        && (kind == "referrer" ? approval.GetProperty("path").GetString()!.Contains(id, StringComparison.Ordinal)
            : approval.GetProperty("id").GetString() == id);

    private async Task<List<JsonElement>> ApprovalsAsync(string role, string? unit = null)
    {
        using var client = await system.AsAsync(role, unit);
        return await OfAsync(client);
    }

    private static async Task<List<JsonElement>> OfAsync(ApiClient client)
    {
        var answer = (await client.GetAsync("/api/v1/approvals")).Is(200).Json;
        Assert.Empty(answer.GetProperty("missing").EnumerateArray());
        return [.. answer.GetProperty("items").EnumerateArray()];
    }
}
