using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Qibin.Crm.Kernel;

/// <summary>
/// Unified social credit code 统一社会信用代码 (GB 32100-2015): 17 characters and a check character. 31 is prime and each weight is
/// a power of 3, so every wrong single character and every swap of two neighbours is found.
/// </summary>
public sealed record Uscc
{
    public const int Length = 18;

    /// <summary>The characters of the standard; I, O, S, V and Z are left out because they look like others.</summary>
    public const string Alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

    private static readonly SearchValues<char> Allowed = SearchValues.Create(Alphabet);

    private Uscc(string value) => Value = value;

    /// <summary>18 characters, half-width and upper case.</summary>
    public string Value { get; }

    /// <summary>Reads a code as people write it: surrounding spaces, full-width and lower-case letters are put right first.</summary>
    /// <exception cref="RuleViolation">It is none: <c>uscc.length</c>, <c>uscc.character</c> or <c>uscc.checkDigit</c>.</exception>
    public static Uscc Parse(string text) => TryParse(text, out var uscc, out var code) ? uscc : throw new RuleViolation(code);

    /// <summary>As <see cref="Parse"/>, without the exception.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Uscc? uscc) => TryParse(text, out uscc, out _);

    /// <summary>As <see cref="Parse"/>, telling what is wrong by its problem code.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Uscc? uscc, [NotNullWhen(false)] out string? code)
    {
        uscc = null;
        var normal = Normalize(text ?? "");
        if (normal.Length != Length)
        {
            code = "uscc.length";
            return false;
        }

        if (normal.AsSpan().ContainsAnyExcept(Allowed))
        {
            code = "uscc.character";
            return false;
        }

        if (CheckCharacter(normal) != normal[^1])
        {
            code = "uscc.checkDigit";
            return false;
        }

        uscc = new Uscc(normal);
        code = null;
        return true;
    }

    /// <summary>The valid code that begins with these 17 characters; for demonstration and test data.</summary>
    /// <exception cref="RuleViolation"><c>uscc.length</c> or <c>uscc.character</c>.</exception>
    public static Uscc WithCheckCharacter(string first17)
    {
        var normal = Normalize(first17);
        if (normal.Length != Length - 1)
        {
            throw new RuleViolation("uscc.length");
        }

        if (normal.AsSpan().ContainsAnyExcept(Allowed))
        {
            throw new RuleViolation("uscc.character");
        }

        return new Uscc(normal + CheckCharacter(normal));
    }

    public override string ToString() => Value;

    /// <summary>alphabet[(31 − Σ index · 3^(i−1) mod 31) mod 31] over the first 17 characters.</summary>
    private static char CheckCharacter(string code)
    {
        var (sum, weight) = (0, 1);
        foreach (var c in code.AsSpan(0, Length - 1))
        {
            sum += Alphabet.IndexOf(c, StringComparison.Ordinal) * weight;
            weight = weight * 3 % Alphabet.Length;
        }

        return Alphabet[(Alphabet.Length - (sum % Alphabet.Length)) % Alphabet.Length];
    }

    private static string Normalize(string text) =>
        string.Create(text.Length, text, static (normal, source) =>
        {
            for (var i = 0; i < normal.Length; i++)
            {
                normal[i] = char.ToUpperInvariant(source[i] switch
                {
                    // Full-width forms of ASCII, and the ideographic space.
                    >= '\uFF01' and <= '\uFF5E' and var wide => (char)(wide - 0xFEE0),
                    '\u3000' => ' ',
                    var other => other,
                });
            }
        }).Trim();
}
