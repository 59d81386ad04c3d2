using System.Diagnostics;

namespace Qibin.Crm.Benchmarks.Measure;

/// <summary>A closed loop of requests on a number of connections, for a bounded time.</summary>
internal static class HttpLoad
{
    /// <param name="connections">Loops, each on a connection of its own.</param>
    /// <param name="duration">How long.</param>
    /// <param name="request">Sends one request of a loop and refuses any answer but the expected one.</param>
    public static async Task<Rate> RunAsync(int connections, TimeSpan duration, Func<int, Task> request)
    {
        var started = Stopwatch.GetTimestamp();
        var loops = Enumerable.Range(0, connections).Select(loop => Task.Run(async () =>
        {
            var taken = new List<double>();
            while (Stopwatch.GetElapsedTime(started) < duration)
            {
                var sent = Stopwatch.GetTimestamp();
                await request(loop);
                taken.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }

            return taken;
        })).ToList();
        var all = (await Task.WhenAll(loops)).SelectMany(t => t).ToList();
        return Rate.Of(all, Stopwatch.GetElapsedTime(started));
    }
}
