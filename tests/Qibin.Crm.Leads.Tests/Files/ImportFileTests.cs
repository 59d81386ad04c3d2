using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests.Files;

/// <summary>Files that people have, uploaded and imported: nothing is left out silently, a refusal names its row and column.</summary>
public class ImportFileTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    [Fact]
    public async Task F_a_column_with_values_that_no_field_takes_is_named_and_needs_an_answer_before_execution()
    {
        var caller = TestCaller.Officer();
        object?[][] rows = [[.. Book.Heads(("意向投资额（元）", "投资额")), "备注", "空列"], [.. Book.Row(1, ("意向投资额（元）", 5000)), "甲", null]];
        var file = new Book().Sheet("表", rows).Save();
        var id = await Imports.UploadedAsync(leads, caller, file);
        var client = leads.As(caller);
        var import = await client.GetAsync($"/api/v1/imports/{id}");
        var columns = import.Is(200).Json.GetProperty("columns").EnumerateArray().ToList();
        Assert.Equal(
            ["投资额", "备注"], columns.Where(c => c.GetProperty("unread").GetBoolean()).Select(c => c.GetProperty("heading").GetString()));
        foreach (var dryRun in (bool[])[true, false])
        {
            var refused = await client.PostAsync($"/api/v1/imports/{id}/execution", new { dryRun }, import.ETag);
            refused.IsProblem(409, "import.columnsUnread");
            Assert.Contains("投资额、备注", refused.Body, StringComparison.Ordinal);
        }

        string[] fields = [.. columns.Select(c => c.TryGetProperty("field", out var field) ? field.GetString() ?? "" : "")];
        fields[8] = "estimatedAmountWan";
        Assert.Equal((1, 0, 0, 0, 0, 0), Imports.Tally(await Imports.DoneAsync(leads, caller, id, body: new { dryRun = true, fields })));
        // What has been answered is not asked again.
        Assert.Equal((1, 0, 0, 0, 0, 0), Imports.Tally(await Imports.DoneAsync(leads, caller, id, body: new { })));
        Assert.Equal("50000000.00", await AmountAsync(caller));
        (await client.PostAsync("/api/v1/imports", new { fileName = "二.xlsx" })).Is(201);
    }

    [Fact]
    public async Task F_an_amount_in_a_column_of_wan_is_that_many_wan()
    {
        var caller = TestCaller.Officer();
        var file = new Book().Sheet("表", [Book.Heads(("意向投资额（元）", "意向投资额（万元）")), Book.Row(11, ("意向投资额（元）", 5000))]).Save();
        var done = await Imports.DoneAsync(leads, caller, await Imports.UploadedAsync(leads, caller, file), body: new { });
        Assert.Equal((1, 0, 0, 0, 0, 0), Imports.Tally(done));
        Assert.Equal("50000000.00", await AmountAsync(caller));
    }

    [Fact]
    public async Task F_amounts_of_two_units_are_not_both_read()
    {
        var caller = TestCaller.Officer();
        var file = new Book().Sheet("表", [[.. Book.Heads(), "意向投资额（万元）"], [.. Book.Row(12), 5000]]).Save();
        var id = await Imports.UploadedAsync(leads, caller, file);
        var now = await leads.As(caller).GetAsync($"/api/v1/imports/{id}");
        (await leads.As(caller).PostAsync($"/api/v1/imports/{id}/execution", new { }, now.ETag)).IsProblem(409, "import.columnsUnread");
        (await leads.As(caller).PostAsync(
            $"/api/v1/imports/{id}/execution", new { fields = new[] { "estimatedAmount", "estimatedAmountWan" } }, now.ETag))
            .IsProblem(400, "request.invalid");
    }

    [Fact]
    public async Task F_refused_rows_come_back_with_their_row_of_the_file_and_Chinese_reasons()
    {
        var caller = TestCaller.Officer();
        var file = new Book().Sheet("表", [["线索汇总表"], Book.Heads(), Book.Row(21), null, Book.Row(22, ("联系日期", "明天")), null,
            Book.Row(23, ("下一步", new Book.Error("#N/A"))), Book.Row(24, ("意向投资额（元）", 0)), Book.Row(25, ("来源地区代码", "火星"))]).Save();
        var done = await Imports.DoneAsync(leads, caller, await Imports.UploadedAsync(leads, caller, file), body: new { });
        Assert.Equal((1, 0, 0, 4, 0, 0), Imports.Tally(done));
        var errors = Imports.Read(await Imports.BytesAsync(leads, caller, done.Json.GetProperty("errors").GetString()!));
        Assert.Equal(["5", "7", "8", "9"], errors.Skip(1).Select(r => r[^2]));
        Assert.StartsWith("联系日期：须为日期", errors[1][^1], StringComparison.Ordinal);
        Assert.StartsWith("下一步：单元格是错误值", errors[2][^1], StringComparison.Ordinal);
        Assert.StartsWith("意向投资额：", errors[3][^1], StringComparison.Ordinal);
        Assert.StartsWith("来源地区代码：", errors[4][^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task F_a_dry_run_and_refused_rows_burn_no_lead_codes()
    {
        await using var own = new OwnLeads();
        await own.InitializeAsync();
        var (fixture, caller) = (own.Fixture, TestCaller.Officer());
        var first = await CodeAsync("甲一客商");
        var file = Book.Of([.. Enumerable.Range(1, 45).Select(n => Book.Row(n, ("联系日期", n > 25 ? "明天" : "2026-03-05")))]);
        var id = await Imports.UploadedAsync(fixture, caller, file);
        Assert.Equal((25, 0, 0, 20, 0, 0), Imports.Tally(await Imports.DoneAsync(fixture, caller, id, body: new { dryRun = true })));
        Assert.Equal(first + 1, await CodeAsync("乙二客商"));
        Assert.Equal((25, 0, 0, 20, 0, 0), Imports.Tally(await Imports.DoneAsync(fixture, caller, id, body: new { })));
        await CodeAsync("丙三客商");
        // 28 leads have taken their codes from two blocks of 20.
        Assert.Equal(21, await fixture.Service.CountAsync("select last_value from code_l"));

        async Task<int> CodeAsync(string investor)
        {
            var lead = (await fixture.LeadAsync(fixture.As(caller), ("investorName", investor))).Json.GetProperty("id").GetGuid();
            var code = (await fixture.As(caller).GetAsync($"/api/v1/leads/{lead}")).Is(200).Json.GetProperty("code").GetString()!;
            return int.Parse(code.Split('-')[2], System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    [Fact]
    public async Task F_the_rows_of_a_file_are_read_by_a_job_that_shows_its_progress_and_goes_on_after_a_kill()
    {
        var caller = TestCaller.Officer();
        var client = leads.As(caller);
        var file = Book.Of([.. Enumerable.Range(1, 25_000).Select(n => Book.Row(n))]);
        var import = (await client.PostAsync("/api/v1/imports", new { fileName = "大.xlsx" })).Is(201);
        var taken = await Imports.PutAsync(leads, caller, import.Id, import.ETag, file);
        var job = taken.Is(202).Json.GetProperty("jobId").GetGuid();
        // Until the rows are read nothing else is done with the import.
        (await client.PostAsync($"/api/v1/imports/{import.Id}/execution", new { }, taken.ETag)).IsProblem(409, "import.running");
        // Another runner takes the job, as it would after a kill.
        await leads.Service.ExecuteAsync(
            $"update jobs.job set lease = gen_random_uuid(), leased_until = now() - interval '1 minute' where id = '{job}' and state = 1");
        var read = (await Imports.EndedAsync(leads, caller, $"/api/v1/imports/{import.Id}")).Json;
        Assert.Equal((25_000, 25_000, 25_000), (read.GetProperty("rows").GetInt32(), read.GetProperty("job").GetProperty("done").GetInt32(),
            read.GetProperty("job").GetProperty("total").GetInt32()));
        Assert.Equal(
            25_000, await leads.Service.CountAsync($"select count(distinct number) from import_row where import_id = '{import.Id}'"));
        Assert.Equal(0, await leads.Service.CountAsync($"select count(*) from jobs.job_part where job_id = '{job}'"));
    }

    [Fact]
    public async Task F_one_of_several_sheets_is_chosen_by_name()
    {
        var caller = TestCaller.Officer();
        var file = new Book().Sheet("一局", [Book.Heads(), Book.Row(31)]).Sheet("二局", [Book.Heads(), Book.Row(32), Book.Row(33)]).Save();
        var import = (await leads.As(caller).PostAsync("/api/v1/imports", new { fileName = "两局.xlsx" })).Is(201);
        var refused = await Imports.PutAsync(leads, caller, import.Id, import.ETag, file);
        refused.IsProblem(400, "sheet.several");
        Assert.Contains("一局、二局", refused.Body, StringComparison.Ordinal);
        (await Imports.PutAsync(leads, caller, import.Id, import.ETag, file, "?sheet=" + Uri.EscapeDataString("二局"))).Is(202);
        Assert.Equal(2, (await Imports.EndedAsync(leads, caller, $"/api/v1/imports/{import.Id}")).Json.GetProperty("rows").GetInt32());
    }

    private async Task<string?> AmountAsync(TestCaller caller) => (await leads.As(caller).GetAsync("/api/v1/leads")).Is(200).Json
        .GetProperty("items")[0].GetProperty("estimatedInvestment").GetProperty("amount").GetString();
}
