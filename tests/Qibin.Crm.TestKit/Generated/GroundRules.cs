using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;

namespace Qibin.Crm.TestKit.Generated;

/// <summary>A request that an operation takes, with everything that it needs prepared.</summary>
public sealed record Prepared
{
    /// <summary>
    /// The path with its ids; the operation's own where it has no parameters. It may bring a query that the operation needs.
    /// </summary>
    public string? Path { get; init; }

    /// <summary>The body, serialized as the API speaks JSON; made from the schema when null.</summary>
    public object? Body { get; init; }

    /// <summary>The body where it is a file.</summary>
    public byte[]? File { get; init; }

    /// <summary>The ETag of the resource that is changed.</summary>
    public string? ETag { get; init; }

    /// <summary>Role that can carry it through; the operation's first one when null.</summary>
    public string? Role { get; init; }

    /// <summary>A token that can carry it through, where a role alone is not enough.</summary>
    public string? Token { get; init; }

    /// <summary>Status of success, any of the document's when null; a refusal's where no input can succeed in this system.</summary>
    public int? Status { get; init; }

    /// <summary>The answer has a secret that a repeat does not tell again.</summary>
    public bool ToldOnce { get; init; }

    /// <summary>The row is everybody's: there is nobody from whom it is hidden.</summary>
    public bool SeenByAll { get; init; }

    /// <summary>The ids in the path are words, so that an unknown one is malformed (400) or not found (404).</summary>
    public bool NamesInPath { get; init; }
}

/// <summary>What came of the ground rules.</summary>
/// <param name="Operations">Number of operations that were tried.</param>
/// <param name="Cases">Number of requests whose answers were judged.</param>
/// <param name="Breaches">What is not as it should be.</param>
/// <param name="Exchanges">By operation, its right request's body and the answer, where they are JSON.</param>
public sealed record GroundRulesReport(
    int Operations, int Cases, IReadOnlyList<string> Breaches, IReadOnlyDictionary<string, (JsonNode? Request, JsonNode? Answer)> Exchanges)
{
    public override string ToString() => $"{Operations} operations, {Cases} cases, {Breaches.Count} breaches";
}

