using Qibin.Crm.Exports;
using Qibin.Crm.Web.Names;

namespace Qibin.Crm.Pipeline.Journeys;

/// <summary>The export of the list behind the totals.</summary>
internal sealed class ExportedJourneys(DirectoryNames names, TimeProvider clock)
    : ExportedList<PipelineDb, JourneyFilter, ListedJourney, JourneySummary>(ListJourneys.Listing)
{
    public override string Word => "journeys";

    public override string Title => "线索和项目";

    protected override IReadOnlyList<Column<JourneySummary>> Columns { get; } =
    [
        new("线索编号", 16, j => j.Code),
        new("客商名称", 36, j => j.InvestorName),
        new("项目编号", 16, j => j.ProjectCode),
        new("项目名称", 36, j => j.ProjectName),
        new("阶段", 10, j => StageNames.Of(j.Stage)),
        new("阶段日期", 12, j => j.StageOn),
        new("状态", 10, j => StageNames.Of(j.Status)),
        new("负责人", 12, j => names.Of(j.OwnerId)),
        new("责任单位", 20, j => j.Unit.Name),
        new("产业链", 14, j => j.Chain?.Name),
        new("产业链节点", 20, j => Shown.Node(j.NodeCode)),
        new("来源地区", 24, j => Shown.Place(j.SourceRegion)),
        new("首次联系", 12, j => j.FirstContactOn),
        new("入驻日期", 12, j => j.MovedInOn),
        new("意向投资额", 20, j => j.EstimatedInvestment?.Amount, IsAmount: true),
        new("意向币种", 10, j => j.EstimatedInvestment?.Currency),
        new("合同金额", 20, j => j.ContractAmount?.Amount, IsAmount: true),
        new("合同币种", 10, j => j.ContractAmount?.Currency),
        new("到位资金（人民币）", 24, j => Shown.Yuan(j.PaidIn), IsAmount: true),
        new("到位资金（其他币种）", 24, j => Shown.Foreign(j.PaidIn)),
        new("完成投资（人民币）", 24, j => Shown.Yuan(j.CompletedInvestment), IsAmount: true),
        new("完成投资（其他币种）", 24, j => Shown.Foreign(j.CompletedInvestment)),
        new("涉密", 8, j => Shown.YesNo(j.Confidential)),
        new("更新时间", 18, j => j.ChangedAt),
    ];

    /// <summary>Amounts are always converted, in case the order is by them.</summary>
    protected override async Task<IQueryable<ListedJourney>> RowsAsync(
        PipelineDb db, Caller caller, JourneyFilter query, CancellationToken ct) =>
        (await ListJourneys.FilterAsync(query, "amount", db, caller, clock, ct)).Journeys;

    protected override Task<IQueryable<ListedJourney>> ReadableAsync(PipelineDb db, Caller caller, CancellationToken ct) =>
        Task.FromResult(db.AllJourneys.AsNoTracking().ReadableBy(caller)
            .Select(j => new ListedJourney { Now = j, Then = j, ChangedAt = j.ChangedAt, Yuan = 0 }));

    protected override async Task<IReadOnlyList<JourneySummary>> ShowAsync(
        PipelineDb db, Caller caller, IReadOnlyList<ListedJourney> rows, CancellationToken ct)
    {
        var units = await db.Units.AsNoTracking().NamesAsync(ct);
        return [.. rows.Select(row => ListJourneys.Summary(row, units))];
    }
}
