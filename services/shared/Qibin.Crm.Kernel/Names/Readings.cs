using System.Text;

namespace Qibin.Crm.Kernel.Names;

/// <summary>Mandarin readings of Chinese characters, from Unicode's Unihan (see the head of <c>readings.txt</c>).</summary>
public static class Readings
{
    private static readonly Lazy<(Dictionary<Rune, string[]> Of, string[] Syllables)> Table = new(Read);

    /// <summary>The character's syllables without tones; empty when it is none of Chinese.</summary>
    public static string[] Of(Rune character) => Table.Value.Of.TryGetValue(character, out var readings) ? readings : [];

    /// <summary>Whether the letters are a syllable.</summary>
    public static bool IsSyllable(string letters) => Array.BinarySearch(Table.Value.Syllables, letters, StringComparer.Ordinal) >= 0;

    /// <summary>All syllables that begin with the letters.</summary>
    public static IEnumerable<string> BeginningWith(string letters)
    {
        ArgumentNullException.ThrowIfNull(letters);
        var first = Array.BinarySearch(Table.Value.Syllables, letters, StringComparer.Ordinal);
        return Table.Value.Syllables.Skip(first < 0 ? ~first : first).TakeWhile(s => s.StartsWith(letters, StringComparison.Ordinal));
    }

    private static (Dictionary<Rune, string[]> Of, string[] Syllables) Read()
    {
        using var file = new StreamReader(typeof(Readings).Assembly.GetManifestResourceStream("readings.txt")!, Encoding.UTF8);
        var of = new Dictionary<Rune, string[]>();
        var syllables = new List<string>();
        while (file.ReadLine() is { } line)
        {
            if (line.StartsWith('#') || line.Split('\t') is not [var syllable, var characters])
            {
                continue;
            }

            syllables.Add(syllable);
            foreach (var character in characters.EnumerateRunes())
            {
                of[character] = of.TryGetValue(character, out var others) ? [.. others, syllable] : [syllable];
            }
        }

        syllables.Sort(StringComparer.Ordinal);
        return (of, [.. syllables]);
    }
}
