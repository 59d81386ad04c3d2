using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Npgsql;
using Qibin.Crm.Local;
using Qibin.Crm.Sheets;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Benchmarks.Imports;

/// <summary>What an import of many rows came to.</summary>
/// <param name="Created">Rows that opened a lead.</param>
/// <param name="Updated">Rows that changed one.</param>
/// <param name="Failed">Rows that were refused.</param>
/// <param name="Reasons">Refused rows that came back with a reason.</param>
/// <param name="Doubled">External keys, first contacts or event versions that are there twice, and leads that are missing or too
/// many.</param>
/// <param name="Restored">After the revert the database said again what it had said before.</param>
/// <param name="RowsPerSecond">While nobody was killed.</param>
/// <param name="Seconds">From the start of the run to its end, the kill within.</param>
/// <param name="RevertSeconds">Of the revert.</param>
internal sealed record ImportVerdict(
    int Created, int Updated, int Failed, int Reasons, int Doubled, bool Restored, double RowsPerSecond, double Seconds,
        double RevertSeconds)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Created} created, {Updated} updated, {Failed} refused, {Reasons} of them back with a reason · {Doubled} doubled or missing · "
            + $"revert {(Restored ? "restored the state before" : "LEFT DIFFERENCES")} · {RowsPerSecond:0} rows/s, {Seconds:0.0} s with a "
            + $"kill half-way, revert {RevertSeconds:0.0} s");
}

/// <summary>
/// An import through the gateway, with the leads service killed by SIGKILL half-way and started again, then taken back; judged from
/// the database.
/// </summary>
internal sealed class ImportRun(LocalSystem system, Func<Task<string>> token, Action<string> say) : IDisposable
{
    private const int There = 200;

    private static readonly string[] Headings =
        ["外部编号", "客商名称", "联系人", "联系电话", "联系方式", "沟通内容", "联系日期", "下一步", "下一步期限", "产业链节点", "意向投资额（元）"];

    /// <summary>What the import may touch, but for versions and times of the newest change, which only go forward.</summary>
    private static readonly string[] Tables =
        ["investor", "person", "lead", "contact", "next_step", "stage_move", "assignment", "external_key"];

