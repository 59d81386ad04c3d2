using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Sheets;

/// <summary>
/// The visible sheets of a workbook (ECMA-376), read forward only. Nothing outside the file is ever opened, document types are refused,
/// and every octet that is unpacked counts towards one limit. Elements of extensions, which bear the same names, are passed over.
/// </summary>
internal sealed partial class XlsxReader : SheetReader
{
    private readonly ZipArchive _zip;
    private readonly Budget _budget = new();
    private readonly List<string> _texts = [];
    private readonly List<NumberFormat> _styles = [];
    private readonly bool _from1904;
    private readonly List<(string Name, string Part)> _sheets = [];
    private XmlReader? _sheet;
    private string _main = "";

    public XlsxReader(MemoryStream file, SheetLimits limits) : base(limits)
    {
        file.Position = 0;
        _zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        if (_zip.Entries.Count > SheetLimits.Entries)
        {
            throw Refusal.BadRequest("sheet.tooLarge");
        }

        var workbook = Relations("").FirstOrDefault(r => r.Type.EndsWith("/officeDocument", StringComparison.Ordinal))?.Target
            ?? "xl/workbook.xml";
        var named = new List<(string Name, string? Id, bool Visible)>();
        using (var xml = Part(workbook) ?? throw new InvalidDataException("No workbook."))
        {
            var main = RootOf(xml);
            while (xml.Read())
            {
                if (Begins(xml, "workbookPr", main))
                {
                    _from1904 = xml.GetAttribute("date1904") is "1" or "true";
                }
                else if (Begins(xml, "sheet", main))
                {
                    named.Add((xml.GetAttribute("name") ?? "", Attribute(xml, "id"), xml.GetAttribute("state") is null or "visible"));
                }
            }
        }

        var relations = Relations(workbook);
        ReadTexts(relations.FirstOrDefault(r => r.Type.EndsWith("/sharedStrings", StringComparison.Ordinal))?.Target);
        ReadStyles(relations.FirstOrDefault(r => r.Type.EndsWith("/styles", StringComparison.Ordinal))?.Target);
        // Sheets of charts are no tables.
        var tables = named.Select(sheet => (sheet.Name, relations.FirstOrDefault(r => r.Id == sheet.Id), sheet.Visible))
            .Where(sheet => sheet.Item2?.Type.EndsWith("/worksheet", StringComparison.Ordinal) != false).ToList();
        _sheets.AddRange(tables.Where(sheet => sheet.Visible || !tables.Exists(s => s.Visible))
            .Select((sheet, i) => (sheet.Name, sheet.Item2?.Target ?? $"xl/worksheets/sheet{i + 1}.xml")));
        Sheets = _sheets.ConvertAll(sheet => sheet.Name);
        OpenSheet(0);
    }

    public override SheetFormat Format => SheetFormat.Xlsx;

    public override IReadOnlyList<string> Sheets { get; }

    protected override void OpenSheet(int sheet)
    {
        _sheet?.Dispose();
        _sheet = (_sheets.Count > sheet ? Part(_sheets[sheet].Part) : null) ?? throw new InvalidDataException("No sheet.");
        (_main, Row) = (RootOf(_sheet), 0);
    }

