using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Sheets;

/// <summary>
/// The first sheet of a workbook (ECMA-376), read forward only. Nothing outside the file is ever opened, document types are refused,
/// and every octet that is unpacked counts towards one limit.
/// </summary>
internal sealed partial class XlsxReader : SheetReader
{
    private readonly ZipArchive _zip;
    private readonly Budget _budget = new();
    private readonly List<string> _texts = [];
    private readonly HashSet<int> _dateStyles = [];
    private readonly bool _from1904;
    private readonly XmlReader _sheet;

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
        string? first = null;
        using (var xml = Part(workbook) ?? throw new InvalidDataException("No workbook."))
        {
            while (xml.Read())
            {
                if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "workbookPr")
                {
                    _from1904 = xml.GetAttribute("date1904") is "1" or "true";
                }
                else if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "sheet" && first is null)
                {
                    first = Attribute(xml, "id");
                }
            }
        }

        var relations = Relations(workbook);
        ReadTexts(relations.FirstOrDefault(r => r.Type.EndsWith("/sharedStrings", StringComparison.Ordinal))?.Target);
        ReadStyles(relations.FirstOrDefault(r => r.Type.EndsWith("/styles", StringComparison.Ordinal))?.Target);
        _sheet = Part(relations.FirstOrDefault(r => r.Id == first)?.Target ?? "xl/worksheets/sheet1.xml")
            ?? throw new InvalidDataException("No sheet.");
    }

    public override SheetFormat Format => SheetFormat.Xlsx;

    protected override string?[]? Next()
    {
        while (_sheet.Read())
        {
            if (_sheet.NodeType == XmlNodeType.Element && _sheet.LocalName == "row")
            {
                return _sheet.IsEmptyElement ? [] : Row();
            }
        }

        return null;
    }

    protected override void Dispose(bool disposing)
    {
        _sheet.Dispose();
        _zip.Dispose();
    }

    private string?[] Row()
    {
        var (row, next) = (new List<string?>(), 0);
        while (_sheet.Read() && !(_sheet.NodeType == XmlNodeType.EndElement && _sheet.LocalName == "row"))
        {
            if (_sheet.NodeType != XmlNodeType.Element || _sheet.LocalName != "c")
            {
                continue;
            }

            // A cell says where it stands, or stands beside the one before.
            var column = _sheet.GetAttribute("r") is { } at ? ColumnOf(at) : next;
            next = column + 1;
            var value = _sheet.IsEmptyElement ? null : Cell(_sheet.GetAttribute("t"), _sheet.GetAttribute("s"));
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

    private string? Cell(string? type, string? style)
    {
        string? value = null;
        while (_sheet.Read() && !(_sheet.NodeType == XmlNodeType.EndElement && _sheet.LocalName == "c"))
        {
            if (_sheet.NodeType == XmlNodeType.Element && _sheet.LocalName == "v")
            {
                value = Content(_sheet);
            }
            else if (_sheet.NodeType == XmlNodeType.Element && _sheet.LocalName == "is")
            {
                value = Runs(_sheet, "is");
            }
        }

        return value is not { Length: > 0 } ? null : type switch
        {
            "s" => _texts[int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture)] is { Length: > 0 } text ? text : null,
            "inlineStr" or "str" or "e" or "d" => Plain(value),
            "b" => value == "1" ? "TRUE" : "FALSE",
            _ => Number(value, int.TryParse(style, NumberStyles.None, CultureInfo.InvariantCulture, out var s) && _dateStyles.Contains(s)),
        };
    }

    /// <summary>A number as people see it: a telephone number without an exponent, a day as a day.</summary>
    private string Number(string value, bool isDate)
    {
        if (isDate && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var serial)
            && serial is >= 1 and < 2_958_466)
        {
            var at = DateTime.FromOADate(serial + (_from1904 ? 1462 : 0));
            return at.ToString(at.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        }

        return decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number.ToString("0.############################", CultureInfo.InvariantCulture)
            : value;
    }

    private void ReadTexts(string? part)
    {
        if (part is null || Part(part) is not { } xml)
        {
            return;
        }

        using (xml)
        {
            var length = 0;
            while (xml.Read())
            {
                if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "si")
                {
                    var text = xml.IsEmptyElement ? "" : Plain(Runs(xml, "si"));
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

    /// <summary>Which cell formats show a date.</summary>
    private void ReadStyles(string? part)
    {
        if (part is null || Part(part) is not { } xml)
        {
            return;
        }

        using (xml)
        {
            var formats = new HashSet<int>();
            var (cells, style) = (false, 0);
            while (xml.Read())
            {
                if (xml.LocalName == "cellXfs")
                {
                    cells = xml.NodeType == XmlNodeType.Element && !xml.IsEmptyElement;
                }

                if (xml.NodeType != XmlNodeType.Element || !int.TryParse(xml.GetAttribute("numFmtId"), out var id))
                {
                    style += cells && xml.NodeType == XmlNodeType.Element && xml.LocalName == "xf" ? 1 : 0;
                    continue;
                }

                if (xml.LocalName == "numFmt" && ShowsDate().IsMatch(Literal().Replace(xml.GetAttribute("formatCode") ?? "", "")))
                {
                    formats.Add(id);
                }
                else if (cells && xml.LocalName == "xf")
                {
                    if (id is (>= 14 and <= 17) or 22 or (>= 27 and <= 36) or (>= 50 and <= 58) || formats.Contains(id))
                    {
                        _dateStyles.Add(style);
                    }

                    style++;
                }
            }
        }
    }

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
    private static string Runs(XmlReader xml, string until)
    {
        var text = new StringBuilder();
        while (xml.Read() && !(xml.NodeType == XmlNodeType.EndElement && xml.LocalName == until))
        {
            if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "rPh" && !xml.IsEmptyElement)
            {
                while (xml.Read() && !(xml.NodeType == XmlNodeType.EndElement && xml.LocalName == "rPh"))
                {
                }
            }
            else if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "t" && !xml.IsEmptyElement)
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

    [GeneratedRegex("\"[^\"]*\"|\\[[^\\]]*\\]|\\\\.", RegexOptions.NonBacktracking)]
    private static partial Regex Literal();

    [GeneratedRegex("[ymdYMD]", RegexOptions.NonBacktracking)]
    private static partial Regex ShowsDate();

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
