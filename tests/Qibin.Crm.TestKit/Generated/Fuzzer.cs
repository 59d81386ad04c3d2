using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;

namespace Qibin.Crm.TestKit.Generated;

/// <summary>What came of generated requests.</summary>
/// <param name="Requests">Number of requests sent.</param>
/// <param name="Statuses">How often each status was answered.</param>
/// <param name="Reached">Operations that answered a request with success at least once.</param>
/// <param name="Breaches">Answers that no input may bring about, each with what reproduces it.</param>
public sealed record FuzzReport(
    int Requests, IReadOnlyDictionary<int, int> Statuses, IReadOnlySet<string> Reached, IReadOnlyList<string> Breaches)
{
    public override string ToString() =>
        $"{Requests} requests; {string.Join(", ", Statuses.OrderBy(s => s.Key).Select(s => $"{s.Key}: {s.Value}"))}; {Reached.Count} "
            + $"operations succeeded; {Breaches.Count} breaches";
}

/// <summary>What generated requests begin with.</summary>
public sealed record FuzzSeeds
{
    /// <summary>
    /// A right request by operation; a third of the requests are made from it, so that rules behind the shapes are reached.
    /// </summary>
    public IReadOnlyDictionary<string, Prepared> Right { get; init; } = new Dictionary<string, Prepared>();

    /// <summary>Operations that only touch the rows of <see cref="Right"/>, since others need the rows that they would break.</summary>
    public Func<Operation, bool> Guarded { get; init; } = _ => false;
}

/// <summary>
/// Generated requests over all operations: right ones, ones with faults, and ones that no client would send. Asserts that none is
/// answered 5xx, none with a status or a shape that the document does not have, and each refusal with a problem.
/// </summary>
public sealed class Fuzzer
{
    private readonly ApiTarget _target;
    private readonly int _seed;
    private readonly ConcurrentBag<string> _ids;
    private readonly FuzzSeeds _seeds;
    private readonly ConcurrentDictionary<string, string> _tokens = new(StringComparer.Ordinal);

    private Fuzzer(ApiTarget target, int seed, FuzzSeeds seeds, IEnumerable<string> ids)
    {
        _target = target;
        _seed = seed;
        _seeds = seeds;
        _ids = [.. ids];
    }

    /// <summary>
    /// A server may refuse by the head alone, and close while the body is still on its way (RFC 9112, 9.6). Who sends the body only when
    /// asked for it (RFC 9110, 10.1.1) hears the refusal.
    /// </summary>
    private static async Task<HttpResponseMessage> AnswerAsync(HttpClient http, HttpRequestMessage request, CancellationToken ct)
    {
        try
        {
            return await http.SendAsync(request, ct);
        }
        catch (HttpRequestException e) when (request.Content is not null && e.InnerException is IOException)
        {
            using var again = new HttpRequestMessage(request.Method, request.RequestUri) { Content = request.Content };
            foreach (var (name, values) in request.Headers)
            {
                again.Headers.TryAddWithoutValidation(name, values);
            }

            again.Headers.ExpectContinue = true;
            try
            {
                return await http.SendAsync(again, ct);
            }
            finally
            {
                // It belongs to the first request.
                again.Content = null;
            }
        }
    }