/// <summary>
/// Every operation of an API against the ground rules: who may call it, what is hidden, and each single fault of an otherwise
/// right request, made from the OpenAPI document. The right request comes last and must succeed, so no refused one had an effect.
/// </summary>
public static class GroundRules
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Runs them all, as <see cref="RunAsync"/>.</summary>
    /// <returns>What is not as it should be.</returns>
    public static async Task<IReadOnlyList<string>> BreachesAsync(
        ApiTarget target, IReadOnlyDictionary<string, Func<Task<Prepared>>> known) =>
        (await RunAsync(target, known)).Breaches;

    /// <summary>Runs them all.</summary>
    /// <param name="target">The API.</param>
    /// <param name="known">
    /// How to prepare each operation, by its id. One that is not here is a breach, and so is one that no document has.
    /// </param>
    /// <param name="workers">Operations under way at once; each has rows of its own.</param>
    public static async Task<GroundRulesReport> RunAsync(
        ApiTarget target, IReadOnlyDictionary<string, Func<Task<Prepared>>> known, int workers = 1)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(known);
        var breaches = new ConcurrentQueue<string>();
        var exchanges = new ConcurrentDictionary<string, (JsonNode? Request, JsonNode? Answer)>(StringComparer.Ordinal);
        var cases = 0;
        AddRange(known.Keys.Except(target.Operations.Select(o => o.Id)).Select(id => $"{id}: prepared, but no document has it"));
        AddRange(target.Operations.GroupBy(o => o.Id).Where(g => g.Count() > 1).Select(g => $"{g.Key}: the id of {g.Count()} operations"));
        using var http = new HttpClient(
            new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 })
        {
            BaseAddress = target.Address,
            Timeout = Longest,
        };
        await Parallel.ForEachAsync(target.Operations, new ParallelOptions { MaxDegreeOfParallelism = workers }, async (operation, _) =>
        {
            if (!known.TryGetValue(operation.Id, out var prepare))
            {
                breaches.Enqueue($"{operation}: nobody knows how to prepare it");
                return;
            }

            try
            {
                var run = new Run(target, operation, await prepare(), http, breaches);
                await run.AllAsync();
                if (run.Exchange is { } exchange)
                {
                    exchanges[operation.Id] = exchange;
                }

                Interlocked.Add(ref cases, run.Cases);
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or InvalidOperationException)
            {
                breaches.Enqueue($"{operation}: {e.Message}");
            }
        });
        return new GroundRulesReport(target.Operations.Count, cases, [.. breaches], exchanges);

        void AddRange(IEnumerable<string> found)
        {
            foreach (var breach in found)
            {
                breaches.Enqueue(breach);
            }
        }
    }

    private sealed class Run(ApiTarget target, Operation operation, Prepared prepared, HttpClient http, ConcurrentQueue<string> breaches)
    {
        private static readonly string[] Coders = ["gzip", "br"];

        /// <summary>Header fields of HTTP itself and of browsers' safety, which are the same for every operation.</summary>
        private static readonly HashSet<string> Ordinary = new(StringComparer.OrdinalIgnoreCase)
        {
            "Cache-Control", "Connection", "Date", "Pragma", "Transfer-Encoding", "Vary", "Cross-Origin-Resource-Policy",
            "Permissions-Policy", "Content-Security-Policy", "Referrer-Policy", "Strict-Transport-Security",
            "X-Content-Type-Options", "X-Frame-Options",
        };

        private readonly string _path = prepared.Path ?? operation.Path;
        private string _token = "";
        private JsonNode? _body;

        /// <summary>Requests whose answers were judged.</summary>
        public int Cases { get; private set; }

        /// <summary>The right request and its answer, once it has succeeded.</summary>
        public (JsonNode? Request, JsonNode? Answer)? Exchange { get; private set; }

        public async Task AllAsync()
        {
            _body = prepared.Body is { } given ? JsonSerializer.SerializeToNode(given, StrictJson.Options)
                : operation.Body?.Fitting(new Random(7));
            _token = prepared.Token ?? await target.Tokens.Person(prepared.Role ?? operation.Roles[0]);
            await WhoAsync();
            await WhereAsync();
            await QueryAsync();
            if (operation.Body is not null)
            {
                await BodyAsync();
            }

            if (operation.TakesVersion)
            {
                await VersionAsync();
            }

            if (operation.TakesKey)
            {
                await RefusedKeysAsync();
            }

            await RightAsync();
        }

        private async Task WhoAsync()
        {
            await ExpectAsync("no token", [401], "auth.required", token: "");
            await ExpectAsync("no token that was ever given", [401], "auth.required", token: _token[..^6] + "AAAAAA");
            foreach (var role in Roles.OfPeople)
            {
                var token = await target.Tokens.Person(role);
                if (operation.Roles.Contains(role))
                {
                    // Let in, and then refused for something else, so that nothing changes yet.
                    await ExpectAsync($"role {role}", [400], null, token: token, path: With(_path, "noSuchParameter=1"));
                }
                else
                {
                    await ExpectAsync($"role {role}", [403], "auth.forbidden", token: token);
                }
            }

            await ExpectAsync("an integration without the scope", [403], "auth.forbidden",
                token: await target.Tokens.Integration([.. Scopes.All.Where(s => s != operation.Scope)]));
            if (operation.Scope is { } scope)
            {
                await ExpectAsync("an integration with the scope", [400], null, token: await target.Tokens.Integration([scope]),
                    path: With(_path, "noSuchParameter=1"));
            }
        }

        private async Task WhereAsync()
        {
            if (!operation.HasPathParameters)
            {
                return;
            }

            await HiddenAsync();

            var random = new Random(11);
            var absent = operation.Parameters.Where(p => p.In == "path").Aggregate(operation.Path, (path, p) =>
                path.Replace($"{{{p.Name}}}", Uri.EscapeDataString((string?)p.Schema.Fitting(random)?.AsValue().ToString() ?? "x"),
                    StringComparison.Ordinal));
            await ExpectAsync("a row that is not there", prepared.NamesInPath ? [400, 404] : [404], null, path: absent);
            foreach (var nasty in new[] { "not-an-id", "0", "%E2%80%AE", "%27%3B--" })
            {
                var odd = operation.Parameters.Where(p => p.In == "path")
                    .Aggregate(operation.Path, (path, p) => path.Replace($"{{{p.Name}}}", nasty, StringComparison.Ordinal));
                await ExpectAsync($"the id {nasty}", [400, 404], null, path: odd);
            }
        }

        /// <summary>The row to whoever may do this, only not with this one; and a row that is nobody's.</summary>
        private async Task HiddenAsync()
        {
            foreach (var role in prepared.SeenByAll ? [] : operation.Roles)
            {
                if (await target.Tokens.Stranger(role) is { } stranger)
                {
                    await ExpectAsync($"a row that is hidden from this {role}", [404], null, token: stranger);
                }
            }

            var ids = operation.Parameters.Where(p => p.In == "path").ToList();
            if (!ids.TrueForAll(p => target.Hidden.ContainsKey(p.Name)))
            {
                return;
            }

            var hidden = ids.Aggregate(operation.Path,
                (path, p) => path.Replace($"{{{p.Name}}}", target.Hidden[p.Name], StringComparison.Ordinal));
            foreach (var role in operation.Roles)
            {
                await ExpectAsync($"a row that no {role} sees", [404], null, token: await target.Tokens.Person(role), path: hidden);
            }

            if (operation.Scope is { } scope)
            {
                await ExpectAsync("a row that no integration sees", [404], null, token: await target.Tokens.Integration([scope]),
                    path: hidden);
            }
        }

        private async Task QueryAsync()
        {
            await ExpectAsync("an unknown query parameter", [400], "request.invalid", path: With(_path, "noSuchParameter=1"),
                error: "query.unknown");
            foreach (var parameter in operation.Query)
            {
                if (parameter.Name is "cursor")
                {
                    await ExpectAsync("no cursor of ours", [400], null, path: With(_path, "cursor=abc"));
                    continue;
                }

                var value = Uri.EscapeDataString(parameter.Schema.Fitting(new Random(5))?.ToString() ?? "x");
                await ExpectAsync($"{parameter.Name} twice", [400], null,
                    path: With(Without(_path, parameter.Name), $"{parameter.Name}={value}&{parameter.Name}={value}"));
                foreach (var (wrong, bad) in parameter.Schema.Unfitting())
                {
                    // In a query everything is text, and an empty text is no value.
                    if (bad is JsonValue text && text.ToString() is { Length: > 0 } spelled
                        && !(parameter.Schema.Type == "string" && text.GetValueKind() != JsonValueKind.String)
                        && !(parameter.Schema.Type != "string" && wrong.StartsWith("a text for", StringComparison.Ordinal)
                            && spelled is "7" or "true"))
                    {
                        await ExpectAsync($"{parameter.Name}: {wrong}", [400], null,
                            path: With(Without(_path, parameter.Name), $"{parameter.Name}={Uri.EscapeDataString(spelled)}"));
                    }
                }
            }
        }

        private async Task BodyAsync()
        {
            await ExpectAsync("no body", [400, 415], null, content: null);
            await ExpectAsync("an empty body", [400], null, content: Json(""));
            await ExpectAsync("half a body", [400], null, content: Json("{\"a\":"));
            await ExpectAsync("a list for a body", [400], null, content: Json("[]"));
            await ExpectAsync("a null for a body", [400], null, content: Json("null"));
            await ExpectAsync("a body 17 deep", [400], null,
                content: Json(Unknown(_body, JsonNode.Parse(new string('[', 17) + new string(']', 17)))
                    .ToJsonString(new JsonSerializerOptions { MaxDepth = 64 })));
            await ExpectAsync("a body that is no UTF-8", [400], null, content: Bytes([.. "{\"a\":\""u8, 0xC3, 0x28, .. "\"}"u8]));
            await ExpectAsync("a body in UTF-16", [400, 415], null,
                content: Bytes(Encoding.Unicode.GetBytes(_body!.ToJsonString()), "application/json; charset=utf-16"));
            await ExpectAsync("a body as plain text", [415], "request.mediaType",
                content: Bytes(Encoding.UTF8.GetBytes(_body!.ToJsonString()), "text/plain"));
            foreach (var coder in Coders)
            {
                await ExpectAsync($"a body that claims to be {coder}", [400, 415], null,
                    content: Bytes([0x1F, 0x8B, 8, 0], encoding: coder));
            }

            await ExpectAsync("a body too large", [413], "request.tooLarge", content: Json("{\"a\":\"" + new string('x', 1 << 20) + "\"}"));
            await ExpectAsync("an unknown property", [400], "request.invalid", content: Json(Unknown(_body, 1).ToJsonString()),
                error: "json.unknownProperty");
            if (_body is JsonObject { Count: > 0 } members)
            {
                var (name, value) = members.First();
                var twice = $"{{\"{name}\":{value?.ToJsonString() ?? "null"},{_body.ToJsonString()[1..]}";
                await ExpectAsync("a property twice", [400], null, content: Json(twice));
            }

            foreach (var (wrong, body) in Faulty(operation.Body!, _body, ""))
            {
                await ExpectAsync(wrong, [400], null, content: Json(body.ToJsonString()));
            }
        }

        /// <summary>The body with one fault, for each fault of each member, in the order of the schema.</summary>
        private static IEnumerable<(string Wrong, JsonNode Body)> Faulty(Schema schema, JsonNode? body, string at)
        {
            if (body is JsonArray { Count: > 0 } list && schema.Items is { } items)
            {
                foreach (var (wrong, item) in Faulty(items, list[0], at + "/0"))
                {
                    var copy = (JsonArray)list.DeepClone();
                    copy[0] = item;
                    yield return (wrong, copy);
                }
            }

            if (body is not JsonObject members)
            {
                yield break;
            }

            var required = schema.Required;
            foreach (var (name, member) in schema.Properties)
            {
                if (required.Contains(name))
                {
                    var without = (JsonObject)members.DeepClone();
                    without.Remove(name);
                    yield return ($"{at}/{name} left out", without);
                    yield return ($"{at}/{name} null", Changed(members, name, null));
                }

                foreach (var (wrong, value) in member.Unfitting())
                {
                    yield return ($"{at}/{name}: {wrong}", Changed(members, name, value));
                }

                if (members.TryGetPropertyValue(name, out var present))
                {
                    if (present is JsonObject && member.Closed)
                    {
                        yield return ($"{at}/{name} with an unknown property", Changed(members, name, Unknown(present, 1)));
                    }

                    foreach (var (wrong, value) in Faulty(member, present, $"{at}/{name}"))
                    {
                        yield return (wrong, Changed(members, name, value));
                    }
                }
            }
        }

        private async Task VersionAsync()
        {
            await ExpectAsync("no If-Match", [428], "ifMatch.required", ifMatch: "");
            string[] others =
            [
                "\"999999\"", "\"x\"", "\"\"", "\"-1\"", "\"99999999999999999999\"", "\"999998\", \"999999\"", "W/\"1\"",
                "\"1.Anything-Bogus\"", "\"1.\"",
            ];
            foreach (var other in others)
            {
                await ExpectAsync($"If-Match {other}", [412], "ifMatch.stale", ifMatch: other);
            }

            foreach (var malformed in (string[])["1", "\"1", "*, \"1\"", "\"1\" \"2\""])
            {
                await ExpectAsync($"If-Match {malformed}", [400], "ifMatch.malformed", ifMatch: malformed);
            }
        }

        private async Task RefusedKeysAsync()
        {
            await ExpectAsync("no Idempotency-Key", [400], "idempotency.keyMissing", key: "");
            foreach (var malformed in new[] { "a b", new string('k', 129), "\"", "\u00e9", "\u5929" })
            {
                await ExpectAsync($"Idempotency-Key {malformed}", [400], "idempotency.keyMalformed", key: malformed);
            }
        }

        private async Task RightAsync()
        {
            var key = NewKey();
            var first = await SendAsync(_token, _path, Content(), prepared.ETag, key);
            Cases++;
            if ((prepared.Status is { } status ? first.Status != status : first.Status >= 300)
                || !operation.Answers.ContainsKey(first.Status))
            {
                breaches.Enqueue($"{operation}: the right request is answered {first.Status} {Head(first.Body)}");
                return;
            }

            Fits("the right request", first);
            HeadersFit("the right request", first);
            await LocationAsync(first);
            Exchange = (operation.Body is null ? null : _body,
                operation.Answers[first.Status] is null || first.Status >= 300 ? null : JsonNode.Parse(first.Body));
            if (!operation.TakesKey || first.Status >= 300)
            {
                return;
            }

            Cases++;
            var again = await SendAsync(_token, _path, Content(), prepared.ETag, key);
            if (again.Status != first.Status || (again.Body != first.Body) != prepared.ToldOnce
                || again.Headers.ETag?.Tag != first.Headers.ETag?.Tag || again.Headers.Location != first.Headers.Location)
            {
                breaches.Enqueue(
                    $"{operation}: a repeat is answered {again.Status} {Head(again.Body)}, not as the first time {first.Status} "
                        + $"{Head(first.Body)}");
            }

            await ExpectAsync("a key used for another query", [400, 422], null, key: key, path: With(_path, "other=1"));
            if (operation.Body is not null)
            {
                await ExpectAsync("a key used for another body", [422], "idempotency.reused", key: key,
                    content: Json(" " + _body!.ToJsonString()));
            }
        }

        /// <summary>What was made is at Location, and the ETag is the one that it has there, whatever the caller may see of it.</summary>
        private async Task LocationAsync(Answer made)
        {
            if (made.Status != 201 || made.Headers.Location is not { } location || made.Headers.ETag is not { } sent)
            {
                return;
            }

            using var request = new HttpRequestMessage(HttpMethod.Get, location);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
            using var response = await http.SendAsync(request);
            Cases++;
            var tag = response.Headers.ETag?.Tag;
            if ((int)response.StatusCode != 200 || tag?.Trim('"').Split('.')[0] != sent.Tag.Trim('"'))
            {
                breaches.Enqueue($"{operation}: {location} is answered {(int)response.StatusCode} with ETag {tag}, not {sent.Tag}");
            }
        }

        private async Task ExpectAsync(
            string what, int[] statuses, string? code, string? token = null, string? path = null, HttpContent? content = null,
            string? ifMatch = null,
            string? key = null, string? error = null)
        {
            var sent = content ?? (what == "no body" ? null : Content());
            var answer = await SendAsync(token ?? _token, path ?? _path, sent, ifMatch ?? prepared.ETag, key ?? NewKey());
            Cases++;
            var problem = $"{operation}, {what}: {answer.Status} {Head(answer.Body)}";
            if (!statuses.Contains(answer.Status))
            {
                breaches.Enqueue($"{problem} instead of {string.Join(" or ", statuses)}");
            }
            else if (!operation.Answers.ContainsKey(answer.Status))
            {
                breaches.Enqueue($"{problem}: the status is not in the document");
            }
            else if (answer.ContentType != "application/problem+json")
            {
                breaches.Enqueue($"{problem}: no problem but {answer.ContentType}");
            }
            else if (code is not null && answer.Code != code)
            {
                breaches.Enqueue($"{problem}: code {answer.Code} instead of {code}");
            }
            else if (error is not null
                && !answer.Json.GetProperty("errors").EnumerateArray().Any(e => e.GetProperty("code").GetString() == error))
            {
                breaches.Enqueue($"{problem}: no error {error}");
            }
            else if (answer.Json.GetProperty("status").GetInt32() != answer.Status
                || answer.Json.GetProperty("title").GetString() is not { Length: > 0 } title || title == answer.Code)
            {
                breaches.Enqueue($"{problem}: a problem without words");
            }
            else
            {
                Fits(what, answer);
                HeadersFit(what, answer);
            }
        }

        private void Fits(string what, Answer answer)
        {
            if (answer.Body.Length > 0 && operation.Answers.GetValueOrDefault(answer.Status) is { } schema
                && schema.Misfit(answer.Json) is { } misfit)
            {
                breaches.Enqueue($"{operation}, {what}: the answer is not as the document says: {misfit}");
            }
        }

        /// <summary>The answer's header fields are those of the document: what is always sent is there, and nothing else.</summary>
        private void HeadersFit(string what, Answer answer)
        {
            if (!operation.Headers.TryGetValue(answer.Status, out var documented))
            {
                return;
            }

            var sent = answer.Headers.Select(h => h.Key).Where(name => !Ordinary.Contains(name)).ToList();
            foreach (var name in documented.Where(h => h.Value).Select(h => h.Key).Except(sent, StringComparer.OrdinalIgnoreCase))
            {
                breaches.Enqueue($"{operation}, {what}: {answer.Status} has no {name}");
            }

            foreach (var name in sent.Except(documented.Keys, StringComparer.OrdinalIgnoreCase))
            {
                breaches.Enqueue($"{operation}, {what}: {answer.Status} has {name}, which the document does not have");
            }
        }

        private async Task<Answer> SendAsync(string token, string path, HttpContent? content, string? ifMatch, string key)
        {
            using var request = new HttpRequestMessage(operation.Method, path) { Content = content };
            if (token.Length > 0)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }

            if (operation.TakesVersion && ifMatch is { Length: > 0 })
            {
                request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
            }

            if (operation.TakesKey && key.Length > 0)
            {
                request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
            }

            using var response = await http.SendAsync(request);
            await Recording.NoteAsync(operation, request, response);
            return new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers,
                response.Content.Headers.ContentType?.MediaType);
        }

        private HttpContent? Content() =>
            prepared.File is { } file ? Bytes(file, "application/octet-stream") : _body is null ? null : Json(_body.ToJsonString());

        private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

        private static ByteArrayContent Bytes(byte[] bytes, string type = "application/json", string? encoding = null)
        {
            var content = new ByteArrayContent(bytes);
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
            if (encoding is not null)
            {
                content.Headers.ContentEncoding.Add(encoding);
            }

            return content;
        }

        private static JsonObject Unknown(JsonNode? body, JsonNode? value) => Changed(body as JsonObject ?? [], "noSuchMember", value);

        private static JsonObject Changed(JsonObject members, string name, JsonNode? value)
        {
            var copy = (JsonObject)members.DeepClone();
            copy[name] = value?.DeepClone();
            return copy;
        }

        private static string With(string path, string query) => path + (path.Contains('?', StringComparison.Ordinal) ? '&' : '?') + query;

        private static string Without(string path, string parameter)
        {
            var parts = path.Split('?', 2);
            var rest = parts.Length < 2 ? [] : parts[1].Split('&').Where(p => p.Split('=')[0] != parameter).ToArray();
            return rest.Length == 0 ? parts[0] : $"{parts[0]}?{string.Join('&', rest)}";
        }

        private static string NewKey() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("N", CultureInfo.InvariantCulture);

        private static string Head(string body) => body.Length <= 300 ? body : body[..300] + "…";
    }
}
