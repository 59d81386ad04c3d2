using Qibin.Crm.TestKit;

namespace Qibin.Crm.EndToEnd.Tests.LeadRows;

/// <summary>Row A7: transfer 流转 with a share ratio.</summary>
public class TransferTests(RunningSystem system)
{
    [Fact]
    public async Task A7_A_lead_goes_to_another_unit_with_shares_that_are_whole_and_both_units_read_it_everywhere()
    {
        using var integration = await system.AsIntegrationAsync();
        using var giver = await system.AsAsync("officer", "promotion-satellite");
        using var taker = await system.AsAsync("officer", "promotion-xinchuang");
        using var stranger = await system.AsAsync("officer", "promotion-manufacturing");
        using var coordinator = await system.AsAsync("coordinator");
        var (lead, _) = await SharedInvestor.OpenedAsync(system, integration, "流转端到端示例公司（演示）", "30000000.00");
        var from = (await giver.GetAsync($"/api/v1/leads/{lead.Id}")).Is(200).Json.GetProperty("unitId").GetGuid();
        var to = (await taker.GetAsync("/api/v1/me")).Is(200).Json;
        var (toOwner, toUnit) = (to.GetProperty("id").GetGuid(), to.GetProperty("unitId").GetGuid());

        (await giver.PostAsync("/api/v1/transfers", Proposal(6000, 3000))).IsProblem(409, "transfer.shareSum");
        var transfer = (await giver.PostAsync("/api/v1/transfers", Proposal(6000, 4000))).Is(201);
        (await stranger.GetAsync($"/api/v1/transfers/{transfer.Id}")).IsProblem(404, "resource.notFound");
        var accepted = (await taker.PostAsync($"/api/v1/transfers/{transfer.Id}/answer", new { answer = "accepted" }, transfer.ETag)).Is(
            200);
        (await taker.GetAsync($"/api/v1/leads/{lead.Id}")).IsProblem(404, "resource.notFound");
        (await coordinator.PostAsync($"/api/v1/transfers/{transfer.Id}/confirmation", new { decision = "confirmed" }, accepted.ETag)).Is(
            200);

        foreach (var reader in (ApiClient[])[giver, taker])
        {
            Assert.Equal(toUnit, (await reader.GetAsync($"/api/v1/leads/{lead.Id}")).Is(200).Json.GetProperty("unitId").GetGuid());
            // Leadership's view follows the same scope: the journey, and the list behind the totals.
            await Eventually.TrueAsync(
                async () => (await reader.GetAsync($"/api/v1/pipeline/journeys/{lead.Id}")) is { Status: 200 } journey
                && journey.Body.Contains("\"transferMoved\"", StringComparison.Ordinal)
                && journey.Body.Contains(toUnit.ToString(), StringComparison.Ordinal));
            Assert.Contains(lead.Id.ToString(), (await reader.GetAsync("/api/v1/pipeline/journeys?limit=200")).Is(200).Body,
                StringComparison.Ordinal);
        }

        (await giver.PostAsync($"/api/v1/leads/{lead.Id}/contacts", new { channel = "phone", summary = "x" })).IsProblem(404,
            "resource.notFound");
        (await stranger.GetAsync($"/api/v1/leads/{lead.Id}")).IsProblem(404, "resource.notFound");
        Assert.Equal(404, (await stranger.GetAsync($"/api/v1/pipeline/journeys/{lead.Id}")).Status);

        object Proposal(int kept, int given) => new
        {
            leadId = lead.Id,
            toOwnerId = toOwner,
            reason = "产业方向更契合",
            shares = new[] { new { unitId = from, credit = kept, tax = 5000 }, new { unitId = toUnit, credit = given, tax = 5000 } },
        };
    }
}
