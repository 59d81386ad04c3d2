using System.Globalization;
using Qibin.Crm.Local;

namespace Qibin.Crm.Benchmarks.Faults;

/// <summary>
/// Restarts every service, one instance after the other, under 25 writes a second: with two instances each, no request fails.
/// Reliability figure R14.
/// </summary>
internal static class RestartRun
{
    private const int Writers = 8;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(320);

    /// <summary>Longer than a process may take from SIGTERM to its end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>What a system needs for it: two instances of a service, which drain as a deployment's do.</summary>
    public static LocalOptions Needs(LocalOptions options, params IReadOnlyList<string> doubled) => options with
    {
        Doubled = doubled,
        Settings = new Dictionary<string, string>(options.Settings) { ["Stopping:DrainSeconds"] = "5" },
    };

    /// <param name="system">A running system with two instances of each service.</param>
    /// <param name="rounds">How often each instance is restarted.</param>
    /// <param name="say">Told of each round and of each failed request.</param>
    /// <param name="parts">Which instances; all when null.</param>
    /// <returns>What became of the writes, and the number of failed requests: answered 5xx, or not at all.</returns>
    public static async Task<(Verdict Verdict, int Failed)> RunAsync(
        LocalSystem system, int rounds, Action<string> say, IReadOnlyList<string>? parts = null)
    {
        var run = "restart" + Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(3)).ToLowerInvariant();
        var path = Path.Combine(Path.GetTempPath(), run + ".journal");
        using var stop = new CancellationTokenSource();
        using var journal = new Journal(path);
        using var load = new JourneyLoad(system, journal, run);
        var writing = load.RunAsync(Writers, Pause, stop.Token);
        await load.ProgressAsync(JourneyLoad.Begun, writing);
        var instances = (parts ?? system.Instances).Select(system.Process).ToList();
        var shown = 0;
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var instance in instances)
            {
                await instance.StopAsync(Patience);
                await instance.StartAgainAsync();
                await instance.WaitReadyAsync();
                // Until the gateway has looked again, as whoever restarts one instance after the other has to wait.
                await Task.Delay(TimeSpan.FromSeconds(3));
                if (writing.IsCompleted)
                {
                    await writing;
                }
            }

            say(string.Create(CultureInfo.InvariantCulture,
                $"round {round}: {instances.Count} instances restarted, {load.Answered} writes answered, {load.Failed.Count} requests "
                    + $"failed"));
            ShowFailed();
        }

        await stop.CancelAsync();
        await writing;
        ShowFailed();
        var verdict = await Verdict.ReachAsync(system, Journal.Read(path), run, TimeSpan.FromSeconds(60));
        say(verdict.ToString());
        File.Delete(path);
        return (verdict, load.Failed.Count);

        // At most 20 of those that have failed since the last time.
        void ShowFailed()
        {
            foreach (var failed in load.Failed.Skip(shown).Take(20))
            {
                say("failed: " + failed);
            }

            shown = load.Failed.Count;
        }
    }
}
