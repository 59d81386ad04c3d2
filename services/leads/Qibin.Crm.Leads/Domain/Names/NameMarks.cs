using System.Text;
using Qibin.Crm.Kernel.Names;

namespace Qibin.Crm.Leads.Domain.Names;

/// <summary>
/// What a name is found by (<see cref="NameSearch"/>), pressed into 512 bits: each token sets three of them. A name that lacks a bit of a
/// search is not found by it; of those that have them all, one in a hundred is not found either, and the tokens themselves say which. They
/// are in the indexes that give leads in order, so that a walk along an index skips what does not fit without reading any row.
/// </summary>
internal static class NameMarks
{
    /// <summary>Number of words of 64 bits, each a column of its own.</summary>
    public const int Words = 8;

    /// <summary>The words of a name's tokens, or of a search's.</summary>
    public static long[] Of(IEnumerable<string> tokens)
    {
        var words = new long[Words];
        foreach (var token in tokens)
        {
            var hash = Hash(token);
            for (var mark = 0; mark < 3; mark++, hash >>= 9)
            {
                words[(hash >> 6) & 7] |= 1L << (int)(hash & 63);
            }
        }

        return words;
    }

    /// <summary>
    /// The tokens with those that a name cannot be without when it has them: of two neighbouring syllables each by itself.
    /// </summary>
    public static IEnumerable<string> Implied(IEnumerable<string> tokens) =>
        tokens.SelectMany(token => token.StartsWith("p:", StringComparison.Ordinal) && token.Split('\'') is [var first, var second]
            ? [token, first, "p:" + second] : (string[])[token]);

    /// <summary>FNV-1a with its bits mixed once more: the same on every machine and for ever, because the database stores it.</summary>
    private static ulong Hash(string token)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in Encoding.UTF8.GetBytes(token))
        {
            hash = (hash ^ b) * 1099511628211UL;
        }

        return ((hash ^ (hash >> 32)) * 0x9E3779B97F4A7C15UL) >> 32;
    }
}
