using System.Buffers;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.RegularExpressions;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Web.Validation;

/// <summary>
/// A published shape whose breach is told by a problem code: the error message is <c>code|argument|…</c>, which the problem
/// writer turns into words in the caller's language, or <c>code|/pointer</c> where something within the value is wrong.
/// </summary>
public abstract class ShapeAttribute : ValidationAttribute
{
    protected ShapeAttribute(string code, params object[] arguments) =>
        ErrorMessage = string.Join('|', [code, .. arguments.Select(a => Convert.ToString(a, CultureInfo.InvariantCulture) ?? "")]);

    /// <summary>A value that fits, for the OpenAPI document.</summary>
    public virtual string? Example => null;

    /// <summary>A pattern (ECMA 262) that every fitting text matches, for the OpenAPI document.</summary>
    public virtual string? Pattern => null;

    /// <summary>The coded message as it stands; the framework's own formatting would put the property's name into it.</summary>
    public override string FormatErrorMessage(string name) => ErrorMessage!;
}

/// <summary>The value must be there; text must not be blank.</summary>
public sealed class NeededAttribute : RequiredAttribute
{
    public NeededAttribute() => ErrorMessage = "value.required";
}

/// <summary>
/// Text of a length in UTF-16 units, both ends included, and never only blanks: a member that may be left out is left out. The least length
/// counts what is not blank. The blanks around text are taken away when it is read (<see cref="Kernel.Json.Text.Trim"/>).
/// </summary>
public class TextLengthAttribute : StringLengthAttribute
{
    public TextLengthAttribute(int maximum, int minimum = 1) : base(maximum)
    {
        MinimumLength = minimum;
        ErrorMessage = $"text.length|{minimum}|{maximum}";
    }

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        ArgumentNullException.ThrowIfNull(validationContext);
        return value is string text && text.Count(c => !Kernel.Json.Text.IsBlank(c)) is var seen && seen < Math.Max(1, MinimumLength)
            ? new ValidationResult(seen == 0 ? "value.required" : ErrorMessage, [validationContext.MemberName ?? ""])
            : base.IsValid(value, validationContext);
    }
}

/// <summary>A line of text, such as a name or a number: neither a tab nor a line break.</summary>
public sealed class LineAttribute(int maximum, int minimum = 1) : TextLengthAttribute(maximum, minimum)
{
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is string text && !Kernel.Json.Text.IsOneLine(text)
            ? new ValidationResult("text.oneLine", [validationContext.MemberName ?? ""])
            : base.IsValid(value, validationContext);
}

/// <summary>
/// A phone number with or without an extension (<c>转801</c>, <c>ext 801</c>, <c>-801</c>), half-width or full: digits, spaces, hyphens,
/// brackets and a leading plus; 5 to 15 digits (ITU-T E.164).
/// </summary>
public sealed class PhoneNumberAttribute : ShapeAttribute
{
    public PhoneNumberAttribute() : base("phone.invalid")
    {
    }

    public override string? Example => "+86 392 330 0000";

    public override string? Pattern => "[0-9０-９]";

    public override bool IsValid(object? value) => value is null || (value is string text && PhoneNumbers.IsNumber(text));
}

/// <summary>An e-mail address of at most 254 characters (RFC 5321), half-width or full.</summary>
public sealed partial class MailAddressAttribute : ShapeAttribute
{
    public MailAddressAttribute() : base("email.invalid")
    {
    }

    public override string? Example => "zhaoshang@example.com";

    public override bool IsValid(object? value) =>
        value is null || (value is string { Length: <= 254 } text && Shape().IsMatch(Kernel.Json.Text.HalfWidth(text)));

    [GeneratedRegex("^[^@\\s<>\",;]+@[^@\\s<>\",;]+\\.[^@\\s<>\",;.]{2,}$", RegexOptions.NonBacktracking)]
    private static partial Regex Shape();
}

/// <summary>
/// A WeChat id, or the phone or QQ number by which WeChat finds somebody: 5 to 40 letters, digits, underscores and hyphens, half-width or
/// full.
/// </summary>
public sealed partial class WechatIdAttribute : ShapeAttribute
{
    public WechatIdAttribute() : base("wechat.invalid")
    {
    }

    public override string? Example => "qibin_zhaoshang";

    public override string? Pattern => "^[A-Za-z0-9_Ａ-Ｚａ-ｚ０-９＿－-]{5,40}$";

    public override bool IsValid(object? value) =>
        value is null || (value is string text && Shape().IsMatch(Kernel.Json.Text.HalfWidth(text)));

    [GeneratedRegex("^[A-Za-z0-9_-]{5,40}$", RegexOptions.NonBacktracking)]
    private static partial Regex Shape();
}

