using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Exports;
using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Names;

namespace Qibin.Crm.Projects.Ledger;

/// <summary>The export of the list of projects.</summary>
internal sealed class ExportedProjects(DirectoryNames names)
    : ExportedList<ProjectsDb, ListProjectsQuery, Project, Project>(ListProjects.Listing)
{
    public override string Word => "projects";

    public override string Title => "项目";

    protected override IReadOnlyList<Column<Project>> Columns { get; } =
    [
        new("项目编号", 16, p => p.Code),
        new("项目名称", 36, p => p.Name),
        new("客商名称", 36, p => p.InvestorName),
        new("阶段", 10, p => Names.Of(p.Stage).Chinese),
        new("阶段日期", 12, p => p.StageOn),
        new("状态", 10, p => Names.Of(p.Status).Chinese),
        new("待审批", 8, p => Shown.YesNo(p.OpenSubmissionId is not null)),
        new("负责人", 12, p => names.Of(p.OwnerId)),
        new("责任单位", 38, p => names.Of(p.UnitId)),
        new("项目专员", 12, p => p.ProjectOfficerId is { } officer ? names.Of(officer) : null),
        new("产业链", 14, p => Shown.Chain(p.NodeCode)),
        new("产业链节点", 20, p => Shown.Node(p.NodeCode)),
        new("项目地点", 30, p => p.Place),
        new("合同金额", 20, p => p.ContractAmount?.Amount, IsAmount: true),
        new("合同币种", 10, p => p.ContractAmount?.Currency),
        new("到位资金（人民币）", 24, p => Shown.Yuan(p.PaidIn), IsAmount: true),
        new("到位资金（其他币种）", 24, p => Shown.Foreign(p.PaidIn)),
        new("完成投资（人民币）", 24, p => Shown.Yuan(p.CompletedInvestment), IsAmount: true),
        new("完成投资（其他币种）", 24, p => Shown.Foreign(p.CompletedInvestment)),
        new("企业名称", 36, p => p.EnterpriseName),
        new("统一社会信用代码", 24, p => p.Uscc),
        new("计划签约", 12, p => p.PlannedSigningOn),
        new("计划开工", 12, p => p.PlannedStartOn),
        new("计划竣工", 12, p => p.PlannedCompletionOn),
        new("计划投产", 12, p => p.PlannedProductionOn),
        new("入驻日期", 12, p => p.MovedInOn),
        new("涉密", 8, p => Shown.YesNo(p.Confidential)),
        new("登记时间", 18, p => p.CreatedAt),
        new("更新时间", 18, p => p.UpdatedAt),
    ];

    protected override Task<IQueryable<Project>> RowsAsync(
        ProjectsDb db, Caller caller, ListProjectsQuery query, CancellationToken ct) =>
        Task.FromResult(ListProjects.Filter(db, db.Projects.AsNoTracking().ReadableBy(caller), query));

    protected override Task<IReadOnlyList<Project>> ShowAsync(
        ProjectsDb db, Caller caller, IReadOnlyList<Project> rows, CancellationToken ct) => Task.FromResult(rows);
}
