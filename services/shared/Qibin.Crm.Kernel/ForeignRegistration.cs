using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Qibin.Crm.Kernel;

/// <summary>
/// The number 境外注册号 by which a register outside of the mainland knows a legal person. Its form differs by country, so no more is
/// checked than its characters.
/// </summary>
public sealed partial record ForeignRegistration
{
    /// <summary>Longest number.</summary>
    public const int Longest = 40;

    /// <summary>Longest <see cref="ToString"/>.</summary>
    public const int LongestText = Longest + 3;

    /// <summary>What is taken as a number, in half-width capital letters.</summary>
    [StringSyntax(StringSyntaxAttribute.Regex)]
    private const string Taken = "^[0-9A-Z./ -]*[0-9A-Z][0-9A-Z./ -]*$";

    /// <summary>ISO 3166-1 alpha-2 code of the country or region; never CN.</summary>
    public required string Country { get; init; }

    /// <summary>The number, half-width and in capital letters: 1 to 40 letters, digits, hyphens, points, slashes and spaces.</summary>
    public required string Number { get; init; }

    /// <summary>What two registrations are compared by: the country, and the number's letters and digits.</summary>
    [JsonIgnore]
    public string Key => $"{Country} {string.Concat(Number.Where(char.IsAsciiLetterOrDigit))}";

    /// <summary>Reads country and number as people write them: width, case, kind of dash and repeated spaces are put right first.</summary>
    /// <exception cref="RuleViolation"><c>country.unknown</c>, <c>country.china</c> or <c>registration.number</c>.</exception>
    public static ForeignRegistration Parse(string? country, string? number) =>
        (FaultOfCountry(country) ?? FaultOfNumber(number)) is { } code
            ? throw new RuleViolation(code, code == "country.unknown" ? [country ?? ""] : [])
            : Find(country, number)!;

    /// <summary>As <see cref="Parse"/>; null when it is none.</summary>
    public static ForeignRegistration? Find(string? country, string? number) =>
        (Folded(country ?? ""), Folded(number ?? "")) is var (place, written)
            && place != Countries.China && Countries.IsKnown(place) && IsNumber(written)
            ? new ForeignRegistration { Country = place, Number = written } : null;

    /// <summary>The problem code of a country; null when it is one of ISO 3166-1 and not China.</summary>
    public static string? FaultOfCountry(string? country) =>
        Folded(country ?? "") switch
        {
            Countries.China => "country.china",
            var code => Countries.IsKnown(code) ? null : "country.unknown",
        };

    /// <summary>The problem code of a number; null when it can be one.</summary>
    public static string? FaultOfNumber(string? number) => IsNumber(Folded(number ?? "")) ? null : "registration.number";

    /// <summary>Country and number with a space between them, such as <c>DE HRB 12345</c>.</summary>
    public override string ToString() => $"{Country} {Number}";

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static ForeignRegistration Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new() { Country = text[..2], Number = text[3..] };
    }

    private static bool IsNumber(string folded) => folded.Length is > 0 and <= Longest && Written().IsMatch(folded);

    private static string Folded(string text) =>
        Blanks().Replace(PhoneNumbers.Fold(text), " ").ToUpperInvariant();

    [GeneratedRegex(Taken, RegexOptions.NonBacktracking)]
    private static partial Regex Written();

    [GeneratedRegex(" {2,}", RegexOptions.NonBacktracking)]
    private static partial Regex Blanks();
}
