using System.Text.Json;

namespace Qibin.Crm.TestKit.Generated;

/// <summary>
/// Writes each exchange of the ground rules, a JSON object a line, to the file that <c>QIBIN_EXCHANGES</c> names, where it is set: outside
/// tools then judge them by the documents (<c>tests/outside</c>).
/// </summary>
internal static class Recording
{
    private static readonly string? Target = Environment.GetEnvironmentVariable("QIBIN_EXCHANGES");
    private static readonly Lock Gate = new();

    public static async Task NoteAsync(Operation operation, HttpRequestMessage request, HttpResponseMessage response)
    {
        if (string.IsNullOrEmpty(Target))
        {
            return;
        }

        var line = JsonSerializer.Serialize(new
        {
            operation = operation.Id,
            method = operation.Method.Method,
            path = request.RequestUri!.PathAndQuery,
            sent = await PartsAsync(request.Headers, request.Content),
            status = (int)response.StatusCode,
            answered = await PartsAsync(response.Headers, response.Content),
        });
        lock (Gate)
        {
            File.AppendAllText(Target, line + "\n");
        }
    }

    private static async Task<object> PartsAsync(
        IEnumerable<KeyValuePair<string, IEnumerable<string>>> headers, HttpContent? content) => new
        {
            headers = headers.Concat(content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>())
            .Where(header => header.Key != "Authorization").ToDictionary(header => header.Key, header => string.Join(", ", header.Value)),
            body = content is null ? "" : Convert.ToBase64String(await content.ReadAsByteArrayAsync()),
        };
}