    protected override string?[]? Next()
    {
        while (_sheet!.Read())
        {
            if (Begins(_sheet, "row", _main))
            {
                // A row says where it is, or follows the one before.
                Row = int.TryParse(_sheet.GetAttribute("r"), NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at > Row
                    ? at : Row + 1;
                return _sheet.IsEmptyElement ? [] : Cells(_sheet);
            }
        }

        return null;
    }

    protected override void Dispose(bool disposing)
    {
        _sheet?.Dispose();
        _zip.Dispose();
    }

    private string?[] Cells(XmlReader sheet)
    {
        var (row, next) = (new List<string?>(), 0);
        while (sheet.Read() && !Ends(sheet, "row", _main))
        {
            if (!Begins(sheet, "c", _main))
            {
                continue;
            }

            // A cell says where it stands, or stands beside the one before.
            var column = sheet.GetAttribute("r") is { } at ? ColumnOf(at) : next;
            next = column + 1;
            var value = sheet.IsEmptyElement ? null : Cell(sheet, sheet.GetAttribute("t"), sheet.GetAttribute("s"));
            if (value is null)
            {
                continue;
            }

            if (column >= Limits.Columns)
            {
                throw TooWide;
            }

            while (row.Count <= column)
            {
                row.Add(null);
            }

            row[column] = value;
        }

        return [.. row];
    }

    private string? Cell(XmlReader sheet, string? type, string? style)
    {
        string? value = null;
        while (sheet.Read() && !Ends(sheet, "c", _main))
        {
            if (Begins(sheet, "v", _main))
            {
                value = Content(sheet);
            }
            else if (Begins(sheet, "is", _main))
            {
                value = Runs(sheet, "is", _main);
            }
        }

        return value is not { Length: > 0 } ? null : type switch
        {
            "s" => _texts[int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture)] is { Length: > 0 } text ? text : null,
            "inlineStr" or "str" or "e" => Plain(value),
            "d" => NumberFormat.Day(value) ?? value,
            "b" => value == "1" ? "TRUE" : "FALSE",
            _ => (int.TryParse(style, NumberStyles.None, CultureInfo.InvariantCulture, out var s) && s < _styles.Count
                ? _styles[s] : NumberFormat.General).Shown(value, _from1904),
        };
    }

    private void ReadTexts(string? part)
    {
        if (part is null || Part(part) is not { } xml)
        {
            return;
        }

        using (xml)
        {
            var (main, length) = (RootOf(xml), 0);
            while (xml.Read())
            {
                if (Begins(xml, "si", main))
                {
                    var text = xml.IsEmptyElement ? "" : Plain(Runs(xml, "si", main));
                    length += text.Length;
                    _texts.Add(text);
                    if (length > SheetLimits.SharedLength || _texts.Count > SheetLimits.SharedTexts)
                    {
                        throw Refusal.BadRequest("sheet.tooLarge");
                    }
                }
            }
        }
    }

    /// <summary>The number formats of the cells' styles, in their order.</summary>
    private void ReadStyles(string? part)
    {
        if (part is null || Part(part) is not { } xml)
        {
            return;
        }

        using (xml)
        {
            var main = RootOf(xml);
            var formats = new Dictionary<int, NumberFormat>();
            var (own, cells) = (false, false);
            while (xml.Read())
            {
                own = !Ends(xml, "numFmts", main) && (own || Begins(xml, "numFmts", main));
                cells = !Ends(xml, "cellXfs", main) && (cells || (Begins(xml, "cellXfs", main) && !xml.IsEmptyElement));
                if (!Begins(xml, own ? "numFmt" : "xf", main))
                {
                    continue;
                }

                var id = int.TryParse(xml.GetAttribute("numFmtId"), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0;
                if (own)
                {
                    formats[id] = NumberFormat.Of(xml.GetAttribute("formatCode") ?? "");
                }
                else if (cells)
                {
                    _styles.Add(formats.GetValueOrDefault(id) ?? NumberFormat.BuiltIn(id));
                }
            }
        }
    }

    /// <summary>The namespace of the part's own elements: ECMA-376 has a transitional and a strict one.</summary>
    private static string RootOf(XmlReader xml) => xml.MoveToContent() == XmlNodeType.Element ? xml.NamespaceURI : "";

    private static bool Begins(XmlReader xml, string name, string main) =>
        xml.NodeType == XmlNodeType.Element && xml.LocalName == name && xml.NamespaceURI == main;

    private static bool Ends(XmlReader xml, string name, string main) =>
        xml.NodeType == XmlNodeType.EndElement && xml.LocalName == name && xml.NamespaceURI == main;

    private sealed record Relation(string Id, string Type, string Target);

    private List<Relation> Relations(string part)
    {
        var (folder, name) = part.LastIndexOf('/') is >= 0 and var slash ? (part[..(slash + 1)], part[(slash + 1)..]) : ("", part);
        var relations = new List<Relation>();
        if (Part($"{folder}_rels/{name}.rels") is not { } xml)
        {
            return relations;
        }

        using (xml)
        {
            while (xml.Read())
            {
                // What lies outside of the file is left where it is.
                if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "Relationship" && xml.GetAttribute("TargetMode") != "External")
                {
                    var target = xml.GetAttribute("Target") ?? "";
                    relations.Add(new Relation(xml.GetAttribute("Id") ?? "", xml.GetAttribute("Type") ?? "",
                        target.StartsWith('/') ? target[1..] : folder + target));
                }
            }
        }

        return relations;
    }

