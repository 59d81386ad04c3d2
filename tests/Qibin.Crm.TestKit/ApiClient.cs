using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Qibin.Crm.Kernel.Json;

namespace Qibin.Crm.TestKit;

/// <summary>What the API answered.</summary>
public sealed record Answer(int Status, string Body, HttpResponseHeaders Headers, string? ContentType)
{
    private JsonElement? _json;

    public JsonElement Json => _json ??= JsonSerializer.Deserialize<JsonElement>(Body);

    /// <summary>The version in the ETag, as it is sent back in If-Match.</summary>
    public string ETag => Headers.ETag?.ToString() ?? throw new InvalidOperationException($"No ETag on {Status}: {Body}");

    /// <summary>The problem's code.</summary>
    public string? Code => Body.Length > 0 && Json.TryGetProperty("code", out var code) ? code.GetString() : null;

    public Guid Id => Json.GetProperty("id").GetGuid();

    /// <summary>This answer, when its status is the expected one; a failure prints the body.</summary>
    public Answer Is(int status) =>
        Status == status ? this : throw new InvalidOperationException($"Expected {status}, got {Status}: {Body}");

    /// <summary>This answer, when it is the problem with the code.</summary>
    public Answer IsProblem(int status, string code) =>
        Is(status).Code == code && ContentType == "application/problem+json" ? this
            : throw new InvalidOperationException($"Expected problem {code}, got {ContentType}: {Body}");
}

/// <summary>Calls the API as one caller, with a new Idempotency-Key for each write unless one is given.</summary>
public sealed class ApiClient(HttpClient http, string? token) : IDisposable
{
    public string? Token => token;

    public Task<Answer> GetAsync(string path, string? ifNoneMatch = null, string? language = null) =>
        SendAsync(HttpMethod.Get, path, null, headers: r =>
        {
            if (ifNoneMatch is not null)
            {
                r.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
            }

            if (language is not null)
            {
                r.Headers.TryAddWithoutValidation("Accept-Language", language);
            }
        });

    public Task<Answer> PostAsync(string path, object? body = null, string? ifMatch = null, string? key = null) =>
        SendAsync(HttpMethod.Post, path, body ?? new { }, ifMatch, key);

    public Task<Answer> PatchAsync(string path, object body, string? ifMatch = null, string? key = null) =>
        SendAsync(HttpMethod.Patch, path, body, ifMatch, key);

    public Task<Answer> PutAsync(string path, object body, string? ifMatch = null) => SendAsync(HttpMethod.Put, path, body, ifMatch);

    public Task<Answer> DeleteAsync(string path, string? ifMatch = null) => SendAsync(HttpMethod.Delete, path, null, ifMatch);

    /// <param name="method">The method.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="body">An object to serialize as the API speaks JSON, or a string sent as it stands.</param>
    /// <param name="ifMatch">The If-Match header as it stands; none when null.</param>
    /// <param name="key">The Idempotency-Key; a new one when null, none when empty.</param>
    /// <param name="headers">Further headers.</param>
    public async Task<Answer> SendAsync(
        HttpMethod method, string path, object? body, string? ifMatch = null, string? key = null,
        Action<HttpRequestMessage>? headers = null)
    {
        ArgumentNullException.ThrowIfNull(method);
        using var request = new HttpRequestMessage(method, path);
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (body is not null)
        {
            request.Content = new StringContent(
                body as string ?? JsonSerializer.Serialize(body, StrictJson.Options), Encoding.UTF8, "application/json");
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        if ((method == HttpMethod.Post || method == HttpMethod.Patch) && key != "")
        {
            request.Headers.Add("Idempotency-Key", key ?? Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString());
        }

        headers?.Invoke(request);
        using var response = await http.SendAsync(request);
        return new Answer(
            (int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers,
            response.Content.Headers.ContentType?.MediaType);
    }

    public void Dispose() => http.Dispose();
}
