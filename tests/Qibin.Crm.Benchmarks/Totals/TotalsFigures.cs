using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Npgsql;
using Qibin.Crm.Benchmarks.Measure;
using Qibin.Crm.Kernel;
using Qibin.Crm.Local;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Benchmarks.Totals;

/// <summary>
/// Totals and trend through the gateway at growing numbers of journeys, each beside the plain GROUP BY of the same question over the
/// same rows, under the scope of a leader, of a unit's head and of a chain's chief; and the rebuild that made them, while writes go on.
/// </summary>
internal sealed class TotalsFigures(LocalSystem system, int connections, int rounds, TimeSpan duration, string only)
{
    private static readonly CompositeFormat Line =
        CompositeFormat.Parse("{0,-34} {1,8:0.00} ms {2,8:0.00} ms   {3,9:0.0} ms {4,9:0.0} ms   {5,8:0.0}");

    private readonly HttpClient _http =
        new(new SocketsHttpHandler { MaxConnectionsPerServer = connections }) { BaseAddress = system.Gateway };

    private sealed record Asker(string Name, string Role, Func<JsonElement, string> Scope);

    private static readonly Asker[] Askers =
    [
        new("leader", "leader", _ => "true"),
        new("unit head", "unitHead", claims => $"unit_id = '{claims.GetProperty("unit").GetGuid()}'"),
        new("chain chief", "chainChief", claims => $"chain_code in ({string.Join(", ", Chains(claims).Select(c => $"'{c}'"))})"),
    ];

    /// <param name="most">The greatest number of journeys.</param>
    /// <param name="least">The smallest: of 10,000, 100,000 and so on, those from here on; what kept data has more of is not taken
    /// away.</param>
    public async Task<int> RunAsync(int most, int least)
    {
        var unit = (await ClaimsAsync("unitHead")).GetProperty("unit").GetGuid();
        var first = new Dictionary<string, double>(StringComparer.Ordinal);
        int[] sizes = [.. new[] { 10_000, 100_000, 1_000_000, 10_000_000 }.Where(s => s >= least && s < most).Append(most)];
        foreach (var size in sizes)
        {
            // Whoever looks at one question again finds the rest as it was.
            if (await JourneyLoad.ToAsync(system.Database("pipeline"), size, unit, Console.WriteLine) || only.Length == 0)
            {
                await RebuildAsync(size, writing: size == sizes[^1]);
                await VacuumAsync();
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"\n{size} journeys · {connections} connections · {rounds} rounds of {duration.TotalSeconds:0} s · load "
                    + $"{File.ReadAllText("/proc/loadavg").Split(' ')[0]}\n{"",-34} {"ours p50",11} {"p99",11}   {"GROUP BY p50",12} "
                    + $"{"p99",12}   GROUP BY / ours, p99"));
            foreach (var asker in Askers)
            {
                var claims = await ClaimsAsync(asker.Role);
                foreach (var (name, path, sql) in Questions(asker.Scope(claims))
                    .Where(q => $"{asker.Name}: {q.Name}".Contains(only, StringComparison.Ordinal)))
                {
                    var p99 = await CompareAsync(asker, name, path, sql);
                    if (!first.TryAdd(asker.Name + name, p99))
                    {
                        Console.WriteLine(
                            string.Create(
                            CultureInfo.InvariantCulture, $"    p99 / that at {sizes[0]}: {p99 / first[asker.Name + name]:0.00}"));
                    }
                }
            }
        }

