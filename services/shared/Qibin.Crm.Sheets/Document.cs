using System.Globalization;

namespace Qibin.Crm.Sheets;

/// <summary>
/// A report as an official document 公文 (ECMA-376, WordprocessingML), laid out by GB/T 9704-2012: A4 with a text area of 156 by 225 mm,
/// the issuing unit in red with its number above a red line, title in 小标宋 2号, text in 仿宋 3号, headings in 黑体, page numbers between
/// dashes, at the right of odd pages and the left of even ones. The tables are its annex 附件, on pages across.
/// </summary>
public static class Document
{
    /// <summary>The media type of a document.</summary>
    public const string Type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

    private const string Main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    private const string Types = "application/vnd.openxmlformats-officedocument.wordprocessingml.";

    private const string Styles =
        $"""
        <w:styles xmlns:w="{Main}">
        <w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="仿宋"/><w:sz
          w:val="32"/><w:lang w:val="zh-CN" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault></w:docDefaults>
        <w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:pPr><w:spacing w:line="560"
          w:lineRule="exact"/></w:pPr></w:style>
        <w:style w:type="paragraph" w:styleId="Text"><w:name w:val="Body Text"/><w:basedOn w:val="Normal"/><w:pPr><w:ind
          w:firstLineChars="200" w:firstLine="640"/><w:jc w:val="both"/></w:pPr></w:style>
        <w:style w:type="paragraph" w:styleId="Issuer"><w:name w:val="Issuer"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:before="600"
          w:after="400" w:line="240" w:lineRule="auto"/><w:jc w:val="center"/></w:pPr><w:rPr><w:rFonts w:eastAsia="方正小标宋简体"/><w:color
          w:val="FF0000"/><w:sz w:val="52"/></w:rPr></w:style>
        <w:style w:type="paragraph" w:styleId="Number"><w:name w:val="Number"/><w:basedOn w:val="Normal"/><w:pPr><w:pBdr><w:bottom
          w:val="single" w:sz="12" w:space="6" w:color="FF0000"/></w:pBdr><w:spacing w:after="560"/><w:jc
          w:val="center"/></w:pPr></w:style>
        <w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing
          w:after="400" w:line="640" w:lineRule="exact"/><w:jc w:val="center"/></w:pPr><w:rPr><w:rFonts w:eastAsia="方正小标宋简体"/><w:sz
          w:val="44"/></w:rPr></w:style>
        <w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn
          w:val="Normal"/><w:pPr><w:keepNext/><w:spacing w:before="200" w:after="120"/><w:ind
          w:firstLineChars="200" w:firstLine="640"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:rFonts w:eastAsia="黑体"/></w:rPr></w:style>
        <w:style w:type="paragraph" w:styleId="Signature"><w:name w:val="Signature"/><w:basedOn w:val="Normal"/><w:pPr><w:keepNext/><w:ind
          w:right="640"/><w:jc w:val="right"/></w:pPr></w:style>
        <w:style w:type="paragraph" w:styleId="Cell"><w:name w:val="Cell"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:line="320"
          w:lineRule="exact"/></w:pPr><w:rPr><w:sz w:val="18"/></w:rPr></w:style>
        <w:style w:type="paragraph" w:styleId="Footer"><w:name w:val="footer"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:line="240"
          w:lineRule="auto"/><w:ind w:leftChars="100" w:left="320" w:rightChars="100" w:right="320"/></w:pPr><w:rPr><w:rFonts w:ascii="宋体"
          w:hAnsi="宋体" w:eastAsia="宋体"/><w:sz w:val="28"/></w:rPr></w:style>
        </w:styles>
        """;

    /// <summary>Where a machine has no 小标宋, its 宋体 stands in.</summary>
    private const string Fonts =
        $"""<w:fonts xmlns:w="{Main}"><w:font w:name="方正小标宋简体"><w:altName w:val="宋体"/><w:charset w:val="86"/></w:font></w:fonts>""";

    private const string Settings = $"""<w:settings xmlns:w="{Main}"><w:evenAndOddHeaders/></w:settings>""";

    private static readonly string[] Borders = ["top", "left", "bottom", "right", "insideH", "insideV"];

    /// <summary>The same report gives the same octets.</summary>
    public static byte[] Of(TableReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return OfficeFile.Of(
        [
            OfficeFile.ContentTypes(
                OfficeFile.Override("word/document.xml", Type + ".main+xml"),
                OfficeFile.Override("word/styles.xml", Types + "styles+xml"),
                OfficeFile.Override("word/settings.xml", Types + "settings+xml"),
                OfficeFile.Override("word/fontTable.xml", Types + "fontTable+xml"),
                OfficeFile.Override("word/footer1.xml", Types + "footer+xml"),
                OfficeFile.Override("word/footer2.xml", Types + "footer+xml")),
            OfficeFile.Relations("_rels/.rels", ("officeDocument", "word/document.xml")),
            OfficeFile.Relations("word/_rels/document.xml.rels", ("styles", "styles.xml"), ("settings", "settings.xml"),
                ("fontTable", "fontTable.xml"), ("footer", "footer1.xml"), ("footer", "footer2.xml")),
            OfficeFile.Part("word/styles.xml", Styles),
            OfficeFile.Part("word/settings.xml", Settings),
            OfficeFile.Part("word/fontTable.xml", Fonts),
            OfficeFile.Part("word/footer1.xml", PageNumber("right")),
            OfficeFile.Part("word/footer2.xml", PageNumber("left")),
            OfficeFile.Part("word/document.xml", Body(report)),
        ]);
    }

