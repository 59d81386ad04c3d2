using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Local;
using Qibin.Crm.TestKit;
using Qibin.Crm.TestKit.Generated;

namespace Qibin.Crm.EndToEnd.Tests;

/// <summary>
/// Every operation of every service's document that changes something, on a row that somebody else owns: whoever only reads the row,
/// or does not even read it, is refused, and nothing changes. In the end the owner sends the very same request with the very same
/// version, and it succeeds: so the request was right, and no refused one had an effect.
/// </summary>
public class WriteScopeTests(RunningSystem system)
{
    private const string Owners = "promotion-satellite";
    private const string Former = "promotion-xinchuang";
    private const string Other = "innovation-city";

    private const string FormerHead = "head of the former unit";
    private const string FormerOwner = "former owner";
    private const string Participant = "colleague who took part in a contact";
    private const string NamedReader = "named reader of the confidential row";

    private static readonly string[] Services = ["identity", "leads", "projects", "enterprises", "pipeline"];

    /// <summary>What they make or mark is the caller's own, and nothing else is touched.</summary>
    private static readonly string[] OfOnesOwn =
    [
        "createExport", "createProjectExport", "createEnterpriseExport", "createJourneyExport", "createImport", "createReport",
        "readNotices",
    ];

    /// <summary>Entry applications and what belongs to them are worked on for the whole city: who may is a matter of roles.</summary>
    private static readonly string[] OfTheCity =
    [
        "draftEntryApplication", "amendEntryApplication", "withdrawEntryApplication",
    ];

    /// <summary>A lead in the pool is nobody's: every officer may pick it.</summary>
    private static readonly string[] OfThePool = ["pickFromPool"];

    /// <summary>
    /// They change no row of somebody else's, and everybody who reads the row may send them: one shows more of it and audits that, the
    /// others add a comment, which leaders and chain chiefs do who change nothing else.
    /// </summary>
    private static readonly string[] Reading = ["unmaskPerson", "commentOnLead", "commentOnProject"];

    /// <summary>Everybody reads an enterprise that is not confidential, and may comment on it.</summary>
    private static readonly string[] OfTheRegister = ["commentOnEnterprise"];

    /// <summary>No confidential lead goes there.</summary>
    private static readonly string[] NeverConfidential = ["releaseToPool", "pickFromPool"];

    private static readonly string[] Listed =
        [.. OfOnesOwn, .. OfTheCity, .. OfThePool, .. OfTheRegister, .. Reading, .. NeverConfidential];

