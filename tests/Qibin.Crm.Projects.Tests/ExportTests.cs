using Qibin.Crm.TestKit;

namespace Qibin.Crm.Projects.Tests;

/// <summary>The export of the ledger.</summary>
public sealed class ExportTests(City city) : IClassFixture<City>
{
    private const string Exports = "/api/v1/projects/exports";

    [Fact]
    public async Task F_An_export_has_the_rows_of_the_list_in_its_order_with_names_and_amounts_in_the_chosen_unit()
    {
        var signed = await city.AtAsync("signed");
        await city.OpenedAsync(name: "未签约项目（虚构）");
        var rows = await ExportedFile.RowsAsync(
            city.Service, city.Officer, Exports, "projects", "stage=signed,negotiating&sort=-stageOn", "wan");
        var list = (await city.As(city.Officer).GetAsync("/api/v1/projects?stage=signed,negotiating&sort=-stageOn")).Is(200).Json
            .GetProperty("items").EnumerateArray().Select(p => p.GetProperty("code").GetString());
        Assert.Equal(list, rows.Select(r => r["项目编号"]));

        var read = (await city.GetAsync(signed, city.Officer)).Json;
        var row = rows.Single(r => r["项目编号"] == read.GetProperty("code").GetString());
        Assert.Equal((city.Officer.Name, "一科", "签约", "推进中", "12000", "CNY", "否"),
            (row["负责人"], row["责任单位"], row["阶段"], row["状态"], row["合同金额（万元）"], row["合同币种"], row["涉密"]));
        Assert.Equal(read.GetProperty("stageOn").GetString(), row["阶段日期"]);
    }

    [Fact]
    public async Task F_What_is_confidential_is_its_readers_alone_and_leaves_a_file_that_is_fetched_later()
    {
        await city.OpenedAsync(name: "公开项目（虚构）");
        var id = await city.OpenedAsync(name: "将涉密项目（虚构）");
        await city.OpenedAsync(confidential: true, readers: [city.Officer.Id, city.Leader.Id], name: "已涉密项目（虚构）");
        Assert.Contains("已涉密项目（虚构）", await NamesAsync(city.Officer));
        var before = await NamesAsync(city.BureauHead);
        Assert.Contains("将涉密项目（虚构）", before);
        Assert.DoesNotContain("已涉密项目（虚构）", before);

        var path = await ExportedFile.MakeAsync(city.Service, city.BureauHead, Exports, new { list = "projects", format = "csv" });
        (await city.As(city.UnitHead).PatchAsync($"/api/v1/projects/{id}",
            new { confidential = true, readers = new[] { city.UnitHead.Id } }, await city.ETagAsync(id))).Is(200);
        var rows = ExportedFile.Rows(await ExportedFile.FetchAsync(city.Service, city.BureauHead, path));
        Assert.DoesNotContain("将涉密项目（虚构）", rows.Select(r => r["项目名称"]));
        Assert.Contains("公开项目（虚构）", rows.Select(r => r["项目名称"]));
        (await city.As(city.Officer).GetAsync(path)).IsProblem(404, "resource.notFound");
        (await city.As(city.Officer).GetAsync(path + "/file")).IsProblem(404, "resource.notFound");
    }

    [Fact]
    public async Task What_the_list_refuses_the_export_refuses()
    {
        foreach (var query in (string[])["noSuch=1", "sort=noSuch", "stage=noSuch", "ownerId=x", "q=a", "amountFrom=1", "node=noSuch"])
        {
            Assert.Equal(400, (await city.As(city.Officer).GetAsync("/api/v1/projects?" + query)).Status);
            (await city.As(city.Officer).PostAsync(Exports, new { list = "projects", format = "csv", query }))
                .IsProblem(400, "request.invalid");
        }

        (await city.As(city.Officer).PostAsync(Exports, new { list = "leads", format = "csv" })).IsProblem(400, "request.invalid");
        (await city.As(city.Officer).PostAsync(Exports, new { list = "projects" })).IsProblem(400, "request.invalid");
        (await city.As(city.Administrator).PostAsync(Exports, new { list = "projects", format = "csv" })).IsProblem(403, "auth.forbidden");
    }

    [Fact]
    public async Task Making_and_fetching_an_export_is_audited()
    {
        var path = await ExportedFile.MakeAsync(city.Service, city.Leader, Exports, new { list = "projects", format = "xlsx" });
        await ExportedFile.FetchAsync(city.Service, city.Leader, path);
        foreach (var operation in (string[])["createProjectExport", "readProjectExportFile"])
        {
            Assert.Equal(1, await city.Service.CountAsync(
                $"select count(*) from api.audit_entry where actor_id = '{city.Leader.Id}' and operation = '{operation}'"));
        }
    }

    private async Task<List<string>> NamesAsync(TestCaller caller) =>
        [.. (await ExportedFile.RowsAsync(city.Service, caller, Exports, "projects")).Select(r => r["项目名称"])];
}
