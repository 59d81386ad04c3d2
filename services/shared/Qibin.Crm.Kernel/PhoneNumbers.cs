using System.Text.RegularExpressions;
using Qibin.Crm.Kernel.Json;

namespace Qibin.Crm.Kernel;

/// <summary>
/// Phone numbers as people write them: kept half-width and with their extension 分机, compared by their digits without it.
/// </summary>
public static partial class PhoneNumbers
{
    /// <summary>Longest text of a number with its extension.</summary>
    public const int Longest = 40;

    /// <summary>The text half-width, with one kind of hyphen.</summary>
    public static string Fold(string text) => Dash().Replace(Text.HalfWidth(text), "-").Trim();

    /// <summary>Whether a text is a number of 5 to 15 digits (ITU-T E.164), with an extension or without.</summary>
    public static bool IsNumber(string text) =>
        Fold(text) is { Length: <= Longest } folded && Parts(folded) is { } number && number.Count(char.IsAsciiDigit) is >= 5 and <= 15;

    /// <summary>
    /// The digits that identify a number: without its extension, the country code of China and the zero in front; null when there are none.
    /// </summary>
    public static string? KeyOf(string? text)
    {
        var folded = Fold(text ?? "");
        var digits = Digits(Parts(folded) ?? folded);
        return WithoutChina(digits).TrimStart('0') is { Length: > 0 } key ? key : null;
    }

    /// <summary>The number without its extension; null when the text is none.</summary>
    private static string? Parts(string folded) =>
        Written().Match(folded) is not { Success: true } written ? null
        : !written.Groups["said"].Success && Hyphened().Match(folded) is { Success: true } hyphened
            && IsWhole(hyphened.Groups["number"].Value) ? hyphened.Groups["number"].Value
        : written.Groups["number"].Value;

    /// <summary>
    /// Whether nothing of a number of China is missing, so that what a hyphen adds is an extension: 13812341234, 0392-3312345,
    /// 400-800-1234, or a local number in one piece.
    /// </summary>
    private static bool IsWhole(string number) =>
        Local().IsMatch(number)
        || (Digits(number) is var digits && WithoutChina(digits) is var own && (number[0] != '+' || own != digits) && Whole().IsMatch(own));

    private static string Digits(string text) => string.Concat(text.Where(char.IsAsciiDigit));

    private static string WithoutChina(string digits) =>
        digits.StartsWith("0086", StringComparison.Ordinal) ? digits[4..]
        : digits.Length >= 12 && digits.StartsWith("86", StringComparison.Ordinal) ? digits[2..] : digits;

    [GeneratedRegex(@"[\u2010-\u2015\u2212]", RegexOptions.NonBacktracking)]
    private static partial Regex Dash();

    [GeneratedRegex(@"^(?<number>\+?[0-9() -]+?) *(?<said>(转接?|转?分机号?|ext(ension|n)?\.?|x|#)[ :]*[0-9]{1,6})?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Written();

    [GeneratedRegex("^(?<number>.+?) ?--? ?[0-9]{1,6}$")]
    private static partial Regex Hyphened();

    [GeneratedRegex("^[2-9][0-9]{6,7}$", RegexOptions.NonBacktracking)]
    private static partial Regex Local();

    [GeneratedRegex("^(1[3-9][0-9]{9}|[48]00[0-9]{7}|0?[1-9][0-9]{1,2}[2-9][0-9]{6,7})$", RegexOptions.NonBacktracking)]
    private static partial Regex Whole();
}