        return 0;
    }

    private static IEnumerable<(string Name, string Path, string Sql)> Questions(string scope)
    {
        var today = TimeProvider.System.Today();
        yield return ("totals by stage", "/api/v1/pipeline/totals?groupBy=stage", Grouped("stage", scope));
        yield return ("totals by chain and month", "/api/v1/pipeline/totals?groupBy=chain,month", Grouped("chain_code, month", scope));
        yield return ("totals by unit, from 10 亿", "/api/v1/pipeline/totals?groupBy=unit&band=from10,from50",
            Grouped("unit_id", scope + " and band in (4, 5)"));
        var day = today.AddDays(-100);
        yield return ("by stage, 100 days ago", $"/api/v1/pipeline/totals?groupBy=stage&asOf={day:yyyy-MM-dd}", StoodAt(day, scope));
        yield return ("trend of 12 months", "/api/v1/pipeline/trend", Trend(scope, ""));
        yield return ("trend of 60 months, signed", $"/api/v1/pipeline/trend?stage=signed&from={today.AddMonths(-59):yyyy-MM}",
            Trend(scope, "and s.stage = 7"));
    }

    private static string Grouped(string by, string scope) =>
        $"""
        select {by}, '', count(*), 0, 0, 0 from journey where status = 0 and not confidential and {scope} group by {by}
        union all
        select {by}, a.currency, 0, sum(a.estimated), sum(a.contract), sum(a.paid_in)
        from journey, jsonb_to_recordset(amounts) a (currency text, estimated numeric, contract numeric, paid_in numeric)
        where status = 0 and not confidential and {scope} group by {by}, a.currency
        """;

    private static string StoodAt(DateOnly day, string scope) =>
        $"""
        with s as (
            select s.* from interval s join journey h using (lead_id)
            where s.known_to is null and s.status = 0 and s.day_from <= '{day:yyyy-MM-dd}' and (s.day_to is null
                or s.day_to > '{day:yyyy-MM-dd}')
                and not h.confidential and {OfHolder(scope)})
        select stage, '', count(*), 0, 0 from s group by 1
        union all select stage, a.currency, 0, sum(a.estimated), sum(a.contract)
            from s, jsonb_to_recordset(s.amounts) a (currency text, estimated numeric, contract numeric) group by 1, 2
        """;

    private static string OfHolder(string scope) =>
        scope.Replace("unit_id", "h.unit_id", StringComparison.Ordinal).Replace("chain_code", "h.chain_code", StringComparison.Ordinal);

    private static string Trend(string scope, string where) =>
        $"""
        with s as (
            select s.* from interval s join journey h using (lead_id)
            where s.known_to is null and s.status = 0 {where} and not h.confidential and {OfHolder(scope)})
        select date_trunc('month', day_from), '', count(*), 0, 0 from s group by 1
        union all select date_trunc('month', day_to), '', -count(*), 0, 0 from s where day_to is not null group by 1
        union all select date_trunc('month', day_from), a.currency, 0, sum(a.estimated), sum(a.contract)
            from s, jsonb_to_recordset(s.amounts) a (currency text, estimated numeric, contract numeric) group by 1, 2
        union all select date_trunc('month', day_to), a.currency, 0, -sum(a.estimated), -sum(a.contract)
            from s, jsonb_to_recordset(s.amounts) a (currency text, estimated numeric, contract numeric) where day_to is not null
                group by 1, 2
        """;

    /// <summary>Derives the journeys from their events, with 25 writes a second beside it when asked, and prints its rate.</summary>
    private async Task RebuildAsync(int journeys, bool writing)
    {
        if (writing)
        {
            await Figures.LagAsync(system, TimeSpan.FromSeconds(20), ", first writes of all");
            await Figures.LagAsync(system, TimeSpan.FromSeconds(30));
        }

        var (token, signedIn) = (await TokenAsync("administrator"), Stopwatch.GetTimestamp());
        var started = Stopwatch.GetTimestamp();
        // One that an earlier run began with the same data goes on from where it was.
        var already = (long?)null;
        var rebuild = (await SendAsync(HttpMethod.Post, "/api/v1/pipeline/rebuilds", token, """{"dryRun":false}""")).GetProperty("id")
            .GetGuid();
        var beside = writing ? Figures.LagAsync(system, TimeSpan.FromSeconds(30), " beside a rebuild") : Task.CompletedTask;
        var answer = await Eventually.GetAsync(
            async () =>
            {
                if (Stopwatch.GetElapsedTime(signedIn) > TimeSpan.FromMinutes(4))
                {
                    (token, signedIn) = (await TokenAsync("administrator"), Stopwatch.GetTimestamp());
                }

                return await SendAsync(HttpMethod.Get, $"/api/v1/pipeline/rebuilds/{rebuild}", token, null);
            },
            asked =>
            {
                already ??= asked.GetProperty("job").GetProperty("done").GetInt64();
                return asked.GetProperty("job").GetProperty("state").GetString() is not ("queued" or "running");
            },
            TimeSpan.FromHours(2));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"rebuild of {journeys} journeys: {(journeys - already!.Value) / seconds:0} a second, "
                + $"{answer.GetProperty("findings").GetProperty("differing")} differences "
                + $"repaired{(writing ? ", 25 writes a second beside it for 30 s" : "")}"));
        await beside;
    }

    private async Task VacuumAsync()
    {
        await using var source =
            NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(system.Database("pipeline")) { CommandTimeout = 0, Options = "-c statement_timeout=0" });
        await using var command = source.CreateCommand("vacuum analyze");
        await command.ExecuteNonQueryAsync();
    }

    private async Task<double> CompareAsync(Asker asker, string name, string path, string sql)
    {
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(asker.Role));
        await using var source =
            NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(
            system.Database("pipeline"))
            { CommandTimeout = 0, Options = "-c statement_timeout=0 -c jit=off" });
        Task<Rate> OursAsync(TimeSpan time) => HttpLoad.RunAsync(connections, time, async _ =>
        {
            using var response = await _http.GetAsync(path);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new InvalidOperationException(
                    $"{path} was answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
            }

            await response.Content.ReadAsByteArrayAsync();
        });
        Task<Rate> PlainAsync(TimeSpan time) => HttpLoad.RunAsync(connections, time, async _ =>
        {
            await using var command = source.CreateCommand(sql);
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
            }
        });

        await OursAsync(TimeSpan.FromSeconds(1));
        var (ours, plain) = (new List<Rate>(), new List<Rate>());
        for (var round = 0; round < rounds; round++)
        {
            ours.Add(await OursAsync(duration));
            plain.Add(await PlainAsync(duration));
        }

        var p99 = Rate.Median(ours, r => r.P99);
        Console.WriteLine(
            string.Format(
            CultureInfo.InvariantCulture, Line, $"{asker.Name}: {name}", Rate.Median(ours, r => r.P50), p99, Rate.Median(plain, r => r.P50),
            Rate.Median(plain, r => r.P99), Rate.Median(plain, r => r.P99) / p99));
        return p99;
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, string token, string? body)
    {
        using var request = new HttpRequestMessage(
            method, path)
        { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            request.Headers.Add("Idempotency-Key", Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString());
        }

        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? JsonSerializer.Deserialize<JsonElement>(text)
            : throw new HttpRequestException($"{method} {path}: {(int)response.StatusCode} {text}");
    }

    private async Task<string> TokenAsync(string role)
    {
        var user = system.Access.Users.First(u => u.Role == role);
        return (await SignIn.AsAsync(system.Gateway, user.UserName, user.Password)).AccessToken;
    }

    private async Task<JsonElement> ClaimsAsync(string role) =>
        JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars((await TokenAsync(role)).Split('.')[1])).RootElement;

    private static IEnumerable<string> Chains(JsonElement claims)
    {
        var chains = claims.GetProperty("chains");
        return chains.ValueKind == JsonValueKind.Array ? chains.EnumerateArray().Select(c => c.GetString()!) : [chains.GetString()!];
    }
}
