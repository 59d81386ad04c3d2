using System.Globalization;
using Qibin.Crm.Kernel;
using Qibin.Crm.Pipeline.Journeys;
using Qibin.Crm.Pipeline.Totals;

namespace Qibin.Crm.Pipeline.Reports;

/// <summary>
/// What stands in a monthly report, before it becomes a workbook or a document. Everything in it comes from what is stored with it.
/// </summary>
/// <param name="Title">The heading of the whole.</param>
/// <param name="Notes">What it is made from, a line each.</param>
/// <param name="Tables">Its tables, in order.</param>
internal sealed record MonthlyReport(string Title, IReadOnlyList<string> Notes, IReadOnlyList<ReportTable> Tables)
{
    private static readonly string[] Measures = ["币种", "意向投资", "合同金额", "到位资金"];

    private static readonly (MilestoneKind Kind, string Name)[] Batches =
        [(MilestoneKind.Signed, "签约"), (MilestoneKind.Started, "开工"), (MilestoneKind.Producing, "投产")];

    /// <param name="row">What was asked for.</param>
    /// <param name="material">The journeys of its scope.</param>
    /// <param name="names">What things were called.</param>
    /// <param name="cells">Figures by stage, chain and unit.</param>
    /// <param name="reached">What was signed, started and began to produce in the quarter.</param>
    public static MonthlyReport Of(
        ReportRow row, ReportMaterialRow material, ReportNames names, IReadOnlyList<Cell> cells, IReadOnlyList<Reached> reached)
    {
        var quarter = FirstOfQuarter(row.Month);
        var active = cells.Where(c => c.Status == JourneyStatus.Active).ToList();
        var inOrder = reached.OrderBy(r => r.On)
            .ThenBy(r => names.Projects.GetValueOrDefault(r.Stretch.LeadId)?.Code, StringComparer.Ordinal).ThenBy(r => r.Stretch.LeadId)
            .ToList();
        var knownAt = row.KnownAt.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
        return new MonthlyReport(
            $"招商引资月度报告 {row.Month.Year} 年 {row.Month.Month} 月",
            [
                $"报告编号：{row.Id}",
                $"截至日期：{Text(row.AsOf)}；数据时点：{knownAt}（北京时间）",
                $"数据范围：{names.Scope}；涉密项目 {material.Confidential} 个不在本报告内",
                "金额单位：元；各币种分列，不相加",
            ],
            [
                Totals("按阶段", "一、按阶段汇总（推进中）", "阶段", active.GroupBy(c => StageName(c.Stage!.Value), c => ((int)c.Stage!.Value, c))),
                Totals(
                    "按产业链", "二、按产业链汇总（推进中）", "产业链",
                    active.GroupBy(c => ChainName.Of(c.Chain)?.Name ?? "未归链", c => (ChainPlace(c.Chain), c))),
                Totals("按单位", "三、按责任单位汇总（推进中）", "责任单位", active.GroupBy(c => UnitName(names, c.Unit!.Value), c => (0, c))),
                Totals(
                    "其他状态", "四、未推进的项目", "状态", cells.Except(active)
                    .GroupBy(c => StatusName(c.Status!.Value), c => ((int)c.Status!.Value, c)), total: false),
                new ReportTable(
                    "三个一批", $"五、三个一批（{quarter.Year} 年第 {((quarter.Month - 1) / 3) + 1} 季度，{Text(quarter)} 至 {Text(row.AsOf)}）",
                    ["批次", "项目数", "币种", "合同金额", "到位资金"],
                    [.. Batches.SelectMany(b => Batch(b.Name, [.. inOrder.Where(r => r.Kind == b.Kind).Select(r => r.Stretch)]))]),
                .. Batches.Select((b, i) => new ReportTable(
                    $"{b.Name}项目", $"{"六七八"[i]}、本季度{b.Name}项目",
                    ["项目编号", "项目名称", "责任单位", "产业链", $"{b.Name}日期", "当前阶段", "状态", "币种", "合同金额", "到位资金"],
                    [.. inOrder.Where(r => r.Kind == b.Kind).SelectMany(r => Project(r, names))])),
            ]);
    }

    /// <summary>The first day of the quarter.</summary>
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