    private readonly HttpClient _http = new() { BaseAddress = system.Gateway, Timeout = TimeSpan.FromMinutes(2) };
    private readonly string _run = "imp" + Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(3))
        .ToLowerInvariant();

    /// <param name="rows">Rows of the file; the first 200 change leads that are there.</param>
    /// <param name="bad">How many of them are refused.</param>
    public async Task<ImportVerdict> RunAsync(int rows, int bad)
    {
        var first = await UploadAsync(await FileAsync(There, 0, again: false));
        await StartAsync(first, "execution");
        await EndAsync(first);
        var before = await StateAsync();
        var leads = await NumberAsync("select count(*) from lead");

        var file = await FileAsync(rows, bad, again: true);
        var uploading = Stopwatch.GetTimestamp();
        var id = await UploadAsync(file);
        say(
            string.Create(
            CultureInfo.InvariantCulture,
            $"{rows} rows, {file.Length / 1024} KB, uploaded and read through in {Stopwatch.GetElapsedTime(uploading).TotalSeconds:0.0} "
                + $"s"));
        var started = Stopwatch.GetTimestamp();
        await StartAsync(id, "execution");
        var half = await WaitAsync(id, job => Done(job) >= rows / 2 || Ended(job));
        var rate = Done(half) / Stopwatch.GetElapsedTime(started).TotalSeconds;
        var gone = Ended(half) ? throw new InvalidOperationException("The run ended before anybody could be killed.") : Done(half);
        await system.KillAsync("leads");
        await system.Process("leads").StartAgainAsync();
        await system.Process("leads").WaitReadyAsync();
        say(string.Create(CultureInfo.InvariantCulture, $"leads killed after {gone} rows, and ready again"));
        var (again, from) = (Stopwatch.GetTimestamp(), Done(await WaitAsync(id, job => Done(job) > gone || Ended(job))));
        var import = await EndAsync(id);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        say(
            string.Create(
            CultureInfo.InvariantCulture,
            $"{rate:0} rows/s before the kill, {(rows - from) / Stopwatch.GetElapsedTime(again).TotalSeconds:0} after it"));
        var tally = import.GetProperty("tally");
        var (created, updated, failed) =
            (tally.GetProperty("created").GetInt32(), tally.GetProperty("updated").GetInt32(), tally.GetProperty("failed").GetInt32());
        var reasons = await ReasonsAsync(import.GetProperty("errors").GetString()!);
        var doubled = await NumberAsync(
            "select count(*) from (select unit_id, key from external_key group by 1, 2 having count(*) > 1) twice")
            + await NumberAsync(
                "select count(*) from (select summary from contact where summary like $1 group by summary having count(*) > 1) twice",
                _run + "%")
            + await NumberAsync(
                "select count(*) from lead l where code is not null and l.investor_name like $1 and (select count(distinct "
                    + "stream_version) from messaging.event e where e.stream_id = l.id) <> l.version", _run + "%")
            + Math.Abs(await NumberAsync("select count(*) from lead") - leads - created);

        var reverting = Stopwatch.GetTimestamp();
        await StartAsync(id, "reversal");
        var reverted = await EndAsync(id);
        var restored = before.SequenceEqual(await StateAsync()) && reverted.GetProperty("tally").GetProperty("reverted")
            .GetInt32() == created + updated;
        return new ImportVerdict(
            created, updated, failed, reasons, doubled, restored, rate, seconds, Stopwatch.GetElapsedTime(reverting).TotalSeconds);
    }

    public void Dispose() => _http.Dispose();

    private async Task<byte[]> FileAsync(int rows, int bad, bool again)
    {
        var every = bad == 0 ? int.MaxValue : rows / bad;
        return await SheetWriter.TableAsync(SheetFormat.Xlsx, Enumerable.Range(1, rows).Select(n => (IReadOnlyList<object?>)
            [
                $"{_run}-{n}", $"{_run}客商{n}", "示例联系人", n % every == every - 1 ? "没有电话" : (17_000_000_000 + n)
                    .ToString(CultureInfo.InvariantCulture), "电话",
                again && n <= There ? $"{_run}再谈{n}" : $"{_run}首谈{n}", new DateOnly(2026, 1, 5), again && n <= There ? "面谈" : "寄送资料",
                    new DateOnly(2030, 1, 31),
                n % 2 == 0 ? "芯片" : "satellite.data", 1_000_000m + n,
            ]).Prepend(Headings), CancellationToken.None);
    }

    private async Task<Guid> UploadAsync(byte[] file)
    {
        var made = await SendAsync(HttpMethod.Post, "/api/v1/imports", JsonContent(new { fileName = _run + ".xlsx" }), null);
        var id = made.GetProperty("id").GetGuid();
        await SendAsync(
            HttpMethod.Put, $"/api/v1/imports/{id}/file",
            new ByteArrayContent(file) { Headers = { ContentType = new("application/octet-stream") } }, "\"1\"");
        await EndAsync(id);
        return id;
    }

    private async Task StartAsync(Guid id, string what)
    {
        var version = (await ReadAsync(id)).GetProperty("version").GetInt64();
        await SendAsync(
            HttpMethod.Post, $"/api/v1/imports/{id}/{what}", what == "execution" ? JsonContent(new { }) : null, $"\"{version}\"");
    }

    private async Task<JsonElement> EndAsync(Guid id)
    {
        var import = await WaitAsync(id, Ended);
        return import.GetProperty("job").GetProperty("state").GetString() == "succeeded" ? import
            : throw new InvalidOperationException(import.GetRawText());
    }

    /// <summary>Asks until the condition holds; a service that is just dead is asked again.</summary>
    private Task<JsonElement> WaitAsync(Guid id, Func<JsonElement, bool> condition) => Eventually.GetAsync(
        async () =>
        {
            try
            {
                return await ReadAsync(id);
            }
            catch (HttpRequestException)
            {
                return default;
            }
        },
        import => import.ValueKind == JsonValueKind.Object && condition(import), TimeSpan.FromMinutes(5));

    private static bool Ended(JsonElement import) => import.GetProperty("job").GetProperty("state")
        .GetString() is "succeeded" or "failed" or "cancelled";

    private static int Done(JsonElement import) => import.GetProperty("job").GetProperty("done").GetInt32();

    private Task<JsonElement> ReadAsync(Guid id) => SendAsync(HttpMethod.Get, $"/api/v1/imports/{id}", null, null);

    private async Task<int> ReasonsAsync(string errors)
    {
        using var request = await RequestAsync(HttpMethod.Get, errors);
        using var response = await _http.SendAsync(request);
        using var file = new MemoryStream();
        await response.EnsureSuccessStatusCode().Content.CopyToAsync(file);
        using var reader = SheetReader.Open(file, new SheetLimits(100_000, 200));
        reader.Read();
        var reasons = 0;
        while (reader.Read() is { } row)
        {
            reasons += row[^1]?.Contains("联系电话：", StringComparison.Ordinal) == true ? 1 : 0;
        }

        return reasons;
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, HttpContent? content, string? ifMatch)
    {
        using var request = await RequestAsync(method, path);
        request.Content = content;
        request.Headers.TryAddWithoutValidation("Idempotency-Key", Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString());
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        using var response = await _http.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? JsonSerializer.Deserialize<JsonElement>(body)
            : throw new HttpRequestException($"{method} {path}: {(int)response.StatusCode} {body}");
    }

    private async Task<HttpRequestMessage> RequestAsync(HttpMethod method, string path) =>
        new(method, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", await token()) } };

    private static StringContent JsonContent(object body) =>
        new(JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json");

    /// <summary>Count and digest of all that each table says.</summary>
    private async Task<List<string>> StateAsync()
    {
        var state = new List<string>();
        await using var source = NpgsqlDataSource.Create(system.Database("leads"));
        foreach (var table in Tables)
        {
            await using var command = source.CreateCommand(
                $"select '{table} ' || count(*) || ' ' || coalesce(md5(string_agg(md5(said), '' order by md5(said))), '') from (select "
                    + $"(to_jsonb(t) - 'version' - 'updated_at')::text said from {table} t) rows");
            command.CommandTimeout = 120;
            state.Add((string)(await command.ExecuteScalarAsync())!);
        }

        return state;
    }

    private async Task<int> NumberAsync(string sql, params object[] values)
    {
        await using var source = NpgsqlDataSource.Create(system.Database("leads"));
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 120;
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return Convert.ToInt32(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }
}
