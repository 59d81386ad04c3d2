using System.Text;

namespace Qibin.Crm.Sheets;

/// <summary>How a cell looks; its place among the formats of <see cref="Workbook"/>.</summary>
public enum SheetStyle
{
    /// <summary>Text without a border, above a table.</summary>
    Plain,

    Heading,
    Text,
    Day,
    Instant,

    /// <summary>Grouped, with two decimals.</summary>
    Amount,

    Count,

    /// <summary>The title of a report.</summary>
    Title,
}

/// <summary>The parts of a workbook (ECMA-376, SpreadsheetML), and a report as one.</summary>
public static class Workbook
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Types = "application/vnd.openxmlformats-officedocument.spreadsheetml";

    private const string Border = """<{0} style="thin"><color rgb="FF808080"/></{0}>""";

    /// <summary>Half-width characters beside each other on a page across, at two thirds of their size.</summary>
    private const double WideA4 = 180;

    private const double WideA3 = 260;

    /// <summary>In the order of <see cref="SheetStyle"/>.</summary>
    private static readonly string Styles =
        $"""
        <styleSheet xmlns="{Main}">
        <numFmts count="4"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/><numFmt numFmtId="165"
          formatCode="yyyy\-mm\-dd\ hh:mm"/><numFmt numFmtId="166" formatCode="#,##0.00"/><numFmt numFmtId="167" formatCode="0"/></numFmts>
        <fonts count="3"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="11"/><name val="宋体"/></font><font><b/><sz
          val="16"/><name val="黑体"/></font></fonts>
        <fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill
          patternType="solid"><fgColor rgb="FFDDE6F2"/><bgColor indexed="64"/></patternFill></fill></fills>
        <borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border>{Sides}<diagonal/></border></borders>
        <cellStyleXfs count="1"><xf/></cellStyleXfs>
        <cellXfs count="8">
        <xf><alignment vertical="center"/></xf>
        <xf fontId="1" fillId="2" borderId="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"><alignment horizontal="center"
          vertical="center" wrapText="1"/></xf>
        <xf borderId="1" applyBorder="1" applyAlignment="1"><alignment vertical="center" wrapText="1"/></xf>
        {Number(164, "center")}{Number(165, "center")}{Number(166, "right")}{Number(167, "right")}
        <xf fontId="2" applyFont="1" applyAlignment="1"><alignment horizontal="left" vertical="center"/></xf>
        </cellXfs>
        </styleSheet>
        """;

    private static string Sides => string.Concat(
        ((string[])["left", "right", "top", "bottom"]).Select(side => Border.Replace("{0}", side, StringComparison.Ordinal)));

    private static string Number(int format, string at) =>
        $"""<xf numFmtId="{format}" borderId="1" applyNumberFormat="1" applyBorder="1" applyAlignment="1">"""
        + $"""<alignment horizontal="{at}" vertical="center"/></xf>""";

    /// <summary>A sheet for each table, with the report's title and notes above it. The same report gives the same octets.</summary>
    public static byte[] Of(TableReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return OfficeFile.Of(
        [
            .. Parts([.. report.Tables.Select(t => t.Sheet)], HeadingRow(report)),
            .. report.Tables.Select((table, i) => OfficeFile.Part(Sheet(i + 1),
                Begin(Widths(table), HeadingRow(report)) + $"<sheetData>{Rows(report, table)}</sheetData>"
                + End(Widths(table), HeadingRow(report), HeadingRow(report) + table.Rows.Count))),
        ]);
    }

    private static double[] Widths(ReportTable table) => [.. table.Headings.Select(h => Math.Max(16, SheetWriter.WidthOf(h)))];

    /// <summary>A title, the notes, an empty row and the table's own title stand above its headings.</summary>
    private static int HeadingRow(TableReport report) => report.Notes.Count + 4;

    /// <summary>A sheet up to its rows: frozen down to the headings.</summary>
    internal static string Begin(IReadOnlyList<double> widths, int headingRow) =>
        $"""
        <worksheet xmlns="{Main}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>
        <sheetViews><sheetView workbookViewId="0"><pane ySplit="{headingRow}" topLeftCell="A{headingRow + 1}" activePane="bottomLeft"
          state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="18"/>
        <cols>{string.Concat(widths.Select((width, i) => FormattableString.Invariant(
            $"""<col min="{i + 1}" max="{i + 1}" width="{width}" customWidth="1"/>""")))}</cols>
        """;

    /// <summary>
    /// A sheet behind its rows: the filter, and numbered pages across: A4 as wide as the table, or A3 for a wide one, which is divided
    /// among as many as keep its letters legible.
    /// </summary>
    internal static string End(IReadOnlyList<double> widths, int headingRow, long lastRow) =>
        $"""
        <autoFilter ref="A{headingRow}:{Column(widths.Count)}{Math.Max(headingRow, lastRow)}"/>
        <printOptions horizontalCentered="1"/><pageMargins left="0.4" right="0.4" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>
        <pageSetup paperSize="{(widths.Sum() > WideA4 ? 8 : 9)}" orientation="landscape" fitToWidth="{Math.Ceiling(widths.Sum() / WideA3)}"
          fitToHeight="0"/>
        <headerFooter><oddFooter>&amp;C第 &amp;P 页，共 &amp;N 页</oddFooter></headerFooter></worksheet>
        """;

    private static string Titles(string sheet, int n, int row) =>
        $"""<definedName name="_xlnm.Print_Titles" localSheetId="{n - 1}">'{OfficeFile.Text(sheet)}'!${row}:${row}</definedName>""";

    private static string Column(int number) =>
        (number > 26 ? ((char)('A' + ((number - 1) / 26) - 1)).ToString() : "") + (char)('A' + ((number - 1) % 26));

    /// <summary>All parts but the sheets, which come after them. The row of headings is printed on each page.</summary>
    internal static (string Name, byte[] Content)[] Parts(IReadOnlyList<string> sheets, int headingRow) =>
    [
        OfficeFile.ContentTypes(
            OfficeFile.Override("xl/workbook.xml", Types + ".sheet.main+xml"),
            OfficeFile.Override("xl/styles.xml", Types + ".styles+xml"),
            Each(sheets, (_, n) => OfficeFile.Override(Sheet(n), Types + ".worksheet+xml"))),
        OfficeFile.Relations("_rels/.rels", ("officeDocument", "xl/workbook.xml")),
        OfficeFile.Part("xl/workbook.xml",
            $"""
            <workbook xmlns="{Main}" xmlns:r="{OfficeFile.Relation}">
            <bookViews><workbookView/></bookViews>
            <sheets>
            {Each(sheets, (name, n) => $"""<sheet name="{OfficeFile.Text(name)}" sheetId="{n}" r:id="rId{n}"/>""")}
            </sheets>
            <definedNames>
            {Each(sheets, (name, n) => Titles(name, n, headingRow))}
            </definedNames>
            </workbook>
            """),
        OfficeFile.Part("xl/styles.xml", Styles),
        OfficeFile.Relations("xl/_rels/workbook.xml.rels",
            sheets.Select((_, i) => ("worksheet", $"worksheets/sheet{i + 1}.xml")).Append(("styles", "styles.xml"))),
    ];

    /// <summary>Where the n-th sheet stands in the container, counted from 1.</summary>
    internal static string Sheet(int n) => $"xl/worksheets/sheet{n}.xml";

    private static string Rows(TableReport report, ReportTable table) => Encoding.UTF8.GetString(
    [
        .. SheetWriter.Rows(SheetFormat.Xlsx, [[report.Title]], SheetStyle.Title),
        .. SheetWriter.Rows(
            SheetFormat.Xlsx, [.. report.Notes.Select(note => new object?[] { note }), [], [table.Title]], SheetStyle.Plain),
        .. SheetWriter.Rows(SheetFormat.Xlsx, [[.. table.Headings]], SheetStyle.Heading),
        .. SheetWriter.Rows(SheetFormat.Xlsx, table.Rows, widths: Widths(table)),
    ]);

    private static string Each(IReadOnlyList<string> sheets, Func<string, int, string> text) =>
        string.Concat(sheets.Select((name, i) => text(name, i + 1)));
}
