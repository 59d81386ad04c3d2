using System.IO.Compression;
using System.Security;
using System.Text;
using System.Text.RegularExpressions;

namespace Qibin.Crm.Sheets;

/// <summary>
/// The container of a workbook or a document (ECMA-376), the same octets for the same parts: they stand in the order given, bear one
/// fixed time, and are stored as they are, since what compression makes of them differs between versions of a library.
/// </summary>
internal static partial class OfficeFile
{
    public const string Relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    /// <summary>The earliest time that a zip can tell.</summary>
    private static readonly DateTimeOffset Fixed = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static byte[] Of(IEnumerable<(string Name, byte[] Content)> parts)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in parts)
            {
                var entry = zip.CreateEntry(name, CompressionLevel.NoCompression);
                entry.LastWriteTime = Fixed;
                using var part = entry.Open();
                part.Write(content);
            }
        }

        return file.ToArray();
    }

    public static (string Name, byte[] Content) Part(string name, string xml) =>
        (name, Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n" + xml));

    /// <summary>What the parts are: each line names some of them by <see cref="Override"/>.</summary>
    public static (string Name, byte[] Content) ContentTypes(params IEnumerable<string> lines) => Part("[Content_Types].xml",
        $"""
        <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
        <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
        <Default Extension="xml" ContentType="application/xml"/>
        {string.Join('\n', lines)}
        </Types>
        """);

    public static string Override(string part, string type) => $"""<Override PartName="/{part}" ContentType="{type}"/>""";

    public static (string Name, byte[] Content) Relations(string name, params IEnumerable<(string Type, string Target)> to) => Part(name,
        $"""
        <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
        {string.Concat(to.Select((t, i) => $"""<Relationship Id="rId{i + 1}" Type="{Relation}/{t.Type}" Target="{t.Target}"/>"""))}
        </Relationships>
        """);

    /// <summary>What may stand in XML 1.0, with the rest as a question mark.</summary>
    // Reports that are kept have apostrophes as they are.
    public static string Text(string text) =>
        SecurityElement.Escape(Forbidden().Replace(text, "?")).Replace("&apos;", "'", StringComparison.Ordinal);

    [GeneratedRegex(@"[\0-\x1F\uFFFE\uFFFF]", RegexOptions.NonBacktracking)]
    private static partial Regex Forbidden();
}
