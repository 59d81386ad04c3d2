namespace Qibin.Crm.Work.Data;

/// <summary>Patterns for LIKE whose text is taken literally.</summary>
public static class Like
{
    /// <summary>The escape character to give to LIKE.</summary>
    public const string Escape = "\\";

    /// <summary>A pattern that finds the text anywhere.</summary>
    public static string Containing(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var literal = text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal)
            .Replace("_", @"\_", StringComparison.Ordinal);
        return $"%{literal}%";
    }
}
