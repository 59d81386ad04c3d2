using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Enterprises.Tests;

/// <summary>The exports of the register, of entry applications and of tenancies.</summary>
public sealed class ExportTests(EnterprisesFixture fixture) : IClassFixture<EnterprisesFixture>
{
    private const string Exports = "/api/v1/enterprises/exports";

    [Fact]
    public async Task F_The_register_is_exported_with_who_is_responsible_and_without_what_is_confidential()
    {
        var owner = await fixture.PlacedAsync(TestCaller.Officer() with { Name = "周示例" });
        var (id, project) = await fixture.RegisteredAsync(ownerId: owner.Id);
        await fixture.Service.DeliverAsync(
            new UnitDefined { UnitId = project.UnitId, Code = $"u{project.UnitId:N}", Name = "卫星招商部" }, project.UnitId, 1);
        await fixture.EnterpriseAsync();
        var reader = TestCaller.Person(Roles.ServiceOfficer);
        var (hidden, _) = await fixture.RegisteredAsync(confidential: true, readers: [reader.Id]);

        var rows = await ExportedFile.RowsAsync(fixture.Service, fixture.ServiceOfficer, Exports, "enterprises", "sort=code");
        var list = (await fixture.Officer.GetAsync("/api/v1/enterprises?sort=code&limit=200")).Is(200).Json.GetProperty("items")
            .EnumerateArray().Select(e => e.GetProperty("code").GetString());
        Assert.Equal(list, rows.Select(r => r["企业编号"]));
        var code = (await fixture.Officer.GetAsync($"/api/v1/enterprises/{id}")).Is(200).Json.GetProperty("code").GetString();
        var row = rows.Single(r => r["企业编号"] == code);
        Assert.Equal(("周示例", "卫星招商部", project.Uscc, "卫星", "否"),
            (row["项目负责人"], row["责任单位"], row["统一社会信用代码"], row["产业链"][..2], row["在园"]));

        var secret = (await fixture.Service.As(reader).GetAsync($"/api/v1/enterprises/{hidden}")).Is(200).Json.GetProperty("code")
            .GetString();
        Assert.DoesNotContain(secret, rows.Select(r => r["企业编号"]));
        Assert.Contains(secret, (await ExportedFile.RowsAsync(fixture.Service, reader, Exports, "enterprises")).Select(r => r["企业编号"]));
    }

    [Fact]
    public async Task F_Applications_and_tenancies_are_exported_with_their_enterprise_and_spaces()
    {
        var drafter = await fixture.PlacedAsync(fixture.Drafter with { Name = "起草人示例" });
        var (enterprise, space) = (await fixture.EnterpriseAsync(), await fixture.SpaceAsync());
        var (application, tenancy) = await fixture.MovedInAsync(enterprise, [space]);
        var name = (await fixture.Officer.GetAsync($"/api/v1/enterprises/{enterprise}")).Is(200).Json.GetProperty("name").GetString();
        var its = (await fixture.Officer.GetAsync($"/api/v1/premises/spaces/{space}")).Is(200).Json.GetProperty("name").GetString();

        var drafted = Assert.Single(await ExportedFile.RowsAsync(
            fixture.Service, fixture.ServiceOfficer, Exports, "entry-applications", $"enterpriseId={enterprise}"));
        Assert.Equal((name, "已入驻", drafter.Name), (drafted["企业名称"], drafted["状态"], drafted["起草人"]));
        Assert.EndsWith(" " + its, drafted["申请单元"], StringComparison.Ordinal);
        Assert.Equal(await CodeAsync("entry-applications", application), drafted["申请编号"]);

        var moved = Assert.Single(await ExportedFile.RowsAsync(
            fixture.Service, fixture.ServiceOfficer, Exports, "tenancies", $"enterpriseId={enterprise}&ended=false"));
        Assert.Equal((name, EnterprisesFixture.Iso(fixture.Today), ""), (moved["企业名称"], moved["入驻日期"], moved["离园日期"]));
        Assert.EndsWith(" " + its, moved["入驻单元"], StringComparison.Ordinal);
        Assert.Equal(await CodeAsync("tenancies", tenancy), moved["租约编号"]);

        async Task<string?> CodeAsync(string list, Guid id) =>
            (await fixture.Officer.GetAsync($"/api/v1/{list}/{id}")).Is(200).Json.GetProperty("code").GetString();
    }
}
