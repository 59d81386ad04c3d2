using System.Globalization;
using System.Text.Json;
using Qibin.Crm.Kernel;
using Qibin.Crm.Local;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Benchmarks;

/// <summary>
/// Keeps what an office is handed, made from the demonstration data: lists of leads and projects as workbooks, and the monthly report of
/// the last whole month as workbook and document. <c>tests/outside pictures</c> draws them.
/// </summary>
internal static class Documents
{
    public static async Task KeepAsync(LocalSystem system, Func<Task<string>> token, DirectoryInfo directory)
    {
        await system.FillAsync();
        directory.Create();
        using var http = new HttpClient { BaseAddress = system.Gateway };
        http.DefaultRequestHeaders.Authorization = new("Bearer", await token());
        using var leader = new ApiClient(http, await token());
        foreach (var (path, list) in ((string, string)[])[("exports", "leads"), ("projects/exports", "projects")])
        {
            var made = await MadeAsync(leader, $"/api/v1/{path}", new { list, format = "xlsx" });
            await KeepAsync(made.GetProperty("file").GetString()!, list + ".xlsx");
        }

        var month = TimeProvider.System.Today().AddMonths(-1).ToString("yyyy-MM", CultureInfo.InvariantCulture);
        foreach (var file in (await MadeAsync(leader, "/api/v1/pipeline/reports", new { month })).GetProperty("files").EnumerateArray())
        {
            await KeepAsync(file.GetProperty("file").GetString()!, "report." + file.GetProperty("format").GetString());
        }

        async Task KeepAsync(string address, string name)
        {
            var path = Path.Combine(directory.FullName, name);
            await File.WriteAllBytesAsync(path, await http.GetByteArrayAsync(new Uri(address, UriKind.Relative)));
            Console.WriteLine(path);
        }
    }

    /// <summary>The answer of a job once it has ended well.</summary>
    private static async Task<JsonElement> MadeAsync(ApiClient api, string jobs, object what)
    {
        var id = (await api.PostAsync(jobs, what)).Is(202).Id;
        return (await Eventually.GetAsync(
            async () => (await api.GetAsync($"{jobs}/{id}")).Is(200),
            answer => (answer.Json.TryGetProperty("job", out var job) ? job : answer.Json).GetProperty("state").GetString() == "succeeded",
            TimeSpan.FromMinutes(1))).Json;
    }
}
