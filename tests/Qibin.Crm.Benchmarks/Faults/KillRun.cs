using System.Diagnostics;
using System.Globalization;
using Qibin.Crm.Local;

namespace Qibin.Crm.Benchmarks.Faults;

/// <summary>
/// Kills every process of the system by SIGKILL, again and again, under a load whose answers are journalled on disk; then asks the
/// databases what became of it. Reliability figure R1, and R2 for the recovery times.
/// </summary>
internal static class KillRun
{
    private const int Writers = 8;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <param name="system">A running system, durable.</param>
    /// <param name="kills">Of each process.</param>
    /// <param name="say">Told of each kill.</param>
    /// <param name="parts">Which; all when null.</param>
    public static async Task<Verdict> RunAsync(LocalSystem system, int kills, Action<string> say, IReadOnlyList<string>? parts = null)
    {
        var run = "kill" + Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(3)).ToLowerInvariant();
        var path = Path.Combine(Path.GetTempPath(), run + ".journal");
        using var stop = new CancellationTokenSource();
        using (var journal = new Journal(path))
        using (var load = new JourneyLoad(system, journal, run))
        {
            var writing = load.RunAsync(Writers, Pause, stop.Token);
            await load.ProgressAsync(JourneyLoad.Begun, writing);
            var recoveries = new Dictionary<string, List<double>>(StringComparer.Ordinal);
            for (var round = 0; round < kills; round++)
            {
                foreach (var part in parts ?? [.. system.Parts.Select(p => p.Name)])
                {
                    var killed = Stopwatch.GetTimestamp();
                    await system.KillAsync(part);
                    await system.Process(part).StartAgainAsync();
                    await system.Process(part).WaitReadyAsync();
                    // It has recovered when writers get answers again.
                    await load.ProgressAsync(Writers, writing);
                    var seconds = Stopwatch.GetElapsedTime(killed).TotalSeconds;
                    (recoveries.TryGetValue(part, out var taken) ? taken : recoveries[part] = []).Add(seconds);
                }

                say(
                    string.Create(
                    CultureInfo.InvariantCulture, $"round {round + 1}: every process killed, {load.Answered} writes answered"));
            }

            await stop.CancelAsync();
            await writing;
            say(
                string.Create(
                CultureInfo.InvariantCulture, $"{load.Sent} writes, {load.Faults} answered with a fault (500) and sent again"));
            foreach (var (part, taken) in recoveries)
            {
                taken.Sort();
                say(string.Create(CultureInfo.InvariantCulture,
                    $"{part,-12} {taken.Count} kills, answers again after {taken[taken.Count / 2]:0.0} s (p50), {taken[^1]:0.0} s "
                        + $"(longest)"));
            }
        }

        var verdict = await Verdict.ReachAsync(system, Journal.Read(path), run, TimeSpan.FromSeconds(60));
        say(verdict.ToString());
        if (verdict.Kept)
        {
            File.Delete(path);
        }
        else
        {
            say("Journal kept: " + path);
        }

        return verdict;
    }
}
