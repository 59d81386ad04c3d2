using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Qibin.Crm.TestKit.Generated;

/// <summary>A schema of an OpenAPI 3.1 document, its references followed.</summary>
public sealed class Schema
{
    private readonly JsonElement _document;
    private readonly JsonElement[] _parts;
    private readonly bool _orNull;

    public Schema(JsonElement document, JsonElement schema)
    {
        _document = document;
        if (Choices(schema) is { Length: > 0 } choices && choices.Count(c => !IsNull(c)) == 1)
        {
            (_orNull, schema) = (choices.Any(IsNull), choices.Single(c => !IsNull(c)));
        }

        _parts = [.. Parts(schema)];
    }

    public string? Type => Types.FirstOrDefault(type => type != "null");
    public string? Format => Text("format");
    public string? Pattern => Text("pattern");

    /// <summary>Name of a shape that JSON schema has no words for.</summary>
    public string? Shape => Text("x-shape");

    public bool Nullable => _orNull || Types.Contains("null");
    public int? MinLength => Number("minLength");
    public int? MaxLength => Number("maxLength");
    public int? MinItems => Number("minItems");
    public int? MaxItems => Number("maxItems");
    public decimal? Minimum => Decimal("minimum");
    public decimal? Maximum => Decimal("maximum");
    public decimal? MultipleOf => Decimal("multipleOf");
    public IReadOnlyList<string> Enum => Find("enum") is { } words ? [.. words.EnumerateArray().Select(w => w.GetString()!)] : [];
    public Schema? Items => Find("items") is { } items ? new Schema(_document, items) : null;
    public string? Example =>
        Find("examples") is { } examples && examples.EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.String } example
            ? example.GetString() : null;

    /// <summary>Shapes of which a value has to have one; none where there is only one shape.</summary>
    public IReadOnlyList<Schema> OneOf =>
        [.. _parts.SelectMany(Choices).Where(choice => !IsNull(choice)).Select(choice => new Schema(_document, choice))];

    public bool Closed => Find("additionalProperties") is { ValueKind: JsonValueKind.False };

    public IReadOnlyDictionary<string, Schema> Properties =>
        _parts.Where(p => p.TryGetProperty("properties", out _)).SelectMany(p => p.GetProperty("properties").EnumerateObject())
            .DistinctBy(p => p.Name).ToDictionary(p => p.Name, p => new Schema(_document, p.Value));

    public IReadOnlySet<string> Required =>
        _parts.Where(p => p.TryGetProperty("required", out _))
            .SelectMany(p => p.GetProperty("required").EnumerateArray().Select(r => r.GetString()!)).ToHashSet();

    /// <summary>
    /// Where a value does not fit the schema, first; null when it fits. A member that is not published is a misfit in open schemas too:
    /// clients have to let it pass, but the service does not send it.
    /// </summary>
    public string? Misfit(JsonElement value, string at = "")
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return Nullable || Type is null ? null : $"{at} is null";
        }

        var kind = value.ValueKind;
        var fits = Type switch
        {
            "object" => kind == JsonValueKind.Object,
            "array" => kind == JsonValueKind.Array,
            "string" => kind == JsonValueKind.String && (Enum.Count == 0 || Enum.Contains(value.GetString()))
                && FitsFormat(value.GetString()!)
                && (Pattern is null || Regex.IsMatch(value.GetString()!, Pattern, RegexOptions.None, TimeSpan.FromSeconds(1))),
            "integer" => kind == JsonValueKind.Number && value.TryGetInt64(out _),
            "number" => kind == JsonValueKind.Number,
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
            _ => true,
        };
        if (!fits)
        {
            return $"{at} is {value.GetRawText()}, not {Type} {Format}{string.Join('|', Enum)}{Pattern}";
        }

        if (OneOf is { Count: > 0 } shapes)
        {
            var misfits = shapes.Select(shape => shape.Misfit(value, at)).ToList();
            return misfits.Contains(null) ? null : $"{at} fits none of {shapes.Count} shapes: {string.Join(" | ", misfits)}";
        }

        if (Items is { } items && kind == JsonValueKind.Array)
        {
            return value.EnumerateArray().Select((item, i) => items.Misfit(item, $"{at}/{i}")).FirstOrDefault(m => m is not null);
        }

        if (Type != "object" || kind != JsonValueKind.Object)
        {
            return null;
        }

        var properties = Properties;
        return Required.Where(r => !value.TryGetProperty(r, out _)).Select(r => $"{at}/{r} is missing").FirstOrDefault()
            ?? value.EnumerateObject().Select(p => properties.TryGetValue(p.Name, out var schema) ? schema.Misfit(p.Value, $"{at}/{p.Name}")
                : properties.Count > 0 ? $"{at}/{p.Name} is not published" : null).FirstOrDefault(m => m is not null);
    }

    /// <summary>A value that fits.</summary>
    /// <param name="random">Chooses; the same seed chooses the same.</param>
    /// <param name="whole">With all optional members; else with about a third of them.</param>
    /// <param name="ids">Where a UUID comes from; made up by default.</param>
    /// <param name="depth">How deep in the body; optional members end at four.</param>
    public JsonNode? Fitting(Random random, bool whole = false, Func<string>? ids = null, int depth = 0)
    {
        ArgumentNullException.ThrowIfNull(random);
        ids ??= () => Values.Uuid(random);
        switch (Type)
        {
            case "object":
                var required = Required;
                return new JsonObject(Properties
                    .Where(p => required.Contains(p.Key) || (depth < 4 && (whole || random.Next(3) == 0)))
                    .Select(p => KeyValuePair.Create(p.Key, p.Value.Fitting(random, whole, ids, depth + 1))).ToList());
            case "array":
                var count = random.Next(Math.Max(1, MinItems ?? 0), Math.Max(2, Math.Min(MaxItems ?? 3, 3) + 1));
                return new JsonArray([.. Enumerable.Range(0, count).Select(_ => Items?.Fitting(random, whole, ids, depth + 1))]);
            case "integer":
                return JsonValue.Create((long)Bounded(random, 0));
            case "number":
                return JsonValue.Create(Bounded(random, MultipleOf is { } step ? (int)-Math.Log10((double)step) : 2));
            case "boolean":
                return JsonValue.Create(random.Next(2) == 0);
            case "string":
                return JsonValue.Create(FittingText(random, ids));
            default:
                return JsonValue.Create("x");
        }
    }

    /// <summary>Values of which none fits, each with what is wrong with it.</summary>
    public IEnumerable<(string Wrong, JsonNode? Value)> Unfitting()
    {
        switch (Type)
        {
            case "object":
                yield return ("a text for an object", "x");
                yield return ("a list for an object", new JsonArray());
                break;
            case "array":
                yield return ("an object for a list", new JsonObject());
                yield return ("a text for a list", "x");
                yield return ("a list of nothing", new JsonArray((JsonNode?)null));
                if (MaxItems is { } most && most < 1000)
                {
                    var item = Items!.Fitting(new Random(1));
                    yield return ($"{most + 1} items", new JsonArray([.. Enumerable.Range(0, most + 1).Select(_ => item?.DeepClone())]));
                }

                if (MinItems is > 0)
                {
                    yield return ("no items", new JsonArray());
                }

                break;
            case "integer" or "number":
                yield return ("a text for a number", "7");
                yield return ("a truth value for a number", true);
                yield return ("a number out of all bounds", JsonNode.Parse("1e400"));
                if (Type == "integer")
                {
                    yield return ("a fraction", JsonValue.Create(1.5m));
                }

                if (Minimum is { } low && low > long.MinValue)
                {
                    yield return ("a number too small", JsonValue.Create(low - 1));
                }

                if (Maximum is { } high && high < long.MaxValue)
                {
                    yield return ("a number too large", JsonValue.Create(high + 1));
                }

                if (MultipleOf is { } step)
                {
                    yield return ("a number with too many decimals", JsonValue.Create((Minimum ?? 0) + (step / 10)));
                }

                break;
            case "boolean":
                yield return ("a text for a truth value", "true");
                yield return ("a number for a truth value", 1);
                break;
            case "string":
                yield return ("a number for a text", 7);
                yield return ("an object for a text", new JsonObject());
                foreach (var wrong in UnfittingText())
                {
                    yield return wrong;
                }

                break;
        }

        if (Shape == "positiveMoney")
        {
            yield return ("no money", new JsonObject { ["amount"] = "0.00", ["currency"] = "CNY" });
            yield return ("less than no money", new JsonObject { ["amount"] = "-1.00", ["currency"] = "CNY" });
        }
    }

    private IEnumerable<(string Wrong, JsonNode? Value)> UnfittingText()
    {
        if (Enum.Count > 0)
        {
            yield return ("an unknown word", "nosuchword");
            yield return ("a word in other letters", Enum[0].ToUpperInvariant());
            yield break;
        }

        switch (Format)
        {
            case "uuid":
                yield return ("no UUID", "not-an-id");
                yield break;
            case "date":
                yield return ("no date", "2024-02-30");
                yield return ("an instant for a date", "2024-02-03T00:00:00Z");
                if (Shape == "businessDate")
                {
                    yield return ("a date before all business", "1999-12-31");
                }

                yield break;
            case "date-time":
                yield return ("no instant", "yesterday");
                yield return ("an instant that never was", "2024-02-30T00:00:00Z");
                yield break;
        }

        yield return ("a bidirectional override", "a\u202Eb");
        yield return ("a NUL", "a\0b");
        if (MaxLength is { } most)
        {
            yield return ($"{most + 1} characters", new string('长', most + 1));
        }

        if (MinLength is > 0)
        {
            yield return ("an empty text", "");
        }

        if (Pattern is not null && !Regex.IsMatch("\u00A7", Pattern, RegexOptions.None, TimeSpan.FromSeconds(1)))
        {
            yield return ("a text against its pattern", "\u00A7");
        }

        if (Values.BreaksShape(Shape) is { } broken)
        {
            yield return ($"no {Shape}", broken);
        }
    }

    private string FittingText(Random random, Func<string> ids)
    {
        if (Enum.Count > 0)
        {
            return Enum[random.Next(Enum.Count)];
        }

        switch (Format)
        {
            case "uuid": return ids();
            case "date": return Values.Day(random);
            case "date-time": return Values.Day(random) + "T08:30:00Z";
        }

        if (Values.OfShape(Shape, random) is { } shaped)
        {
            return shaped;
        }

        if (Example is not null)
        {
            return Example;
        }

        if (Pattern is { } pattern && Values.Words(pattern) is { Count: > 0 } words)
        {
            return words[random.Next(words.Count)];
        }

        var text = Values.Sentence(random, Math.Clamp(random.Next(4, 40), Math.Max(1, MinLength ?? 1), Math.Max(1, MaxLength ?? 40)));
        return text.Length >= (MinLength ?? 0) ? text : text.PadRight(MinLength!.Value, '字');
    }

    private decimal Bounded(Random random, int decimals)
    {
        var low = Minimum ?? 1;
        var high = Math.Min(Maximum ?? low + 1000, low + 1_000_000);
        return Math.Round(low + ((high - low) * (decimal)random.NextDouble()), decimals);
    }

    private bool FitsFormat(string text) => Format switch
    {
        "uuid" => Guid.TryParseExact(text, "D", out _),
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "date-time" => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at)
            && at.Offset == TimeSpan.Zero,
        _ => true,
    };

    private IEnumerable<JsonElement> Parts(JsonElement schema)
    {
        yield return schema;
        if (schema.TryGetProperty("$ref", out var reference))
        {
            var name = reference.GetString()!["#/components/schemas/".Length..];
            foreach (var part in Parts(_document.GetProperty("components").GetProperty("schemas").GetProperty(name)))
            {
                yield return part;
            }
        }

        if (schema.TryGetProperty("allOf", out var all))
        {
            foreach (var part in all.EnumerateArray().SelectMany(Parts))
            {
                yield return part;
            }
        }
    }

    private IReadOnlyList<string> Types => Find("type") switch
    {
        { ValueKind: JsonValueKind.String } type => [type.GetString()!],
        { ValueKind: JsonValueKind.Array } types => [.. types.EnumerateArray().Select(type => type.GetString()!)],
        _ => [],
    };

    private static JsonElement[] Choices(JsonElement schema) =>
        schema.TryGetProperty("oneOf", out var choices) ? [.. choices.EnumerateArray()] : [];

    private static bool IsNull(JsonElement schema) =>
        schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("null");

    private JsonElement? Find(string name)
    {
        foreach (var part in _parts)
        {
            if (part.TryGetProperty(name, out var value))
            {
                return value;
            }
        }

        return null;
    }

    private string? Text(string name) => Find(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private int? Number(string name) => Find(name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : null;

    private decimal? Decimal(string name) =>
        Find(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetDecimal(out var value) ? value : null;
}
