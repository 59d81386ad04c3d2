using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Web.Paging;

/// <summary>One or more camelCase words of an enumeration, separated by commas, as a filter: <c>stage=signed,registered</c>.</summary>
public sealed class Words<TEnum> where TEnum : struct, Enum
{
    private static readonly Dictionary<string, TEnum> Known =
        Enum.GetValues<TEnum>().ToDictionary(v => JsonNamingPolicy.CamelCase.ConvertName(v.ToString()), StringComparer.Ordinal);

    private Words(TEnum[] values) => Values = values;

    public TEnum[] Values { get; }

#pragma warning disable CA1000 // The framework binds by a static TryParse.
    public static IEnumerable<string> Names => Known.Keys;

    /// <summary>These values, where code asks as a request would.</summary>
    public static Words<TEnum> Of(TEnum[] values) => new(values);

    /// <summary>Bound by the framework; an unknown word does not bind, and the answer is 400 naming the parameter.</summary>
    public static bool TryParse(string? text, IFormatProvider? provider, [NotNullWhen(true)] out Words<TEnum>? words)
    {
        words = null;
        var values = new List<TEnum>();
        foreach (var word in (text ?? "").Split(','))
        {
            if (!Known.TryGetValue(word, out var value))
            {
                return false;
            }

            values.Add(value);
        }

        words = new Words<TEnum>([.. values.Distinct()]);
        return true;
    }
#pragma warning restore CA1000
}

/// <summary>Filters of one word.</summary>
public static class OneWord
{
    /// <summary>The word of a parameter that takes one only; <paramref name="absent"/> without any.</summary>
    /// <exception cref="Refusal">400 with the code at the parameter: there are several.</exception>
    public static T One<T>(this Words<T>? words, T absent, string parameter, string code = "query.value") where T : struct, Enum =>
        words is null ? absent : words.Values is [var one] ? one : throw Refusal.Invalid(parameter, code, parameter);
}
