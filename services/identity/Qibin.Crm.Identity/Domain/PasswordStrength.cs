namespace Qibin.Crm.Identity.Domain;

/// <summary>
/// How hard a password is to guess, in units: a character is one, a common password or given word two, a run of one character, of
/// neighbours in the alphabet or on the keyboard, or what was there before, two, a longer number three.
/// </summary>
public static class PasswordStrength
{
    /// <summary>The fewest units that do.</summary>
    public const int Least = 9;

    private const int Known = 2;
    private const int Number = 3;

    private static readonly string[] s_runs =
    [
        "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
        "!@#$%^&*()",
    ];

    private static readonly string[] s_allRuns = [.. s_runs, .. s_runs.Select(run => new string([.. run.Reverse()]))];

    /// <param name="password">The password.</param>
    /// <param name="common">Common passwords, in lower case.</param>
    /// <param name="words">Words that a guesser tries, in lower case: the person's names.</param>
    public static int Of(string password, IReadOnlySet<string> common, params IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(password);
        ArgumentNullException.ThrowIfNull(common);
        var text = password.ToLowerInvariant();
        var plain = new string([.. text.Select(Plain)]);
        var units = 0;
        for (var i = 0; i < text.Length;)
        {
            var (length, worth) = Longest(text, plain, i, common, words);
            units += worth;
            i += length;
        }

        return units;
    }

    private static (int Length, int Worth) Longest(
        string text, string plain, int from, IReadOnlySet<string> common, IReadOnlyList<string> words)
    {
        var digits = text.AsSpan(from).IndexOfAnyExceptInRange('0', '9') is var end && end < 0 ? text.Length - from : end;
        var best = digits >= 4 ? (Length: digits, Worth: Number) : (Length: 1, Worth: 1);
        for (var length = text.Length - from; length >= 3 && length >= best.Length; length--)
        {
            var (part, leet) = (text.Substring(from, length), plain.Substring(from, length));
            if (common.Contains(part) || common.Contains(leet) || words.Contains(part)
                || s_allRuns.Any(run => run.Contains(part, StringComparison.Ordinal))
                || text.IndexOf(part, 0, from + length - 1, StringComparison.Ordinal) >= 0)
            {
                return (length, Known);
            }
        }

        return best;
    }

    /// <summary>Letters are written as digits and signs that look alike.</summary>
    private static char Plain(char c) => c switch
    {
        '0' => 'o',
        '1' or '!' => 'i',
        '3' => 'e',
        '4' or '@' => 'a',
        '5' or '$' => 's',
        '7' => 't',
        _ => c,
    };
}
