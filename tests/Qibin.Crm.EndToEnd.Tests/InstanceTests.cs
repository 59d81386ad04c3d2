using Qibin.Crm.Benchmarks.Faults;
using Qibin.Crm.Local;

namespace Qibin.Crm.EndToEnd.Tests;

/// <summary>A system with two instances of the services that the tests restart and freeze.</summary>
public sealed class DoubledSystem : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("qibin-instances-");

    public LocalSystem System { get; private set; } = null!;

    public async ValueTask InitializeAsync() => System = await LocalSystem.StartAsync(RestartRun.Needs(
        new LocalOptions { Data = _directory.FullName, Port = Servers.Ports.Free(), Durable = false }, "leads", "pipeline"));

    public async ValueTask DisposeAsync()
    {
        await System.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}

/// <summary>
/// Two instances of a service: the small form of the fault runs <c>restarts</c> and <c>freezes</c> of the benchmarks, which do it to
/// every service.
/// </summary>
public sealed class InstanceTests(DoubledSystem doubled) : IClassFixture<DoubledSystem>
{
    [Fact]
    public async Task R1_A_rolling_restart_under_load_loses_and_doubles_nothing()
    {
        var output = TestContext.Current.TestOutputHelper!;
        // That no request fails is for the benchmark to show: beside other tests, a start can take longer than the gateway waits.
        var (verdict, _) = await RestartRun.RunAsync(doubled.System, 1, output.WriteLine, ["leads", "leads-2"]);
        Assert.True(verdict.Acknowledged > 100, verdict.ToString());
        Assert.True(verdict.Kept, verdict.ToString());
    }

    [Fact]
    public async Task R2_A_frozen_instance_loses_its_work_to_the_other_one_and_does_no_harm_when_it_goes_on()
    {
        var output = TestContext.Current.TestOutputHelper!;
        // How soon is a figure of the benchmark, and a matter of the machine; that it does not wait for the frozen one is not.
        var (verdict, _, waited) = await FreezeRun.RunAsync(doubled.System, 1, output.WriteLine,
            ["leads", "leads-2", "pipeline", "pipeline-2"], TimeSpan.FromSeconds(15));
        Assert.Equal(0, waited);
        Assert.True(verdict.Kept, verdict.ToString());
    }
}
