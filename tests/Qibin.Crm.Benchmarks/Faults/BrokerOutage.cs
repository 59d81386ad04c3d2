using System.Diagnostics;
using System.Globalization;
using Qibin.Crm.Local;

namespace Qibin.Crm.Benchmarks.Faults;

/// <summary>
/// Takes the broker away under load for a while: writes go on, and everything arrives soon after its return. Reliability figure
/// R3.
/// </summary>
internal static class BrokerOutage
{
    /// <param name="system">A running system.</param>
    /// <param name="outage">How long the broker is down.</param>
    /// <param name="say">Told of the figures.</param>
    /// <returns>The verdict, the writes answered while the broker was down, and the time from its return until all had arrived.</returns>
    public static async Task<(Verdict Verdict, int DuringOutage, TimeSpan Arrived)> RunAsync(
        LocalSystem system, TimeSpan outage, Action<string> say)
    {
        var run = "outage" + Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(3)).ToLowerInvariant();
        var path = Path.Combine(Path.GetTempPath(), run + ".journal");
        using var stop = new CancellationTokenSource();
        using var journal = new Journal(path);
        using var load = new JourneyLoad(system, journal, run);
        // First contacts and contacts alone need no event of another service, so that they must go on all the while.
        var writing = load.LogAsync(8, TimeSpan.FromMilliseconds(320), stop.Token);
        await system.Process("rabbit").KillForGoodAsync();
        var (before, since) = (load.Answered, Stopwatch.GetTimestamp());
        await Task.Delay(outage);
        var during = load.Answered - before;
        say(
            string.Create(
            CultureInfo.InvariantCulture,
            $"broker down for {Stopwatch.GetElapsedTime(since).TotalSeconds:0} s: {during} of {load.Sent - before} writes answered "
                + $"meanwhile"));
        await system.Process("rabbit").StartAgainAsync();
        var returned = Stopwatch.GetTimestamp();
        await stop.CancelAsync();
        await writing;
        var verdict = await Verdict.ReachAsync(system, Journal.Read(path), run, TimeSpan.FromSeconds(60));
        var arrived = Stopwatch.GetElapsedTime(returned);
        say(
            string.Create(
            CultureInfo.InvariantCulture, $"everything had arrived {arrived.TotalSeconds:0.0} s after its return; {verdict}"));
        File.Delete(path);
        return (verdict, during, arrived);
    }
}
