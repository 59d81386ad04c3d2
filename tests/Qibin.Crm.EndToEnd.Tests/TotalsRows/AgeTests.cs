using Qibin.Crm.Benchmarks.Totals;

namespace Qibin.Crm.EndToEnd.Tests.TotalsRows;

/// <summary>The small form of the age run; the full one is the benchmarks' command <c>age</c>.</summary>
public class AgeTests(RunningSystem system)
{
    [Fact]
    public async Task E1_Many_contacts_on_one_lead_are_all_counted_and_other_leads_meanwhile()
    {
        var verdict = await AgeRun.RunAsync(system.System, contacts: 200, TestContext.Current.TestOutputHelper!.WriteLine);
        Assert.Equal([10, 100, 200], verdict.Costs.Select(c => c.Events));
    }
}
