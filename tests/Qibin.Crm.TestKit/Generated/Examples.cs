using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Qibin.Crm.TestKit.Generated;

/// <summary>
/// The examples of an OpenAPI document: real requests with their real answers, kept beside each service as <c>examples.json</c>.
/// </summary>
public static class Examples
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    // What an example must not show, though it was only the tests' own.
    private static readonly string[] Secret = ["clientSecret", "password", "secret"];

    /// <summary>
    /// Operations of a document that show no request or no answer though they have one, or one that does not fit its schema.
    /// </summary>
    public static IReadOnlyList<string> Faults(string openApiJson)
    {
        var paths = JsonSerializer.Deserialize<JsonElement>(openApiJson).GetProperty("paths");
        var faults = new List<string>();
        foreach (var operation in Operation.AllOf(openApiJson))
        {
            var written = paths.GetProperty(operation.Path).GetProperty(operation.Method.Method.ToLowerInvariant());
            if (operation.Body is { } body)
            {
                Judge("request", body, written.GetProperty("requestBody"));
            }

            foreach (var (status, schema) in operation.Answers.Where(a => a is { Key: < 300, Value: not null }))
            {
                Judge("answer", schema!, written.GetProperty("responses").GetProperty($"{status}"));
            }

            void Judge(string what, Schema schema, JsonElement holder)
            {
                if (!holder.GetProperty("content").TryGetProperty("application/json", out var json))
                {
                    return;
                }

                if (!json.TryGetProperty("example", out var example))
                {
                    faults.Add($"{operation} shows no {what}");
                }
                else if (schema.Misfit(example) is { } misfit)
                {
                    faults.Add($"{operation} shows a {what} that does not fit: {misfit}");
                }
            }
        }

        return faults;
    }

    /// <summary>Writes the examples of a service: those kept that still fit as they are, the others anew.</summary>
    public static void Keep(string file, string openApiJson, IReadOnlyDictionary<string, (JsonNode? Request, JsonNode? Answer)> exchanges)
    {
        ArgumentNullException.ThrowIfNull(exchanges);
        var before = File.Exists(file) ? JsonNode.Parse(File.ReadAllText(file))!.AsObject() : [];
        var after = new JsonObject();
        foreach (var operation in Operation.AllOf(openApiJson).OrderBy(o => o.Id, StringComparer.Ordinal))
        {
            if (before[operation.Id] is JsonObject kept && Fits(operation.Body, kept["request"])
                && operation.Answers.Where(a => a.Key < 300).All(a => Fits(a.Value, kept["answer"])))
            {
                after[operation.Id] = kept.DeepClone();
            }
            else if (exchanges.TryGetValue(operation.Id, out var exchange) && exchange is not (null, null))
            {
                after[operation.Id] = new JsonObject(
                    new (string Name, JsonNode? Value)[] { ("request", exchange.Request), ("answer", Shortened(exchange.Answer)) }
                        .Where(part => part.Value is not null).Select(part => KeyValuePair.Create(part.Name, part.Value?.DeepClone())));
            }
        }

        File.WriteAllText(file, after.ToJsonString(Readable) + "\n");
    }

    private static bool Fits(Schema? schema, JsonNode? example) =>
        schema is null ? example is null : example is not null && schema.Misfit(JsonSerializer.SerializeToElement(example)) is null;

    /// <summary>Two of each list are enough to see what it is.</summary>
    private static JsonNode? Shortened(JsonNode? node) => node switch
    {
        JsonArray items => new JsonArray([.. items.Take(2).Select(Shortened)]),
        JsonObject members => new JsonObject(
            members.Select(m => KeyValuePair.Create(m.Key, Secret.Contains(m.Key) ? JsonValue.Create("…") : Shortened(m.Value)))),
        _ => node?.DeepClone(),
    };
}
