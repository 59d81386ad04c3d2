using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Exports;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Names;

namespace Qibin.Crm.Enterprises.Register;

/// <summary>An enterprise with the first of its projects that the caller may know of.</summary>
internal sealed record ShownEnterprise(Enterprise Enterprise, ProjectLink? Project);

/// <summary>The export of the register of enterprises.</summary>
internal sealed class ExportedEnterprises(DirectoryNames names)
    : ExportedList<EnterprisesDb, EnterpriseQuery, Enterprise, ShownEnterprise>(ListEnterprises.Listing)
{
    public override string Word => "enterprises";

    public override string Title => "企业";

    protected override IReadOnlyList<Column<ShownEnterprise>> Columns { get; } =
    [
        new("企业编号", 16, s => s.Enterprise.Code),
        new("企业名称", 36, s => s.Enterprise.Name),
        new("统一社会信用代码", 24, s => s.Enterprise.Uscc),
        new("注册国家", 14, s => Shown.Country(s.Enterprise.ForeignRegistration)),
        new("注册号", 22, s => s.Enterprise.ForeignRegistration?.Number),
        new("项目负责人", 12, s => s.Project is { } project ? names.Of(project.OwnerId) : null),
        new("责任单位", 38, s => s.Project is { } project ? names.Of(project.UnitId) : null),
        new("产业链", 14, s => Shown.Chain(s.Enterprise.NodeCode)),
        new("产业链节点", 20, s => Shown.Node(s.Enterprise.NodeCode)),
        new("国民经济行业代码", 20, s => s.Enterprise.IndustryCode),
        new("注册地址", 36, s => s.Enterprise.Address),
        new("注册日期", 12, s => s.Enterprise.RegisteredOn),
        new("在园", 8, s => Shown.YesNo(s.Enterprise.InCity)),
        new("涉密", 8, s => Shown.YesNo(s.Enterprise.Confidential)),
        new("登记时间", 18, s => s.Enterprise.RecordedAt),
        new("更新时间", 18, s => s.Enterprise.UpdatedAt),
    ];

    protected override Task<IQueryable<Enterprise>> RowsAsync(
        EnterprisesDb db, Caller caller, EnterpriseQuery query, CancellationToken ct) =>
        Task.FromResult(ListEnterprises.Filter(db, caller, query));

    protected override async Task<IReadOnlyList<ShownEnterprise>> ShowAsync(
        EnterprisesDb db, Caller caller, IReadOnlyList<Enterprise> rows, CancellationToken ct)
    {
        Guid[] ids = [.. rows.Select(e => e.Id)];
        var links = (await db.ProjectLinks.AsNoTracking().DisclosedTo(caller).Where(l => ids.Contains(l.EnterpriseId)).ToListAsync(ct))
            .OrderBy(l => l.RegisteredOn).ThenBy(l => l.ProjectId).ToLookup(l => l.EnterpriseId);
        return [.. rows.Select(enterprise => new ShownEnterprise(enterprise, links[enterprise.Id].FirstOrDefault()))];
    }
}
