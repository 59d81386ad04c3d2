using System.IO.Compression;
using System.Text;
using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.Kernel;
using Qibin.Crm.Sheets;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

public class ExportTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    [Theory]
    [InlineData("xlsx")]
    [InlineData("csv")]
    public async Task An_export_has_the_rows_of_the_list_in_its_order_and_no_others(string format)
    {
        var (mine, other) = (TestCaller.Officer(), TestCaller.Officer());
        await leads.LeadAsync(leads.As(mine), ("investorName", "丙公司"), ("nodeCode", "satellite.data"),
            ("estimatedInvestment", new { amount = "1250000.50", currency = "CNY" }));
        await leads.LeadAsync(leads.As(mine), ("investorName", "甲公司"), ("nodeCode", "satellite.data"));
        await leads.LeadAsync(leads.As(mine), ("investorName", "乙公司"), ("nodeCode", "xinchuang.chips"));
        await leads.LeadAsync(leads.As(other), ("investorName", "别人公司"), ("nodeCode", "satellite.data"));
        await leads.LeadAsync(leads.As(other), ("investorName", "涉密公司"), ("nodeCode", "satellite.data"), ("confidential", true));

        var rows = await ExportAsync(mine, new { list = "leads", format, query = "chain=satellite&sort=investorName" });
        var list = (await leads.As(mine).GetAsync("/api/v1/leads?chain=satellite&sort=investorName")).Is(200).Json.GetProperty("items")
            .EnumerateArray();
        Assert.Equal(list.Select(l => l.GetProperty("investorName").GetString()), rows.Skip(1).Select(r => r[1]));
        Assert.Equal("线索编号", rows[0][0]);
        Assert.Equal("1250000.5", rows.Single(r => r[1] == "丙公司")[Array.IndexOf(rows[0], "意向投资额（元）")]);
        Assert.Equal(3, (await ExportAsync(mine, new { list = "leads", format })).Count - 1);
        Assert.Contains("别人公司", string.Join(
            '|', (await ExportAsync(TestCaller.Person(Roles.Leader), new { list = "leads", format })).Select(r => r[1])),
            StringComparison.Ordinal);
        Assert.DoesNotContain("涉密公司",
            string.Join('|', (await ExportAsync(TestCaller.Person(Roles.Leader), new { list = "leads", format })).Select(r => r[1])),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xlsx")]
    [InlineData("csv")]
    public async Task A_masked_field_never_leaves_by_an_export(string format)
    {
        var (owner, leader) = (TestCaller.Officer(), TestCaller.Person(Roles.Leader));
        var lead = await leads.LeadAsync(
            leads.As(owner), ("investorName", "掩码公司" + format), ("phone", "13812349876"), ("email", "secret@example.com"));
        var investor = lead.Json.GetProperty("investorId").GetGuid();
        // Not even while the leader may see it on screen for a quarter of an hour.
        (await leads.As(leader).PostAsync(
            $"/api/v1/investors/{investor}/people/{lead.Json.GetProperty("personId").GetGuid()}/unmasking", new { reason = "联系对方确认" }))
            .Is(201);
        var masked = (await ExportAsync(leader, new { list = "investors", format, query = "q=掩码公司" })).Single(r => r[0] == "掩码公司" + format);
        Assert.Equal(("138****9876", "s****@example.com"), (masked[7], masked[8]));
        Assert.DoesNotContain("13812349876", Encoding.UTF8.GetString(await LastFileAsync(leader)), StringComparison.Ordinal);
        Assert.DoesNotContain("13812349876",
            string.Join('|', (await ExportAsync(leader, new { list = "leads", format })).SelectMany(r => r)), StringComparison.Ordinal);
        var plain = (await ExportAsync(owner, new { list = "investors", format, query = "q=掩码公司" })).Single(r => r[0] == "掩码公司" + format);
        Assert.Equal(("13812349876", "secret@example.com"), (plain[7], plain[8]));
    }

    [Theory]
    [InlineData("xlsx")]
    [InlineData("csv")]
    public async Task F_an_export_says_who_and_what_next_and_counts_amounts_in_the_chosen_unit(string format)
    {
        var caller = await leads.PlacedAsync(TestCaller.Officer() with { Name = "赵示例" });
        await leads.Service.DeliverAsync(
            new UnitDefined { UnitId = caller.UnitId, Code = $"u{caller.UnitId:N}", Name = "招商示例部" }, caller.UnitId, 1);
        await leads.LeadAsync(leads.As(caller), ("investorName", "单位公司" + format), ("personName", "王示例"), ("phone", "13812345678"),
            ("nextStep", "寄送园区资料"), ("nextStepDueOn", "2030-01-31"), ("occurredOn", "2026-03-05"), ("sourceRegion", "410611"),
            ("estimatedInvestment", new { amount = "123456789.01", currency = "CNY" }));
        foreach (var (unit, heading, amount) in new[]
        {
            ((string?)null, "意向投资额（元）", "123456789.01"), ("wan", "意向投资额（万元）", "12345.678901"), ("yi", "意向投资额（亿元）", "1.2345678901"),
        })
        {
            var rows = await ExportAsync(caller, new { list = "leads", format, unit, query = "q=单位公司" });
            var row = rows[0].Zip(rows.Single(r => r[1] == "单位公司" + format)).ToDictionary(x => x.First!, x => x.Second);
            Assert.Equal(amount, row[heading]);
            Assert.Equal(("王示例", "13812345678", "寄送园区资料", "2030-01-31", "2026-03-05", "河南省鹤壁市淇滨区"),
                (row["联系人"], row["联系电话"], row["下一步"], row["下一步期限"], row["首次联系"], row["来源地区"]));
            Assert.Equal(("赵示例", "招商示例部"), (row["负责人"], row["责任单位"]));
        }
    }

    [Theory]
    [InlineData("xlsx")]
    [InlineData("csv")]
    public async Task F_contacts_and_people_are_exported_of_one_lead_or_investor_and_of_all_that_the_caller_reads(string format)
    {
        var owner = await leads.PlacedAsync(TestCaller.Officer() with { Name = "孙示例" });
        var (head, other) = (TestCaller.Person(Roles.UnitHead, Reach.Subtree, owner.UnitId), TestCaller.Officer());
        var lead = await leads.LeadAsync(leads.As(owner), ("investorName", "联系公司" + format), ("phone", "13812340001"));
        var second = await leads.LeadAsync(leads.As(owner), ("investorName", "联系二公司" + format), ("phone", "13812340002"));
        (await leads.As(owner).PostAsync(
            LeadsFixture.Path(lead) + "/contacts", new { channel = "visitThere", summary = "上门拜访", occurredOn = leads.Today })).Is(201);

        var contacts = await RowsAsync(owner, "contacts", $"leadId={lead.Id}&channel=visitThere");
        var contact = Assert.Single(contacts);
        Assert.Equal(("联系公司" + format, "外出拜访", "上门拜访", "孙示例"),
            (contact["客商名称"], contact["联系方式"], contact["内容"], contact["登记人"]));
        Assert.Equal(2, (await RowsAsync(owner, "contacts", $"leadId={lead.Id}")).Count);
        Assert.Equal(3, (await RowsAsync(owner, "contacts", null)).Count);
        Assert.Empty(await RowsAsync(other, "contacts", $"leadId={lead.Id}"));

        var investor = second.Json.GetProperty("investorId").GetGuid();
        Assert.Equal(["13812340002"], (await RowsAsync(owner, "people", $"investorId={investor}")).Select(r => r["联系电话"]));
        Assert.Equal(["138****0001", "138****0002"], (await RowsAsync(head, "people", null)).Select(r => r["联系电话"]).Order());
        Assert.Empty(await RowsAsync(other, "people", null));
        (await leads.As(owner).PostAsync("/api/v1/exports", new { list = "contacts", format, query = "channel=x" }))
            .IsProblem(400, "request.invalid");

        async Task<List<Dictionary<string, string?>>> RowsAsync(TestCaller caller, string list, string? query)
        {
            var rows = await ExportAsync(caller, new { list, format, query });
            return [.. rows.Skip(1).Select(row => rows[0].Zip(row).ToDictionary(c => c.First!, c => c.Second))];
        }
    }

    [Fact]
    public async Task F_an_exported_workbook_has_days_numbers_frozen_headings_a_filter_and_pages()
    {
        var caller = TestCaller.Officer();
        await leads.LeadAsync(leads.As(caller), ("investorName", "样式公司"), ("occurredOn", "2026-03-05"),
            ("estimatedInvestment", new { amount = "120000000", currency = "CNY" }));
        await ExportAsync(caller, new { list = "leads", format = "xlsx", query = "q=样式公司" });
        using var zip = new ZipArchive(new MemoryStream(await LastFileAsync(caller)));
        string Part(string name)
        {
            using var part = new StreamReader(zip.GetEntry(name)!.Open());
            return part.ReadToEnd();
        }

        var (sheet, workbook) = (Part("xl/worksheets/sheet1.xml"), Part("xl/workbook.xml"));
        Assert.Contains("ySplit=\"1\"", sheet, StringComparison.Ordinal);
        Assert.Contains("<autoFilter ref=\"A1:Z2\"/>", sheet, StringComparison.Ordinal);
        Assert.Contains("paperSize=\"8\" orientation=\"landscape\" fitToWidth=\"2\"", sheet, StringComparison.Ordinal);
        Assert.Contains("第 &amp;P 页，共 &amp;N 页", sheet, StringComparison.Ordinal);
        Assert.Contains($"<c s=\"{(int)SheetStyle.Day}\"><v>46086</v></c>", sheet, StringComparison.Ordinal);
        Assert.Contains($"<c s=\"{(int)SheetStyle.Amount}\"><v>120000000</v></c>", sheet, StringComparison.Ordinal);
        Assert.Contains("<sheet name=\"线索\"", workbook, StringComparison.Ordinal);
        Assert.Contains("'线索'!$1:$1", workbook, StringComparison.Ordinal);
        Assert.Contains("formatCode=\"#,##0.00\"", Part("xl/styles.xml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_cell_is_a_formula_in_either_format()
    {
        var caller = TestCaller.Officer();
        string[] nasty = ["=cmd|'/c calc'!A1", "+1", "-2+3", "@SUM(A1)", "＝1+1", "＋1公司", "－1公司", "＠公司"];
        foreach (var name in nasty)
        {
            await leads.LeadAsync(leads.As(caller), ("investorName", name));
        }

        foreach (var format in (string[])["xlsx", "csv"])
        {
            var names = (await ExportAsync(caller, new { list = "leads", format, query = "sort=createdAt" })).Skip(1).Select(r => r[1]);
            Assert.Equal(nasty.Select(n => "'" + n), names);
        }
    }

    [Fact]
    public async Task What_the_list_refuses_the_export_refuses()
    {
        var client = leads.As(TestCaller.Officer());
        foreach (var query in (string[])["noSuch=1", "sort=noSuch", "stage=noSuch", "stage=new&stage=new", "ownerId=x", "q=a", "q=%00%00",
            "limit=5", "cursor=x"])
        {
            (await client.PostAsync("/api/v1/exports", new { list = "leads", format = "csv", query })).IsProblem(400, "request.invalid");
        }

        (await client.PostAsync("/api/v1/exports", new { list = "investors", format = "csv", query = "uscc=1" }))
            .IsProblem(400, "request.invalid");
        (await client.PostAsync("/api/v1/exports", new { list = "claims", format = "csv" })).IsProblem(400, "request.invalid");
    }

    [Fact]
    public async Task A_result_is_its_owners_alone_with_the_same_sight_and_for_a_day()
    {
        await using var own = new OwnLeads();
        await own.InitializeAsync();
        var service = own.Fixture.Service;
        var caller = TestCaller.Person(Roles.UnitHead, Reach.Subtree);
        var id = (await service.As(caller).PostAsync("/api/v1/exports", new { list = "leads", format = "csv" })).Is(202).Id;
        var path = $"/api/v1/exports/{id}";
        await Imports.EndedAsync(own.Fixture, caller, path);
        (await service.As(caller).GetAsync(path + "/file")).Is(200);
        (await service.As(TestCaller.Person(Roles.Coordinator)).GetAsync(path)).Is(404);
        (await service.As(TestCaller.Person(Roles.Coordinator)).GetAsync(path + "/file")).Is(404);
        (await service.As(caller with { Reach = Reach.Own }).GetAsync(path + "/file")).Is(404);
        (await service.As(caller with { UnitId = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()) }).GetAsync(path + "/file")).Is(404);
        (await service.As(caller).PostAsync(path + "/cancellation")).IsProblem(409, "export.notRunning");
        service.Clock.Advance(TimeSpan.FromHours(25));
        (await service.As(caller).GetAsync(path + "/file")).Is(404);
        Assert.False((await service.As(caller).GetAsync(path)).Is(200).Json.TryGetProperty("file", out var file)
            && file.ValueKind != System.Text.Json.JsonValueKind.Null);
    }

    [Theory]
    [InlineData("xlsx")]
    [InlineData("csv")]
    public async Task S4_Rows_that_became_confidential_or_were_given_away_are_in_no_file_that_is_fetched_later(string format)
    {
        var unit = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        var head = await leads.PlacedAsync(TestCaller.Person(Roles.UnitHead, Reach.Subtree, unit));
        var (owner, other) = (await leads.PlacedAsync(TestCaller.Officer(unit)), await leads.PlacedAsync(TestCaller.Officer(unit)));
        var elsewhere = await leads.PlacedAsync(TestCaller.Officer());
        var coordinator = leads.Coordinator;
        var made = new List<Answer>();
        foreach (var name in (string[])["留下", "涉密", "转出", "换人"])
        {
            made.Add(await leads.LeadAsync(leads.As(owner), ("investorName", $"{name}{format}公司"), ("phone", "13812347654")));
        }

        var exports = new Dictionary<(TestCaller Who, string List), Guid>();
        foreach (var who in (TestCaller[])[head, owner])
        {
            foreach (var list in (string[])["leads", "investors"])
            {
                var rows = await ExportAsync(who, new { list, format, query = "q=" + format });
                Assert.Equal(4, rows.Count - 1);
                exports[(who, list)] = _last;
            }
        }

        (await leads.As(owner).PatchAsync(LeadsFixture.Path(made[1]), new { confidential = true, readers = new[] { coordinator.Id } },
            made[1].ETag)).Is(200);
        (await leads.As(coordinator).PostAsync(
            LeadsFixture.Path(made[2]) + "/assignment", new { ownerId = elsewhere.Id, reason = "专人负责" }, made[2].ETag)).Is(200);
        (await leads.As(head).PostAsync(
            LeadsFixture.Path(made[3]) + "/assignment", new { ownerId = other.Id, reason = "专人负责" }, made[3].ETag)).Is(200);

        Assert.Equal(["换人", "留下"], await NamesAsync(head, "leads"));
        Assert.Equal(["换人", "留下"], await NamesAsync(head, "investors"));
        Assert.Equal(["涉密", "留下"], await NamesAsync(owner, "leads"));
        Assert.Equal(["涉密", "留下"], await NamesAsync(owner, "investors"));

        async Task<IEnumerable<string>> NamesAsync(TestCaller who, string list) => Imports
            .Read(await Imports.BytesAsync(leads, who, $"/api/v1/exports/{exports[(who, list)]}/file")).Skip(1)
            .Select(r => r[list == "leads" ? 1 : 0]![..2]).Order(StringComparer.Ordinal);
    }

    private Guid _last;

    private async Task<List<string?[]>> ExportAsync(TestCaller caller, object request)
    {
        _last = (await leads.As(caller).PostAsync("/api/v1/exports", request)).Is(202).Id;
        var ended = await Imports.EndedAsync(leads, caller, $"/api/v1/exports/{_last}");
        Assert.Equal("succeeded", ended.Json.GetProperty("job").GetProperty("state").GetString());
        var rows = Imports.Read(await LastFileAsync(caller));
        Assert.Equal(rows.Count - 1, ended.Json.GetProperty("job").GetProperty("done").GetInt32());
        return rows;
    }

    private Task<byte[]> LastFileAsync(TestCaller caller) => Imports.BytesAsync(leads, caller, $"/api/v1/exports/{_last}/file");
}
