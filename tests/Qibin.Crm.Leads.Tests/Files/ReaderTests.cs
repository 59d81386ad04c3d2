using System.Text;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Imports;

namespace Qibin.Crm.Leads.Tests.Files;

/// <summary>What the reader makes of files that people have: the value that they see, or a refusal, and never another value.</summary>
public class ReaderTests
{
    [Theory]
    [InlineData("date1904=\"1\"", "44624", "2026-03-05")]
    [InlineData("date1904=\"true\"", "0", "1904-01-01")]
    [InlineData("", "46086", "2026-03-05")]
    [InlineData("date1904=\"0\"", "1", "1900-01-01")]
    [InlineData("", "60", "60")]
    [InlineData("", "61", "1900-03-01")]
    [InlineData("", "46086.604166666664", "2026-03-05T14:30:00")]
    [InlineData("", "46086.99999999999", "2026-03-06")]
    public void F_a_day_is_the_day_that_Excel_shows_whatever_extensions_say(string properties, string serial, string shown)
    {
        var book = new Book
        {
            Properties = properties,
            Extensions = "<extLst><ext uri=\"x\"><x15:workbookPr "
                + "xmlns:x15=\"http://schemas.microsoft.com/office/spreadsheetml/2010/11/main\" chartTrackingRefBase=\"1\"/>"
                + "</ext></extLst>",
        };
        Assert.Equal(shown, Cells(book.Sheet("表", [[book.Number(serial, "yyyy\\-mm\\-dd")]]).Save()));
    }

    [Theory]
    [InlineData("387.48000000000008", "387.48")]
    [InlineData("8.1999999999999993", "8.2")]
    [InlineData("0.30000000000000004", "0.3")]
    [InlineData("464.87999999999994", "464.88")]
    [InlineData("1234567.89", "1234567.89")]
    [InlineData("1.3912345678E10", "13912345678")]
    [InlineData("123456789012345678", "123456789012345678")]
    [InlineData("-0.5", "-0.5")]
    public void F_a_number_has_the_15_digits_that_Excel_shows(string stored, string shown) =>
        Assert.Equal(shown, Cells(Book.Of([(Xml: $"<v>{stored}</v>", 0)]), skip: 1));

    [Theory]
    [InlineData("120000000", "0!.0,\"万\"", "12000万")]
    [InlineData("120000000", "0!.0000\"万元\"", "12000万元")]
    [InlineData("120000000", "0!.00,,\"亿\"", "1.2亿")]
    [InlineData("5000", "0\"万元\"", "5000万元")]
    [InlineData("5000", "#,##0.00\"元\"", "5000元")]
    [InlineData("5000", "#,##0_);[Red]\\(#,##0\\)", "5000")]
    [InlineData("5000", "[$$-409]#,##0.00", "$5000")]
    [InlineData("5000", "[$€-2]\\ #,##0", "€5000")]
    [InlineData("5000", "#,##0\"万美元\"", "5000万美元")]
    [InlineData("5000", "\"¥\"#,##0.00;[Red]\"¥\"\\-#,##0.00", "¥5000")]
    [InlineData("0.05", "0%", "5%")]
    [InlineData("12", "0\"人\"", "12")]
    [InlineData("120000000", "[>=100000000]0!.00,,\"亿\";[>=10000]0!.0,\"万\";0", "1.2亿")]
    [InlineData("50000", "[>=100000000]0!.00,,\"亿\";[>=10000]0!.0,\"万\";0", "5万")]
    [InlineData("500", "[>=100000000]0!.00,,\"亿\";[>=10000]0!.0,\"万\";0", "500")]
    [InlineData("0.5", "h:mm", "0.5")]
    [InlineData("1.5", "[h]:mm:ss", "1.5")]
    [InlineData("46086", "yyyy\"年\"m\"月\"d\"日\"", "2026-03-05")]
    [InlineData("46086", "[$-804]aaaa yyyy/m/d", "2026-03-05")]
    public void F_a_number_is_read_with_the_unit_that_its_format_adds(string stored, string format, string shown)
    {
        var book = new Book();
        Assert.Equal(shown, Cells(book.Sheet("表", [[book.Number(stored, format)]]).Save()));
    }

    [Theory]
    [InlineData("120000000", "0.0,,\"亿\"")]
    [InlineData("120000000", "#,##0,")]
    public void F_a_format_that_shows_another_number_is_no_amount(string stored, string format)
    {
        var book = new Book();
        book.Sheet("表", [Book.Heads(), Book.Row(1, ("意向投资额（元）", book.Number(stored, format)))]);
        Assert.Equal(["import.amount"], Book.Drafts(book.Save()).Single().Faults.Select(f => f.Code));
    }

    [Fact]
    public void F_rows_have_the_numbers_of_the_file_over_empty_ones()
    {
        var book = new Book().Sheet("表", [Book.Heads(), Book.Row(1), null, null, Book.Row(2), [], Book.Row(3)]).Save();
        Assert.Equal([2, 5, 7], Book.Drafts(book).Select(d => d.Number));
        Assert.Equal([2, 5], Book.Drafts(Encoding.UTF8.GetBytes("客商名称,联系人\n甲,乙\n\n\n丙,丁\n")).Select(d => d.Number));
        // A line break within quotes is one row of a spreadsheet.
        Assert.Equal([2, 3], Book.Drafts(Encoding.UTF8.GetBytes("客商名称,联系人\n\"甲\n甲\",乙\n丙,丁\n")).Select(d => d.Number));
    }

