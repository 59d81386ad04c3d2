using System.Text;

namespace Qibin.Crm.Kernel.Names;

/// <summary>Simplified forms of traditional characters, from Unicode's Unihan (see the head of <c>simplified.txt</c>).</summary>
internal static class Simplified
{
    private static readonly Lazy<Dictionary<char, char>> Table = new(Read);

    /// <summary>The text with its traditional characters simplified.</summary>
    public static string Of(string text) => string.Concat(text.Select(c => Table.Value.GetValueOrDefault(c, c)));

    private static Dictionary<char, char> Read()
    {
        using var file = new StreamReader(typeof(Simplified).Assembly.GetManifestResourceStream("simplified.txt")!, Encoding.UTF8);
        var of = new Dictionary<char, char>();
        while (file.ReadLine() is { } line)
        {
            if (line[0] != '#' && line.Split('\t') is [[var simplified], var traditional])
            {
                foreach (var character in traditional)
                {
                    of.Add(character, simplified);
                }
            }
        }

        return of;
    }
}
