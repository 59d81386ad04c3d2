using System.Text;
using Qibin.Crm.Kernel;
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
        Assert.Equal("1250000.5", rows.Single(r => r[1] == "丙公司")[12]);
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
        Assert.Equal(("138****9876", "s****@example.com"), (masked[5], masked[6]));
        Assert.DoesNotContain("13812349876", Encoding.UTF8.GetString(await LastFileAsync(leader)), StringComparison.Ordinal);
        Assert.DoesNotContain("13812349876",
            string.Join('|', (await ExportAsync(leader, new { list = "leads", format })).SelectMany(r => r)), StringComparison.Ordinal);
        var plain = (await ExportAsync(owner, new { list = "investors", format, query = "q=掩码公司" })).Single(r => r[0] == "掩码公司" + format);
        Assert.Equal(("13812349876", "secret@example.com"), (plain[5], plain[6]));
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
        (await client.PostAsync("/api/v1/exports", new { list = "people", format = "csv" })).IsProblem(400, "request.invalid");
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
        (await service.As(TestCaller.Person(Roles.Administrator)).GetAsync(path)).Is(404);
        (await service.As(TestCaller.Person(Roles.Administrator)).GetAsync(path + "/file")).Is(404);
        (await service.As(caller with { Reach = Reach.Own }).GetAsync(path + "/file")).Is(404);
        (await service.As(caller with { UnitId = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()) }).GetAsync(path + "/file")).Is(404);
        (await service.As(caller).PostAsync(path + "/cancellation")).IsProblem(409, "export.notRunning");
        service.Clock.Advance(TimeSpan.FromHours(25));
        (await service.As(caller).GetAsync(path + "/file")).Is(404);
        Assert.False((await service.As(caller).GetAsync(path)).Is(200).Json.TryGetProperty("file", out var file)
            && file.ValueKind != System.Text.Json.JsonValueKind.Null);
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