    [Fact]
    public void F_headings_are_found_below_a_title_and_lines_of_totals_and_signatures_are_no_rows()
    {
        var draft = Assert.Single(Book.Drafts(new Book().Sheet("汇总", [["淇滨区2026年3月招商线索汇总表"], ["填报单位：招商一局", null, "填报日期：2026-03-05"],
            Book.Heads(), Book.Row(1), ["合计", null, null, null, null, null, null, null, "120000000"], ["填表人：演示", null, "审核人：演示"]]).Save()));
        Assert.Equal((4, "表格示例001材料有限公司"), (draft.Number, draft.Request.InvestorName));
        Assert.Empty(draft.Faults);
        Assert.Equal(2, Book.Drafts(new Book().Sheet("汇总", [["淇滨区2026年3月招商线索汇总表"], Book.Heads(), Book.Row(1), Book.Row(2)]).Save()).Count);
    }

    [Fact]
    public void F_the_unit_in_a_line_above_is_the_unit_of_amounts_without_one()
    {
        var heads = Book.Heads(("意向投资额（元）", "投资额"));
        var book = new Book().Sheet("表", [["汇总表", null, "单位：万元"], heads, Book.Row(1, ("意向投资额（元）", 5000))]);
        Assert.Equal(50_000_000m, Book.Drafts(book.Save()).Single().Request.EstimatedInvestment!.Amount);
    }

    [Theory]
    [InlineData("字典", "hidden")]
    [InlineData("字典", "veryHidden")]
    [InlineData("填写说明", null)]
    public void F_the_sheet_is_the_first_visible_one_with_known_headings(string name, string? state)
    {
        var book = new Book().Sheet(name, [[name], ["电话"], ["微信"]], state).Sheet("线索", [Book.Heads(), Book.Row(1), Book.Row(2)]);
        Assert.Equal([2, 3], Book.Drafts(book.Save()).Select(d => d.Number));
        // Even when the hidden one has headings.
        var secret = new Book().Sheet("旧", [Book.Heads(), Book.Row(9)], "hidden").Sheet("线索", [Book.Heads(), Book.Row(1)]);
        Assert.Equal("表格示例001材料有限公司", Book.Drafts(secret.Save()).Single().Request.InvestorName);
    }

    [Fact]
    public void F_several_sheets_that_could_be_read_are_named()
    {
        using var reader = Book.Open(new Book().Sheet("一局", [Book.Heads(), Book.Row(1)]).Sheet("说明", [["说明"]])
            .Sheet("二局", [Book.Heads(), Book.Row(2)]).Save());
        Assert.Equal(["一局", "二局"], reader.FindHeadings(ImportFields.Known).OtherSheets);
        Assert.Equal((2, 1), (reader.FindHeadings(ImportFields.Known, "二局").Sheet, reader.FindHeadings(ImportFields.Known, "二局").Row));
        Assert.Equal("表格示例002材料有限公司", reader.Read()![0]);
        Refused("sheet.unknown", () => reader.FindHeadings(ImportFields.Known, "三局"));
    }

    [Theory]
    [InlineData("<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><table><tr><td>客商名称</td></tr></table></html>", "sheet.html")]
    [InlineData("\uFEFF  <!DOCTYPE html><table></table>", "sheet.html")]
    [InlineData("<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"/>", "sheet.html")]
    [InlineData("MIME-Version: 1.0\r\nContent-Type: multipart/related", "sheet.html")]
    [InlineData("%PDF-1.7 and so on", "sheet.unreadable")]
    [InlineData("客商名称，联系人，联系电话\n甲，乙，1", "sheet.separator")]
    public void F_what_is_no_table_is_refused_with_what_to_do(string text, string code) =>
        Refused(code, () => Book.Drafts(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("sep=,\r\n客商名称,联系人\r\n甲,乙\r\n")]
    [InlineData("\uFEFFsep=;\n客商名称;联系人\n甲;乙\n")]
    [InlineData("\"sep=\t\"\n客商名称\t联系人\n甲\t乙\n")]
    public void F_the_line_that_tells_Excel_the_separator_is_no_heading(string text)
    {
        var draft = Book.Drafts(Encoding.UTF8.GetBytes(text)).Single();
        Assert.Equal((2, "甲", "乙"), (draft.Number, draft.Request.InvestorName, draft.Request.PersonName));
    }

    [Fact]
    public void F_the_elements_of_extensions_are_no_cells()
    {
        const string other = "xmlns:x=\"urn:other\"";
        var book = new Book().Sheet("表", [[(Xml: $"<x:v {other}>9</x:v><v>1</v><extLst><ext><x:v {other}>8</x:v></ext></extLst>", 0)]]);
        Assert.Equal("1", Cells(book.Save()));
    }

    private static string Cells(byte[] file, int skip = 0)
    {
        using var reader = Book.Open(file);
        for (; skip > 0; skip--)
        {
            reader.Read();
        }

        return string.Join('|', reader.Read()!);
    }

    private static void Refused(string code, Action read) => Assert.Equal(code, Assert.Throws<Refusal>(read).Code);
}
