using System.Text;

namespace Qibin.Crm.Kernel;

/// <summary>
/// Countries and regions of ISO 3166-1 with their alpha-2 codes (<c>countries.txt</c>). The regions of .NET are those of the machine's ICU:
/// they lack some codes of the standard and hold others that are none, so one service could know a country that another one does not.
/// </summary>
public static class Countries
{
    /// <summary>
    /// The country whose legal persons have a unified social credit code. Hong Kong, Macao and Taiwan have registers of their own.
    /// </summary>
    public const string China = "CN";

    private static readonly Lazy<(Dictionary<string, string> Names, Dictionary<string, string> Codes)> Table = new(Read);

    public static bool IsKnown(string code) => Table.Value.Names.ContainsKey(code);

    /// <summary>The Chinese name; null when the code is none.</summary>
    public static string? NameOf(string code) => Table.Value.Names.GetValueOrDefault(code);

    /// <summary>The code of a country as people write it: its code, or a Chinese or English name. Null when it is none.</summary>
    public static string? Find(string text) => Table.Value.Codes.GetValueOrDefault(KeyOf(text));

    private static string KeyOf(string text) =>
        string.Concat(text.Normalize(NormalizationForm.FormKC).Where(char.IsLetter)).ToUpperInvariant();

    private static (Dictionary<string, string> Names, Dictionary<string, string> Codes) Read()
    {
        using var file = new StreamReader(typeof(Countries).Assembly.GetManifestResourceStream("countries.txt")!, Encoding.UTF8);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var codes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in file.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith('#')))
        {
            var words = line.Split('\t');
            names.Add(words[0], words[1]);
            foreach (var word in words)
            {
                codes.TryAdd(KeyOf(word), words[0]);
            }
        }

        return (names, codes);
    }
}
