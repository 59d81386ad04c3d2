using System.Globalization;
using System.Text.Json;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.OpenApi;

namespace Qibin.Crm.TestKit.Generated;

/// <summary>One operation as its OpenAPI document tells it.</summary>
public sealed record Operation
{
    public required string Id { get; init; }
    public required HttpMethod Method { get; init; }

    /// <summary>With its parameters in braces.</summary>
    public required string Path { get; init; }

    public required IReadOnlyList<OperationParameter> Parameters { get; init; }

    /// <summary>Schema of the JSON body, or null when it takes none.</summary>
    public required Schema? Body { get; init; }

    /// <summary>Schema of the JSON answer by status; null for an answer without one.</summary>
    public required IReadOnlyDictionary<int, Schema?> Answers { get; init; }

    /// <summary>Header fields of the answer by status, and whether each is always sent.</summary>
    public required IReadOnlyDictionary<int, Dictionary<string, bool>> Headers { get; init; }

    /// <summary>What it does, in a sentence; null when nobody wrote it.</summary>
    public required string? Description { get; init; }

    /// <summary>Roles of people that may call it: <c>x-roles</c>.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>Scope with which an integration may call it, from <c>security</c>; null when none may.</summary>
    public required string? Scope { get; init; }

    public bool TakesVersion => Header("If-Match");

    public bool TakesKey => Header("Idempotency-Key");

    public bool HasPathParameters => Parameters.Any(p => p.In == "path");

    public IEnumerable<OperationParameter> Query => Parameters.Where(p => p.In == "query");

    public override string ToString() => $"{Id} ({Method} {Path})";

    /// <summary>All operations of a document.</summary>
    public static IReadOnlyList<Operation> AllOf(string openApiJson)
    {
        var document = JsonSerializer.Deserialize<JsonElement>(openApiJson);
        return
        [
            .. from path in document.GetProperty("paths").EnumerateObject()
               from operation in path.Value.EnumerateObject()
               where operation.Name is "get" or "post" or "put" or "patch" or "delete"
               select Read(document, path.Name, operation),
        ];
    }

    private static Operation Read(JsonElement document, string path, JsonProperty operation)
    {
        var value = operation.Value;
        var responses = value.GetProperty("responses").EnumerateObject().ToDictionary(
            r => int.Parse(r.Name, CultureInfo.InvariantCulture), r => Followed(document, r.Value));
        return new Operation
        {
            Id = value.GetProperty("operationId").GetString()!,
            Method = HttpMethod.Parse(operation.Name),
            Path = path,
            Parameters = value.TryGetProperty("parameters", out var parameters)
                ? [.. parameters.EnumerateArray().Select(p => new OperationParameter(
                    p.GetProperty("name").GetString()!, p.GetProperty("in").GetString()!,
                    p.TryGetProperty("required", out var required) && required.GetBoolean(),
                    new Schema(document, p.GetProperty("schema"))))]
                : [],
            Body = value.TryGetProperty("requestBody", out var body) ? SchemaOf(document, body) : null,
            Answers = responses.ToDictionary(r => r.Key, r => SchemaOf(document, r.Value)),
            Headers = responses.ToDictionary(r => r.Key, r => HeadersOf(document, r.Value)),
            Description = value.TryGetProperty("description", out var description) ? description.GetString() : null,
            Roles = value.TryGetProperty("x-roles", out var roles) ? [.. roles.EnumerateArray().Select(r => r.GetString()!)] : [],
            Scope = value.TryGetProperty("security", out var security)
                ? security.EnumerateArray().Where(way => way.TryGetProperty("integrations", out _))
                    .Select(way => way.GetProperty("integrations")[0].GetString()).FirstOrDefault()
                : null,
        };
    }

    private static Schema? SchemaOf(JsonElement document, JsonElement holder) =>
        holder.TryGetProperty("content", out var content)
            && content.EnumerateObject()
                .FirstOrDefault(c => c.Name.Contains("json", StringComparison.Ordinal)) is { Value.ValueKind: JsonValueKind.Object } json
            && json.Value.TryGetProperty("schema", out var schema)
            ? new Schema(document, schema)
            : null;

