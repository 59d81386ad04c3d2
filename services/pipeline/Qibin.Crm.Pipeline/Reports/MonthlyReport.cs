using Qibin.Crm.Pipeline.Totals;
using Qibin.Crm.Sheets;

namespace Qibin.Crm.Pipeline.Reports;

/// <summary>
/// What stands in a monthly report, before it becomes a workbook or a document. Everything in it comes from what is stored with it.
/// </summary>
internal static class MonthlyReport
{
    private static readonly string[] Measures = ["币种", "意向投资", "合同金额", "到位资金"];

    /// <summary>In the order of <see cref="JourneyStage"/>.</summary>
    private static readonly string[] StageNames =
    [
        "新线索", "研判中", "跟进中", "已转项目", "留存", "无效",
        "在谈", "签约", "注册", "开工", "竣工", "投产", "达产", "达效",
    ];

    /// <summary>In the order of <see cref="JourneyStatus"/>.</summary>
    private static readonly string[] StatusNames = ["推进中", "暂停", "终止", "留存", "无效"];

    private static readonly (MilestoneKind Kind, string Name)[] Batches =
        [(MilestoneKind.Signed, "签约"), (MilestoneKind.Started, "开工"), (MilestoneKind.Producing, "投产")];

    public static MilestoneKind[] Milestones { get; } = [.. Batches.Select(b => b.Kind)];

    /// <summary>From figures by stage, chain and unit, and from the milestones that were reached in the quarter.</summary>
    public static TableReport Of(
        ReportRow row, ReportMaterialRow material, ReportNames names, IReadOnlyList<Cell> cells, IReadOnlyList<Reached> reached)
    {
        var quarter = FirstOfQuarter(row.Month);
        var active = cells.Where(c => c.Status == JourneyStatus.Active).ToList();
        var inOrder = reached.OrderBy(r => r.On)
            .ThenBy(r => names.Projects.GetValueOrDefault(r.Journey.LeadId)?.Code, StringComparer.Ordinal).ThenBy(r => r.Journey.LeadId)
            .ToLookup(r => r.Kind);
        var knownAt = row.KnownAt.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
        return new TableReport(
            $"招商引资月度报告 {row.Month.Year} 年 {row.Month.Month} 月",
            [
                $"报告编号：{row.Id}",
                $"截至日期：{Text(row.AsOf)}；数据时点：{knownAt}（北京时间）",
                $"数据范围：{names.Scope}；涉密项目 {material.Confidential} 个不在本报告内",
                "金额单位：元；各币种分列，不相加",
            ],
            [
                Totals("按阶段", "一、按阶段汇总（推进中）", "阶段", active.GroupBy(c => StageNames[(int)c.Stage!.Value], c => ((int)c.Stage!.Value, c))),
                Totals("按产业链", "二、按产业链汇总（推进中）", "产业链",
                    active.GroupBy(c => ChainName.Of(c.Chain)?.Name ?? "未归链", c => (ChainPlace(c.Chain), c))),
                Totals("按单位", "三、按责任单位汇总（推进中）", "责任单位", active.GroupBy(c => UnitName(names, c.Unit!.Value), c => (0, c))),
                Totals("其他状态", "四、未推进的项目", "状态",
                    cells.Except(active).GroupBy(c => StatusNames[(int)c.Status!.Value], c => ((int)c.Status!.Value, c)), total: false),
                new ReportTable(
                    "三个一批",
                    $"五、三个一批（{quarter.Year} 年第 {((quarter.Month - 1) / 3) + 1} 季度，{Text(quarter)} 至 {Text(row.AsOf)}）",
                    ["批次", "项目数", "币种", "合同金额", "到位资金"],
                    [.. Batches.SelectMany(b => Lines([b.Name, (long)inOrder[b.Kind].Count()], Amounts(inOrder[b.Kind]), 3))]),
                .. Batches.Select((b, i) => new ReportTable(
                    $"{b.Name}项目",
                    $"{"六七八"[i]}、本季度{b.Name}项目",
                    ["项目编号", "项目名称", "责任单位", "产业链", $"{b.Name}日期", "当前阶段", "状态", "币种", "合同金额", "到位资金"],
                    [.. inOrder[b.Kind].SelectMany(r => Project(r, names))])),
            ]);
    }

    public static DateOnly FirstOfQuarter(DateOnly month) => new(month.Year, month.Month - ((month.Month - 1) % 3), 1);

    /// <summary>One line for each group and currency; the number stands in the group's first line.</summary>
    private static ReportTable Totals(
        string sheet, string title, string dimension, IEnumerable<IGrouping<string, (int Place, Cell Cell)>> groups, bool total = true)
    {
        var ordered = groups.OrderBy(g => g.Min(x => x.Place)).ThenBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => (Name: g.Key, Cells: g.Select(x => x.Cell).ToList())).ToList();
        if (total)
        {
            ordered.Add(("合计", [.. ordered.SelectMany(g => g.Cells)]));
        }

        return new ReportTable(
            sheet, title, [dimension, "项目数", .. Measures],
            [.. ordered.SelectMany(g => Lines([g.Name, g.Cells.Sum(c => c.Count)], Amounts(g.Cells), Measures.Length))]);
    }

    private static IEnumerable<object?[]> Amounts(IEnumerable<Cell> cells) =>
        cells.PerCurrency().Select(a => new object?[] { a.Currency, a.Estimated, a.Contract, a.PaidIn });

    private static IEnumerable<IReadOnlyList<object?>> Project(Reached reached, ReportNames names)
    {
        var (journey, project) = (reached.Journey, names.Projects.GetValueOrDefault(reached.Journey.LeadId));
        object?[] head =
        [
            project?.Code, project?.Name, UnitName(names, journey.UnitId), ChainName.Of(journey.ChainCode)?.Name,
            reached.On, StageNames[(int)journey.Stage], StatusNames[(int)journey.Status],
        ];
        return Lines(head, Amounts([reached]), 3);
    }

    private static IEnumerable<object?[]> Amounts(IEnumerable<Reached> reached) => reached.SelectMany(r => r.Journey.Amounts)
        .GroupBy(a => a.Currency).OrderBy(g => g.Key, StringComparer.Ordinal)
        .Select(g => new object?[] { g.Key, g.Sum(a => a.Contract), g.Sum(a => a.PaidIn) });

    /// <summary>A line for each currency that comes to anything, or one without amounts; the head stands in the first.</summary>
    private static IEnumerable<IReadOnlyList<object?>> Lines(object?[] head, IEnumerable<object?[]> amounts, int columns) => amounts
        .Where(a => a[1..].Any(x => x is not 0m)).DefaultIfEmpty(new object?[columns])
        .Select((a, i) => (IReadOnlyList<object?>)[.. i == 0 ? head : new object?[head.Length], .. a]);

    private static string UnitName(ReportNames names, Guid unit) => names.Units.GetValueOrDefault(unit) ?? $"{unit}";

    private static int ChainPlace(string? chain) => IndustryChains.All.TakeWhile(c => c.Code != chain).Count();

    private static string Text(DateOnly day) => day.ToString("O", CultureInfo.InvariantCulture);
}

/// <summary>A milestone of the quarter, with what the journey was on the report's day.</summary>
internal sealed record Reached(MilestoneKind Kind, DateOnly On, Interval Journey);