/// <summary>A node of one of the district's industry chains, by code.</summary>
public sealed class ChainNodeCodeAttribute : ShapeAttribute
{
    public ChainNodeCodeAttribute() : base("chain.unknownNode", "")
    {
    }

    public override string? Example => "satellite.data";

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is null || (value is string code && IndustryChains.OfNode(code) is not null)
            ? ValidationResult.Success
            : new ValidationResult($"chain.unknownNode|{value}", [validationContext.MemberName ?? ""]);
}

/// <summary>
/// A division code of GB/T 2260: six digits, the first two of a province; or 990000, the API's own code of what lies abroad 境外.
/// </summary>
public sealed partial class DivisionCodeAttribute : ShapeAttribute
{
    public DivisionCodeAttribute() : base("region.unknown", "")
    {
    }

    public override string? Example => "410611";

    public override string? Pattern => Written;

    private const string Written = "^((1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|81|82)[0-9]{4}|990000)$";

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is null || (value is string code && Shape().IsMatch(code))
            ? ValidationResult.Success
            : new ValidationResult($"region.unknown|{value}", [validationContext.MemberName ?? ""]);

    // The province numbers of GB/T 2260.
    [GeneratedRegex(Written, RegexOptions.NonBacktracking)]
    private static partial Regex Shape();
}

/// <summary>A decimal above zero as text, with at most 7 digits before the point and 8 after it.</summary>
public sealed partial class DecimalTextAttribute : ShapeAttribute
{
    private const string Fraction = "[1-9][0-9]{0,7}|0[1-9][0-9]{0,6}|0{2}[1-9][0-9]{0,5}|0{3}[1-9][0-9]{0,4}|0{4}[1-9][0-9]{0,3}"
        + "|0{5}[1-9][0-9]{0,2}|0{6}[1-9][0-9]?|0{7}[1-9]";

    private const string Text = @"^([1-9][0-9]{0,6}(\.[0-9]{1,8})?|0\.(" + Fraction + "))$";

    public DecimalTextAttribute() : base("value.range", "0.00000001", "9999999.99999999")
    {
    }

    public override string? Example => "7.1234";

    public override string? Pattern => Text;

    public override bool IsValid(object? value) => value is null || (value is string text && Shape().IsMatch(text));

    [GeneratedRegex(Text, RegexOptions.NonBacktracking)]
    private static partial Regex Shape();
}

/// <summary>An amount above zero.</summary>
public sealed class PositiveMoneyAttribute : ShapeAttribute
{
    public PositiveMoneyAttribute() : base("money.positive")
    {
    }

    public override bool IsValid(object? value) => value is null or Money { Amount: > 0 };
}

/// <summary>A business date: between 2000-01-01 and 2100-12-31. Whether it may lie in the future is the operation's rule.</summary>
public sealed class BusinessDateAttribute : ShapeAttribute
{
    /// <summary>The first business date.</summary>
    public static readonly DateOnly First = new(2000, 1, 1);
    private static readonly DateOnly Last = new(2100, 12, 31);

    public BusinessDateAttribute() : base("date.range", "2000-01-01", "2100-12-31")
    {
    }

    public override bool IsValid(object? value) => value is null || (value is DateOnly date && date >= First && date <= Last);
}

/// <summary>
/// An absolute http or https address of at most 2000 characters, without a user's name or password. Letters of any script are taken
/// (RFC 3987); what RFC 3986 has percent-encoded, such as blanks and quotation marks, is not.
/// </summary>
public sealed class DocumentUriAttribute : ShapeAttribute
{
    public DocumentUriAttribute() : base("document.uri")
    {
    }

    public override bool IsValid(object? value) => value is null || (value is string { Length: <= 2000 } text
        && !text.AsSpan().ContainsAny(Encoded) && Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri is { Scheme: "http" or "https", UserInfo: "", Host.Length: > 0 });

    private static readonly SearchValues<char> Encoded = SearchValues.Create(
        [.. Enumerable.Range(0, 33).Select(c => (char)c), '\u007f', '\u00a0', '\u3000', .. "\"<>\\^`{|}"]);
}

/// <summary>A list of a bounded number of items.</summary>
public sealed class ItemsAttribute(int minimum, int maximum) : ShapeAttribute("value.range", minimum, maximum)
{
    public int Minimum { get; } = minimum;
    public int Maximum { get; } = maximum;

    public override bool IsValid(object? value) =>
        value is null || (value is System.Collections.ICollection items && items.Count >= Minimum && items.Count <= Maximum);

    // An item that is null has no shape to be checked by.
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        IsValid(value) && value is System.Collections.ICollection items
        && items.Cast<object?>().Index().Where(i => i.Item is null).Select(i => (int?)i.Index).FirstOrDefault() is { } empty
            ? new ValidationResult($"value.required|/{empty}", [validationContext?.MemberName ?? ""])
            : base.IsValid(value, validationContext!);
}