    /// <param name="target">The API.</param>
    /// <param name="seed">The same seed makes the same requests, but for the ids that the API made itself.</param>
    /// <param name="requests">Number of requests.</param>
    /// <param name="ids">Ids of rows that are there, so that requests reach some.</param>
    /// <param name="seeds">Right requests to begin with, and what is not to be touched.</param>
    /// <param name="workers">Requests under way at once.</param>
    public static async Task<FuzzReport> RunAsync(
        ApiTarget target, int seed, int requests, IEnumerable<Guid>? ids = null, FuzzSeeds? seeds = null, int workers = 4)
    {
        ArgumentNullException.ThrowIfNull(target);
        var fuzzer = new Fuzzer(target, seed, seeds ?? new FuzzSeeds(), (ids ?? []).Select(id => id.ToString()));
        var statuses = new ConcurrentDictionary<int, int>();
        var reached = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        var breaches = new ConcurrentBag<string>();
        using var http = new HttpClient(
            new SocketsHttpHandler
            {
                RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
                AutomaticDecompression = DecompressionMethods.All,
                AllowAutoRedirect = false,
                UseCookies = false,
            })
        {
            BaseAddress = target.Address,
            Timeout = TimeSpan.FromSeconds(60),
        };
        await Parallel.ForEachAsync(Enumerable.Range(0, requests), new ParallelOptions { MaxDegreeOfParallelism = workers },
            async (n, ct) =>
        {
            var (operation, request) = await fuzzer.MakeAsync(n);
            using (request)
            {
                var sent = $"seed {seed}, request {n}: {operation.Id} {request.Method} {Head(request.RequestUri!.OriginalString)}";
                try
                {
                    using var response = await AnswerAsync(http, request, ct);
                    var body = await response.Content.ReadAsStringAsync(ct);
                    var status = (int)response.StatusCode;
                    statuses.AddOrUpdate(status, 1, (_, count) => count + 1);
                    if (status < 300)
                    {
                        reached[operation.Id] = true;
                    }

                    if (fuzzer.Breach(operation, status, response.Content.Headers.ContentType?.MediaType, body) is { } breach)
                    {
                        breaches.Add($"{sent} is answered {status}: {breach}; sent {await Sent(request)}; got {Head(body)}");
                    }
                }
                catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
                {
                    breaches.Add($"{sent} is not answered: {e.Message}; sent {await Sent(request)}");
                }
            }
        });
        return new FuzzReport(requests, statuses, reached.Keys.ToHashSet(StringComparer.Ordinal),
            [.. breaches.Order(StringComparer.Ordinal)]);
    }

    private async Task<(Operation Operation, HttpRequestMessage Request)> MakeAsync(int number)
    {
        var random = new Random(HashOf(_seed, number));
        // Each operation has its turn, in another order each round.
        var round = new Random(HashOf(_seed, ~(number / _target.Operations.Count)));
        var order = Enumerable.Range(0, _target.Operations.Count).ToArray();
        round.Shuffle(order);
        var operation = _target.Operations[order[number % order.Length]];

        var right = random.Next(3) == 0 ? _seeds.Right.GetValueOrDefault(operation.Id) : null;
        var path = new StringBuilder(right?.Path ?? operation.Path);
        foreach (var parameter in operation.Parameters.Where(p => p.In == "path"))
        {
            path.Replace($"{{{parameter.Name}}}", Uri.EscapeDataString(PathValue(operation, parameter, random)));
        }

        var query = string.Join('&', QueryOf(operation, random));
        var separator = path.ToString().Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var request = new HttpRequestMessage(operation.Method, query.Length == 0 ? path.ToString() : $"{path}{separator}{query}");
        if (await TokenAsync(operation, right, random) is { } token)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        }

