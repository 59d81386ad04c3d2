using System.Text;
using Qibin.Crm.Sheets;

namespace Qibin.Crm.Pipeline.Reports;

/// <summary>A report as a workbook: a sheet for each table, with its heading and what it is made from above it.</summary>
internal static class Workbook
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Types = "application/vnd.openxmlformats-officedocument.spreadsheetml";

    public static byte[] Of(MonthlyReport report) => OfficeFile.Of(
    [
        OfficeFile.Part("[Content_Types].xml",
            $"""
            <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
            <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
            <Default Extension="xml" ContentType="application/xml"/>
            <Override PartName="/xl/workbook.xml" ContentType="{Types}.sheet.main+xml"/>
            {Each(report, (_, n) => $"""<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{Types}.worksheet+xml"/>""")}
            </Types>
            """),
        OfficeFile.Relations("_rels/.rels", ("officeDocument", "xl/workbook.xml")),
        OfficeFile.Part("xl/workbook.xml",
            $"""
            <workbook xmlns="{Main}" xmlns:r="{OfficeFile.Relation}">
            <sheets>
            {Each(report, (t, n) => $"""<sheet name="{OfficeFile.Text(t.Sheet)}" sheetId="{n}" r:id="rId{n}"/>""")}
            </sheets>
            </workbook>
            """),
        OfficeFile.Relations(
            "xl/_rels/workbook.xml.rels", report.Tables.Select((_, i) => ("worksheet", $"worksheets/sheet{i + 1}.xml"))),
        .. report.Tables.Select((table, i) => OfficeFile.Part($"xl/worksheets/sheet{i + 1}.xml",
            $"""
            <worksheet xmlns="{Main}">
            <cols><col min="1" max="{table.Headings.Count}" width="20" customWidth="1"/></cols>
            <sheetData>{Rows(report, table)}</sheetData>
            </worksheet>
            """)),
    ]);

    private static string Rows(MonthlyReport report, ReportTable table) => Encoding.UTF8.GetString(SheetWriter.Rows(
        SheetFormat.Xlsx, [[report.Title], .. report.Notes.Select(note => new object?[] { note }), [], [table.Title], [.. table.Headings],
            .. table.Rows]));

    private static string Each(MonthlyReport report, Func<ReportTable, int, string> text) =>
        string.Concat(report.Tables.Select((t, i) => text(t, i + 1)));
}