    private static Dictionary<string, bool> HeadersOf(JsonElement document, JsonElement response) =>
        (response.TryGetProperty("headers", out var headers) ? headers.EnumerateObject() : default).ToDictionary(
            header => header.Name,
            header => Followed(document, header.Value).TryGetProperty("required", out var required) && required.GetBoolean(),
            StringComparer.OrdinalIgnoreCase);

    /// <summary>What a reference such as <c>#/components/responses/NotFound</c> refers to; the element itself where it is none.</summary>
    private static JsonElement Followed(JsonElement document, JsonElement element) =>
        element.TryGetProperty("$ref", out var reference)
            ? reference.GetString()!.Split('/').Skip(1).Aggregate(document, (at, name) => at.GetProperty(name))
            : element;

    private bool Header(string name) => Parameters.Any(p => p.In == "header" && p.Name == name);
}

/// <summary>A parameter in the path, the query or a header.</summary>
public sealed record OperationParameter(string Name, string In, bool Required, Schema Schema);

/// <summary>The API that a generated test calls: an address, its operations, and tokens for whoever may be needed.</summary>
public sealed record ApiTarget
{
    public required Uri Address { get; init; }
    public required IReadOnlyList<Operation> Operations { get; init; }
    public required TokenSource Tokens { get; init; }

    /// <summary>
    /// Ids by path parameter of one set of rows that nobody of <see cref="TokenSource.Person"/> and no integration may see, such as
    /// confidential ones: whatever an operation does, to these callers they are not there.
    /// </summary>
    public IReadOnlyDictionary<string, string> Hidden { get; init; } = new Dictionary<string, string>();

    /// <summary>A service by itself, its callers known to the tests' authority.</summary>
    public static ApiTarget Of(TestService service)
    {
        ArgumentNullException.ThrowIfNull(service);
        return new ApiTarget
        {
            Address = service.Address,
            Operations = Operation.AllOf(OpenApiDocuments.Print(service.Services)),
            Tokens = TokenSource.Of(caller => service.TokenOf(caller)),
        };
    }

    /// <summary>Services behind one address, by the addresses of their documents there.</summary>
    public static async Task<ApiTarget> BehindAsync(Uri address, IEnumerable<string> documents, TokenSource tokens)
    {
        ArgumentNullException.ThrowIfNull(documents);
        using var http = new HttpClient { BaseAddress = address };
        var operations = new List<Operation>();
        foreach (var document in documents)
        {
            operations.AddRange(Operation.AllOf(await http.GetStringAsync(new Uri(document, UriKind.Relative))));
        }

        return new ApiTarget { Address = address, Operations = operations, Tokens = tokens };
    }
}

/// <summary>Access tokens for the callers that generated tests need.</summary>
public sealed record TokenSource
{
    /// <summary>A person with the role, who sees the rows that the tests prepare.</summary>
    public required Func<string, Task<string>> Person { get; init; }

    /// <summary>A person with the role, who sees none of those rows; null where the role always sees them.</summary>
    public required Func<string, Task<string?>> Stranger { get; init; }

    /// <summary>An integration with just these scopes.</summary>
    public required Func<IReadOnlyList<string>, Task<string>> Integration { get; init; }

    /// <summary>Callers made up as they are needed, for an authority that believes the tests.</summary>
    /// <param name="token">The access token of a caller.</param>
    /// <param name="person">Who stands for a role; by default somebody who sees everything.</param>
    public static TokenSource Of(Func<TestCaller, string> token, Func<string, TestCaller>? person = null)
    {
        var people = Roles.OfPeople.ToDictionary(role => role, role => person?.Invoke(role) ?? TestCaller.Person(role));
        return new TokenSource
        {
            Person = role => Task.FromResult(token(people[role])),
            Stranger = role => Task.FromResult<string?>(token(TestCaller.Person(role, Reach.Own))),
            Integration = scopes => Task.FromResult(token(TestCaller.Integration([.. scopes]))),
        };
    }
}
