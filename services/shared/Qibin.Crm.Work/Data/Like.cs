namespace Qibin.Crm.Work.Data;

/// <summary>Patterns for LIKE whose text is taken literally.</summary>
public static class Like
{
    /// <summary>The escape character to give to LIKE.</summary>
    public const string Escape = "\\";

    /// <summary>A pattern that finds the text anywhere.</summary>
    public static string Containing(string text) => $"%{Literal(text)}%";

    /// <summary>A pattern that finds what begins with the text.</summary>
    public static string Beginning(string text) => Literal(text) + "%";

    private static string Literal(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal)
            .Replace("_", @"\_", StringComparison.Ordinal);
    }
}
