using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Qibin.Crm.Kernel.Json;

namespace Qibin.Crm.Pipeline.Projection;

/// <summary>The members of two objects, compared by name.</summary>
internal static class Members
{
    /// <summary>The members that say something, as text; lists have no order, and a number looks the same with zeros at its end.</summary>
    public static Dictionary<string, string> Of(object? value) =>
        value is null ? [] : JsonSerializer.SerializeToNode(value, value.GetType(), StrictJson.Lenient)!.AsObject()
            .Where(m => m.Value is not null).ToDictionary(m => m.Key, m => Text(m.Value!), StringComparer.Ordinal);

    /// <summary>The same of JSON, read into its own type first, so that it looks the same whichever way it went.</summary>
    public static Dictionary<string, string> Of(string json, Type type) => Of(JsonSerializer.Deserialize(json, type, StrictJson.Lenient));

    public static IEnumerable<(string What, string? Expected, string? Found)> Differences(
        Dictionary<string, string> expected, Dictionary<string, string> found) =>
        from name in expected.Keys.Union(found.Keys).Order(StringComparer.Ordinal)
        let was = expected.GetValueOrDefault(name)
        let now = found.GetValueOrDefault(name)
        where was != now
        select (name, was, now);

    private static string Text(JsonNode value) => value switch
    {
        JsonArray list => string.Join(", ", list.OfType<JsonNode>().Select(Text).Order(StringComparer.Ordinal)),
        JsonObject members => string.Join(' ', members.Where(m => m.Value is not null).Select(m => $"{m.Key} {Text(m.Value!)}")),
        _ when value.GetValueKind() == JsonValueKind.Number => value.GetValue<decimal>().ToString("0.####", CultureInfo.InvariantCulture),
        _ when value.GetValueKind() == JsonValueKind.String => value.ToString(),
        _ => value.ToJsonString(),
    };
}
