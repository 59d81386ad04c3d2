using System.Text;
using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.Kernel;
using Qibin.Crm.Sheets;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

public class ImportTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    [Fact]
    public async Task Imported_visits_tell_both_units_of_a_clash_and_taking_the_import_back_takes_the_warning_too()
    {
        var (there, importing) = (TestCaller.Officer(), TestCaller.Officer());
        foreach (var number in (int[])[801, 802, 803])
        {
            await leads.LeadAsync(leads.As(there), ("investorName", $"导入示例客商{number:00000}"), ("channel", "visitHere"),
                ("occurredOn", "2026-01-05"));
        }

        object?[][] rows =
        [
            Imports.Row(801, ("联系方式", "外出拜访"), ("联系日期", "2026-01-19")), Imports.Row(802, ("联系方式", "外出拜访"), ("联系日期", "2026-01-20")),
            Imports.Row(803, ("联系日期", "2026-01-05")), Imports.Row(804, ("联系方式", "外出拜访"), ("联系日期", "2026-01-05")),
        ];
        var id = await Imports.UploadedAsync(leads, importing, await Imports.FileAsync(SheetFormat.Xlsx, rows));
        Assert.Equal((4, 0, 0, 0, 0, 0), Imports.Tally(await Imports.DoneAsync(leads, importing, id)));

        foreach (var caller in (TestCaller[])[there, importing])
        {
            var clash = Assert.Single(
                (await leads.As(caller).GetAsync("/api/v1/visits/clashes")).Is(200).Json.GetProperty("items").EnumerateArray());
            Assert.Equal("导入示例客商00801", clash.GetProperty("investorName").GetString());
            Assert.Equal(["2026-01-05", "2026-01-19"], clash.GetProperty("sides").EnumerateArray()
                .Select(side => side.GetProperty("occurredOn").GetString()));
            var told = Assert.Single(await leads.Service.EventsAsync(clash.GetProperty("id").GetGuid()));
            Assert.Equal(("VisitsClashed", 1L, importing.Id), (told.Type, told.Version, told.ActorId));
        }

        Assert.Equal((0, 0, 0, 0, 4, 0), Imports.Tally(await Imports.DoneAsync(leads, importing, id, "reversal", new { })));
        Assert.Empty((await leads.As(there).GetAsync("/api/v1/visits/clashes")).Is(200).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Good_rows_are_in_as_a_first_contact_makes_them_and_bad_ones_come_back_with_reasons()
    {
        var caller = TestCaller.Officer();
        object?[][] rows =
        [
            Imports.Row(1), Imports.Row(2, ("联系电话", "不是电话")), Imports.Row(3, ("联系方式", "飞鸽传书"), ("联系日期", "改天")), Imports.Row(4),
            Imports.Row(5, ("客商名称", null)), Imports.Row(6, ("下一步期限", "2026-01-01")), Imports.Row(7, ("统一社会信用代码", "91410600MA0000000X")),
        ];
        var id = await Imports.UploadedAsync(leads, caller, await Imports.FileAsync(SheetFormat.Xlsx, rows));
        var done = await Imports.DoneAsync(leads, caller, id);
        Assert.Equal((2, 0, 0, 5, 0, 0), Imports.Tally(done));

        var list = (await leads.As(caller).GetAsync("/api/v1/leads?sort=investorName")).Is(200).Json.GetProperty("items").EnumerateArray()
            .ToList();
        Assert.Equal(["导入示例客商00001", "导入示例客商00004"], list.Select(l => l.GetProperty("investorName").GetString()));
        var events = await leads.Service.EventsAsync(list[0].GetProperty("id").GetGuid());
        Assert.Equal([("LeadOpened", 1L, 0), ("ContactRecorded", 1L, 1), ("NextStepPlanned", 1L, 2)],
            events.Select(e => (e.Type, e.Version, e.Ordinal)));
        Assert.All(events, e => Assert.Equal(caller.Id, e.ActorId));
        Assert.Equal("satellite.data", list[0].GetProperty("nodeCode").GetString());
        Assert.Equal("planned", list[0].GetProperty("nextStep").GetString());

        var errors = Imports.Read(await Imports.BytesAsync(leads, caller, done.Json.GetProperty("errors").GetString()!));
        Assert.Equal([.. Imports.Headings, "原文件行号", "失败原因"], errors[0]);
        Assert.Equal(["3", "4", "6", "7", "8"], errors.Skip(1).Select(r => r[^2]));
        Assert.Contains("联系电话：电话号码格式不正确", errors[1][^1]!, StringComparison.Ordinal);
        Assert.Contains("联系方式：须为以下之一：电话、微信", errors[2][^1]!, StringComparison.Ordinal);
        Assert.Contains("联系日期：须为日期", errors[2][^1]!, StringComparison.Ordinal);
        Assert.Contains("客商名称：必填", errors[3][^1]!, StringComparison.Ordinal);
        Assert.Contains("下一步日期不能早于首次联系日期", errors[4][^1]!, StringComparison.Ordinal);
        Assert.Contains("统一社会信用代码：统一社会信用代码校验位不正确", errors[5][^1]!, StringComparison.Ordinal);
        (await leads.As(TestCaller.Officer()).GetAsync($"/api/v1/imports/{id}")).Is(404);
        (await leads.As(TestCaller.Person(Roles.Coordinator)).GetAsync($"/api/v1/imports/{id}/errors")).Is(404);
    }

    [Fact]
    public async Task A_dry_run_says_the_same_and_writes_nothing()
    {
        var caller = TestCaller.Officer();
        var before = await Imports.ContentAsync(leads);
        var id = await Imports.UploadedAsync(
            leads, caller, await Imports.FileAsync(SheetFormat.Csv, [Imports.Row(1), Imports.Row(2, ("联系电话", "x")), Imports.Row(3)]));
        var dry = await Imports.DoneAsync(leads, caller, id, body: new { dryRun = true, duplicateOverride = new { reason = "测试导入" } });
        Assert.Equal((2, 0, 0, 1, 0, 0), Imports.Tally(dry));
        Assert.Equal(before, await Imports.ContentAsync(leads));
        Assert.Equal((2, 0, 0, 1, 0, 0), Imports.Tally(await Imports.DoneAsync(leads, caller, id)));
    }

    [Fact]
    public async Task The_same_file_again_changes_nothing_and_a_corrected_one_changes_what_it_says_otherwise()
    {
        var caller = TestCaller.Officer();
        object?[][] rows = [.. Enumerable.Range(1, 30).Select(n => Imports.Row(n))];
        Imports.Tally(await ImportAsync(caller, rows));
        Assert.Equal((0, 0, 30, 0, 0, 0), Imports.Tally(await ImportAsync(caller, rows)));

        object?[][] corrected =
        [
            Imports.Row(1, ("联系电话", "13800000001")), Imports.Row(2, ("下一步", "签约会谈"), ("下一步期限", "2031-01-01")), Imports.Row(
                3, ("沟通内容", "又来电")),
            Imports.Row(4, ("客商名称", "更名客商四")), Imports.Row(31), Imports.Row(31, ("意向投资额（元）", 5m)),
        ];
        Assert.Equal((1, 5, 0, 0, 0, 0), Imports.Tally(await ImportAsync(caller, corrected)));
        var renamed = (await leads.As(caller).GetAsync("/api/v1/leads?q=更名客商四")).Is(200).Json.GetProperty("items")[0];
        Assert.Equal(["LeadOpened", "ContactRecorded", "NextStepPlanned", "LeadAmended"],
            (await leads.Service.EventsAsync(renamed.GetProperty("id").GetGuid())).Select(e => e.Type));
        var last = (await leads.As(caller).GetAsync("/api/v1/leads?q=示例客商00031")).Is(200).Json.GetProperty("items")[0];
        Assert.Equal("5.00", last.GetProperty("estimatedInvestment").GetProperty("amount").GetString());
        Assert.Equal(2, last.GetProperty("version").GetInt64());
    }

    [Fact]
    public async Task Two_thousand_rows_with_forty_bad_ones_go_in_over_a_stop_half_way_and_revert_restores_the_state_before_exactly()
    {
        await using var own = new OwnLeads();
        await own.InitializeAsync();
        var fixture = own.Fixture;
        var caller = TestCaller.Officer();
        // What is there before: leads that the import will change, by key, and one of somebody else.
        var first = await Imports.UploadedAsync(
            fixture, caller, await Imports.FileAsync(SheetFormat.Xlsx, Enumerable.Range(1, 50).Select(n => Imports.Row(n))));
        Imports.Tally(await Imports.DoneAsync(fixture, caller, first));
        await fixture.LeadAsync(fixture.As(TestCaller.Officer()), ("investorName", "别家客商"));
        var before = await Imports.ContentAsync(fixture);

        var rows = Enumerable.Range(1, 2000).Select(n =>
            n % 50 == 25 ? Imports.Row(n, ("联系电话", "坏")) : n <= 50
                ? Imports.Row(n, ("沟通内容", $"第二次来电{n}"), ("下一步", "面谈"), ("联系电话", $"1370000{n:0000}")) : Imports.Row(n));
        var id = await Imports.UploadedAsync(fixture, caller, await Imports.FileAsync(SheetFormat.Xlsx, rows));
        var client = fixture.As(caller);
        var now = (await client.GetAsync($"/api/v1/imports/{id}")).Is(200);
        (await client.PostAsync($"/api/v1/imports/{id}/execution", new { duplicateOverride = new { reason = "测试导入" } },
            $"\"{now.Json.GetProperty("version").GetInt64()}\"")).Is(202);
        await Eventually.TrueAsync(
            async () => (await client.GetAsync($"/api/v1/imports/{id}")).Json.GetProperty("job").GetProperty("done").GetInt32() > 0);
        // Another runner takes the job, as it would after a kill: the one that had it has no effect any more.
        await fixture.Service.ExecuteAsync(
            "update jobs.job set lease = gen_random_uuid(), leased_until = now() - interval '1 minute' where state = 1");
        Assert.Equal((1911, 49, 0, 40, 0, 0), Imports.Tally(await Imports.EndedAsync(fixture, caller, $"/api/v1/imports/{id}")));
        Assert.Equal(1911 + 51, await fixture.Service.CountAsync("select count(*) from lead"));
        Assert.Equal(1911 + 51 + 49, await fixture.Service.CountAsync("select count(*) from contact"));
        Assert.Equal(0, await fixture.Service.CountAsync(
            "select count(*) from (select key from external_key group by key having count(*) > 1) twice"));
        Assert.Equal(0, await fixture.Service.CountAsync(
            "select count(*) from lead l "
            + "where (select count(distinct stream_version) from messaging.event e where e.stream_id = l.id) <> l.version"));

        Assert.Equal((0, 0, 0, 0, 1960, 0), Imports.Tally(await Imports.DoneAsync(fixture, caller, id, "reversal")));
        Assert.Equal(before, await Imports.ContentAsync(fixture));
        Assert.Equal(1911, await fixture.Service.CountAsync("select count(*) from messaging.event where type = 'LeadRemoved'"));
        (await client.PostAsync($"/api/v1/imports/{id}/execution", new { duplicateOverride = new { reason = "测试导入" } },
            (await client.GetAsync($"/api/v1/imports/{id}")).ETag)).IsProblem(409, "import.reverted");
    }

    [Fact]
    public async Task What_somebody_changed_after_an_import_is_left_and_told()
    {
        var caller = TestCaller.Officer();
        var client = leads.As(caller);
        var id = await Imports.UploadedAsync(
            leads, caller, await Imports.FileAsync(SheetFormat.Xlsx, [Imports.Row(901), Imports.Row(902), Imports.Row(903)]));
        Imports.Tally(await Imports.DoneAsync(leads, caller, id));
        var changed = (await client.GetAsync("/api/v1/leads?q=示例客商00902")).Is(200).Json.GetProperty("items")[0].GetProperty("id").GetGuid();
        (await client.PostAsync($"/api/v1/leads/{changed}/contacts", new { channel = "phone", summary = "导入之后的联系" })).Is(201);

        var reverted = await Imports.DoneAsync(leads, caller, id, "reversal");
        Assert.Equal((0, 0, 0, 0, 2, 1), Imports.Tally(reverted));
        (await client.GetAsync($"/api/v1/leads/{changed}")).Is(200);
        var left = Imports.Read(await Imports.BytesAsync(leads, caller, reverted.Json.GetProperty("errors").GetString()!));
        Assert.Equal("导入后已被修改或引用，未撤销", left[1][^1]);
    }

    [Fact]
    public async Task T18_A_lead_with_a_comment_is_left_when_its_import_is_taken_back()
    {
        var caller = TestCaller.Officer();
        var client = leads.As(caller);
        var id = await Imports.UploadedAsync(
            leads, caller, await Imports.FileAsync(SheetFormat.Xlsx, [Imports.Row(911), Imports.Row(912), Imports.Row(913)]));
        Imports.Tally(await Imports.DoneAsync(leads, caller, id));
        var lead = (await client.GetAsync("/api/v1/leads?q=示例客商00912")).Is(200).Json.GetProperty("items")[0].GetProperty("id").GetGuid();
        var said = (await leads.As(TestCaller.Person(Roles.Leader)).PostAsync($"/api/v1/leads/{lead}/comments", new { text = "值得跟进" }))
            .Is(201);

        var reverted = await Imports.DoneAsync(leads, caller, id, "reversal");
        Assert.Equal((0, 0, 0, 0, 2, 1), Imports.Tally(reverted));
        (await client.GetAsync(said.Headers.Location!.OriginalString)).Is(200);
        var left = Imports.Read(await Imports.BytesAsync(leads, caller, reverted.Json.GetProperty("errors").GetString()!));
        Assert.Equal("导入后已被修改或引用，未撤销", left[1][^1]);
    }

    [Fact]
    public async Task T14_Two_imports_are_taken_back_one_after_the_other_as_if_neither_had_been()
    {
        var caller = TestCaller.Officer();
        var before = await Imports.ContentAsync(leads);
        var one = await Imports.UploadedAsync(leads, caller, await Imports.FileAsync(SheetFormat.Csv,
            [Imports.Row(701), Imports.Row(702), Imports.Row(703)]));
        Assert.Equal((3, 0, 0, 0, 0, 0), Imports.Tally(await Imports.DoneAsync(leads, caller, one)));
        var between = await Imports.ContentAsync(leads);
        var two = await Imports.UploadedAsync(leads, caller, await Imports.FileAsync(SheetFormat.Csv,
            [Imports.Row(701, ("下一步", "面谈"), ("沟通内容", "第二次来电")), Imports.Row(702, ("联系电话", "0392-3312345转801")),
            Imports.Row(703, ("客商名称", "更名客商703"))]));
        Assert.Equal((0, 3, 0, 0, 0, 0), Imports.Tally(await Imports.DoneAsync(leads, caller, two)));

        Assert.Equal((0, 0, 0, 0, 3, 0), Imports.Tally(await Imports.DoneAsync(leads, caller, two, "reversal")));
        Assert.Equal(between, await Imports.ContentAsync(leads));
        Assert.Equal((0, 0, 0, 0, 3, 0), Imports.Tally(await Imports.DoneAsync(leads, caller, one, "reversal")));
        Assert.Equal(before, await Imports.ContentAsync(leads));
    }

    [Fact]
    public async Task T9_A_row_needs_one_way_to_reach_its_person_unless_the_person_is_known()
    {
        var caller = TestCaller.Officer();
        Assert.Equal((0, 0, 0, 1, 0, 0), Imports.Tally(await ImportAsync(caller, [Imports.Row(711, ("联系电话", null))])));
        Assert.Equal((1, 0, 0, 0, 0, 0), Imports.Tally(await ImportAsync(caller, [Imports.Row(711, ("联系电话", "（0392）3312345"))])));
        Assert.Equal((0, 0, 1, 0, 0, 0), Imports.Tally(await ImportAsync(caller, [Imports.Row(711, ("联系电话", "（0392）3312345"))])));
        Assert.Equal((0, 1, 0, 0, 0, 0), Imports.Tally(await ImportAsync(caller, [Imports.Row(711, ("联系电话", null), ("下一步", "面谈"))])));
        Assert.Equal((0, 0, 0, 1, 0, 0), Imports.Tally(await ImportAsync(
            caller, [Imports.Row(711, ("联系人", "新人"), ("联系电话", null), ("下一步", "再谈"))])));
    }

    [Fact]
    public async Task Changes_of_one_lead_by_several_rows_are_taken_back_one_after_the_other()
    {
        var caller = TestCaller.Officer();
        Imports.Tally(await ImportAsync(caller, [Imports.Row(801)]));
        var before = await Imports.ContentAsync(leads);
        var id = await Imports.UploadedAsync(leads, caller, await Imports.FileAsync(SheetFormat.Csv,
            [Imports.Row(801, ("下一步", "甲")), Imports.Row(801, ("下一步", "乙"), ("联系电话", "13700000801")), Imports.Row(802),
            Imports.Row(802, ("沟通内容", "丙"))]));
        Assert.Equal((1, 3, 0, 0, 0, 0), Imports.Tally(await Imports.DoneAsync(leads, caller, id)));
        Assert.Equal((0, 0, 0, 0, 4, 0), Imports.Tally(await Imports.DoneAsync(leads, caller, id, "reversal")));
        Assert.Equal(before, await Imports.ContentAsync(leads));
    }

    [Fact]
    public async Task Rows_scope_and_roles_are_those_of_whoever_imports()
    {
        var (mine, other) = (TestCaller.Officer(), TestCaller.Officer());
        var uscc = Uscc.WithCheckCharacter("91410600MA0IMPRT1"[..17].Replace('I', '1')).Value;
        await leads.LeadAsync(leads.As(other), ("investorName", "他人客商"), ("uscc", uscc));
        var id = await Imports.UploadedAsync(
            leads, mine, await Imports.FileAsync(SheetFormat.Xlsx, [Imports.Row(701, ("统一社会信用代码", uscc))]));
        var done = await Imports.DoneAsync(leads, mine, id, body: new { key = "uscc" });
        // The other's lead is not changed: the row is a contact of one's own with the same investor.
        Assert.Equal((1, 0, 0, 0, 0, 0), Imports.Tally(done));
        var lead = Assert.Single((await leads.As(mine).GetAsync("/api/v1/leads")).Is(200).Json.GetProperty("items").EnumerateArray());
        Assert.Equal(("他人客商", mine.Id), (lead.GetProperty("investorName").GetString(), lead.GetProperty("ownerId").GetGuid()));
        id = await Imports.UploadedAsync(leads, mine, await Imports.FileAsync(SheetFormat.Xlsx, [Imports.Row(702)]));
        (await leads.As(TestCaller.Person(Roles.Leader)).PostAsync("/api/v1/imports", new { fileName = "x.csv" })).Is(403);
        (await leads.As(mine).PostAsync(
            $"/api/v1/imports/{id}/execution", new { ownerId = other.Id }, (await leads.As(mine).GetAsync($"/api/v1/imports/{id}")).ETag))
            .IsProblem(409, "owner.notAllowed");
    }

    [Fact]
    public async Task Whoever_has_lost_the_roles_that_import_imports_nothing()
    {
        var caller = await leads.PlacedAsync(TestCaller.Officer());
        var id = await Imports.UploadedAsync(leads, caller, await Imports.FileAsync(SheetFormat.Csv, [Imports.Row(601)]));
        await leads.Service.DeliverAsync(
            new OfficerPlaced { OfficerId = caller.Id, Name = caller.Name, UnitId = caller.UnitId, Roles = [Roles.Auditor], Active = true },
            caller.Id, 1000);
        var failed = await Imports.DoneAsync(leads, caller, id);
        Assert.Equal("failed", failed.Json.GetProperty("job").GetProperty("state").GetString());
        Assert.Equal("officer.unknown", failed.Json.GetProperty("job").GetProperty("problem").GetString());
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-8 with BOM")]
    [InlineData("gb18030")]
    [InlineData("utf-16")]
    public async Task Text_in_any_encoding_that_Excel_writes_is_read_with_every_character(string encoding)
    {
        var caller = TestCaller.Officer();
        var text = "客商名称,联系人,电话,联系方式,沟通内容,下一步,期限,不认识的列\r\n\"引号\"\"与,逗号𠮷公司\",欧阳示例,13912345678,微信,\"第一行\n第二行\",回访,2030/1/5,\r\n";
        var id = await Imports.UploadedAsync(leads, caller, Imports.Encoded(text, encoding));
        Assert.Equal((1, 0, 0, 0, 0, 0), Imports.Tally(await Imports.DoneAsync(leads, caller, id)));
        var lead = (await leads.As(caller).GetAsync("/api/v1/leads")).Is(200).Json.GetProperty("items")[0];
        Assert.Equal("引号\"与,逗号𠮷公司", lead.GetProperty("investorName").GetString());
        Assert.Equal("2030-01-05", lead.GetProperty("nextStepDueOn").GetString());
    }

    [Theory]
    [InlineData("xlsx")]
    [InlineData("csv")]
    public async Task The_template_has_the_headings_that_an_import_reads(string format)
    {
        var caller = TestCaller.Officer();
        var file = await Imports.BytesAsync(leads, caller, $"/api/v1/imports/template?format={format}");
        var id = await Imports.UploadedAsync(leads, caller, file);
        var import = (await leads.As(caller).GetAsync($"/api/v1/imports/{id}")).Is(200).Json;
        var columns = import.GetProperty("columns").EnumerateArray().ToList();
        Assert.Equal(21, columns.Count);
        Assert.All(columns, c => Assert.NotNull(c.GetProperty("field").GetString()));
        Assert.Equal("客商名称*", columns[2].GetProperty("heading").GetString());
        (await leads.As(caller).PostAsync(
            $"/api/v1/imports/{id}/execution", new { duplicateOverride = new { reason = "测试导入" } },
            $"\"{import.GetProperty("version").GetInt64()}\"")).IsProblem(409, "import.empty");
    }

    [Fact]
    public async Task A_mapping_may_be_given_and_is_checked()
    {
        var caller = TestCaller.Officer();
        var text = "a,b,c,d,e,f,g\n自定义客商,王示例,13900000009,phone,谈合作,再谈,2030-02-02\n";
        var id = await Imports.UploadedAsync(leads, caller, Encoding.UTF8.GetBytes(text));
        var client = leads.As(caller);
        var etag = (await client.GetAsync($"/api/v1/imports/{id}")).ETag;
        (await client.PostAsync($"/api/v1/imports/{id}/execution", new { fields = new[] { "nonsense" } }, etag))
            .IsProblem(400, "request.invalid");
        (await client.PostAsync($"/api/v1/imports/{id}/execution", new { fields = new[] { "phone", "phone" } }, etag))
            .IsProblem(400, "request.invalid");
        (await client.PostAsync($"/api/v1/imports/{id}/execution", new { key = "uscc" }, etag)).IsProblem(400, "request.invalid");
        string[] fields = ["investorName", "personName", "phone", "channel", "summary", "nextStep", "nextStepDueOn"];
        Assert.Equal((1, 0, 0, 0, 0, 0),
            Imports.Tally(await Imports.DoneAsync(leads, caller, id, body: new { fields, duplicateOverride = new { reason = "测试导入" } })));
    }

    [Fact]
    public async Task A_cancelled_run_keeps_what_is_in_and_goes_on_when_it_is_run_again()
    {
        var caller = TestCaller.Officer();
        var client = leads.As(caller);
        var id = await Imports.UploadedAsync(
            leads, caller, await Imports.FileAsync(SheetFormat.Xlsx, Enumerable.Range(1, 3000).Select(n => Imports.Row(n))));
        (await client.PostAsync($"/api/v1/imports/{id}/execution", new { duplicateOverride = new { reason = "测试导入" } },
            (await client.GetAsync($"/api/v1/imports/{id}")).ETag)).Is(202);
        (await client.PostAsync($"/api/v1/imports/{id}/cancellation")).Is(202);
        var ended = await Imports.EndedAsync(leads, caller, $"/api/v1/imports/{id}");
        Assert.Equal("cancelled", ended.Json.GetProperty("job").GetProperty("state").GetString());
        (await client.PostAsync($"/api/v1/imports/{id}/cancellation")).IsProblem(409, "import.notRunning");
        var done = ended.Json.GetProperty("job").GetProperty("done").GetInt32();
        Assert.Equal(3000 - done, Imports.Tally(await Imports.DoneAsync(leads, caller, id)).Created);
        Assert.Equal(3000, await leads.Service.CountAsync($"select count(*) from lead where owner_id = '{caller.Id}'"));
    }

    [Fact]
    public async Task T2_A_row_with_an_investor_that_is_there_is_linked_to_it_unless_a_reason_says_that_it_is_another()
    {
        var (mine, other) = (TestCaller.Officer(), TestCaller.Officer());
        await leads.LeadAsync(leads.As(mine), ("investorName", "河南重名导入科技有限公司"));
        await leads.LeadAsync(leads.As(other), ("investorName", "别处导入智能有限公司"));
        object?[][] rows =
        [
            Imports.Row(501, ("客商名称", "重名导入科技（河南）有限公司")), Imports.Row(502, ("客商名称", "别处导入智能")), Imports.Row(503, ("客商名称", "只此一家导入一")),
            Imports.Row(504, ("客商名称", "只此一家导入一股份有限公司")),
        ];
        var id = await Imports.UploadedAsync(leads, mine, await Imports.FileAsync(SheetFormat.Xlsx, rows));
        var done = await Imports.DoneAsync(leads, mine, id, body: new { });
        Assert.Equal((4, 0, 0, 0, 0, 0), Imports.Tally(done));
        var list = (await leads.As(mine).GetAsync("/api/v1/leads?q=导入&sort=code")).Is(200).Json.GetProperty("items").EnumerateArray()
            .ToList();
        Assert.Equal(["河南重名导入科技有限公司", "河南重名导入科技有限公司", "别处导入智能有限公司", "只此一家导入一", "只此一家导入一"],
            list.Select(l => l.GetProperty("investorName").GetString()));
        Assert.Equal(3, list.Select(l => l.GetProperty("investorId").GetGuid()).Distinct().Count());
        Assert.Single((await leads.As(mine).GetAsync($"/api/v1/investors/{list[2].GetProperty("investorId").GetGuid()}/people"))
            .Is(200).Json.GetProperty("items").EnumerateArray());

        // The same file again changes nothing; with a reason for it, rows of other keys are investors of their own.
        Assert.Equal((0, 0, 4, 0, 0, 0), Imports.Tally(await ImportAsync(mine, rows)));
        Assert.Equal((2, 0, 0, 0, 0, 0), Imports.Tally(await ImportAsync(mine, [Imports.Row(505, ("客商名称", "重名导入科技（河南）有限公司")),
            Imports.Row(506, ("客商名称", "别处导入智能"))])));
        Assert.Equal(2, await leads.Service.CountAsync(
            "select count(*) from api.audit_entry where operation = 'duplicateOverridden' and reason = '测试导入' "
            + "and (subjects->0->>'id')::uuid in (select id from investor where name like '%导入智能' or name like '重名导入科技%')"));
    }

    private async Task<Answer> ImportAsync(TestCaller caller, object?[][] rows) =>
        await Imports.DoneAsync(leads, caller, await Imports.UploadedAsync(leads, caller, await Imports.FileAsync(SheetFormat.Xlsx, rows)));
}

/// <summary>The leads service with a database that no other test writes to.</summary>
internal sealed class OwnLeads : IAsyncDisposable
{
    public LeadsFixture Fixture { get; } = new();

    public ValueTask InitializeAsync() => Fixture.InitializeAsync();

    public ValueTask DisposeAsync() => Fixture.DisposeAsync();
}
