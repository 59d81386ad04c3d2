using System.Diagnostics;
using System.Globalization;
using Qibin.Crm.Benchmarks.Measure;
using Qibin.Crm.Local;

namespace Qibin.Crm.Benchmarks.Faults;

/// <summary>
/// Freezes every instance of every service by SIGSTOP for 30 seconds, one after the other, under load: the other instance takes over,
/// nothing is lost and nothing doubled, also when the frozen one goes on. It stays frozen for up to two minutes while events are late.
/// </summary>
internal static class FreezeRun
{
    private const int Writers = 8;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(320);
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>What an event may take to the pipeline while an instance is frozen.</summary>
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(10);

    /// <param name="system">A running system with two instances of each service.</param>
    /// <param name="rounds">How often each instance is frozen.</param>
    /// <param name="say">Told of each freeze.</param>
    /// <param name="parts">Which instances; all when null.</param>
    /// <param name="duration">How long each is frozen at least; 30 seconds when null.</param>
    /// <returns>
    /// What became of the writes, the most events that were under way for longer than 10 seconds at one time, and the most that still were
    /// when an instance was to go on: those waited for it.
    /// </returns>
    public static async Task<(Verdict Verdict, int Late, int Waited)> RunAsync(
        LocalSystem system, int rounds, Action<string> say, IReadOnlyList<string>? parts = null, TimeSpan? duration = null)
    {
        var run = "freeze" + Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(3)).ToLowerInvariant();
        var path = Path.Combine(Path.GetTempPath(), run + ".journal");
        using var stop = new CancellationTokenSource();
        using var journal = new Journal(path);
        using var load = new JourneyLoad(system, journal, run);
        var writing = load.RunAsync(Writers, Pause, stop.Token);
        await load.ProgressAsync(JourneyLoad.Begun, writing);
        var (most, waited) = (0, 0);
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var instance in (parts ?? system.Instances).Select(system.Process))
            {
                var (frozen, answered, late, now) = (Stopwatch.GetTimestamp(), load.Answered, 0, 0);
                instance.Freeze();
                while (Stopwatch.GetElapsedTime(frozen) is var since && (since < (duration ?? Usual) || (now > 0 && since < Patience)))
                {
                    now = await LateAsync(system);
                    late = Math.Max(late, now);
                    await Task.Delay(500);
                }

                instance.Thaw();
                (most, waited) = (Math.Max(most, late), Math.Max(waited, now));
                say(string.Create(CultureInfo.InvariantCulture,
                    $"{instance.Name} frozen: {load.Answered - answered} writes answered meanwhile, {late} events late, {now} at its end"));
                await instance.WaitReadyAsync();
                if (writing.IsCompleted)
                {
                    await writing;
                }
            }
        }

        await stop.CancelAsync();
        await writing;
        var verdict = await Verdict.ReachAsync(system, Journal.Read(path), run, TimeSpan.FromSeconds(60));
        say(verdict.ToString());
        File.Delete(path);
        return (verdict, most, waited);
    }

    /// <summary>Events that were recorded longer ago than is promised, and that the pipeline has not stored.</summary>
    private static async Task<int> LateAsync(LocalSystem system)
    {
        var since = (TimeProvider.System.GetUtcNow() - Promised).ToUniversalTime();
        var late = 0;
        foreach (var service in (string[])["leads", "projects", "enterprises"])
        {
            late += await Delivery.NumberAsync(system, service, "select count(*) from messaging.event where recorded_at < $1", since);
        }

        return late - await Delivery.NumberAsync(system, "pipeline", "select count(*) from received_event where recorded_at < $1", since);
    }
}
