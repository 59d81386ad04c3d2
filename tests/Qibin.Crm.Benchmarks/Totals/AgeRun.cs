using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;
using Qibin.Crm.Benchmarks.Measure;
using Qibin.Crm.Local;
using Qibin.Crm.Local.Demo;

namespace Qibin.Crm.Benchmarks.Totals;

/// <summary>What an age run saw.</summary>
/// <param name="Costs">Events on the lead, and the median time from the answer of one more until it was stored and applied, in
/// milliseconds.</param>
/// <param name="During">Longest time from the answer of a new lead until it was counted, while the contacts were being logged.</param>
/// <param name="After">The same, after the last of them.</param>
internal sealed record AgeVerdict(IReadOnlyList<(int Events, double Milliseconds)> Costs, TimeSpan During, TimeSpan After);

/// <summary>
/// Many contacts on distinct days on one lead, one request each: what one more event costs the pipeline, and how long others wait for their
/// totals meanwhile.
/// </summary>
internal static class AgeRun
{
    private const int Next = 10;

    public static async Task<AgeVerdict> RunAsync(LocalSystem system, int contacts, Action<string> say)
    {
        using var api = new Integration(system.Gateway, system.Access.Clients[0].ClientId, system.Access.Clients[0].ClientSecret);
        var owner = (await Staff.ReadAsync(api, CancellationToken.None)).Officers[0];
        await using var pipeline = NpgsqlDataSource.Create(system.Database("pipeline"));
        var begun = Stopwatch.GetTimestamp();
        var lead = await OpenAsync("old");
        await UntilAsync("select count(*) from journey where lead_id = $1", lead, 1);
        // It meets services that have answered nothing yet, so it is named apart.
        say(string.Create(
            CultureInfo.InvariantCulture,
            $"the first lead after the start is counted {Stopwatch.GetElapsedTime(begun).TotalMilliseconds:0} ms after it was sent"));
        var (costs, logged, during) = (new List<(int, double)>(), 1, TimeSpan.Zero);
        foreach (var size in new[] { 10, 100, 1000, 5000, contacts }.Where(s => s <= contacts).Distinct())
        {
            var flood = Parallel.ForEachAsync(
                Enumerable.Range(logged, Math.Max(0, size - logged)), new ParallelOptions { MaxDegreeOfParallelism = 8 },
                async (n, ct) => await ContactAsync(n, ct));
            logged = Math.Max(logged, size);
            var waits = new List<double>();
            do
            {
                waits.Add((await WaitedAsync("during")).TotalMilliseconds);
            }
            while (!flood.IsCompleted);
            await flood;
            waits.Sort();
            during = Max(during, TimeSpan.FromMilliseconds(waits[^1]));
            say(
                string.Create(
                CultureInfo.InvariantCulture,
                $"while there were up to {size}: {waits.Count} new leads were counted {Rate.Percentile(waits, 0.5):0} ms after their "
                    + $"answer (median), {waits[^1]:0} ms at most"));
            await StoredAsync(logged);
            var times = new List<double>();
            for (var n = 0; n < Next; n++, logged++)
            {
                var answered = await ContactAsync(logged, CancellationToken.None);
                await StoredAsync(logged + 1);
                times.Add(Stopwatch.GetElapsedTime(answered).TotalMilliseconds);
            }

            costs.Add((size, Rate.Percentile([.. times.Order()], 0.5)));
            say(
                string.Create(
                CultureInfo.InvariantCulture,
                $"{size} events on the lead: the next is counted {costs[^1].Item2:0.0} ms after its answer (median of {Next}, longest "
                    + $"{times.Max():0.0} ms)"));
        }

        var after = await WaitedAsync("after");
        say(
            string.Create(
            CultureInfo.InvariantCulture,
            $"a new lead is counted at most {during.TotalMilliseconds:0} ms after its answer meanwhile, {after.TotalMilliseconds:0} ms "
                + $"afterwards"));
        return new AgeVerdict(costs, during, after);

        async Task<Guid> OpenAsync(string name)
        {
            var key = $"age-{name}-{Stopwatch.GetTimestamp()}";
            var receipt = await api.PostAsync("/api/v1/first-contacts", key, new JsonObject
            {
                ["investorName"] = key,
                ["personName"] = "示例",
                ["phone"] = "17000000000",
                ["channel"] = "phone",
                ["summary"] = "性能测量（演示）",
                ["nextStep"] = "再次联系",
                ["nextStepDueOn"] = "2030-01-01",
                ["nodeCode"] = "satellite.data",
                ["ownerId"] = owner,
            }, CancellationToken.None);
            return Guid.Parse(receipt["id"]!.GetValue<string>());
        }

        async Task<long> ContactAsync(int n, CancellationToken ct)
        {
            var on = TimeProvider.System.GetUtcNow().AddDays(-n - 1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            await api.PostAsync(
                $"/api/v1/leads/{lead}/contacts", $"age-{lead}-{n}",
                new JsonObject { ["channel"] = "phone", ["summary"] = "第二次谈话（演示）", ["occurredOn"] = on }, ct);
            return Stopwatch.GetTimestamp();
        }

        async Task<TimeSpan> WaitedAsync(string name)
        {
            var id = await OpenAsync(name);
            var answered = Stopwatch.GetTimestamp();
            await UntilAsync("select count(*) from journey where lead_id = $1", id, 1);
            return Stopwatch.GetElapsedTime(answered);
        }

        Task StoredAsync(int events) =>
            UntilAsync("select count(*) from received_event where stream_id = $1 and type = 'ContactRecorded'", lead, events);

        async Task UntilAsync(string count, Guid id, long least)
        {
            await using var command = pipeline.CreateCommand(count);
            command.Parameters.Add(new NpgsqlParameter { Value = id });
            while ((long)(await command.ExecuteScalarAsync())! < least)
            {
                await Task.Delay(2);
            }
        }
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
