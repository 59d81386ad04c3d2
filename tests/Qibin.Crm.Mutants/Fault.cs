namespace Qibin.Crm.Mutants;

/// <summary>A fault that somebody could make by mistake: one piece of source, replaced by another.</summary>
/// <param name="What">What goes wrong, in the words of the trade.</param>
/// <param name="Project">Folder of the project that holds the source.</param>
/// <param name="File">The source, below the project.</param>
/// <param name="Old">The piece; it stands in the file exactly once.</param>
/// <param name="New">What replaces it; it compiles.</param>
/// <param name="Tests">The test project that should notice.</param>
/// <param name="Classes">Test classes beside its domain tests that should notice.</param>
public sealed record Fault(string What, string Project, string File, string Old, string New, string Tests, string[] Classes)
{
    /// <summary>The source, from the root of the repository.</summary>
    public string Path => $"{Project}/{File}";

    /// <summary>The source with the fault in it.</summary>
    /// <exception cref="InvalidOperationException">The piece is not there, or more than once.</exception>
    public string Seed(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var at = source.IndexOf(Old, StringComparison.Ordinal);
        return at >= 0 && source.IndexOf(Old, at + 1, StringComparison.Ordinal) < 0
            ? source[..at] + New + source[(at + Old.Length)..]
            : throw new InvalidOperationException($"{What}: «{Old}» stands {(at < 0 ? "nowhere" : "more than once")} in {Path}.");
    }
}
