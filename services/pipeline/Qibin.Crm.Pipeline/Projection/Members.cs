using System.Text.Json.Nodes;

namespace Qibin.Crm.Pipeline.Projection;

/// <summary>The members of two objects, compared by name.</summary>
internal static class Members
{
    /// <summary>The members that say something, as text; lists have no order, and a number looks the same with zeros at its end.</summary>
    public static Dictionary<string, string> Of(object? value) =>
        value is null ? [] : JsonSerializer.SerializeToNode(value, value.GetType(), StrictJson.Lenient)!.AsObject()
            .Where(m => m.Value is not null).ToDictionary(m => m.Key, m => Text(m.Value!), StringComparer.Ordinal);

    /// <summary>The members in which what is stored is not what is expected.</summary>
    public static IEnumerable<VerificationDifference> Differences(string of, Guid id, object? expected, object? found, string prefix = "")
    {
        var (were, are) = (Of(expected), Of(found));
        return were.Keys.Union(are.Keys).Order(StringComparer.Ordinal).SelectMany(name => VerificationDifference.Between(
            of, id, prefix + name, were.GetValueOrDefault(name), are.GetValueOrDefault(name)));
    }

    private static string Text(JsonNode value) => value switch
    {
        JsonArray list => string.Join(", ", list.OfType<JsonNode>().Select(Text).Order(StringComparer.Ordinal)),
        JsonObject members => string.Join(' ', members.Where(m => m.Value is not null).Select(m => $"{m.Key} {Text(m.Value!)}")),
        _ when value.GetValueKind() == JsonValueKind.Number => value.GetValue<decimal>().ToString("0.####", CultureInfo.InvariantCulture),
        _ when value.GetValueKind() == JsonValueKind.String => value.ToString(),
        _ => value.ToJsonString(),
    };
}
