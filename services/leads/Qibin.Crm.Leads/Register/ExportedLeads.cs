using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Exports;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Investors;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Names;

namespace Qibin.Crm.Leads.Register;

/// <summary>A lead with the first person of its investor and its open next step.</summary>
internal sealed record ShownLead(Lead Lead, PersonAnswer? Person, string? NextStep);

/// <summary>The export of the list of leads.</summary>
internal sealed class ExportedLeads(DirectoryNames names, TimeProvider clock)
    : ExportedList<LeadsDb, LeadQuery, Lead, ShownLead>(ReadLeads.Listing)
{
    public override string Word => "leads";

    public override string Title => "线索";

    protected override IReadOnlyList<Column<ShownLead>> Columns { get; } =
    [
        new("线索编号", 16, s => s.Lead.Code),
        new("客商名称", 36, s => s.Lead.InvestorName),
        new("线索标题", 30, s => s.Lead.Title),
        new("阶段", 10, s => StageNames.Of(s.Lead.Stage)),
        new("阶段日期", 12, s => s.Lead.StageOn),
        new("负责人", 12, s => names.Of(s.Lead.OwnerId)),
        new("责任单位", 38, s => names.Of(s.Lead.UnitId)),
        new("联系人", 12, s => s.Person?.Name),
        new("联系电话", 18, s => s.Person?.Phone),
        new("首次联系", 12, s => s.Lead.FirstContactOn),
        new("最近联系", 12, s => s.Lead.LastContactOn),
        new("联系次数", 10, s => s.Lead.ContactCount),
        new("下一步", 36, s => s.NextStep),
        new("下一步期限", 12, s => s.Lead.NextStepDueOn),
        new("下一步状态", 12, s => LightOf(s.Lead.Light(clock.Today()))),
        new("产业链", 14, s => Shown.Chain(s.Lead.NodeCode)),
        new("产业链节点", 20, s => Shown.Node(s.Lead.NodeCode)),
        new("来源地区", 24, s => Shown.Place(s.Lead.SourceRegion)),
        new("意向投资额", 22, s => s.Lead.EstimatedAmount, IsAmount: true),
        new("币种", 8, s => s.Lead.EstimatedCurrency),
        new("涉密", 8, s => Shown.YesNo(s.Lead.Confidential)),
        new("已转项目", 10, s => Shown.YesNo(s.Lead.ProjectId is not null)),
        new("回访日期", 12, s => s.Lead.RevisitOn),
        new("入驻日期", 12, s => s.Lead.MovedInOn),
        new("登记时间", 18, s => s.Lead.CreatedAt),
        new("更新时间", 18, s => s.Lead.UpdatedAt),
    ];

    protected override async Task<IQueryable<Lead>> RowsAsync(LeadsDb db, Caller caller, LeadQuery query, CancellationToken ct)
    {
        query = await ReadLeads.ResolvedAsync(query, db, ct);
        return ReadLeads.Filter(
            db.Leads.AsNoTracking().ReadableBy(caller), query, db, clock.Today(),
            await SearchBeside.LookAsync(db, caller, query.Q, clock, ct));
    }

    protected override async Task<IReadOnlyList<ShownLead>> ShowAsync(
        LeadsDb db, Caller caller, IReadOnlyList<Lead> rows, CancellationToken ct)
    {
        var people = await db.FirstPeopleAsync(caller, [.. rows.Select(l => l.InvestorId).Distinct()], ct);
        Guid[] open = [.. rows.Select(l => l.NextStepId).OfType<Guid>()];
        var steps = await db.NextSteps.AsNoTracking().Where(s => open.Contains(s.Id)).ToDictionaryAsync(s => s.Id, s => s.What, ct);
        return [.. rows.Select(lead => new ShownLead(
            lead, people.GetValueOrDefault(lead.InvestorId), lead.NextStepId is { } step ? steps.GetValueOrDefault(step) : null))];
    }

    protected override bool IsUnmasked(ShownLead shown) => shown.Person is { Masked: false };

    protected override async Task<IReadOnlyCollection<Guid>> StillUnmaskedAsync(
        LeadsDb db, Caller caller, Guid[] rows, CancellationToken ct)
    {
        var leads = await db.Leads.AsNoTracking().Where(l => rows.Contains(l.Id)).Select(l => new { l.Id, l.InvestorId }).ToListAsync(ct);
        var worked = (await db.WorkedOnAsync(caller, [.. leads.Select(l => l.InvestorId).Distinct()], ct)).ToHashSet();
        return [.. leads.Where(l => worked.Contains(l.InvestorId)).Select(l => l.Id)];
    }

    private static string LightOf(NextStepLight light) => light switch
    {
        NextStepLight.None => "无",
        NextStepLight.Planned => "已计划",
        _ => "已逾期",
    };
}