    private static string PageNumber(string side) =>
        $"""
        <w:ftr xmlns:w="{Main}"><w:p><w:pPr><w:pStyle w:val="Footer"/><w:jc w:val="{side}"/></w:pPr><w:r><w:t
          xml:space="preserve">— </w:t></w:r><w:fldSimple w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple><w:r><w:t
          xml:space="preserve"> —</w:t></w:r></w:p></w:ftr>
        """;

    private static string Body(TableReport report)
    {
        string[] head =
        [
            .. report.Issuer is { } issuer ? [Paragraph(issuer, "Issuer"), Paragraph(report.Number ?? "", "Number")] : (string[])[],
            Paragraph(report.Title, "Title"),
            .. report.Summary.Concat(report.Notes).Select(text => Paragraph(text, "Text")),
        ];
        string[] signature = report.Issuer is null ? []
            :
            [
                Paragraph("附件：统计表", "Text"), Paragraph(""), Paragraph(report.Issuer, "Signature"),
                Paragraph(report.IssuedOn is { } day ? $"{day.Year}年{day.Month}月{day.Day}日" : "", "Signature"),
            ];
        var tables = report.Tables.Select(table => Paragraph(table.Title, "Heading1")
            + (table.Rows.Count == 0 ? Paragraph("无", "Text") : Table(table)));
        return $"""<w:document xmlns:w="{Main}" xmlns:r="{OfficeFile.Relation}"><w:body>"""
            + string.Concat([.. head, .. signature, $"<w:p><w:pPr>{Section(across: false)}</w:pPr></w:p>", Paragraph("附件"), .. tables])
            + $"<w:p/>{Section(across: true)}</w:body></w:document>";
    }

    /// <summary>Margins of 37, 26, 35 and 28 mm, turned with the page.</summary>
    private static string Section(bool across) =>
        """<w:sectPr><w:footerReference w:type="default" r:id="rId4"/><w:footerReference w:type="even" r:id="rId5"/>"""
        + (across
            ? """<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>"""
                + """<w:pgMar w:top="1588" w:right="2098" w:bottom="1474" w:left="1984" """
            : """<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1588" """)
        + """w:header="850" w:footer="1134" w:gutter="0"/></w:sectPr>""";

    private static string Table(ReportTable table) => string.Concat(
    [
        """<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:jc w:val="center"/><w:tblBorders>""",
        .. Borders.Select(side => $"""<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>"""),
        """</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/>""",
        "</w:tblCellMar></w:tblPr><w:tblGrid>",
        .. Widths(table).Select(width => $"""<w:gridCol w:w="{width}"/>"""),
        "</w:tblGrid>",
        // The headings come again on each page.
        Row("<w:tblHeader/>", table.Headings, heading: true),
        .. table.Rows.Select(row => Row("", row, heading: false)),
        "</w:tbl>",
    ]);

    /// <summary>The text area, in twentieths of a point, shared among the columns by what is longest in each.</summary>
    private static IEnumerable<int> Widths(ReportTable table)
    {
        const int area = 12_756;
        var weights = table.Headings.Select((heading, i) => table.Rows.Select(row => Written(row.ElementAtOrDefault(i))).Append(heading)
            .Max(text => 2 + Math.Clamp(text.Sum(c => c < 256 ? 1 : 2), 4, 24))).ToList();
        return weights.Select(weight => area * weight / weights.Sum());
    }

    private static string Row(string properties, IEnumerable<object?> cells, bool heading) => string.Concat(
    [
        $"<w:tr><w:trPr><w:cantSplit/>{properties}</w:trPr>",
        .. cells.Select(cell => """<w:tc><w:tcPr><w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr>"""
            + $"""<w:pStyle w:val="Cell"/><w:jc w:val="{SideOf(cell, heading)}"/></w:pPr>"""
            + $"{Run(Written(cell), heading)}</w:p></w:tc>"),
        "</w:tr>",
    ]);

    private static string SideOf(object? cell, bool heading) =>
        heading || cell is DateOnly ? "center" : cell is decimal or long ? "right" : "left";

    private static string Paragraph(string text, string? style = null) =>
        $"<w:p>{(style is null ? "" : $"""<w:pPr><w:pStyle w:val="{style}"/></w:pPr>""")}{Run(text, heading: false)}</w:p>";

    private static string Run(string text, bool heading) =>
        $"<w:r>{(heading ? """<w:rPr><w:rFonts w:eastAsia="黑体"/></w:rPr>""" : "")}"
        + $"""<w:t xml:space="preserve">{OfficeFile.Text(text)}</w:t></w:r>""";

    private static string Written(object? cell) => cell switch
    {
        null => "",
        decimal amount => amount.ToString("#,##0.00##", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("O", CultureInfo.InvariantCulture),
        _ => Convert.ToString(cell, CultureInfo.InvariantCulture)!,
    };
}