        return new ReportTable(sheet, title, [dimension, "项目数", .. Measures], [.. ordered.SelectMany(g => Lines(g.Name, g.Cells))]);
    }

    private static IEnumerable<IReadOnlyList<object?>> Lines(string name, List<Cell> cells)
    {
        var amounts = cells.PerCurrency().Select(a => new object?[] { a.Currency, a.Estimated, a.Contract, a.PaidIn });
        return WithAmounts([name, cells.Sum(c => c.Count)], [.. amounts.Where(IsSomething)], Measures.Length);
    }

    private static IEnumerable<IReadOnlyList<object?>> Batch(string name, List<Interval> stretches) =>
        WithAmounts([name, (long)stretches.Count], [.. Amounts(stretches)], 3);

    private static IEnumerable<IReadOnlyList<object?>> Project(Reached reached, ReportNames names)
    {
        var (s, project) = (reached.Stretch, names.Projects.GetValueOrDefault(reached.Stretch.LeadId));
        return WithAmounts(
            [project?.Code, project?.Name, UnitName(names, s.UnitId), ChainName.Of(s.ChainCode)?.Name, reached.On, StageName(s.Stage),
                StatusName(s.Status)],
            [.. Amounts([s])], 3);
    }

    private static IEnumerable<object?[]> Amounts(IEnumerable<Interval> stretches) => stretches.SelectMany(s => s.Amounts)
        .GroupBy(a => a.Currency).OrderBy(g => g.Key, StringComparer.Ordinal)
        .Select(g => new object?[] { g.Key, g.Sum(a => a.Contract), g.Sum(a => a.PaidIn) }).Where(IsSomething);

    /// <summary>A currency whose amounts all come to nothing has no line.</summary>
    private static bool IsSomething(object?[] amounts) => amounts[1..].Any(x => x is not 0m);

    private static IEnumerable<IReadOnlyList<object?>> WithAmounts(object?[] head, List<object?[]> amounts, int columns) =>
        amounts.Count == 0 ? [[.. head, .. new object?[columns]]]
        : amounts.Select((a, i) => (IReadOnlyList<object?>)[.. i == 0 ? head : new object?[head.Length], .. a]);

    private static string UnitName(ReportNames names, Guid unit) => names.Units.GetValueOrDefault(unit) ?? $"{unit}";

    private static int ChainPlace(string? chain) => IndustryChains.All.TakeWhile(c => c.Code != chain).Count();

    private static string Text(DateOnly day) => day.ToString("O", CultureInfo.InvariantCulture);

    private static string StageName(JourneyStage stage) => stage switch
    {
        JourneyStage.New => "新线索",
        JourneyStage.Assessing => "研判中",
        JourneyStage.Following => "跟进中",
        JourneyStage.Converted => "已转项目",
        JourneyStage.Kept => "留存",
        JourneyStage.Invalid => "无效",
        JourneyStage.Negotiating => "在谈",
        JourneyStage.Signed => "签约",
        JourneyStage.Registered => "注册",
        JourneyStage.Started => "开工",
        JourneyStage.Completed => "竣工",
        JourneyStage.Producing => "投产",
        JourneyStage.AtCapacity => "达产",
        _ => "达效",
    };

    private static string StatusName(JourneyStatus status) => status switch
    {
        JourneyStatus.Active => "推进中",
        JourneyStatus.Suspended => "暂停",
        JourneyStatus.Terminated => "终止",
        JourneyStatus.Kept => "留存",
        _ => "无效",
    };
}

/// <summary>A table of a report.</summary>
/// <param name="Sheet">Its name in the workbook.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Headings">Of its columns.</param>
/// <param name="Rows">Text, whole numbers, decimals, days and null.</param>
internal sealed record ReportTable(string Sheet, string Title, IReadOnlyList<string> Headings, IReadOnlyList<IReadOnlyList<object?>> Rows);

/// <summary>A milestone of the quarter.</summary>
/// <param name="Kind">What was reached.</param>
/// <param name="On">The business day.</param>
/// <param name="Stretch">What the journey was on the report's day.</param>
internal sealed record Reached(MilestoneKind Kind, DateOnly On, Interval Stretch);
