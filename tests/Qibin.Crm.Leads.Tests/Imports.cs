using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Npgsql;
using Qibin.Crm.Sheets;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

/// <summary>The words that scenarios use of imports and exports.</summary>
internal static class Imports
{
    public static readonly string[] Headings =
        ["外部编号", "客商名称*", "统一社会信用代码", "联系人*", "联系电话*", "联系方式*", "沟通内容*", "联系日期", "下一步*", "下一步期限*", "产业链节点", "意向投资额（元）"];

    /// <summary>A row that fits, with what a test changes of it by heading.</summary>
    public static object?[] Row(int number, params (string Heading, object? Value)[] with)
    {
        object?[] row =
        [
            $"E-{number:00000}", $"导入示例客商{number:00000}", null, "李示例", (13900000000 + number)
                .ToString(CultureInfo.InvariantCulture), "电话", $"来电咨询第{number}项", "2026-01-05",
            "寄送资料", "2030-01-31", "数：卫星数据", 1_000_000m + number,
        ];
        foreach (var (heading, value) in with)
        {
            row[Array.FindIndex(Headings, h => h.TrimEnd('*') == heading)] = value;
        }

        return row;
    }

    public static Task<byte[]> FileAsync(SheetFormat format, IEnumerable<object?[]> rows) =>
        SheetWriter.TableAsync(format, rows.Prepend(Headings), CancellationToken.None);

    /// <summary>An import whose file has been read.</summary>
    public static async Task<Guid> UploadedAsync(LeadsFixture leads, TestCaller caller, byte[] file)
    {
        var import = (await leads.As(caller).PostAsync("/api/v1/imports", new { fileName = "线索.xlsx" })).Is(201);
        (await PutAsync(leads, caller, import.Id, import.ETag, file)).Is(202);
        var read = await EndedAsync(leads, caller, $"/api/v1/imports/{import.Id}");
        return read.Json.GetProperty("job").GetProperty("state").GetString() == "succeeded" ? import.Id
            : throw new InvalidOperationException(read.Body);
    }

    public static async Task<Answer> PutAsync(LeadsFixture leads, TestCaller caller, Guid id, string etag, byte[] file, string query = "")
    {
        using var http = new HttpClient { BaseAddress = leads.Service.Address };
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/imports/{id}/file{query}")
        {
            Content = new ByteArrayContent(file),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", leads.Service.TokenOf(caller));
        request.Headers.TryAddWithoutValidation("If-Match", etag);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var response = await http.SendAsync(request);
        return new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers,
            response.Content.Headers.ContentType?.MediaType);
    }

    /// <summary>Starts something of an import and waits for the end of its job.</summary>
    public static async Task<Answer> DoneAsync(
        LeadsFixture leads, TestCaller caller, Guid id, string what = "execution", object? body = null)
    {
        var client = leads.As(caller);
        var now = (await client.GetAsync($"/api/v1/imports/{id}")).Is(200);
        // Most scenarios enter the same investors; those about duplicates say otherwise.
        (await client.PostAsync($"/api/v1/imports/{id}/{what}", body
            ?? new { duplicateOverride = new { reason = "测试导入" } }, $"\"{now.Json.GetProperty("version").GetInt64()}\"")).Is(202);
        return await EndedAsync(leads, caller, $"/api/v1/imports/{id}");
    }

    public static Task<Answer> EndedAsync(LeadsFixture leads, TestCaller caller, string path) => Eventually.GetAsync(
        async () => (await leads.As(caller).GetAsync(path)).Is(200),
        answer => answer.Json.GetProperty("job").GetProperty("state")
        .GetString() is "succeeded" or "failed" or "cancelled", TimeSpan.FromSeconds(90));

    public static (int Created, int Updated, int Unchanged, int Failed, int Reverted, int Left) Tally(Answer import)
    {
        if (import.Json.GetProperty("job").GetProperty("state").GetString() != "succeeded")
        {
            throw new InvalidOperationException(import.Body);
        }

        var tally = import.Json.GetProperty("tally");
        int Of(string name) => tally.GetProperty(name).GetInt32();
        return (Of("created"), Of("updated"), Of("unchanged"), Of("failed"), Of("reverted"), Of("left"));
    }

    public static async Task<byte[]> BytesAsync(LeadsFixture leads, TestCaller caller, string path)
    {
        using var http = new HttpClient { BaseAddress = leads.Service.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", leads.Service.TokenOf(caller));
        return await http.GetByteArrayAsync(new Uri(path, UriKind.Relative));
    }

    /// <summary>All rows of a table, the headings first.</summary>
    public static List<string?[]> Read(byte[] file)
    {
        using var stream = new MemoryStream(file.Length);
        stream.Write(file);
        using var reader = SheetReader.Open(stream, new SheetLimits(1_000_000, 200));
        var rows = new List<string?[]>();
        while (reader.Read() is { } row)
        {
            rows.Add(row);
        }

        return rows;
    }

    /// <summary>
    /// All that leads, investors and people say, row by row, but for versions and the time of the newest change, which only go
    /// forward; events and imports are the record of what was done and stay.
    /// </summary>
    public static async Task<List<string>> ContentAsync(LeadsFixture leads)
    {
        var content = new List<string>();
        await using var source = NpgsqlDataSource.Create(leads.Service.Database);
        foreach (var table in (string[])["investor", "person", "lead", "contact", "next_step", "stage_move", "assignment", "external_key"])
        {
            await using var command =
                source.CreateCommand($"select '{table} ' || (to_jsonb(t) - 'version' - 'updated_at')::text from {table} t order by 1");
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                content.Add(reader.GetString(0));
            }
        }

        return content;
    }

    public static byte[] Encoded(string text, string encoding) => encoding switch
    {
        "utf-8" => Encoding.UTF8.GetBytes(text),
        "utf-8 with BOM" => [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(text)],
        "utf-16" => [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(text)],
        _ => CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!.GetBytes(text),
    };
}