    [Fact]
    public async Task Who_does_not_own_a_row_changes_nothing_by_any_operation()
    {
        var operations = await OperationsAsync();
        var breaches = new List<string>(Listed.Except(operations.Select(o => o.Id)).Select(id => $"{id}: listed, but no document has it"));
        var people = await PeopleAsync();
        var (before, checks) = (await EventsOfAsync(people), 0);
        foreach (var confidential in (bool[])[false, true])
        {
            await using var known = Known(confidential);
            foreach (var operation in operations)
            {
                var who = confidential ? people.Where(p => p.Name == NamedReader) : people.Where(p => p.Name != NamedReader);
                if (confidential && NeverConfidential.Contains(operation.Id))
                {
                    continue;
                }

                checks += who.Count();
                breaches.AddRange(await BreachesAsync(operation, known.Table, [.. who], ownersTurn: true));
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{operations.Count} operations, {checks} pairs with somebody else, {breaches.Count} breaches");
        var after = await EventsOfAsync(people);
        breaches.AddRange(after.Except(before).Select(e => $"an event of somebody who was refused: {e}"));
        Assert.True(breaches.Count == 0, string.Join('\n', breaches));
    }

    [Fact]
    public async Task A_request_that_is_let_through_and_an_operation_that_nobody_knows_are_found()
    {
        string[] samples = ["amendLead", "addPerson", "amendPerson", "mergeInvestors", "approveReferrer", "fileClaim", "logFirstContact",
            "amendProject", "fileSubmission"];
        var operations = (await OperationsAsync()).Where(o => samples.Contains(o.Id)).ToList();
        Assert.Equal(samples.Length, operations.Count);
        await using var known = Known(confidential: false);
        foreach (var operation in operations)
        {
            // The owner and the head of the owner's unit in the others' place.
            var role = operation.Roles.Contains("officer") ? "officer" : "unitHead";
            var owner = new Principal("owner", role, await system.AsAsync(role, Owners), Guid.Empty);
            Assert.Contains(await BreachesAsync(operation, known.Table, [owner], ownersTurn: false), b =>
                b.Contains(", owner: 20", StringComparison.Ordinal));
        }

        var planted = operations[0] with { Id = "amendLeadBehindTheHouse" };
        Assert.Contains("nobody knows", Assert.Single(await BreachesAsync(planted, known.Table, await PeopleAsync(), ownersTurn: true)),
            StringComparison.Ordinal);
    }

    /// <summary>What is wrong when others send an operation's right request.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="known">How to prepare a right request of each operation, by its id.</param>
    /// <param name="others">Those who must be refused.</param>
    /// <param name="ownersTurn">Sends it as the one whose row it is in the end, and expects that it succeeds.</param>
    private async Task<List<string>> BreachesAsync(
        Operation operation, Dictionary<string, Func<Task<Prepared>>> known, IReadOnlyList<Principal> others, bool ownersTurn)
    {
        var breaches = new List<string>();
        if (!known.TryGetValue(operation.Id, out var prepare))
        {
            return [$"{operation}: nobody knows how to prepare it"];
        }

        // Where none of them has the role, there is no row to prepare.
        var forRoles = !others.Any(o => operation.Roles.Contains(o.Role));
        if (!forRoles && (OfOnesOwn.Contains(operation.Id) || OfTheCity.Contains(operation.Id) || OfThePool.Contains(operation.Id)))
        {
            return [];
        }

        Prepared prepared;
        try
        {
            prepared = forRoles ? new Prepared { Path = Anywhere(operation), ETag = "\"1\"" } : await prepare();
        }
        catch (InvalidOperationException e)
        {
            return [$"{operation}: {e.Message}"];
        }

        foreach (var other in others)
        {
            var permitted = operation.Roles.Contains(other.Role);
            if (permitted && Reading.Contains(operation.Id) && other.Name is FormerHead or FormerOwner or Participant or NamedReader)
            {
                continue;
            }

            if (permitted && OfTheRegister.Contains(operation.Id))
            {
                continue;
            }

            var answer = await SendAsync(other.Client, operation, prepared);
            if (!(permitted ? IsAbsent(answer) : answer.Status == 403))
            {
                breaches.Add($"{operation}, {other.Name}: {answer.Status} {answer.Body[..Math.Min(300, answer.Body.Length)]}");
            }
        }

        if (ownersTurn && !forRoles)
        {
            var right = await SendAsync(await OwnerAsync(operation, prepared), operation, prepared);
            if (right.Status >= 300)
            {
                breaches.Add($"{operation}, the owner after all others: {right.Status} {right.Body[..Math.Min(300, right.Body.Length)]}");
            }
        }

        return breaches;
    }

    /// <summary>
    /// As if the row were not there: 404, or the code for an investor or an officer that a request's body names and the caller does not
    /// reach; or the refusal to withdraw somebody else's comment, which whoever reads the row gets.
    /// </summary>
    private static bool IsAbsent(Answer answer) => answer.Status == 404
        || (answer.Status == 409 && (answer.Code is "investor.unknown" or "officer.unknown" or "comment.notAuthor"
            || (answer.Code == "batch.refused" && answer.Json.GetProperty("errors")[0].GetProperty("code")
            .GetString() == "investor.unknown")));

    /// <summary>The operation's path with ids of rows that are not there.</summary>
    private static string Anywhere(Operation operation) => operation.Parameters.Where(p => p.In == "path").Aggregate(
        operation.Path, (path, p) => path.Replace($"{{{p.Name}}}", p.Schema.Fitting(new Random(7))!.ToString(), StringComparison.Ordinal));

    private static Task<Answer> SendAsync(ApiClient who, Operation operation, Prepared prepared)
    {
        var path = prepared.Path ?? operation.Path;
        object? body = prepared.File is not null ? null : prepared.Body ?? operation.Body?.Fitting(new Random(7))?.ToJsonString();
        return who.SendAsync(operation.Method, path, body, operation.TakesVersion ? prepared.ETag : null, operation.TakesKey ? null : "",
            request => request.Content ??= prepared.File is { } file ? new ByteArrayContent(file) : null);
    }

    private async Task<ApiClient> OwnerAsync(Operation operation, Prepared prepared)
    {
        var role = prepared.Role ?? operation.Roles[0];
        return prepared.Token is { } token ? new ApiClient(new HttpClient { BaseAddress = system.Gateway }, token)
            : await system.AsAsync(role, role is "officer" or "unitHead" ? Owners : null);
    }

    /// <summary>
    /// Every operation's right request, on leads that the first unit's officer got from another unit by a transfer. A first contact is
    /// one with an investor that is there.
    /// </summary>
    private KnownOperations Known(bool confidential)
    {
        var known = new KnownOperations(system, rows => TransferredAsync(rows, confidential));
        known.Table["logFirstContact"] = async () => new Prepared { Body = await FurtherAsync() };
        known.Table["logFirstContacts"] = async () =>
            new Prepared { Body = new { mode = "atomic", items = new[] { await FurtherAsync() } } };
        return known;

        async Task<object> FurtherAsync()
        {
            await using var rows = new RowsOfTheTests(system, r => TransferredAsync(r, confidential));
            var body = JsonSerializer.SerializeToNode(RowsOfTheTests.FirstContact(), StrictJson.Options)!.AsObject();
            body.Remove("investorName");
            body.Remove("duplicateOverride");
            body["investorId"] = (await rows.LeadAsync()).Of("investorId");
            return body;
        }
    }

    /// <summary>
    /// A lead that the first unit's officer got by a transfer: its former owner and the former unit read it. A colleague took part in its
    /// latest contact. Whoever prepares it is none of those who are refused later.
    /// </summary>
    private async Task<Row> TransferredAsync(RowsOfTheTests rows, bool confidential)
    {
        var (coordinator, owner) = (await rows.AsAsync("coordinator"), await rows.AsAsync("officer"));
        var former = await MeAsync(await system.AsAsync("officer", Former));
        var body = JsonSerializer.SerializeToNode(RowsOfTheTests.FirstContact(), StrictJson.Options)!.AsObject();
        body["ownerId"] = former.GetProperty("id").GetString();
        if (confidential)
        {
            body["confidential"] = true;
            body["readers"] = new JsonArray([.. (await ReadersAsync(rows)).Select(id => JsonValue.Create(id))]);
        }

        var opened = (await coordinator.PostAsync("/api/v1/first-contacts", body)).Is(201);
        var (path, me) = ("/api/v1/leads/" + opened.Id, await MeAsync(owner));
        // Above both units; whoever proposes does not confirm.
        var proposed = (await (await system.AsAsync("unitHead", "promotion")).PostAsync("/api/v1/transfers", new
        {
            leadId = opened.Id,
            toOwnerId = me.GetProperty("id").GetGuid(),
            shares = new[]
            {
                new { unitId = former.GetProperty("unitId").GetGuid(), credit = 0, tax = 0 },
                new { unitId = me.GetProperty("unitId").GetGuid(), credit = 10_000, tax = 10_000 },
            },
            reason = "产业方向更契合",
        })).Is(201);
        var accepted = (await owner.PostAsync($"/api/v1/transfers/{proposed.Id}/answer", new { answer = "accepted" }, proposed.ETag))
            .Is(200);
        (await coordinator.PostAsync($"/api/v1/transfers/{proposed.Id}/confirmation", new { decision = "confirmed" }, accepted.ETag))
            .Is(200);
        var contact = (await owner.PostAsync(path + "/contacts", new
        {
            channel = "phone",
            summary = "接手后首次联系",
            occurredOn = RowsOfTheTests.Day(-195),
            participantIds = new[] { await rows.UserAsync("he.jiaming") },
        })).Is(201);
        var receipt = JsonNode.Parse(opened.Body)!.AsObject();
        receipt["contactId"] = contact.Id.ToString();
        return new Row(path, (await owner.GetAsync(path)).Is(200).ETag, JsonSerializer.SerializeToElement(receipt), SeenByAll: false);
    }

    /// <summary>Who reads the confidential rows: the former unit's head, and all whose work it is to prepare them.</summary>
    private async Task<IEnumerable<string>> ReadersAsync(RowsOfTheTests rows)
    {
        var readers = new List<string>();
        foreach (var who in (AccessUser[])
        [
            system.Person("unitHead", Former), system.Person("officer", Owners), system.Person("unitHead", Owners), system.Person("leader"),
            system.Person("officer", "promotion-manufacturing"), system.Person("unitHead", "promotion"),
        ])
        {
            readers.Add(await rows.UserAsync(who.UserName));
        }

        return readers;
    }

    private async Task<IReadOnlyList<Principal>> PeopleAsync()
    {
        (string Name, string Role, AccessUser User)[] people =
        [
            (FormerHead, "unitHead", system.Person("unitHead", Former)),
            (FormerOwner, "officer", system.Person("officer", Former)),
            (NamedReader, "unitHead", system.Person("unitHead", Former)),
            ("head of another unit", "unitHead", system.Person("unitHead", Other)),
            (Participant, "officer", system.System.Access.Users.Single(u => u.UserName == "he.jiaming")),
        ];
        var principals = new List<Principal>();
        foreach (var (name, role, user) in people)
        {
            var client = new ApiClient(
                new HttpClient { BaseAddress = system.Gateway, Timeout = TimeSpan.FromMinutes(1) }, await system.TokenAsync(user));
            principals.Add(new Principal(name, role, client, (await MeAsync(client)).GetProperty("id").GetGuid()));
        }

        return principals;
    }

    private static async Task<JsonElement> MeAsync(ApiClient who) => (await who.GetAsync("/api/v1/me")).Is(200).Json;

    /// <summary>The events of these people, over all services.</summary>
    private async Task<IReadOnlyList<string>> EventsOfAsync(IReadOnlyList<Principal> people)
    {
        var events = new List<string>();
        foreach (var service in Services)
        {
            await using var database = await system.ConnectAsync(service);
            await using var read = new NpgsqlCommand(
                "select seq || ' ' || type || ' of ' || actor_id from messaging.event where actor_id = any ($1)", database)
            { Parameters = { new() { Value = people.Select(p => p.Id).ToArray() } } };
            await using var rows = await read.ExecuteReaderAsync();
            while (await rows.ReadAsync())
            {
                events.Add($"{service} {rows.GetString(0)}");
            }
        }

        return events;
    }

    /// <summary>What the documents of all services have that is no reading.</summary>
    private async Task<IReadOnlyList<Operation>> OperationsAsync()
    {
        using var http = new HttpClient { BaseAddress = system.Gateway };
        var operations = new List<Operation>();
        foreach (var service in Services)
        {
            operations.AddRange(Operation.AllOf(await http.GetStringAsync(new Uri($"/swagger/{service}/v1.json", UriKind.Relative))));
        }

        return [.. operations.Where(o => o.Method != HttpMethod.Get)];
    }

    private sealed record Principal(string Name, string Role, ApiClient Client, Guid Id);
}