    private XmlReader? Part(string name) => _zip.GetEntry(name) is not { } entry ? null
        : XmlReader.Create(_budget.Counting(entry.Open()), new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            CloseInput = true,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
        });

    /// <summary>The text of all runs, without phonetic readings.</summary>
    private static string Runs(XmlReader xml, string until, string main)
    {
        var text = new StringBuilder();
        if (xml.IsEmptyElement)
        {
            return "";
        }

        while (xml.Read() && !Ends(xml, until, main))
        {
            if (Begins(xml, "rPh", main) && !xml.IsEmptyElement)
            {
                while (xml.Read() && !Ends(xml, "rPh", main))
                {
                }
            }
            else if (Begins(xml, "t", main) && !xml.IsEmptyElement)
            {
                Append(xml, text);
            }
        }

        return text.ToString();
    }

    private static string Content(XmlReader xml)
    {
        var text = new StringBuilder();
        if (!xml.IsEmptyElement)
        {
            Append(xml, text);
        }

        return text.ToString();
    }

    /// <summary>The text up to the element's end, in pieces: an endless one is refused before it is in memory.</summary>
    private static void Append(XmlReader xml, StringBuilder text)
    {
        var buffer = new char[1024];
        while (xml.Read() && xml.NodeType != XmlNodeType.EndElement)
        {
            if (xml.NodeType is not (XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace))
            {
                continue;
            }

            int read;
            while ((read = xml.ReadValueChunk(buffer, 0, buffer.Length)) > 0)
            {
                text.Append(buffer, 0, read);
                if (text.Length > SheetLimits.CellLength)
                {
                    throw TooLong;
                }
            }
        }
    }

    private static string? Attribute(XmlReader xml, string localName)
    {
        // The relation's id stands in another namespace than the sheet's own.
        string? found = null;
        for (var more = xml.MoveToFirstAttribute(); more; more = xml.MoveToNextAttribute())
        {
            found = xml.LocalName == localName ? xml.Value : found;
        }

        xml.MoveToElement();
        return found;
    }

    private static int ColumnOf(string reference)
    {
        var column = 0;
        foreach (var c in reference.TakeWhile(char.IsAsciiLetter))
        {
            column = Math.Min((column * 26) + (char.ToUpperInvariant(c) - 'A' + 1), 1 << 20);
        }

        return column > 0 ? column - 1 : throw new InvalidDataException("A cell without a column.");
    }

    /// <summary>Excel writes characters that XML cannot hold as <c>_x000D_</c>.</summary>
    private static string Plain(string text) => !text.Contains("_x", StringComparison.Ordinal) ? text
        : Escape().Replace(text,
            m => ((char)int.Parse(m.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString());

    [GeneratedRegex("_x([0-9A-Fa-f]{4})_", RegexOptions.NonBacktracking)]
    private static partial Regex Escape();

    /// <summary>What may still be unpacked, over all parts.</summary>
    private sealed class Budget
    {
        private long _left = SheetLimits.Unpacked;

        public Stream Counting(Stream inner) => new Counted(inner, this);

        private int Took(int octets) => (_left -= octets) >= 0 ? octets : throw Refusal.BadRequest("sheet.tooLarge");

        private sealed class Counted(Stream inner, Budget budget) : Stream
        {
            public override bool CanRead => true;
            public override bool CanSeek => false;
            public override bool CanWrite => false;
            public override long Length => throw new NotSupportedException();
            public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
            public override int Read(byte[] buffer, int offset, int count) => budget.Took(inner.Read(buffer, offset, count));
            public override int Read(Span<byte> buffer) => budget.Took(inner.Read(buffer));
            public override void Flush() => throw new NotSupportedException();
            public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
            public override void SetLength(long value) => throw new NotSupportedException();
            public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

            protected override void Dispose(bool disposing)
            {
                inner.Dispose();
                base.Dispose(disposing);
            }
        }
    }
}
