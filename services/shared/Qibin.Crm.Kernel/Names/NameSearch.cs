using System.Text;

namespace Qibin.Crm.Kernel.Names;

/// <summary>
/// Search by parts of a name: two characters or more, pinyin, or its initials. The index has a name as tokens, and a search asks
/// for tokens, so one index answers every kind:
/// <list type="bullet">
/// <item>each two neighbouring characters of the name as it is written;</item>
/// <item><c>i:htht</c>: the initials of each two, three and four neighbouring characters;</item>
/// <item><c>p:hang</c> and <c>p:hang'tian</c>: the syllable of each character, and of each two neighbours.</item>
/// </list>
/// A character with several readings is indexed with each. Pinyin and initials leave the legal form at the end out: nobody looks for it.
/// </summary>
public static class NameSearch
{
    /// <summary>Longest search.</summary>
    public const int Longest = 100;

    // One character can be eighteen in normal form.
    private const int LongestKey = 400;

    // Bounds what one name puts into the index.
    private const int SpokenCharacters = 40;
    private const int ReadingsOfOneGram = 16;
    private const int LongestGram = 4;
    private const int Segmentations = 12;
    private const int LongestSyllable = 6;

    /// <summary>A text as names are compared: half-width, lower case, without spaces.</summary>
    public static string KeyOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Cut(
            string.Concat(text.Normalize(NormalizationForm.FormKC).Where(c => !char.IsWhiteSpace(c))).ToLowerInvariant(), LongestKey);
    }

    /// <summary>At most so much of a text, and no half character.</summary>
    public static string Cut(string text, int length)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
    }

    /// <summary>Each two neighbouring characters of a key.</summary>
    public static string[] PairsOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var runes = key.EnumerateRunes().ToArray();
        return [.. runes.Zip(runes.Skip(1), (a, b) => $"{a}{b}").Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The tokens of a name.</summary>
    public static string[] TokensOf(string name)
    {
        var key = KeyOf(name);
        var tokens = new HashSet<string>(PairsOf(key), StringComparer.Ordinal);
        var spoken = ComparedNames.WithoutForm(string.Concat(key.EnumerateRunes().Where(Rune.IsLetterOrDigit).Select(r => r.ToString())))
            .EnumerateRunes().Take(SpokenCharacters)
            .Select(r => Readings.Of(r) is { Length: > 0 } of ? (Chinese: true, Readings: of)
            : (Chinese: false, Readings: (string[])[r.ToString()])).ToArray();
        for (var at = 0; at < spoken.Length; at++)
        {
            for (var length = 2; length <= LongestGram && at + length <= spoken.Length; length++)
            {
                var letters = spoken[at..(at + length)].Select(s => s.Readings.Select(r => r[..1]).Distinct().ToArray());
                tokens.UnionWith(Combinations(letters).Where(g => g.All(char.IsAsciiLetterLower)).Select(g => "i:" + g));
            }

            if (spoken[at].Chinese)
            {
                tokens.UnionWith(spoken[at].Readings.Select(r => "p:" + r));
                if (at + 1 < spoken.Length && spoken[at + 1].Chinese)
                {
                    tokens.UnionWith(from a in spoken[at].Readings from b in spoken[at + 1].Readings select $"p:{a}'{b}");
                }
            }
        }

        return [.. tokens];
    }

    /// <summary>
    /// The key and tokens of a row with one name, which is also found by its sound, and other texts, such as its code. A text of the key
    /// ends in a line break, so that nothing is found across two of them.
    /// </summary>
    public static (string Key, string[] Tokens) Of(string name, params IEnumerable<string?> others)
    {
        string[] keys = [KeyOf(name), .. others.OfType<string>().Select(KeyOf)];
        return (string.Join('\n', keys), [.. keys.SelectMany(PairsOf).Union(TokensOf(name), StringComparer.Ordinal)]);
    }

    /// <summary>
    /// What a name must hold to be found; one of the ways is enough. Null when the text is too short or too long to search by.
    /// </summary>
    public static NameQuery? Parse(string text)
    {
        var key = KeyOf(text);
        var pairs = PairsOf(key);
        if (key.Length > Longest || key.EnumerateRunes().Count() < 2)
        {
            return null;
        }

        var letters = key.Replace("ü", "v", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal)
            .Replace("-", "", StringComparison.Ordinal);
        if (letters.Length < 2 || !letters.All(char.IsAsciiLetterLower))
        {
            return new NameQuery(key, pairs, []);
        }

        var ways = new List<NameWay>();
        var gram = Math.Min(letters.Length, LongestGram);
        ways.Add(new NameWay([.. Enumerable.Range(0, letters.Length - gram + 1).Select(at => $"i:{letters[at..(at + gram)]}").Distinct()],
            []));
        foreach (var syllables in Segment(letters).Take(Segmentations))
        {
            // The last syllable may be half written.
            var before = syllables.Count > 1 ? syllables[^2] + "'" : "";
            string[] must = [.. Enumerable.Range(0, Math.Max(0, syllables.Count - 2)).Select(at => $"p:{syllables[at]}'{syllables[at + 1]}")
                .Distinct()];
            ways.Add(new NameWay(must, [.. Readings.BeginningWith(syllables[^1]).Select(last => $"p:{before}{last}")]));
        }

        return new NameQuery(key, pairs, ways);
    }

    /// <summary>All ways to read letters as syllables, the last of which may be the beginning of one.</summary>
    private static IEnumerable<List<string>> Segment(string letters)
    {
        // From where the rest can be read at all: without it a bad end is found out once for each way to come to it.
        var readable = new bool[letters.Length];
        for (var at = letters.Length - 1; at >= 0; at--)
        {
            readable[at] = Readings.BeginningWith(letters[at..]).Any() || Lengths(at).Any();
        }

        return readable[0] ? From(0, []) : [];

        IEnumerable<int> Lengths(int at) =>
            Enumerable.Range(1, Math.Max(0, Math.Min(LongestSyllable, letters.Length - 1 - at))).Reverse()
                .Where(length => Readings.IsSyllable(letters.Substring(at, length)) && readable[at + length]);

        IEnumerable<List<string>> From(int at, List<string> before)
        {
            if (Readings.BeginningWith(letters[at..]).Any())
            {
                yield return [.. before, letters[at..]];
            }

            foreach (var whole in Lengths(at).SelectMany(length => From(at + length, [.. before, letters.Substring(at, length)])))
            {
                yield return whole;
            }
        }
    }

    private static IEnumerable<string> Combinations(IEnumerable<string[]> parts)
    {
        IEnumerable<string> combined = [""];
        foreach (var part in parts)
        {
            combined = [.. combined.SelectMany(before => part.Select(next => before + next)).Take(ReadingsOfOneGram)];
        }

        return combined;
    }
}

/// <summary>A search for names.</summary>
/// <param name="Key">The text as it is compared.</param>
/// <param name="Pairs">The tokens of a name that holds the text as it is written.</param>
/// <param name="Ways">Other ways to be found: by initials and by pinyin.</param>
public sealed record NameQuery(string Key, string[] Pairs, IReadOnlyList<NameWay> Ways);

/// <summary>One way to be found: all of <paramref name="Must"/> and, unless there are none, one of <paramref name="Any"/>.</summary>
public sealed record NameWay(string[] Must, string[] Any);
