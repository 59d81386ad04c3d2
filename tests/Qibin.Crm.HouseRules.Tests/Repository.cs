using System.Runtime.CompilerServices;

namespace Qibin.Crm.HouseRules.Tests;

/// <summary>The repository's text files by path, so that a rule reads the real ones or ones that a negative control made up.</summary>
public sealed class Repository(IReadOnlyDictionary<string, string> files)
{
    private static readonly string[] Text = [".cs", ".csproj", ".props", ".json", ".md", ".html", ".css", ".js", ".txt", ".sln", ".yml",
        ".yaml", ".sql", ""];
    private static readonly Lazy<Repository> Real = new(Read);

    /// <summary>The repository that this test stands in.</summary>
    public static Repository Present => Real.Value;

    /// <summary>Its directory.</summary>
    public static string Root { get; } = Find();

    public IEnumerable<(string Path, string Text)> Files => files.Select(f => (f.Key, f.Value));

    public IEnumerable<(string Path, string Text)> CSharp(string under = "") =>
        Files.Where(f => f.Path.EndsWith(".cs", StringComparison.Ordinal) && f.Path.StartsWith(under, StringComparison.Ordinal)
            && !f.Path.Contains("/Migrations/", StringComparison.Ordinal));

    public IEnumerable<(string Path, string Text)> Projects => Files.Where(f => f.Path.EndsWith(".csproj", StringComparison.Ordinal));

    /// <summary>This repository with one file more, or another text in it.</summary>
    public Repository With(string path, string text) => new(new Dictionary<string, string>(files) { [path] = text });

    private static Repository Read()
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        return new Repository(Directory.EnumerateFiles(Root, "*", options)
            .Select(path => (Full: path, Path: Path.GetRelativePath(Root, path).Replace('\\', '/')))
            .Where(f => !f.Path.StartsWith(".git/", StringComparison.Ordinal) && !f.Path.StartsWith("data/", StringComparison.Ordinal)
                && !f.Path.Contains("/bin/", StringComparison.Ordinal) && !f.Path.Contains("/obj/", StringComparison.Ordinal)
                && Text.Contains(Path.GetExtension(f.Path)))
            .ToDictionary(f => f.Path, f => File.ReadAllText(f.Full), StringComparer.Ordinal));
    }

    private static string Find([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../.."));
}
