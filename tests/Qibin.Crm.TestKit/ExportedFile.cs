using System.Net.Http.Headers;
using System.Text;

namespace Qibin.Crm.TestKit;

/// <summary>Exports of a service's lists.</summary>
public static class ExportedFile
{
    /// <summary>Asks for an export and waits for its end.</summary>
    /// <param name="service">The service.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="exports">Address of the service's exports.</param>
    /// <param name="request">The request.</param>
    /// <returns>Address of the export.</returns>
    public static async Task<string> MakeAsync(TestService service, TestCaller caller, string exports, object request)
    {
        ArgumentNullException.ThrowIfNull(service);
        var made = (await service.As(caller).PostAsync(exports, request)).Is(202);
        var path = made.Headers.Location!.OriginalString;
        await Eventually.GetAsync(async () => (await service.As(caller).GetAsync(path)).Is(200),
            answer => answer.Json.GetProperty("job").GetProperty("state").GetString() == "succeeded");
        return path;
    }

    /// <summary>The table of an export, as its owner fetches it.</summary>
    public static async Task<byte[]> FetchAsync(TestService service, TestCaller caller, string path)
    {
        ArgumentNullException.ThrowIfNull(service);
        using var http = new HttpClient { BaseAddress = service.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", service.TokenOf(caller));
        return await http.GetByteArrayAsync(new Uri(path + "/file", UriKind.Relative));
    }

    /// <summary>The rows of a list exported as csv, by heading. No cell may need quotation marks.</summary>
    public static async Task<IReadOnlyList<Dictionary<string, string>>> RowsAsync(
        TestService service, TestCaller caller, string exports, string list, string? query = null, string? unit = null)
    {
        var path = await MakeAsync(service, caller, exports, new { list, format = "csv", query, unit });
        return Rows(await FetchAsync(service, caller, path));
    }

    /// <summary>The rows of a csv table, by heading. No cell may need quotation marks.</summary>
    public static IReadOnlyList<Dictionary<string, string>> Rows(byte[] csv)
    {
        var text = Encoding.UTF8.GetString(csv).TrimStart('\uFEFF');
        if (text.Contains('"', StringComparison.Ordinal))
        {
            throw new InvalidOperationException("A cell is in quotation marks.");
        }

        var lines = text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(',')).ToList();
        return [.. lines.Skip(1).Select(line => lines[0].Zip(line).ToDictionary(c => c.First, c => c.Second))];
    }
}
