using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Qibin.Crm.Local.Demo;

/// <summary>
/// Another system that sends its data through the public API: client credentials, an Idempotency-Key of its own on every write,
/// and the same request again when the answer was a 429, a 503 or none.
/// </summary>
/// <param name="gateway">Where it sends.</param>
/// <param name="clientId">Who it is.</param>
/// <param name="clientSecret">Its secret.</param>
/// <param name="resendFaults">
/// Whether a 500 is sent again too, and counted: 500 promises nothing, so a client that has to get through may. Otherwise it ends the work.
/// </param>
internal sealed class Integration(Uri gateway, string clientId, string clientSecret, bool resendFaults = false) : IDisposable
{
    private const int Tries = 60;
    private readonly HttpClient _http = new() { BaseAddress = gateway, Timeout = TimeSpan.FromSeconds(60) };
    private readonly SemaphoreSlim _signingIn = new(1, 1);
    private string? _token;
    private readonly ConcurrentQueue<string> _failed = [];
    private int _faults;

    /// <summary>An access token, good for some minutes.</summary>
    public async Task<string> TokenAsync(CancellationToken ct) => _token ?? await SignInAsync(ct);

    public async Task<JsonNode> GetAsync(string path, CancellationToken ct) =>
        JsonNode.Parse((await SendAsync(HttpMethod.Get, path, null, null, null, ct)).Body)!;

    /// <summary>Everything of a list, page by page.</summary>
    public async Task<List<JsonNode>> ListAsync(string path, CancellationToken ct)
    {
        var items = new List<JsonNode>();
        var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        string? cursor = null;
        do
        {
            var page = await GetAsync($"{path}{separator}limit=200{(cursor is null ? "" : "&cursor=" + cursor)}", ct);
            items.AddRange(page["items"]!.AsArray().Select(item => item!));
            cursor = page["next"]?.GetValue<string>();
        }
        while (cursor is not null);
        return items;
    }

    public async Task<JsonNode> PostAsync(string path, string key, JsonNode body, CancellationToken ct, string? ifMatch = null) =>
        JsonNode.Parse((await SendAsync(HttpMethod.Post, path, key, body, ifMatch, ct)).Body)!;

    /// <summary>Sends items in batches of at most 500, each of which takes effect whole or not at all.</summary>
    public async Task<List<JsonNode>> BatchAsync(string path, string key, IEnumerable<JsonObject> items, CancellationToken ct)
    {
        var results = new List<JsonNode>();
        foreach (var (chunk, index) in items.Chunk(500).Select((chunk, index) => (chunk, index)))
        {
            var answer = await PostAsync(path, $"{key}-{index}",
                new JsonObject { ["mode"] = "atomic", ["items"] = new JsonArray([.. chunk]) }, ct);
            results.AddRange(answer["results"]!.AsArray().Select(result => result!));
        }

        return results;
    }

    /// <summary>A change of a resource that is read first for its version, and again when an event has changed it in between.</summary>
    public async Task<JsonNode> ChangeAsync(string resource, string action, string key, JsonNode body, CancellationToken ct) =>
        JsonNode.Parse(await OnNewestAsync(resource, HttpMethod.Post, resource + action, key, body, ct))!;

    /// <summary>A merge patch of a resource, in the same way.</summary>
    public Task AmendAsync(string resource, string key, JsonNode patch, CancellationToken ct) =>
        OnNewestAsync(resource, HttpMethod.Patch, resource, key, patch, ct);

    private async Task<string> OnNewestAsync(
        string resource, HttpMethod method, string path, string key, JsonNode body, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (_, version) = await SendAsync(HttpMethod.Get, resource, null, null, null, ct);
            try
            {
                return (await SendAsync(method, path, key, body, version, ct)).Body;
            }
            catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.PreconditionFailed && attempt < Tries)
            {
                // Read it again.
            }
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _signingIn.Dispose();
    }

    private async Task<(string Body, string? Version)> SendAsync(
        HttpMethod method, string path, string? key, JsonNode? body, string? ifMatch, CancellationToken ct)
    {
        var text = body?.ToJsonString();
        for (var attempt = 1; ; attempt++)
        {
            using var request = new HttpRequestMessage(method, path);
            if (key is not null)
            {
                request.Headers.Add("Idempotency-Key", key);
            }

            if (ifMatch is not null)
            {
                request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
            }

            if (text is not null)
            {
                request.Content = new StringContent(text, System.Text.Encoding.UTF8, "application/json");
            }

            HttpStatusCode? status = null;
            try
            {
                var token = _token ?? await SignInAsync(ct);
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
                using var response = await _http.SendAsync(request, ct);
                var answer = await response.Content.ReadAsStringAsync(ct);
                status = response.StatusCode;
                if (status >= HttpStatusCode.InternalServerError)
                {
                    _failed.Enqueue($"{method} {path}: {(int)status} {answer}");
                }

                if (response.IsSuccessStatusCode)
                {
                    return (answer, response.Headers.ETag?.ToString());
                }

                if (status == HttpStatusCode.InternalServerError && resendFaults && attempt < Tries)
                {
                    Interlocked.Increment(ref _faults);
                }
                else if (status == HttpStatusCode.Unauthorized)
                {
                    Interlocked.CompareExchange(ref _token, null, token);
                }
                else if (!MayPass(status.Value) || attempt == Tries)
                {
                    throw new HttpRequestException($"{method} {path} was answered {(int)status}: {answer}", null, status);
                }
            }
            catch (HttpRequestException e)
                when (attempt < Tries && status is null && MayPass(e.StatusCode ?? HttpStatusCode.BadGateway))
            {
                // The same request, under the same key, when the gateway is back, or the identity service to sign in.
                _failed.Enqueue($"{method} {path}: {e.Message}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(1000, 50 * attempt)), ct);
        }
    }

    /// <summary>Faults that were answered and sent again.</summary>
    public int Faults => _faults;

    /// <summary>Each attempt that was answered 5xx, or not at all, in words.</summary>
    public IReadOnlyCollection<string> Failed => _failed;

    /// <summary>404 and 409 may pass too: what an event is about to bring may not be there yet.</summary>
    private static bool MayPass(HttpStatusCode status) => status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable
        or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout or HttpStatusCode.NotFound or HttpStatusCode.Conflict;

    private async Task<string> SignInAsync(CancellationToken ct)
    {
        await _signingIn.WaitAsync(ct);
        try
        {
            if (_token is not null)
            {
                return _token;
            }

            using var response = await _http.PostAsync("/connect/token", new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "client_credentials",
                ["client_id"] = clientId,
                ["client_secret"] = clientSecret,
            }), ct);
            response.EnsureSuccessStatusCode();
            var answer = await response.Content.ReadFromJsonAsync<JsonObject>(ct);
            return _token = answer!["access_token"]!.GetValue<string>();
        }
        finally
        {
            _signingIn.Release();
        }
    }
}
