using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Qibin.Crm.Kernel.Json;

/// <summary>
/// JSON as the API speaks it: camelCase, enumerations as camelCase words, money as a decimal string with its currency. Unknown
/// properties, duplicate keys, integers for enumerations and nesting over 16 are refused; text is NFC, without blanks around it.
/// </summary>
public static class StrictJson
{
    /// <summary>The same settings for code outside of ASP.NET.</summary>
    public static JsonSerializerOptions Options { get; } = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    /// <summary>
    /// The same for reading events: members that this version does not know are ignored, so a consumer may be older than its publisher.
    /// </summary>
    public static JsonSerializerOptions Lenient { get; } = new(Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.MaxDepth = 16;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new WordConverter());
        options.Converters.Add(new TextConverter());
        options.Converters.Add(new MoneyConverter());
        return options;
    }

    /// <summary>Enumerations are their camelCase words and nothing else: no numbers, no other letters, no lists of words.</summary>
    private sealed class WordConverter : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(Words<>).MakeGenericType(typeToConvert))!;

        private sealed class Words<TEnum> : JsonConverter<TEnum> where TEnum : struct, Enum
        {
            private static readonly Dictionary<TEnum, string> Written =
                Enum.GetValues<TEnum>().Distinct().ToDictionary(v => v, v => JsonNamingPolicy.CamelCase.ConvertName(v.ToString()));

            private static readonly Dictionary<string, TEnum> Known = Written.ToDictionary(w => w.Value, w => w.Key,
                StringComparer.Ordinal);

            public override TEnum Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
                reader.TokenType == JsonTokenType.String ? Of(Spelled(ref reader)) : throw new JsonException("json.wrongType");

            public override void Write(Utf8JsonWriter writer, TEnum value, JsonSerializerOptions options) =>
                writer.WriteStringValue(Written[value]);

            public override TEnum ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
                Of(Spelled(ref reader));

            public override void WriteAsPropertyName(Utf8JsonWriter writer, TEnum value, JsonSerializerOptions options) =>
                writer.WritePropertyName(Written[value]);

            private static TEnum Of(string word) =>
                Known.TryGetValue(word, out var value) ? value : throw new JsonException("word.unknown|" + string.Join(", ", Known.Keys));
        }
    }

    /// <summary>Every string that enters is NFC, without blanks around it, and free of characters that hide or reorder text.</summary>
    private sealed class TextConverter : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                throw new JsonException("json.wrongType");
            }

            return Text.Clean(Spelled(ref reader)) is { } text ? Text.Trim(text) : throw new JsonException("text.forbiddenCharacter");
        }

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }

    private static string Spelled(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate, or octets that are no UTF-8, cannot be text.
            throw new JsonException("text.forbiddenCharacter");
        }
    }

    private sealed class MoneyConverter : JsonConverter<Money>
    {
        public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new JsonException("json.wrongType");
            }

            string? amount = null;
            string? currency = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = Spelled(ref reader);
                reader.Read();
                if (name is not ("amount" or "currency"))
                {
                    if (options.UnmappedMemberHandling == JsonUnmappedMemberHandling.Skip)
                    {
                        reader.Skip();
                        continue;
                    }

                    throw new JsonException("json.unknownProperty");
                }

                if (reader.TokenType != JsonTokenType.String || (name == "amount" ? amount : currency) is not null)
                {
                    throw new JsonException(name == "amount" ? "money.invalid" : "currency.unknown");
                }

                if (name == "amount")
                {
                    amount = Spelled(ref reader);
                }
                else
                {
                    currency = Spelled(ref reader);
                }
            }

            if (!Amounts.TryParse(amount, out var value))
            {
                throw new JsonException("money.invalid");
            }

            if (currency is null || !Currencies.IsKnown(currency))
            {
                throw new JsonException("currency.unknown");
            }

            // What a request enters has a minor unit; what an event says may have been divided.
            return options.UnmappedMemberHandling == JsonUnmappedMemberHandling.Skip || Amounts.HasDecimalsOf(value, currency)
                ? new Money(value, currency)
                : throw new JsonException("money.decimals");
        }

        public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteString("amount", Amounts.Format(value.Amount));
            writer.WriteString("currency", value.Currency);
            writer.WriteEndObject();
        }
    }
}

