using System.IO.Compression;
using System.Text;
using Qibin.Crm.Sheets;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

public class HostileFileTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    private const string Sheet = "xl/worksheets/sheet1.xml";

    [Fact]
    public async Task No_file_is_answered_with_a_fault_and_each_refusal_says_why()
    {
        await RefusedAsync([], "sheet.empty");
        await RefusedAsync([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0], "sheet.oldFormat");
        await RefusedAsync("PK\u0003\u0004 and nothing"u8.ToArray(), "sheet.unreadable");
        await RefusedAsync("a,\"b\n"u8.ToArray(), "sheet.unreadable");
        await RefusedAsync([0x61, 0xFF, 0xFF, 0x0A], "sheet.encoding");
        await RefusedAsync(Encoding.UTF8.GetBytes(string.Join(',', Enumerable.Repeat("x", 101)) + "\n"), "sheet.tooManyColumns");
        await RefusedAsync(Encoding.UTF8.GetBytes("a\n" + new string('x', 40_000) + "\n"), "sheet.cellTooLong");
        await RefusedAsync(Encoding.UTF8.GetBytes("a\n" + string.Concat(Enumerable.Repeat("1\n", 50_001))), "sheet.tooManyRows");
        await RefusedAsync(await Workbook(
            "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>"
            + "<worksheet><sheetData><row><c t=\"inlineStr\"><is><t>&e;</t></is></c></row></sheetData></worksheet>"), "sheet.unreadable");
        await RefusedAsync(await Workbook(
            "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><worksheet>&b;</worksheet>"), "sheet.unreadable");
        await RefusedAsync(await Workbook("<worksheet><sheetData><row><c r=\"ZZZZZZZZZZ1\"><v>1</v></c></row></sheetData></worksheet>"),
            "sheet.tooManyColumns");
        await RefusedAsync(await Workbook("<worksheet><sheetData><row><c t=\"s\"><v>99</v></c></row></sheetData></worksheet>"),
            "sheet.unreadable");
        await RefusedAsync(await Workbook("<worksheet><sheetData><row><c><v>1</v></c>"), "sheet.unreadable");
        await RefusedAsync(await Workbook("no xml at all"), "sheet.unreadable");
        await RefusedAsync(await Workbook(
            "<worksheet><sheetData><row><c t=\"str\"><v>" + new string('x', 50_000) + "</v></c></row></sheetData></worksheet>"),
            "sheet.cellTooLong");
        // 200 MB of zeroes in 200 KB, and as many rows as nobody typed.
        await RefusedAsync(await Workbook("<worksheet><sheetData>" + new string(' ', 200 << 20)), "sheet.tooLarge");
        await RefusedAsync(await Workbook(
            "<worksheet><sheetData>" + string.Concat(Enumerable.Repeat("<row><c><v>1</v></c></row>", 60_000))), "sheet.tooManyRows");
    }

    [Fact]
    public async Task A_file_over_32_MB_is_too_large_and_other_requests_keep_their_limit()
    {
        var caller = TestCaller.Officer();
        var import = (await leads.As(caller).PostAsync("/api/v1/imports", new { fileName = "大.csv" })).Is(201);
        (await Imports.PutAsync(leads, caller, import.Id, import.ETag, new byte[(32 << 20) + 1])).IsProblem(413, "request.fileTooLarge");
        (await Imports.PutAsync(leads, caller, import.Id, import.ETag,
            Encoding.UTF8.GetBytes("客商名称\n" + string.Concat(Enumerable.Repeat(new string('长', 1000) + "\n", 800))))).Is(202);
        (await leads.As(caller).PostAsync("/api/v1/imports", new { fileName = new string('长', 1 << 20) }))
            .IsProblem(413, "request.tooLarge");
    }

    [Fact]
    public async Task Excels_own_ways_of_writing_are_read()
    {
        var shared = "<sst><si><t>客商名称</t></si><si><r><t>联系</t></r><r><t>人</t></r><rPh><t>读音</t></rPh></si>"
            + "<si><t>联系日期</t></si><si><t>联系电话</t></si></sst>";
        var styles = "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;\"/>"
            + "</numFmts><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>";
        var sheet = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c>"
            + "<c r=\"D1\" t=\"s\"><v>2</v></c><c r=\"E1\" t=\"s\"><v>3</v></c></row>"
            + "<row r=\"3\"><c r=\"A3\" t=\"str\"><f>A1&amp;1</f><v>公_x000D_式</v></c><c r=\"D3\" s=\"1\"><v>46027</v></c>"
            + "<c r=\"E3\"><v>1.3912345678E10</v></c></row><row r=\"4\"><c r=\"D4\" s=\"2\"><v>46028</v></c></row></sheetData></worksheet>";
        var rows = Imports.Read(await Workbook(sheet, shared, styles));
        Assert.Equal(3, rows.Count);
        Assert.Equal(["客商名称", "联系人", null, "联系日期", "联系电话"], rows[0]);
        Assert.Equal(["公\r式", null, null, "2026-01-05", "13912345678"], rows[1]);
        Assert.Equal("2026-01-06", rows[2][3]);
    }

    [Fact]
    public async Task What_is_written_is_read_back()
    {
        object?[][] rows = [["标题", "=1+1", "a\tb\r\nc", "<&>\"'", "_x0041_", "𠮷野家", " 空格 ", null],
            [1m, 1234567.89m, 12, new DateOnly(2026, 1, 5), "'", "逗,号", "分;号", "末"]];
        foreach (var format in Enum.GetValues<SheetFormat>())
        {
            var read = Imports.Read(await SheetWriter.TableAsync(format, rows, CancellationToken.None));
            Assert.Equal(["标题", "'=1+1", "a\tb\r\nc", "<&>\"'", "_x0041_", "𠮷野家", " 空格 "], read[0].Take(7));
            Assert.Equal(["1", "1234567.89", "12", "2026-01-05", "'", "逗,号", "分;号", "末"], read[1]);
        }
    }

    private async Task RefusedAsync(byte[] file, string code)
    {
        var caller = TestCaller.Officer();
        var import = (await leads.As(caller).PostAsync("/api/v1/imports", new { fileName = "恶意.xlsx" })).Is(201);
        var answer = await Imports.PutAsync(leads, caller, import.Id, import.ETag, file);
        if (answer.Status == 400)
        {
            answer.IsProblem(400, code);
            return;
        }

        // What is wrong further down is found by the job that reads the rows.
        var job = (await Imports.EndedAsync(leads, caller, $"/api/v1/imports/{import.Id}")).Json.GetProperty("job");
        Assert.Equal(("failed", code), (job.GetProperty("state").GetString(), job.GetProperty("problem").GetString()));
    }

    private static async Task<byte[]> Workbook(string sheet, string? shared = null, string? styles = null)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            await AddAsync("xl/workbook.xml",
                "<workbook xmlns:r=\"r\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"a\"/></sheets></workbook>");
            await AddAsync("xl/_rels/workbook.xml.rels",
                "<Relationships><Relationship Id=\"a\" Type=\"x/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
                + "<Relationship Id=\"b\" Type=\"x/sharedStrings\" Target=\"sharedStrings.xml\"/>"
                + "<Relationship Id=\"c\" Type=\"x/styles\" Target=\"styles.xml\"/>"
                + "<Relationship Id=\"d\" Type=\"x/styles\" Target=\"http://127.0.0.1:1/\" TargetMode=\"External\"/></Relationships>");
            await AddAsync("xl/sharedStrings.xml", shared);
            await AddAsync("xl/styles.xml", styles);
            await AddAsync(Sheet, sheet);

            async Task AddAsync(string name, string? content)
            {
                if (content is not null)
                {
                    await using var part = await zip.CreateEntry(name).OpenAsync();
                    await part.WriteAsync(Encoding.UTF8.GetBytes(content));
                }
            }
        }

        return file.ToArray();
    }
}
