using Qibin.Crm.Benchmarks.Faults;

namespace Qibin.Crm.EndToEnd.Tests;

/// <summary>The small form of the fault runs; the full one is the benchmarks' command <c>kills</c>.</summary>
public class FaultTests(RunningSystem system)
{
    [Fact]
    public async Task Killing_each_process_under_load_loses_nothing_and_doubles_nothing()
    {
        var output = TestContext.Current.TestOutputHelper!;
        var verdict = await KillRun.RunAsync(system.System, kills: 1, output.WriteLine);
        Assert.True(verdict.Acknowledged > 100, verdict.ToString());
        Assert.True(verdict.Kept, verdict.ToString());
    }

    [Fact]
    public async Task With_the_broker_down_writes_go_on_and_everything_arrives_after_its_return()
    {
        var output = TestContext.Current.TestOutputHelper!;
        var (verdict, during, arrived) = await BrokerOutage.RunAsync(system.System, TimeSpan.FromSeconds(8), output.WriteLine);
        Assert.True(during > 50, $"{during} writes answered while the broker was down");
        Assert.True(verdict.Kept, verdict.ToString());
        Assert.True(arrived < TimeSpan.FromSeconds(60), arrived.ToString());
    }

    [Fact]
    public async Task A_write_that_is_not_there_is_found_missing()
    {
        var never = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        Told[] told = [new("firstContact", "never", never), new("contact", "never-c", never), new("conversion", "never-v", never, never),
            new("stage", "never-s", never), new("funds", "never-p", never)];
        var verdict = await Verdict.ReachAsync(system.System, told, "never", TimeSpan.FromSeconds(60));
        Assert.False(verdict.Kept);
        Assert.Equal(6, verdict.Lost);
    }
}
