using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Npgsql;
using Qibin.Crm.Benchmarks.Measure;
using Qibin.Crm.Local;
using Qibin.Crm.Local.Demo;

namespace Qibin.Crm.Benchmarks;

/// <summary>
/// The figures of one run: what the gateway does a second with token, row scope and outbox, beside what pgbench does with the same
/// statements on the same database, in turns, so that the machine's own drift cancels out.
/// </summary>
internal static class Figures
{
    private const int Connections = 8;

    public static async Task<int> PrintAsync(LocalSystem system, int leads, int rounds, TimeSpan duration)
    {
        using var api = new Integration(system.Gateway, system.Access.Clients[0].ClientId, system.Access.Clients[0].ClientSecret);
        var staff = await Staff.ReadAsync(api, CancellationToken.None);
        await PreloadAsync(system, api, staff, leads);
        var ids = await IdsAsync(system.Database("leads"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{ids.Count} leads · {Connections} connections · {rounds} rounds of {duration.TotalSeconds:0} s each · "
                + $"{Environment.ProcessorCount} processors · median (min … max)"));

        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Connections }) { BaseAddress = system.Gateway };
        var random = new Random(410611);

        await CompareAsync(
            system, http, rounds, "log a contact through the gateway", () => HttpLoad.RunAsync(Connections, duration, async _ =>
            await SendAsync(http, HttpMethod.Post, $"/api/v1/leads/{Pick(ids, random)}/contacts",
                """{"channel":"phone","summary":"谈到首期投资与达产时间。"}""", HttpStatusCode.Created)),
            "pgbench: the same insert, update and event", () =>
                PgBench.RunAsync(system.Database("leads"), ContactScript, Connections, duration, ids.Count));
        await CompareAsync(
            system, http, rounds, "read one lead through the gateway", () => HttpLoad.RunAsync(Connections, duration, async _ =>
            await SendAsync(http, HttpMethod.Get, $"/api/v1/leads/{Pick(ids, random)}", null, HttpStatusCode.OK)),
            "pgbench: select the lead", () => PgBench.RunAsync(system.Database("leads"), ReadScript, Connections, duration, ids.Count));
        await CompareAsync(
            system, http, rounds, "list 50 by stage, latest first, through the gateway", () =>
            HttpLoad.RunAsync(Connections, duration, async _ =>
            await SendAsync(http, HttpMethod.Get, "/api/v1/leads?stage=new&sort=-updatedAt&limit=50", null, HttpStatusCode.OK)),
            "pgbench: select 50", () => PgBench.RunAsync(system.Database("leads"), ListScript, Connections, duration, ids.Count));
        await LagAsync(system, TimeSpan.FromSeconds(20));
        return 0;
    }

    // The ids that pgbench picks stand in a table of their own, so that it picks as cheaply as a client that knows its ids.
    private const string Pick0 =
        """
        \set n random(1, :leads)
        """;

    // Each event is of the lead that was changed, with its own state and the next version, as the service's are: others consume it.
    private static string ContactScript => Script(
        """
        begin;
        insert into contact (id, version, lead_id, channel, summary, occurred_on, participant_ids, attachments, recorded_by, recorded_at)
            select gen_random_uuid(), 1, lead_id, 0, '谈到首期投资与达产时间。', current_date, '{}', '[]', '00000000-0000-0000-0000-000000000000', now()
                from benchmark_lead where n = :n;
        update lead set version = version + 1, updated_at = now(), last_contact_on = current_date, contact_count = contact_count + 1
            where id = (select lead_id from benchmark_lead where n = :n);
        insert into messaging.event (id, stream_type, stream_id, stream_version, ordinal, type, schema_version, payload, actor_id,
            confidential)
            select gen_random_uuid(), p.stream_type, l.id, l.version, 0, 'ContactRecorded', 1, p.payload,
                '00000000-0000-0000-0000-000000000000', false
            from lead l join benchmark_payload p on p.lead_id = l.id where l.id = (select lead_id from benchmark_lead where n = :n);
        commit;
        """);

    private static string ReadScript => Script("select * from lead where id = (select lead_id from benchmark_lead where n = :n);");

    private static string ListScript => Script("select * from lead where stage = 0 order by updated_at desc, id desc limit 50;");

    private static string Script(string statements) => Pick0 + "\n" + statements.ReplaceLineEndings(" ")
        .Replace("; ", ";\n", StringComparison.Ordinal) + "\n";

    private static async Task CompareAsync(
        LocalSystem system, HttpClient http, int rounds, string ours, Func<Task<Rate>> measure, string limit, Func<Task<Rate>> measureLimit)
    {
        // A token lasts ten minutes, a comparison takes one.
        using var api = new Integration(system.Gateway, system.Access.Clients[0].ClientId, system.Access.Clients[0].ClientSecret);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await api.TokenAsync(CancellationToken.None));
        // The runtime compiles anew what runs often; a service that runs day and night has that behind it.
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(25))
        {
            await measure();
        }

        var (mine, theirs, spent) = (new List<Rate>(), new List<Rate>(), new Dictionary<string, double>());
        for (var round = 0; round < rounds; round++)
        {
            // What one measurement leaves to be delivered would be a load beside the next.
            await DeliveredAsync(system);
            var before = ProcessTimes.Read();
            mine.Add(await measure());
            await DeliveredAsync(system);
            foreach (var (process, milliseconds) in ProcessTimes.Read().Since(before))
            {
                spent[process] = spent.GetValueOrDefault(process) + milliseconds;
            }

            theirs.Add(await measureLimit());
        }

        var (a, b) = (new Rounds(ours, mine), new Rounds(limit, theirs));
        Console.WriteLine(a);
        Console.WriteLine(b);
        Console.WriteLine("  ratio " + a.RatioTo(b));
        // What follows from a write, up to its totals, is part of it.
        var requests = mine.Sum(r => r.Count);
        Console.WriteLine("  processor time of one: " + string.Join(" · ", spent.OrderByDescending(p => p.Value)
            .Where(p => p.Value / requests >= 0.01)
            .Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key} {p.Value / requests:0.00} ms"))));
    }

    /// <summary>From the answer of a stage-changing write until the totals count it, at 25 writes a second.</summary>
    public static async Task LagAsync(LocalSystem system, TimeSpan duration, string when = "")
    {
        using var api = new Integration(system.Gateway, system.Access.Clients[0].ClientId, system.Access.Clients[0].ClientSecret);
        var staff = await Staff.ReadAsync(api, CancellationToken.None);
        var answered = new System.Collections.Concurrent.ConcurrentDictionary<Guid, long>();
        var lags = new List<double>();
        await using var pipeline = NpgsqlDataSource.Create(system.Database("pipeline"));
        var started = Stopwatch.GetTimestamp();
        using var rhythm = new PeriodicTimer(TimeSpan.FromMilliseconds(40));
        var writes = new List<Task>();
        using var ended = new CancellationTokenSource();
        var looking = Task.Run(LookAsync);
        for (var n = 0; Stopwatch.GetElapsedTime(started) < duration && await rhythm.WaitForNextTickAsync(); n++)
        {
            var number = n;
            writes.Add(Task.Run(async () =>
            {
                var receipt = await api.PostAsync(
                    "/api/v1/first-contacts", $"lag-{Stopwatch.GetTimestamp()}-{number}",
                    FirstContact($"时延{Stopwatch.GetTimestamp()}-{number}", staff.Officers[number % staff.Officers.Count]),
                    CancellationToken.None);
                answered[Guid.Parse(receipt["id"]!.GetValue<string>())] = Stopwatch.GetTimestamp();
            }));
        }

        await Task.WhenAll(writes);
        await ended.CancelAsync();
        await looking;
        var sorted = lags.Order().ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"commit to totals at 25 writes a second{when}: {sorted.Count} writes, p50 {Rate.Percentile(sorted, 0.5):0} ms, p99 "
                + $"{Rate.Percentile(sorted, 0.99):0} ms, longest {sorted[^1]:0} ms"));

        // One looks for all: as many as there are writes under way would be a load of its own, the heavier the later the totals are.
        async Task LookAsync()
        {
            while (!ended.IsCancellationRequested || !answered.IsEmpty)
            {
                // The row that the totals are read from; asking for the totals themselves all the time would be a load too.
                await using var command = pipeline.CreateCommand("select lead_id from journey where lead_id = any($1)");
                command.Parameters.Add(new NpgsqlParameter { Value = answered.Keys.ToArray() });
                await using var reader = await command.ExecuteReaderAsync();
                while (await reader.ReadAsync())
                {
                    if (answered.TryRemove(reader.GetGuid(0), out var since))
                    {
                        lags.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
                    }
                }

                await Task.Delay(2);
            }
        }
    }

    private static async Task PreloadAsync(LocalSystem system, Integration api, Staff staff, int leads)
    {
        var started = Stopwatch.GetTimestamp();
        var batches = Enumerable.Range(0, leads / 500).ToList();
        await Parallel.ForEachAsync(batches, new ParallelOptions { MaxDegreeOfParallelism = 3 }, async (batch, ct) =>
            await api.BatchAsync("/api/v1/first-contacts/batch", $"preload-{batch}",
                Enumerable.Range(batch * 500, 500).Select(n => FirstContact($"预置{n}", staff.Officers[n % staff.Officers.Count])), ct));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"preloaded {leads} leads through the API: {leads / Stopwatch.GetElapsedTime(started).TotalSeconds:0} a second"));
        await using var source = NpgsqlDataSource.Create(system.Database("leads"));
        await using (var prepare = source.CreateCommand(
            """
            create table if not exists benchmark_lead as select row_number() over (order by id)::int as n, id as lead_id from lead;
            create unique index if not exists benchmark_lead_n on benchmark_lead (n);
            create table if not exists benchmark_payload as select distinct on (stream_id) stream_id as lead_id, stream_type, payload
                from messaging.event where type = 'ContactRecorded' order by stream_id, stream_version desc;
            create unique index if not exists benchmark_payload_lead on benchmark_payload (lead_id);
            """))
        {
            await prepare.ExecuteNonQueryAsync();
        }

        started = Stopwatch.GetTimestamp();
        await DeliveredAsync(system);
        Console.WriteLine(
            string.Create(
            CultureInfo.InvariantCulture, $"its events had been taken {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s later"));
        await using var vacuum = source.CreateCommand("vacuum analyze");
        await vacuum.ExecuteNonQueryAsync();
    }

    private static async Task DeliveredAsync(LocalSystem system)
    {
        while (await Delivery.WaitingAsync(system) != 0)
        {
            await Task.Delay(200);
        }
    }

    private static JsonObject FirstContact(string name, string officer) => new()
    {
        ["investorName"] = name,
        ["personName"] = "示例",
        ["phone"] = "17000000000",
        ["channel"] = "phone",
        ["summary"] = "性能测量（演示）",
        ["nextStep"] = "再次联系",
        ["nextStepDueOn"] = "2030-01-01",
        ["nodeCode"] = "satellite.data",
        ["estimatedInvestment"] = DemonstrationData.Money(1_000_000, "CNY"),
        ["ownerId"] = officer,
    };

    private static async Task<List<Guid>> IdsAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand("select lead_id from benchmark_lead order by n");
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<Guid>();
        while (await reader.ReadAsync())
        {
            ids.Add(reader.GetGuid(0));
        }

        return ids;
    }

    private static Guid Pick(List<Guid> ids, Random random)
    {
        lock (random)
        {
            return ids[random.Next(ids.Count)];
        }
    }

    private static async Task SendAsync(HttpClient http, HttpMethod method, string path, string? body, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            request.Headers.Add("Idempotency-Key", Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString());
        }

        using var response = await http.SendAsync(request);
        if (response.StatusCode != expected)
        {
            throw new InvalidOperationException(
                $"{method} {path} was answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        }

        await response.Content.ReadAsByteArrayAsync();
    }
}
