using Qibin.Crm.TestKit;

namespace Qibin.Crm.EndToEnd.Tests.LeadRows;

/// <summary>Row A8: the pool 公海.</summary>
public class PoolTests(RunningSystem system)
{
    [Fact]
    public async Task A8_What_goes_into_the_pool_is_there_for_every_unit_and_goes_to_the_first_who_picks_it()
    {
        using var integration = await system.AsIntegrationAsync();
        using var former = await system.AsAsync("officer", "promotion-satellite");
        using var picker = await system.AsAsync("officer", "promotion-xinchuang");
        using var late = await system.AsAsync("officer", "promotion-manufacturing");
        var (lead, _) = await SharedInvestor.OpenedAsync(system, integration, "公海端到端示例公司（演示）", "30000000.00");
        (await picker.GetAsync($"/api/v1/leads/{lead.Id}")).IsProblem(404, "resource.notFound");
        (await picker.PostAsync($"/api/v1/pool/{lead.Id}/pick")).IsProblem(404, "resource.notFound");

        (await former.PostAsync("/api/v1/pool", new { leadId = lead.Id, reason = "精力不足" })).Is(200);
        Assert.Contains(lead.Id.ToString(), (await picker.GetAsync("/api/v1/pool?q=公海端到端")).Is(200).Body, StringComparison.Ordinal);
        (await former.PostAsync($"/api/v1/pool/{lead.Id}/pick")).IsProblem(409, "pool.formerOwner");
        (await picker.PostAsync($"/api/v1/pool/{lead.Id}/pick")).Is(200);
        (await late.PostAsync($"/api/v1/pool/{lead.Id}/pick")).IsProblem(409, "pool.notPooled");

        (await picker.GetAsync($"/api/v1/leads/{lead.Id}")).Is(200);
        (await former.GetAsync($"/api/v1/leads/{lead.Id}")).IsProblem(404, "resource.notFound");
        await Eventually.TrueAsync(
            async () => (await picker.GetAsync($"/api/v1/pipeline/journeys/{lead.Id}")) is { Status: 200 } journey
                && journey.Body.Contains("\"leadLeftPool\"", StringComparison.Ordinal));
        Assert.Equal(404, (await former.GetAsync($"/api/v1/pipeline/journeys/{lead.Id}")).Status);
    }
}
