using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.ServiceDefaults;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Pipeline.Tests;

public sealed class TotalsTests : IAsyncLifetime
{
    private readonly Trade _trade = new();
    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TestService.StartAsync("pipeline", Program.Build);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_signed_project_counts_at_its_stage_with_all_its_amounts()
    {
        var lead = _trade.Open(estimated: new Money(100_000_000, "CNY"));
        var project = _trade.Reach(_trade.Convert(lead), ProjectStage.Signed, contract: new Money(120_000_000.55m, "CNY"));
        _trade.PayIn(project, new Money(20_000_000, "CNY"));
        _trade.Open();
        await _service.TellAsync(_trade.Log);

        var totals = (await _service.As(TestCaller.Person(Roles.Leader)).GetAsync("/api/v1/pipeline/totals?groupBy=stage")).Is(200).Json;

        var signed = totals.GetProperty("groups").EnumerateArray().Single(g => g.GetProperty("stage").GetString() == "signed");
        Assert.Equal(1, signed.GetProperty("count").GetInt32());
        Assert.Equal("""[{"amount":"100000000.00","currency":"CNY"}]""", signed.GetProperty("estimatedInvestment").GetRawText());
        Assert.Equal("""[{"amount":"120000000.55","currency":"CNY"}]""", signed.GetProperty("contractAmount").GetRawText());
        Assert.Equal("""[{"amount":"20000000.00","currency":"CNY"}]""", signed.GetProperty("paidIn").GetRawText());
        Assert.Equal(2, totals.GetProperty("total").GetProperty("count").GetInt32());
        Assert.Equal(_trade.Now, totals.GetProperty("asOf").GetDateTimeOffset());
        var list = (await _service.As(TestCaller.Person(Roles.Leader)).GetAsync(signed.GetProperty("journeys").GetString() + "&total=true")).Is(200).Json;
        Assert.Equal(1, list.GetProperty("total").GetInt32());
        Assert.Equal(lead.LeadId, list.GetProperty("items")[0].GetProperty("leadId").GetGuid());
    }
}