        request.Content = ContentOf(operation, right, random);
        Headers(operation, right, request, random);
        return (operation, request);
    }

    private string PathValue(Operation operation, OperationParameter parameter, Random random)
    {
        var text = random.Next(10) switch
        {
            < 7 when parameter.Schema.Format == "uuid" && _seeds.Guarded(operation) => Values.Uuid(random),
            < 7 when parameter.Schema.Format == "uuid" => Id(random),
            < 8 => parameter.Schema.Fitting(random, ids: () => Values.Uuid(random))?.ToString() ?? "x",
            _ => Pick(Values.NastyTexts, random),
        };
        // An empty or a dotted segment would make it another address.
        return text.Trim('.', '/', ' ').Length == 0 ? "x" : text;
    }

    private IEnumerable<string> QueryOf(Operation operation, Random random)
    {
        foreach (var parameter in operation.Query)
        {
            var dice = random.Next(12);
            if (parameter.Required || dice < 2)
            {
                var value = parameter.Schema.Fitting(random, ids: () => Id(random))?.ToString() ?? "";
                yield return $"{parameter.Name}={Uri.EscapeDataString(value)}";
            }

            if (dice == 2)
            {
                yield return $"{parameter.Name}={Uri.EscapeDataString(Pick(Values.NastyTexts, random))}";
            }
        }

        switch (random.Next(30))
        {
            case 0:
                yield return $"{Uri.EscapeDataString(Pick(Values.NastyTexts, random))}="
                    + $"{Uri.EscapeDataString(Pick(Values.NastyTexts, random))}";
                break;
            case 1:
                yield return Pick(["&&", "=", "a", "%zz=1", "limit", "limit=", "q=%ff%fe", "q=" + new string('a', 9000), "limit=1&limit=2",
                    "sort=" + new string('-', 500)], random);
                break;
        }
    }

    private HttpContent? ContentOf(Operation operation, Prepared? right, Random random)
    {
        if (operation.Body is null)
        {
            return random.Next(8) == 0 ? Json(Pick(Values.NastyBodies, random)) : null;
        }

        var body = right?.Body is { } given
            ? JsonSerializer.SerializeToNode(given, StrictJson.Options)
            : operation.Body.Fitting(random, whole: random.Next(4) == 0, ids: () => Id(random));
        switch (random.Next(20))
        {
            case < 9:
                break;
            case < 16:
                for (var times = random.Next(1, 3); times > 0; times--)
                {
                    body = Spoilt(body, random);
                }

                break;
            case 16:
                return Json(Pick(Values.NastyBodies, random));
            case 17:
                var depth = random.Next(10, 3000);
                return Json(string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth));
            case 18:
                return new ByteArrayContent(
                    Garbled(body, random))
                { Headers = { ContentType = MediaTypeHeaderValue.Parse("application/json") } };
            default:
                return Typed(body, random);
        }

        return Json(Written(body));
    }

    /// <summary>The body with one value in it replaced, removed, added or doubled.</summary>
    private static JsonNode? Spoilt(JsonNode? body, Random random)
    {
        var places = Places(body).ToList();
        if (places.Count == 0)
        {
            return JsonValue.Create(Mark(random.Next(Values.NastyJson.Length)));
        }

        var place = places[random.Next(places.Count)];
        var nasty = JsonValue.Create(random.Next(2) == 0 ? Pick(Values.NastyTexts, random) : Mark(random.Next(Values.NastyJson.Length)));
        if (random.Next(40) == 0)
        {
            nasty = JsonValue.Create(new string('长', 200_000));
        }

        switch (place)
        {
            case (JsonObject parent, string name) when random.Next(6) == 0:
                parent.Remove(name);
                break;
            case (JsonObject parent, string name) when random.Next(8) == 0:
                parent[name + "X"] = nasty;
                break;
            case (JsonObject parent, string name):
                parent[name] = nasty;
                break;
            case (JsonArray parent, int index) when random.Next(4) == 0:
                parent.RemoveAt(index);
                break;
            case (JsonArray parent, int index):
                parent[index] = nasty;
                break;
        }

        return body;
    }

    private static IEnumerable<(JsonNode Parent, object Key)> Places(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(m => Places(m.Value).Prepend((members, m.Key))),
        JsonArray items => items.SelectMany((item, i) => Places(item).Prepend((items, (object)i))),
        _ => [],
    };

    private static byte[] Garbled(JsonNode? body, Random random)
    {
        var text = Written(body);
        switch (random.Next(5))
        {
            case 0: return Encoding.Unicode.GetBytes(text);
            case 1: return [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(text)];
            case 2: return Encoding.GetEncoding("iso-8859-1").GetBytes(text);
            default:
                var bytes = Encoding.UTF8.GetBytes(text);
                for (var i = random.Next(1, 4); i > 0 && bytes.Length > 0; i--)
                {
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                }

                return bytes;
        }
    }

    private static ByteArrayContent Typed(JsonNode? body, Random random)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Written(body)));
        content.Headers.TryAddWithoutValidation("Content-Type", Pick(
            ["text/plain", "application/xml", "application/json; charset=utf-16", "application/json; charset=nonsense",
                "application/problem+json", "application/merge-patch+json",
             "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "nonsense", "application/json;", "APPLICATION/JSON"],
                 random));
        if (random.Next(3) == 0)
        {
            content.Headers.TryAddWithoutValidation("Content-Encoding", Pick(["gzip", "br", "identity", "nonsense"], random));
        }

        return content;
    }

    private static void Headers(Operation operation, Prepared? right, HttpRequestMessage request, Random random)
    {
        if (operation.TakesVersion && random.Next(20) > 0)
        {
            request.Headers.TryAddWithoutValidation("If-Match",
                random.Next(10) == 0 ? Pick(Values.NastyHeaders, random) : right?.ETag ?? $"\"{random.Next(1, 4)}\"");
        }

        if (operation.TakesKey && random.Next(20) > 0)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", random.Next(12) switch
            {
                0 => Pick(Values.NastyHeaders, random),
                1 => "again-" + random.Next(10).ToString(CultureInfo.InvariantCulture),
                _ => Values.Uuid(random),
            });
        }

        if (random.Next(5) == 0)
        {
            request.Headers.TryAddWithoutValidation(
                Pick(["If-None-Match", "Accept-Language", "Accept", "Accept-Encoding", "Range", "traceparent", "tracestate", "baggage",
                    "If-Modified-Since", "Cookie",
                    "X-Forwarded-For", "X-HTTP-Method-Override", "Origin", "Prefer", "Content-Language", "X-User-Id", "Referer"], random),
                Pick(Values.NastyHeaders, random));
        }
    }

    private async Task<string?> TokenAsync(Operation operation, Prepared? right, Random random)
    {
        var dice = random.Next(40);
        return dice switch
        {
            >= 8 when right is { Token: { } given } => given,
            >= 8 when right is not null
                && (right.Role is not null || operation.Roles.Count > 0) => await Of("role " + (right.Role ?? operation.Roles[0])),
            0 => null,
            1 => Pick(["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "é"], random),
            < 6 => await Of("role " + Pick(Roles.OfPeople, random)),
            < 12 when operation.Scope is not null => await Of("scope " + operation.Scope),
            _ when operation.Roles.Count > 0 => await Of("role " + Pick(operation.Roles, random)),
            _ when operation.Scope is not null => await Of("scope " + operation.Scope),
            _ => null,
        };

        async Task<string> Of(string caller)
        {
            if (!_tokens.TryGetValue(caller, out var token))
            {
                var (kind, name) = (caller.Split(' ')[0], caller.Split(' ')[1]);
                token = _tokens[caller] = kind == "role" ? await _target.Tokens.Person(name) : await _target.Tokens.Integration([name]);
            }

            return token;
        }
    }

    private string? Breach(Operation operation, int status, string? type, string body)
    {
        if (status >= 500)
        {
            return "no input may bring about a fault";
        }

        if (!operation.Answers.TryGetValue(status, out var schema))
        {
            return "the document does not have this status";
        }

        // What is no HTTP at all the server refuses before it has words.
        if (status >= 400 && type != "application/problem+json" && !(status == 400 && body.Length == 0))
        {
            return "a refusal without a problem";
        }

        if (body.Length == 0 || schema is null)
        {
            return null;
        }

        try
        {
            var json = JsonSerializer.Deserialize<JsonElement>(body);
            if (status is 200 or 201)
            {
                Harvest(json);
            }

            return schema.Misfit(json) is { } misfit ? "the answer is not as the document says: " + misfit : null;
        }
        catch (JsonException)
        {
            return "no JSON";
        }
    }

    /// <summary>Keeps ids that the API tells of, so that later requests reach those rows.</summary>
    private void Harvest(JsonElement json)
    {
        if (_ids.Count > 2000)
        {
            return;
        }

        switch (json.ValueKind)
        {
            case JsonValueKind.String when Guid.TryParseExact(json.GetString(), "D", out _):
                _ids.Add(json.GetString()!);
                break;
            case JsonValueKind.Object:
                foreach (var member in json.EnumerateObject())
                {
                    Harvest(member.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in json.EnumerateArray().Take(20))
                {
                    Harvest(item);
                }

                break;
        }
    }

    private string Id(Random random)
    {
        var known = _ids.ToArray();
        return known.Length > 0 && random.Next(6) > 0 ? known[random.Next(known.Length)] : Values.Uuid(random);
    }

    private static readonly JsonSerializerOptions Unbounded = new() { MaxDepth = 100_000 };

    /// <summary>Stands for a raw value that no JSON writer would write.</summary>
    private static string Mark(int raw) => string.Create(CultureInfo.InvariantCulture, $"@@{raw}@@");

    private static string Written(JsonNode? body)
    {
        var text = body?.ToJsonString(Unbounded) ?? "null";
        for (var raw = 0; raw < Values.NastyJson.Length && text.Contains("@@", StringComparison.Ordinal); raw++)
        {
            text = text.Replace($"\"{Mark(raw)}\"", Values.NastyJson[raw], StringComparison.Ordinal);
        }

        return text;
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static T Pick<T>(IReadOnlyList<T> from, Random random) => from[random.Next(from.Count)];

    // Not HashCode, whose values differ from process to process.
    private static int HashOf(int seed, int number) => unchecked((seed * 486_187_739) + (number * 16_777_619) + (number >> 15));

    private static async Task<string> Sent(HttpRequestMessage request)
    {
        var headers = string.Join(' ',
            request.Headers.Where(h => h.Key != "Authorization").Select(h => $"{h.Key}: {string.Join(',', h.Value)}"));
        return request.Content is { } content
            ? $"[{headers}] ({content.Headers.ContentType}) {Head(Encoding.UTF8.GetString(await content.ReadAsByteArrayAsync()))}"
            : $"[{headers}] ";
    }

    private static string Head(string text) => text.Length <= 400 ? text : text[..400] + "…";
}
