using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Npgsql;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;
using Qibin.Crm.TestKit.Generated;

namespace Qibin.Crm.EndToEnd.Tests;

/// <summary>
/// Tests that are made from the OpenAPI documents of all services, through the gateway and with tokens of real people and clients.
/// </summary>
[Litters]
public class GeneratedTests(RunningSystem system)
{
    private const int Requests = 10_000;

    private static readonly (string Service, string Project)[] Services =
    [
        ("identity", "Identity"), ("leads", "Leads"), ("projects", "Projects"), ("enterprises", "Enterprises"), ("pipeline", "Pipeline"),
    ];

    /// <summary>
    /// No message that identity parks and no stream of the pipeline's can be there to be replayed: the one consumes nothing, the other
    /// tells nothing.
    /// </summary>
    private static readonly string[] Impossible = ["replayIdentityParkedMessage", "replayPipelineStream"];

    private readonly ConcurrentDictionary<string, Task<string>> _integrations = new(StringComparer.Ordinal);
    private readonly Lazy<Task<(string Id, string Secret)>> _client = new(() => ClientAsync(system));

    [Fact]
    public async Task The_documents_at_the_gateway_are_the_kept_ones()
    {
        using var http = new HttpClient { BaseAddress = system.Gateway };
        foreach (var (service, project) in Services)
        {
            var text = await http.GetStringAsync(new Uri(Document(service), UriKind.Relative));
            // A kept document is at the address of the README's first command, a live one at the gateway's own.
            var live = JsonNode.Parse(text.Replace(system.Gateway.AbsoluteUri, "http://localhost:8080/", StringComparison.Ordinal)
                .Replace($"\"{system.Gateway.AbsoluteUri.TrimEnd('/')}\"", "\"http://localhost:8080\"", StringComparison.Ordinal))!;
            var kept = JsonNode.Parse(await File.ReadAllTextAsync(Kept(service, project, "openapi.json")))!;
            Assert.True(JsonNode.DeepEquals(kept, live), $"{service}: the document at the gateway is not openapi.json of the repository");
        }
    }

    [Fact]
    public async Task Every_operation_keeps_the_ground_rules_for_every_role()
    {
        await using var known = new KnownOperations(system);
        var target = await TargetAsync() with { Hidden = (await known.HiddenAsync()).Ids };
        var report = await GroundRules.RunAsync(target, known.Table, workers: 4);
        TestContext.Current.TestOutputHelper!.WriteLine(report.ToString());
        if (Environment.GetEnvironmentVariable("QIBIN_ACCEPT") == "1")
        {
            foreach (var (service, project) in Services)
            {
                Examples.Keep(Kept(service, project, "examples.json"), await File.ReadAllTextAsync(Kept(service, project, "openapi.json")),
                    report.Exchanges);
            }
        }

        Assert.True(report.Breaches.Count == 0, $"{report}\n{string.Join('\n', report.Breaches)}");
        Assert.Equal(known.Table.Count, report.Operations);
        // S11: each write that was carried through is in the audit of its service.
        var done = target.Operations.Where(o => o.Method != HttpMethod.Get)
            .Select(o => o.Id).ToHashSet(StringComparer.Ordinal);
        Assert.True(done.Count > 100, $"only {done.Count} writes were carried through");
        Assert.Empty(done.Except(await AuditedAsync()).Except(Impossible));
    }

    [Fact]
    public async Task Every_operation_shows_a_request_and_an_answer_that_fit()
    {
        var faults = new List<string>();
        foreach (var (service, project) in Services)
        {
            faults.AddRange(Examples.Faults(await File.ReadAllTextAsync(Kept(service, project, "openapi.json"))));
        }

        faults.RemoveAll(f => Impossible.Any(id => f.StartsWith(id + " ", StringComparison.Ordinal)));
        Assert.True(faults.Count == 0, $"With QIBIN_ACCEPT=1 the ground rules write examples.json anew\n{string.Join('\n', faults)}");
    }

    [Fact]
    public async Task A_missing_example_and_one_that_does_not_fit_are_found()
    {
        var document = JsonNode.Parse(await File.ReadAllTextAsync(Kept("leads", "Leads", "openapi.json")))!;
        JsonObject Json(string path, string method, string below) =>
            document["paths"]![path]![method]![below]!["content"]!["application/json"]!.AsObject();
        Json("/api/v1/first-contacts", "post", "requestBody").Remove("example");
        Json("/api/v1/claims", "post", "requestBody")["example"]!["contactId"] = "not-an-id";
        var faults = Examples.Faults(document.ToJsonString());
        Assert.Contains("logFirstContact (POST /api/v1/first-contacts) shows no request", faults);
        Assert.Contains(faults, f => f.StartsWith("fileClaim (POST /api/v1/claims) shows a request that does not fit: /contactId",
            StringComparison.Ordinal));
        Assert.Equal(2, faults.Count);
    }

