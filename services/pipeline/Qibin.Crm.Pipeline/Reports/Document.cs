using System.Globalization;
using System.Text;

namespace Qibin.Crm.Pipeline.Reports;

/// <summary>A report as a document: its heading, what it is made from, and its tables, on A4 across.</summary>
internal static class Document
{
    public const string Type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

    private const string Main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    private const string Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

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

    public static byte[] Of(MonthlyReport report) => OfficeFile.Of(
    [
        OfficeFile.Part("[Content_Types].xml",
            $"""
            <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
            <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
            <Default Extension="xml" ContentType="application/xml"/>
            <Override PartName="/word/document.xml" ContentType="{Type}.main+xml"/>
            <Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>
            </Types>
            """),
        OfficeFile.Part("_rels/.rels",
            $"""
            <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
            <Relationship Id="rId1" Type="{Relations}/officeDocument" Target="word/document.xml"/>
            </Relationships>
            """),
        OfficeFile.Part("word/_rels/document.xml.rels",
            $"""
            <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
            <Relationship Id="rId1" Type="{Relations}/styles" Target="styles.xml"/>
            </Relationships>
            """),
        OfficeFile.Part("word/styles.xml", Styles),
        OfficeFile.Part("word/document.xml", Body(report)),
    ]);

    private static string Body(MonthlyReport report)
    {
        var body = new StringBuilder($"<w:document xmlns:w=\"{Main}\"><w:body>");
        Paragraph(body, report.Title, "Title");
        foreach (var note in report.Notes)
        {
            Paragraph(body, note);
        }

        foreach (var table in report.Tables)
        {
            Paragraph(body, table.Title, "Heading1");
            if (table.Rows.Count == 0)
            {
                Paragraph(body, "无");
                continue;
            }

            body.Append("<w:tbl><w:tblPr><w:tblW w:w=\"5000\" w:type=\"pct\"/><w:tblBorders>");
            foreach (var side in (string[])["top", "left", "bottom", "right", "insideH", "insideV"])
            {
                body.Append(CultureInfo.InvariantCulture, $"<w:{side} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"auto\"/>");
            }

            body.Append("</w:tblBorders></w:tblPr><w:tblGrid>");
            body.Insert(body.Length, "<w:gridCol/>", table.Headings.Count).Append("</w:tblGrid>");
            // The headings come again on each page.
            Row(body, "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>", table.Headings, bold: true);
            foreach (var row in table.Rows)
            {
                Row(body, "<w:trPr><w:cantSplit/></w:trPr>", row, bold: false);
            }

            body.Append("</w:tbl>");
        }

        return body.Append(
            "<w:p/><w:sectPr><w:pgSz w:w=\"16838\" w:h=\"11906\" w:orient=\"landscape\"/><w:pgMar w:top=\"1134\" w:right=\"1134\" "
                + "w:bottom=\"1134\" w:left=\"1134\" w:header=\"567\" w:footer=\"567\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>")
                    .ToString();
    }

    private static void Paragraph(StringBuilder body, string text, string? style = null)
    {
        body.Append("<w:p>").Append(style is null ? "" : $"<w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>");
        Run(body, text, bold: false);
        body.Append("</w:p>");
    }

    private static void Row(StringBuilder body, string properties, IEnumerable<object?> cells, bool bold)
    {
        body.Append("<w:tr>").Append(properties);
        foreach (var cell in cells)
        {
            body.Append("<w:tc><w:p>").Append(cell is decimal or long ? "<w:pPr><w:jc w:val=\"right\"/></w:pPr>" : "");
            Run(body, Written(cell), bold);
            body.Append("</w:p></w:tc>");
        }

        body.Append("</w:tr>");
    }

    private static void Run(StringBuilder body, string text, bool bold) => body
        .Append("<w:r>").Append(bold ? "<w:rPr><w:b/></w:rPr>" : "").Append("<w:t xml:space=\"preserve\">").Append(OfficeFile.Text(text))
            .Append("</w:t></w:r>");

    private static string Written(object? cell) => cell switch
    {
        null => "",
        decimal amount => amount.ToString("#,##0.00##", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("O", CultureInfo.InvariantCulture),
        _ => Convert.ToString(cell, CultureInfo.InvariantCulture)!,
    };
}
