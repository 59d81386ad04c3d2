using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.TestKit;
using Qibin.Crm.TestKit.Generated;

namespace Qibin.Crm.EndToEnd.Tests;

/// <summary>
/// To whoever does not read a confidential journey, it is not there: every operation of every document that names one of its resources, in
/// the path, the query or the body, answers as it does for an id that nobody has, and every list, total and feed is silent about it.
/// </summary>
[Litters]
public class ConfidentialJourneyTests(RunningSystem system)
{
    private static readonly string[] Services = ["identity", "leads", "projects", "enterprises", "pipeline"];

    /// <summary>What a journey has nothing of: parameters of these names are left as the right request has them.</summary>
    private static readonly string[] NoneOfAJourney =
    [
        "userId", "unitId", "clientId", "officerId", "leaveId", "parkId", "buildingId", "spaceId", "code", "year", "id", "streamId",
        "exportId", "importId", "reportId", "rebuildId", "verificationId", "penaltyId", "disputeId", "transferId", "messageId",
    ];

    /// <summary>Headers that differ from one answer to the next, whatever it is about.</summary>
    private static readonly string[] OfTheMoment = ["Date", "RateLimit", "RateLimit-Policy", "X-Request-Id", "Request-Id", "traceparent"];

    [Theory]
    [InlineData(Restricted.FromTheStart)]
    [InlineData(Restricted.AtTheLead)]
    [InlineData(Restricted.AtTheProject)]
    public async Task S2_No_operation_tells_a_confidential_journey_from_one_that_is_not_there(Restricted restricted)
    {
        await using var known = new KnownOperations(system);
        var journey = await known.HiddenAsync(restricted);
        var (others, readers) = (await OthersAsync(), await ReadersAsync());
        var (breaches, asked, seen) = (new List<string>(), 0, 0);
        var (ofHidden, ofNothing) = (TimeSpan.Zero, TimeSpan.Zero);
        foreach (var operation in await OperationsAsync())
        {
            var questions = await QuestionsAsync(operation, known.Table, journey, breaches);
            foreach (var question in questions)
            {
                foreach (var other in others.Where(o => o.May(operation)))
                {
                    asked++;
                    var compared = await CompareAsync(other, operation, question, journey);
                    breaches.AddRange(compared.Breach is { } breach ? [breach] : []);
                    (ofHidden, ofNothing) = (ofHidden + compared.OfHidden, ofNothing + compared.OfNothing);
                }

                var may = readers.FindAll(r => operation.Method == HttpMethod.Get && question.Named && r.May(operation));
                if (may.Count > 0)
                {
                    var answers = new List<int>();
                    foreach (var reader in may)
                    {
                        answers.Add((await SendAsync(reader, operation, question.Hidden)).Status);
                    }

                    seen += answers.Count(status => status is 200 or 301);
                    if (operation.HasPathParameters && !answers.Exists(status => status is 200 or 301))
                    {
                        breaches.Add($"{operation}: no reader sees {question.Hidden.Path}: {string.Join(' ', answers)}");
                    }
                }
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{restricted}: {asked} questions of others, {seen} answers to readers, {breaches.Count} breaches; "
            + $"{ofHidden.TotalMilliseconds:0} ms for what is hidden, {ofNothing.TotalMilliseconds:0} ms for what is not there");
        Assert.True(breaches.Count == 0, string.Join('\n', breaches));
        Assert.True(seen > 20 && asked > 300, $"{asked} questions, {seen} answers to readers");
        // Interleaved, over hundreds of pairs: what is read and then withheld would take longer.
        Assert.InRange(ofHidden / ofNothing, 0.5, 2);
    }

    [Fact]
    public async Task An_open_journey_and_an_operation_that_nobody_knows_are_found()
    {
        await using var known = new KnownOperations(system);
        var lead = await known.Table["readLead"]();
        var journey = new HiddenJourney(new Dictionary<string, string> { ["leadId"] = lead.Path!.Split('/')[^1] }, ["演示"]);
        var operations = await OperationsAsync();
        var leader = (await OthersAsync()).Single(o => o.Name == "leader");
        foreach (var id in (string[])["readLead", "listContacts", "listClaims", "listLeads"])
        {
            var operation = operations.Single(o => o.Id == id);
            var breaches = new List<string>();
            foreach (var question in await QuestionsAsync(operation, known.Table, journey, breaches))
            {
                breaches.AddRange((await CompareAsync(leader, operation, question, journey)).Breach is { } breach ? [breach] : []);
            }

            Assert.True(breaches.Count > 0 || id == "listClaims", $"{id} shows an open lead");
        }

        var unknown = new List<string>();
        var (planted, beyond) = (operations.Single(o => o.Id == "readLead") with { Id = "readLeadBehindTheHouse" },
            operations.Single(o => o.Id == "getProject"));
        Assert.Empty(await QuestionsAsync(planted, known.Table, journey, unknown));
        Assert.Empty(await QuestionsAsync(beyond, known.Table, journey, unknown));
        Assert.Contains("nobody knows how to prepare it", unknown[0], StringComparison.Ordinal);
        Assert.Contains("no confidential projectId", unknown[1], StringComparison.Ordinal);
    }

    /// <summary>One request about the journey and the same one about nothing.</summary>
    private sealed record Question(Asked Hidden, Asked Nothing, bool Named);

    private sealed record Asked(string Path, string? Body, byte[]? File);

    private sealed record Principal(string Name, string? Role, ApiClient Client)
    {
        public bool May(Operation operation) => Role is null ? operation.Scope is not null : operation.Roles.Contains(Role);
    }

    /// <summary>
    /// The questions of an operation: with the journey's ids in its path and body, with each filter that names one of its resources, and,
    /// of what is read, without any.
    /// </summary>
    private static async Task<List<Question>> QuestionsAsync(
        Operation operation, Dictionary<string, Func<Task<Prepared>>> known, HiddenJourney journey, List<string> breaches)
    {
        if (!known.TryGetValue(operation.Id, out var prepare))
        {
            breaches.Add($"{operation}: nobody knows how to prepare it");
            return [];
        }

        var named = operation.Parameters.Where(p => p.In == "path").Select(p => p.Name).ToList();
        if (named.Find(p => !journey.Ids.ContainsKey(p) && !NoneOfAJourney.Contains(p)) is { } missing)
        {
            breaches.Add($"{operation}: no confidential {missing}");
            return [];
        }

        var ofAJourney = named.Exists(journey.Ids.ContainsKey);
        if (named.Count > 0 && !ofAJourney && operation.Method != HttpMethod.Get && operation.Body is null)
        {
            return [];
        }

        var prepared = await prepare();
        var body = prepared.Body is null ? null : JsonSerializer.SerializeToNode(prepared.Body, StrictJson.Options);
        var hidden = journey.IdsOn(operation.Path);
        var nothing = hidden.ToDictionary(p => p.Key, _ => RowsOfTheTests.NewId());
        var template = ofAJourney ? operation.Path : prepared.Path ?? operation.Path;
        var (hiddenBody, nothingBody) = (Filled(body, hidden), Filled(body, nothing));
        var questions = new List<Question>();
        if (ofAJourney || hiddenBody != nothingBody || operation.Method == HttpMethod.Get)
        {
            questions.Add(new Question(
                new Asked(Filled(template, hidden), hiddenBody, prepared.File),
                new Asked(Filled(template, nothing), nothingBody, prepared.File), ofAJourney));
        }

        if (operation.Method == HttpMethod.Get && !ofAJourney)
        {
            var (path, sign) = (template, template.Contains('?', StringComparison.Ordinal) ? '&' : '?');
            questions.AddRange(operation.Query.Where(q => hidden.ContainsKey(q.Name)).Select(q => new Question(
                new Asked($"{path}{sign}{q.Name}={hidden[q.Name]}", null, null),
                new Asked($"{path}{sign}{q.Name}={nothing[q.Name]}", null, null), Named: true)));
            if (operation.Query.Any(q => q.Name == "q"))
            {
                questions.AddRange(journey.Words.Where(w => !Guid.TryParse(w, out _)).Select(word => new Question(
                    new Asked($"{path}{sign}q={Uri.EscapeDataString(word)}", null, null),
                    new Asked($"{path}{sign}q={Uri.EscapeDataString("无此客商" + word.Length)}", null, null), Named: false)));
            }
        }

        return questions;
    }

    private static string Filled(string path, IReadOnlyDictionary<string, string> ids) =>
        ids.Aggregate(path, (p, id) => p.Replace($"{{{id.Key}}}", id.Value, StringComparison.Ordinal));

    /// <summary>The body with the ids in the place of those that it names.</summary>
    private static string? Filled(JsonNode? body, IReadOnlyDictionary<string, string> ids)
    {
        var copy = body?.DeepClone();
        Fill(copy);
        return copy?.ToJsonString();

        void Fill(JsonNode? node)
        {
            if (node is JsonObject members)
            {
                foreach (var (name, value) in members.ToList())
                {
                    // A merge names an investor so.
                    if (ids.TryGetValue(name == "from" && value is JsonValue ? "investorId" : name, out var id))
                    {
                        members[name] = id;
                    }
                    else
                    {
                        Fill(value);
                    }
                }
            }
            else if (node is JsonArray items)
            {
                foreach (var item in items)
                {
                    Fill(item);
                }
            }
        }
    }

    private static async Task<(string? Breach, TimeSpan OfHidden, TimeSpan OfNothing)> CompareAsync(
        Principal who, Operation operation, Question question, HiddenJourney journey)
    {
        var started = Stopwatch.GetTimestamp();
        var hidden = await SendAsync(who, operation, question.Hidden);
        var between = Stopwatch.GetTimestamp();
        var same = question.Hidden == question.Nothing;
        var nothing = same ? hidden : await SendAsync(who, operation, question.Nothing);
        var (ofHidden, ofNothing) = (Stopwatch.GetElapsedTime(started, between), same ? Stopwatch.GetElapsedTime(started, between)
            : Stopwatch.GetElapsedTime(between));
        if (hidden.Status >= 500)
        {
            return ($"{operation}, {who.Name}: {hidden.Status}", ofHidden, ofNothing);
        }

        if (!same && (Told(hidden, question.Hidden), Told(nothing, question.Nothing)) is var (one, other) && one != other)
        {
            return ($"{operation}, {who.Name}, {question.Hidden.Path}:\n  {one}\n  {other}", ofHidden, ofNothing);
        }

        // What the caller itself has named may be repeated to it; of everything else nothing is said. A feed says what was withdrawn.
        var told = operation.Id.EndsWith("Changes", StringComparison.Ordinal) ? await FeedAsync(who, question.Hidden.Path) : hidden.Body;
        var word = journey.Ids.Values.Concat(journey.Words).FirstOrDefault(w => told.Contains(w, StringComparison.OrdinalIgnoreCase)
            && !question.Hidden.Path.Contains(w, StringComparison.Ordinal)
            && !Uri.UnescapeDataString(question.Hidden.Path).Contains(w, StringComparison.Ordinal)
            && question.Hidden.Body?.Contains(w, StringComparison.Ordinal) != true);
        var breach = word is null ? null
            : $"{operation}, {who.Name}, {question.Hidden.Path}: {hidden.Status} has {word} in …{Around(told, word)}…";
        return (breach, ofHidden, ofNothing);
    }

    private static string Around(string text, string word)
    {
        var at = text.IndexOf(word, StringComparison.OrdinalIgnoreCase);
        return text[Math.Max(0, at - 600)..Math.Min(text.Length, at + 200)];
    }

    /// <summary>All that a feed shows, but for what it says to be dropped.</summary>
    private static async Task<string> FeedAsync(Principal who, string path)
    {
        var (told, cursor) = (new StringBuilder(), "");
        while (true)
        {
            var page = (await who.Client.GetAsync($"{path}?limit=200{cursor}")).Is(200).Json;
            foreach (var item in page.GetProperty("items").EnumerateArray().Where(i => i.GetProperty("type").GetString() != "Withdrawn"))
            {
                told.Append(item.GetRawText());
            }

            if (!page.GetProperty("more").GetBoolean())
            {
                return told.ToString();
            }

            cursor = "&cursor=" + page.GetProperty("next").GetString();
        }
    }

    /// <summary>An answer in one text: status, headers and body, without the ids that were asked for and what is of the moment.</summary>
    private static string Told(Answer answer, Asked asked)
    {
        var text = new StringBuilder().Append(answer.Status).Append(' ');
        foreach (var (name, values) in answer.Headers.Where(h => !OfTheMoment.Contains(h.Key, StringComparer.OrdinalIgnoreCase))
            .OrderBy(h => h.Key, StringComparer.Ordinal))
        {
            text.Append(name).Append('=').AppendJoin(',', values).Append(' ');
        }

        var body = answer.Body;
        try
        {
            if (JsonNode.Parse(body) is JsonObject problem && answer.Status >= 400)
            {
                problem.Remove("traceId");
                problem.Remove("instance");
                body = problem.ToJsonString();
            }
        }
        catch (JsonException)
        {
            // A file, or nothing.
        }

        text.Append(body);
        foreach (var id in Ids().Matches(asked.Path + asked.Body).Select(m => m.Value))
        {
            text.Replace(id, "ID");
        }

        return text.ToString();
    }

    private static System.Text.RegularExpressions.Regex Ids() => new("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private static Task<Answer> SendAsync(Principal who, Operation operation, Asked asked) => who.Client.SendAsync(
        operation.Method, asked.Path, asked.File is null ? asked.Body ?? operation.Body?.Fitting(new Random(7))?.ToJsonString() : null,
        operation.TakesVersion ? "\"1\"" : null, operation.TakesKey ? null : "",
        request => request.Content ??= asked.File is { } file ? new ByteArrayContent(file) : null);

    private async Task<List<Principal>> OthersAsync()
    {
        (string Name, string Role, string? Unit)[] people =
        [
            ("head above", "unitHead", "promotion"), ("head of another unit", "unitHead", "promotion-satellite"),
            ("leader", "leader", null), ("coordinator", "coordinator", null), ("administrator", "administrator", null),
            ("auditor", "auditor", null), ("service officer", "serviceOfficer", null), ("project officer", "projectOfficer", null),
            ("stranger", "officer", "promotion-manufacturing"),
        ];
        var others = new List<Principal>();
        foreach (var (name, role, unit) in people)
        {
            others.Add(new Principal(name, role, await system.AsAsync(role, unit)));
        }

        var chief = system.System.Access.Users.Where(u => u.Role == "chainChief").ElementAt(1);
        others.Add(new Principal("chief of its chain", "chainChief", new ApiClient(
            new HttpClient { BaseAddress = system.Gateway, Timeout = TimeSpan.FromMinutes(1) }, await system.TokenAsync(chief))));
        others.Add(new Principal("integration", null, await system.AsIntegrationAsync()));
        return others;
    }

    private async Task<List<Principal>> ReadersAsync() =>
    [
        new("owner", "officer", await system.AsAsync("officer", "promotion-xinchuang")),
        new("head", "unitHead", await system.AsAsync("unitHead", "promotion-xinchuang")),
    ];

    private async Task<List<Operation>> OperationsAsync()
    {
        using var http = new HttpClient { BaseAddress = system.Gateway };
        var operations = new List<Operation>();
        foreach (var service in Services)
        {
            operations.AddRange(Operation.AllOf(await http.GetStringAsync(new Uri($"/swagger/{service}/v1.json", UriKind.Relative))));
        }

        return operations;
    }
}