    [Fact]
    public async Task An_unknown_operation_and_a_wrong_expectation_are_found()
    {
        await using var known = new KnownOperations(system);
        var target = await TargetAsync();
        var (parks, pipeline, lead) = (target.Operations.Single(o => o.Id == "listParks"),
            target.Operations.Single(o => o.Id == "readTotals"), target.Operations.Single(o => o.Id == "readLead"));
        var verification = target.Operations.Single(o => o.Id == "readVerification");
        var planted = target with
        {
            // Somebody else's row that is in truth for all to see.
            Hidden = new Dictionary<string, string> { ["leadId"] = (await known.Table["readLead"]()).Path!.Split('/')[^1] },
            Operations =
            [
                parks with { Id = "listParksBehindTheHouse" },
                pipeline with { Roles = ["leader"] },
                verification with { Roles = ["administrator", "officer"] },
                lead,
            ],
        };
        var table = planted.Operations.Where(o => known.Table.ContainsKey(o.Id)).ToDictionary(o => o.Id, o => known.Table[o.Id]);
        table.Add("readNothing", table["readTotals"]);
        var breaches = await GroundRules.BreachesAsync(planted, table);
        Assert.Contains(breaches,
            b => b.StartsWith("listParksBehindTheHouse ", StringComparison.Ordinal)
                && b.Contains("nobody knows", StringComparison.Ordinal));
        Assert.Contains(breaches, b => b.StartsWith("readNothing:", StringComparison.Ordinal));
        // Eight people's roles that the document would not let in, and that are let in.
        Assert.Equal(8, breaches.Count(
            b => b.StartsWith("readTotals ", StringComparison.Ordinal) && b.Contains("instead of 403", StringComparison.Ordinal)));
        Assert.Contains(breaches,
            b => b.StartsWith("readVerification ", StringComparison.Ordinal) && b.Contains("role officer: 403", StringComparison.Ordinal));
        Assert.Contains(breaches,
            b => b.StartsWith("readLead ", StringComparison.Ordinal)
                && b.Contains("a row that no leader sees: 200", StringComparison.Ordinal));
        Assert.All(breaches, b => Assert.Matches("^(listParksBehindTheHouse|readNothing|readTotals|readVerification|readLead)\\b", b));
    }

    [Fact]
    public async Task Ten_thousand_generated_requests_bring_about_no_fault_and_no_undocumented_status()
    {
        await using var known = new KnownOperations(system);
        var target = await TargetAsync();
        var seeds = new FuzzSeeds { Right = await known.RightAsync(), Guarded = Guarded };
        var report = await Fuzzer.RunAsync(target, seed: 20, Requests, await IdsAsync(), seeds);
        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine(report.ToString());
        output.WriteLine("Never with success: " + string.Join(", ", target.Operations.Select(o => o.Id).Except(report.Reached)));
        Assert.True(report.Breaches.Count == 0, $"{report}\n{string.Join('\n', report.Breaches)}");
        Assert.Equal(Requests, report.Statuses.Values.Sum());
        Assert.True(report.Reached.Count >= target.Operations.Count * 9 / 10, report.ToString());
    }

    /// <summary>The operations with an entry in the audit of any service.</summary>
    private async Task<HashSet<string>> AuditedAsync()
    {
        var audited = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (service, _) in Services)
        {
            await using var connection = await system.ConnectAsync(service);
            await using var read = new NpgsqlCommand("select distinct operation from api.audit_entry where not refused", connection);
            await using var rows = await read.ExecuteReaderAsync();
            while (await rows.ReadAsync())
            {
                audited.Add(rows.GetString(0));
            }
        }

        return audited;
    }

    /// <summary>Other tests sign in as the people, and with the client, of the demonstration: theirs are left as they are.</summary>
    private static bool Guarded(Operation operation) =>
        operation.Method != HttpMethod.Get && operation.HasPathParameters && (string[])["users", "units", "clients"] is var kinds
            && kinds.Contains(operation.Path.Split('/')[3]);

    /// <summary>Ids of the demonstration's rows of all kinds.</summary>
    private async Task<List<Guid>> IdsAsync()
    {
        using var api = await system.AsIntegrationAsync();
        var ids = new List<Guid>();
        foreach (var list in (string[])["leads", "investors", "projects", "enterprises", "entry-applications", "tenancies",
            "premises/parks", "premises/buildings", "premises/spaces", "users", "units"])
        {
            var items = (await api.GetAsync($"/api/v1/{list}?limit=20")).Is(200).Json.GetProperty("items");
            ids.AddRange(items.EnumerateArray().Select(item => item.GetProperty("id").GetGuid()));
        }

        return ids;
    }

    private Task<ApiTarget> TargetAsync() =>
        ApiTarget.BehindAsync(system.Gateway, Services.Select(s => Document(s.Service)), new TokenSource
        {
            Person = role => system.TokenAsync(system.Person(role, role is "officer" or "unitHead" ? "promotion-satellite" : null)),
            Stranger = async role => role switch
            {
                "officer" or "unitHead" => await system.TokenAsync(system.Person(role, "promotion-xinchuang")),
                "chainChief" => await system.TokenAsync(system.System.Access.Users.Where(u => u.Role == role).ElementAt(1)),
                _ => null,
            },
            Integration = scopes => _integrations.GetOrAdd(string.Join(' ', scopes), async _ =>
            {
                var (clientId, clientSecret) = await _client.Value;
                return await SignIn.AsClientAsync(system.Gateway, clientId, clientSecret, [.. scopes]);
            }),
        });

    /// <summary>A client of these tests' own with every scope: the demonstration's has no <c>identity.write</c>.</summary>
    private static async Task<(string Id, string Secret)> ClientAsync(RunningSystem system)
    {
        var clientId = "generated-" + Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        using var administrator = await system.AsAsync(Roles.Administrator);
        var made = (await administrator.PostAsync("/api/v1/clients", new { clientId, displayName = "示例客户端", scopes = Scopes.All })).Is(201);
        return (clientId, made.Json.GetProperty("clientSecret").GetString()!);
    }

    private static string Document(string service) => $"/swagger/{service}/v1.json";

    private static string Kept(string service, string project, string file) =>
        Path.Combine(Root(), $"services/{service}/Qibin.Crm.{project}", file);

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../.."));
}
