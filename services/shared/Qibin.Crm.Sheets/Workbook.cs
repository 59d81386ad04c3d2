using System.Text;

namespace Qibin.Crm.Sheets;

/// <summary>The parts of a workbook (ECMA-376, SpreadsheetML), and a report as one.</summary>
public static class Workbook
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Types = "application/vnd.openxmlformats-officedocument.spreadsheetml";

    /// <summary>A sheet for each table, with the report's title and notes above it. The same report gives the same octets.</summary>
    public static byte[] Of(TableReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return OfficeFile.Of(
        [
            .. Parts([.. report.Tables.Select(t => t.Sheet)]),
            .. report.Tables.Select((table, i) => OfficeFile.Part(Sheet(i + 1),
                $"""
                <worksheet xmlns="{Main}">
                <cols><col min="1" max="{table.Headings.Count}" width="20" customWidth="1"/></cols>
                <sheetData>{Rows(report, table)}</sheetData>
                </worksheet>
                """)),
        ]);
    }

    /// <summary>All parts but the sheets, which come after them.</summary>
    internal static (string Name, byte[] Content)[] Parts(IReadOnlyList<string> sheets) =>
    [
        OfficeFile.ContentTypes(
            OfficeFile.Override("xl/workbook.xml", Types + ".sheet.main+xml"),
            Each(sheets, (_, n) => OfficeFile.Override(Sheet(n), Types + ".worksheet+xml"))),
        OfficeFile.Relations("_rels/.rels", ("officeDocument", "xl/workbook.xml")),
        OfficeFile.Part("xl/workbook.xml",
            $"""
            <workbook xmlns="{Main}" xmlns:r="{OfficeFile.Relation}">
            <sheets>
            {Each(sheets, (name, n) => $"""<sheet name="{OfficeFile.Text(name)}" sheetId="{n}" r:id="rId{n}"/>""")}
            </sheets>
            </workbook>
            """),
        OfficeFile.Relations("xl/_rels/workbook.xml.rels", sheets.Select((_, i) => ("worksheet", $"worksheets/sheet{i + 1}.xml"))),
    ];

    /// <summary>Where the n-th sheet stands in the container, counted from 1.</summary>
    internal static string Sheet(int n) => $"xl/worksheets/sheet{n}.xml";

    private static string Rows(TableReport report, ReportTable table) => Encoding.UTF8.GetString(SheetWriter.Rows(
        SheetFormat.Xlsx, [[report.Title], .. report.Notes.Select(note => new object?[] { note }), [], [table.Title], [.. table.Headings],
            .. table.Rows]));

    private static string Each(IReadOnlyList<string> sheets, Func<string, int, string> text) =>
        string.Concat(sheets.Select((name, i) => text(name, i + 1)));
}
