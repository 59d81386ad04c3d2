using Qibin.Crm.TestKit;

namespace Qibin.Crm.EndToEnd.Tests.LeadRows;

/// <summary>Row A6: first-report protection 首报首谈.</summary>
public class FirstReportProtectionTests(RunningSystem system)
{
    [Fact]
    public async Task A6_The_first_unit_is_protected_the_second_is_told_who_and_when_and_a_coordinator_resolves_their_dispute()
    {
        using var integration = await system.AsIntegrationAsync();
        using var first = await system.AsAsync("officer", "promotion-satellite");
        using var second = await system.AsAsync("officer", "promotion-xinchuang");
        using var head = await system.AsAsync("unitHead", "promotion-satellite");
        using var coordinator = await system.AsAsync("coordinator");
        var (one, two) = await SharedInvestor.OpenedAsync(system, integration, "首报端到端示例公司（演示）", "2000000000.00");

        var claim = (await first.PostAsync("/api/v1/claims", Evidence(one))).Is(201);
        var refused = (await second.PostAsync("/api/v1/claims", Evidence(two))).IsProblem(409, "claim.taken");
        Assert.Contains("招商一分局", refused.Json.GetProperty("title").GetString(), StringComparison.Ordinal);
        (await second.GetAsync($"/api/v1/claims/{claim.Id}")).IsProblem(404, "resource.notFound");
        (await head.PostAsync($"/api/v1/claims/{claim.Id}/confirmation", new { decision = "confirmed" }, claim.ETag)).Is(200);
        Assert.Contains(claim.Id.ToString(), (await first.GetAsync("/api/v1/claims?openTask=filing&state=protected")).Is(200).Body,
            StringComparison.Ordinal);

        var dispute = (await second.PostAsync("/api/v1/claims/disputes",
            new { leadId = two.Id, contactId = two.Json.GetProperty("contactId").GetGuid(), reason = "展会上已先行洽谈" })).Is(201);
        (await coordinator.PostAsync($"/api/v1/claims/disputes/{dispute.Id}/resolution", new { decision = "overturned", note = "二分局洽谈在先" },
            dispute.ETag)).Is(200);
        var won = (await second.GetAsync($"/api/v1/claims/disputes/{dispute.Id}")).Is(200).Json.GetProperty("wonClaimId").GetGuid();
        Assert.Equal("protected", (await second.GetAsync($"/api/v1/claims/{won}")).Is(200).Json.GetProperty("state").GetString());
        (await first.PostAsync("/api/v1/claims", Evidence(one))).IsProblem(409, "claim.taken");

        // The journey tells of it, to those who see the lead.
        var journey = await Eventually.GetAsync(
            () => first.GetAsync($"/api/v1/pipeline/journeys/{one.Id}"), a => a.Status == 200 && a.Body.Split("\"claimMoved\"").Length > 4);
        Assert.Equal(200, journey.Status);
    }

    private static object Evidence(Answer lead) => new { leadId = lead.Id, contactId = lead.Json.GetProperty("contactId").GetGuid() };
}

/// <summary>An investor with whom two units are in talks.</summary>
internal static class SharedInvestor
{
    /// <returns>A lead of the first unit's officer and one of the second's.</returns>
    public static async Task<(Answer One, Answer Two)> OpenedAsync(RunningSystem system, ApiClient integration, string name, string amount)
    {
        var one = (await integration.PostAsync("/api/v1/first-contacts",
            await FirstContactAsync("song.yutong", ("investorName", name), ("estimatedInvestment", new { amount, currency = "CNY" })))).Is(
                201);
        var two = (await integration.PostAsync("/api/v1/first-contacts",
            await FirstContactAsync("mu.qingyang", ("investorId", one.Json.GetProperty("investorId").GetGuid())))).Is(201);
        return (one, two);

        async Task<Dictionary<string, object?>> FirstContactAsync(string owner, params (string Name, object? Value)[] with)
        {
            var body = new Dictionary<string, object?>
            {
                ["personName"] = "示例人",
                ["phone"] = "17012345678",
                ["channel"] = "expo",
                ["summary"] = "展会洽谈",
                ["nextStep"] = "发送资料",
                ["nextStepDueOn"] = "2030-01-01",
                ["ownerId"] = await UserAsync(system, owner),
            };
            foreach (var (member, value) in with)
            {
                body[member] = value;
            }

            return body;
        }
    }

    public static async Task<Guid> UserAsync(RunningSystem system, string userName)
    {
        using var administrator = await system.AsAsync("administrator");
        return (await administrator.GetAsync($"/api/v1/users?q={userName}")).Is(200).Json.GetProperty("items").EnumerateArray()
            .Single(u => u.GetProperty("userName").GetString() == userName).GetProperty("id").GetGuid();
    }
}
