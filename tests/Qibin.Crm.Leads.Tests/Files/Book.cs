using System.IO.Compression;
using System.Security;
using System.Text;
using Qibin.Crm.Leads.Imports;
using Qibin.Crm.Sheets;

namespace Qibin.Crm.Leads.Tests.Files;

/// <summary>A workbook as a spreadsheet program saves it, written by hand so that a test decides about every attribute.</summary>
internal sealed class Book
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Related = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    private static readonly string[] Headings =
        ["客商名称*", "联系人*", "联系电话*", "联系方式*", "沟通内容*", "联系日期", "下一步*", "下一步期限*", "意向投资额（元）", "统一社会信用代码", "来源地区代码"];

    private readonly List<(string Name, string? State, string Rows)> _sheets = [];
    private readonly List<string> _formats = [];

    /// <summary>Attributes of <c>workbookPr</c>.</summary>
    public string Properties { get; init; } = "";

    /// <summary>What follows the sheets in the workbook's part.</summary>
    public string Extensions { get; init; } = "";

    /// <summary>A row that fits, with what a test changes of it by heading.</summary>
    public static object?[] Row(int number, params (string Heading, object? Value)[] with)
    {
        object?[] row =
        [
            $"表格示例{number:000}材料有限公司", "演示人", $"1700000{number:0000}", "电话", "谈投资意向", "2026-03-05", "寄送资料", "2030-01-01",
            "120000000", null, null,
        ];
        foreach (var (heading, value) in with)
        {
            row[Array.FindIndex(Headings, h => h.TrimEnd('*') == heading)] = value;
        }

        return row;
    }

    /// <summary>A workbook of one sheet with the usual headings.</summary>
    public static byte[] Of(params object?[][] rows) => new Book().Sheet("Sheet1", [Headings, .. rows]).Save();

    /// <summary>With other headings: each pair is what the usual one is, and what it is instead.</summary>
    public static object?[] Heads(params (string Usual, string Instead)[] instead)
    {
        string[] heads = [.. Headings];
        foreach (var (usual, other) in instead)
        {
            heads[Array.FindIndex(Headings, h => h.TrimEnd('*') == usual)] = other;
        }

        return heads;
    }

    /// <summary>A cell's number as the file holds it, with a number format.</summary>
    public (string Xml, int) Number(string value, string format)
    {
        if (!_formats.Contains(format))
        {
            _formats.Add(format);
        }

        return ($"<v>{value}</v>", _formats.IndexOf(format) + 1);
    }

    /// <summary>Adds a sheet; null rows are left out of the file, as Excel leaves out empty ones.</summary>
    public Book Sheet(string name, IEnumerable<object?[]?> rows, string? state = null)
    {
        _sheets.Add((name, state, string.Concat(rows.Select((row, r) => row is null ? "" : $"<row r=\"{r + 1}\">"
            + string.Concat(row.Select((cell, c) => Cell(cell, $"{(char)('A' + c)}{r + 1}"))) + "</row>"))));
        return this;
    }

    public byte[] Save()
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("xl/workbook.xml", $"<workbook xmlns=\"{Main}\" xmlns:r=\"{Related}\"><workbookPr {Properties}/><sheets>"
                + Each((s, n) => $"<sheet name=\"{s.Name}\" sheetId=\"{n}\" state=\"{s.State ?? "visible"}\" r:id=\"rId{n}\"/>")
                + $"</sheets>{Extensions}</workbook>");
            Add("xl/_rels/workbook.xml.rels", "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
                + Each((_, n) => $"<Relationship Id=\"rId{n}\" Type=\"{Related}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>")
                + $"<Relationship Id=\"s\" Type=\"{Related}/styles\" Target=\"styles.xml\"/></Relationships>");
            Add("xl/styles.xml", $"<styleSheet xmlns=\"{Main}\"><numFmts>"
                + string.Concat(_formats.Select((f, i) => $"<numFmt numFmtId=\"{164 + i}\" formatCode=\"{SecurityElement.Escape(f)}\"/>"))
                + "</numFmts><cellXfs><xf numFmtId=\"0\"/>"
                + string.Concat(_formats.Select((_, i) => $"<xf numFmtId=\"{164 + i}\"/>")) + "</cellXfs></styleSheet>");
            for (var i = 0; i < _sheets.Count; i++)
            {
                Add($"xl/worksheets/sheet{i + 1}.xml", $"<worksheet xmlns=\"{Main}\"><sheetData>{_sheets[i].Rows}</sheetData></worksheet>");
            }

            void Add(string name, string xml)
            {
                using var part = zip.CreateEntry(name).Open();
                part.Write(Encoding.UTF8.GetBytes(xml));
            }
        }

        return file.ToArray();
    }

    /// <summary>The rows of a file as first contacts, read with the guessed fields.</summary>
    public static IReadOnlyList<ImportDraft> Drafts(byte[] file)
    {
        using var reader = Open(file);
        var headings = reader.FindHeadings(ImportFields.Known);
        var fields = ImportFields.Guess(headings.Cells, headings.Above);
        var drafts = new List<ImportDraft>();
        while (reader.Read() is { } cells)
        {
            if (!ImportFields.IsClosing(cells))
            {
                drafts.Add(ImportFields.Draft(reader.Row, cells, fields, new DateOnly(2026, 11, 29)));
            }
        }

        return drafts;
    }

    public static SheetReader Open(byte[] file)
    {
        var stream = new MemoryStream();
        stream.Write(file);
        return SheetReader.Open(stream, new SheetLimits(50_000, 100));
    }

    private string Each(Func<(string Name, string? State, string Rows), int, string> text) =>
        string.Concat(_sheets.Select((sheet, i) => text(sheet, i + 1)));

    private static string Cell(object? value, string at) => value switch
    {
        null => "",
        ValueTuple<string, int>(var xml, var style) => $"<c r=\"{at}\" s=\"{style}\">{xml}</c>",
        Error error => $"<c r=\"{at}\" t=\"e\"><f>A1</f><v>{error.Text}</v></c>",
        decimal or int or double => FormattableString.Invariant($"<c r=\"{at}\"><v>{value}</v></c>"),
        _ => $"<c r=\"{at}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{SecurityElement.Escape($"{value}")}</t></is></c>",
    };

    /// <summary>A cell of which a formula failed.</summary>
    internal sealed record Error(string Text);
}
