using System.Globalization;

namespace Qibin.Crm.Sheets;

/// <summary>A report as a document (ECMA-376, WordprocessingML) on A4 landscape: its heading, its notes and its tables.</summary>
public static class Document
{
    /// <summary>The media type of a document.</summary>
    public const string Type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

    private const string Main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

    private const string AtRight = """<w:pPr><w:jc w:val="right"/></w:pPr>""";

    private const string Styles =
        $"""
        <w:styles xmlns:w="{Main}">
        <w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="宋体"/><w:sz
          w:val="21"/><w:lang w:val="zh-CN" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault></w:docDefaults>
        <w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
        <w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing
          w:after="240"/><w:jc w:val="center"/></w:pPr>
        <w:rPr><w:rFonts w:eastAsia="黑体"/><w:b/><w:sz w:val="36"/></w:rPr></w:style>
        <w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn
          w:val="Normal"/><w:pPr><w:keepNext/><w:spacing w:before="240" w:after="120"/><w:outlineLvl w:val="0"/></w:pPr>
        <w:rPr><w:rFonts w:eastAsia="黑体"/><w:b/><w:sz w:val="28"/></w:rPr></w:style>
        </w:styles>
        """;

    private static readonly string[] Borders = ["top", "left", "bottom", "right", "insideH", "insideV"];

    /// <summary>The same report gives the same octets.</summary>
    public static byte[] Of(TableReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return OfficeFile.Of(
        [
            OfficeFile.ContentTypes(
                OfficeFile.Override("word/document.xml", Type + ".main+xml"),
                OfficeFile.Override("word/styles.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml")),
            OfficeFile.Relations("_rels/.rels", ("officeDocument", "word/document.xml")),
            OfficeFile.Relations("word/_rels/document.xml.rels", ("styles", "styles.xml")),
            OfficeFile.Part("word/styles.xml", Styles),
            OfficeFile.Part("word/document.xml", Body(report)),
        ]);
    }

    private static string Body(TableReport report) => string.Concat(
    [
        $"""<w:document xmlns:w="{Main}"><w:body>""",
        Paragraph(report.Title, "Title"),
        .. report.Notes.Select(note => Paragraph(note)),
        .. report.Tables.Select(table =>
            Paragraph(table.Title, "Heading1") + (table.Rows.Count == 0 ? Paragraph("无") : Table(table))),
        """<w:p/><w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>""",
        """<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/>""",
        "</w:sectPr></w:body></w:document>",
    ]);

    private static string Table(ReportTable table) => string.Concat(
    [
        """<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>""",
        .. Borders.Select(side => $"""<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>"""),
        "</w:tblBorders></w:tblPr><w:tblGrid>",
        .. Enumerable.Repeat("<w:gridCol/>", table.Headings.Count),
        "</w:tblGrid>",
        // The headings come again on each page.
        Row("<w:tblHeader/>", table.Headings, bold: true),
        .. table.Rows.Select(row => Row("", row, bold: false)),
        "</w:tbl>",
    ]);

    private static string Row(string properties, IEnumerable<object?> cells, bool bold) => string.Concat(
    [
        $"<w:tr><w:trPr><w:cantSplit/>{properties}</w:trPr>",
        .. cells.Select(cell => $"<w:tc><w:p>{(cell is decimal or long ? AtRight : "")}{Run(Written(cell), bold)}</w:p></w:tc>"),
        "</w:tr>",
    ]);

    private static string Paragraph(string text, string? style = null) =>
        $"<w:p>{(style is null ? "" : $"""<w:pPr><w:pStyle w:val="{style}"/></w:pPr>""")}{Run(text, bold: false)}</w:p>";

    private static string Run(string text, bool bold) =>
        $"""<w:r>{(bold ? "<w:rPr><w:b/></w:rPr>" : "")}<w:t xml:space="preserve">{OfficeFile.Text(text)}</w:t></w:r>""";

    private static string Written(object? cell) => cell switch
    {
        null => "",
        decimal amount => amount.ToString("#,##0.00##", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("O", CultureInfo.InvariantCulture),
        _ => Convert.ToString(cell, CultureInfo.InvariantCulture)!,
    };
}