/// <summary>Amounts as the API writes them: at least two decimals, at most four, no exponent, no grouping.</summary>
public static partial class Amounts
{
    public static string Format(decimal amount) => amount.ToString("0.00##", CultureInfo.InvariantCulture);

    /// <summary>What is taken: no plus sign, digits on both sides of a point, below 10^15 in absolute value.</summary>
    [StringSyntax(StringSyntaxAttribute.Regex)]
    public const string Pattern = "^-?[0-9]{1,15}(\\.[0-9]{1,4})?$";

    /// <summary>What is written; a sum can have more digits than any amount that is taken.</summary>
    [StringSyntax(StringSyntaxAttribute.Regex)]
    public const string AnswerPattern = "^-?[0-9]+\\.[0-9]{2,4}$";

    public static bool TryParse(string? text, out decimal amount)
    {
        amount = 0;
        return text is not null && Taken().IsMatch(text)
            && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                out amount);
    }

    /// <summary>Whether the amount is a multiple of the currency's minor unit (ISO 4217).</summary>
    public static bool HasDecimalsOf(decimal amount, string currency) => amount == Math.Round(amount, Currencies.Decimals(currency));

    [GeneratedRegex(Pattern)]
    private static partial Regex Taken();
}

/// <summary>Text as the API takes it.</summary>
public static class Text
{
    private static readonly char[] Breaks = ['\t', '\r', '\n'];

    /// <summary>Whether the text is one line: neither a tab nor a line break.</summary>
    public static bool IsOneLine(string text) => text.AsSpan().IndexOfAny(Breaks) < 0;

    /// <summary>The text in one line: a blank for each run of tabs and line breaks, and for the blanks around it.</summary>
    public static string OnOneLine(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return string.Join(' ', text.Split(Breaks, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    /// <summary>
    /// Whether a character shows nothing: white space of any script, a filler (Hangul, braille), a joiner or selector without a width.
    /// </summary>
    public static bool IsBlank(char c) => char.IsWhiteSpace(c) || c is '\u115F' or '\u1160' or '\u2800' or '\u3164' or '\uFFA0'
        || IsOfCharacterBefore(c);

    /// <summary>The text without the blanks around it.</summary>
    public static string Trim(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (start, end) = (0, text.Length);
        while (start < end && IsBlank(text[start]))
        {
            start++;
        }

        while (end > start && IsBlank(text[end - 1]) && !IsOfCharacterBefore(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    // Chooses the form of the character before it.
    private static bool IsOfCharacterBefore(char c) => c is '\u034F' or (>= '\u180B' and <= '\u180F') or (>= '\uFE00' and <= '\uFE0F');

    /// <summary>The text with its full-width letters, digits, signs and spaces half-width.</summary>
    public static string HalfWidth(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return string.Concat(text.Select(c => c switch
        {
            >= '\uFF01' and <= '\uFF5E' => (char)(c - 0xFEE0),
            '\u3000' or '\u00A0' => ' ',
            _ => c,
        }));
    }

    /// <summary>
    /// NFC of the text, or null when it holds a control character other than tab and line breaks, a bidirectional control
    /// (Unicode UAX #9), a zero-width character or a lone surrogate.
    /// </summary>
    public static string? Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                // The Unicode tag block hides text.
                if (char.ConvertToUtf32(c, text[i + 1]) is >= 0xE0000 and <= 0xE007F)
                {
                    return null;
                }

                i++;
                continue;
            }

            if (char.IsSurrogate(c)
                || (char.IsControl(c) && c is not ('\t' or '\n' or '\r'))
                || c is (>= '\u200B' and <= '\u200F') or (>= '\u202A' and <= '\u202E') or (>= '\u2060' and <= '\u2069') or '\u061C'
                    or '\uFEFF' or '\u00AD'
                || c is '\uFFFE' or '\uFFFF')
            {
                return null;
            }
        }

        return text.IsNormalized(NormalizationForm.FormC) ? text : text.Normalize(NormalizationForm.FormC);
    }
}
