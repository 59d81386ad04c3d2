using Qibin.Crm.Pipeline.Totals;
using Qibin.Crm.Sheets;

namespace Qibin.Crm.Pipeline.Reports;

/// <summary>
/// What stands in a monthly report, before it becomes a workbook or a document. Everything in it comes from what is stored with it.
/// </summary>
internal static class MonthlyReport
{
    /// <summary>Amounts are in 万元.</summary>
    private const decimal Unit = 10_000;

    private static readonly string[] Measures = ["意向投资", "合同金额", "到位资金", "完成投资"];

    /// <summary>In the order of <see cref="Indicator"/>.</summary>
    private static readonly string[] IndicatorNames = ["签约项目数", "签约金额", "开工项目数", "投产项目数", "到位资金"];

    private static readonly (MilestoneKind Kind, string Name)[] Batches =
        [(MilestoneKind.Signed, "签约"), (MilestoneKind.Started, "开工"), (MilestoneKind.Producing, "投产")];

    public static MilestoneKind[] Milestones { get; } = [.. Batches.Select(b => b.Kind)];

    /// <summary>From figures by stage, chain and unit, and from the milestones that were reached in the quarter.</summary>
    public static TableReport Of(
        ReportRow row, ReportMaterialRow material, ReportNames names, IReadOnlyList<Cell> cells, IReadOnlyList<Cell> before,
        IReadOnlyList<Reached> reached)
    {
        var quarter = FirstOfQuarter(row.Month);
        var active = cells.Where(c => c.Status == JourneyStatus.Active).ToList();
        var inOrder = reached.Where(r => r.Journey.Achieves()).OrderBy(r => r.On)
            .ThenBy(r => names.Projects.GetValueOrDefault(r.Journey.LeadId)?.Code, StringComparer.Ordinal).ThenBy(r => r.Journey.LeadId)
            .ToLookup(r => r.Kind);
        var knownAt = row.KnownAt.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        return new TableReport(
            $"关于{row.Month.Year}年{row.Month.Month}月招商引资工作情况的报告",
            [
                $"截至日期：{Text(row.AsOf)}；数据时点：{knownAt}（北京时间）",
                $"数据范围：{names.Scope}；涉密线索和项目 {material.Confidential} 个不在本报告内",
                "金额单位：万元；各币种分列，不相加",
            ],
            [
                Totals("按阶段", "一、按阶段汇总（推进中）", "阶段", active.GroupBy(c => c.Stage), c => StageNames.Of(c.Stage!.Value),
                    c => (int)c.Stage!.Value),
                Totals("按产业链", "二、按产业链汇总（推进中）", "产业链", active.GroupBy(c => c.Chain),
                    c => ChainName.Of(c.Chain)?.Name ?? "未归链", c => ChainPlace(c.Chain)),
                Totals("按单位", "三、按责任单位汇总（推进中）", "责任单位", active.GroupBy(c => c.Unit),
                    c => UnitName(names, c.Unit!.Value), _ => 0),
                Totals("其他状态", "四、未推进的线索和项目", "状态", cells.Except(active).GroupBy(c => c.Status),
                    c => StageNames.Of(c.Status!.Value), c => (int)c.Status!.Value, total: false),
                new ReportTable(
                    "三个一批",
                    $"五、三个一批（{quarter.Year} 年第 {((quarter.Month - 1) / 3) + 1} 季度，{Text(quarter)} 至 {Text(row.AsOf)}）",
                    ["批次", "项目数", "币种", .. Measures[1..]],
                    [
                        .. Batches.SelectMany(b => Lines(
                            [b.Name, (long)inOrder[b.Kind].Count()], Amounts(inOrder[b.Kind]), Measures.Length)),
                    ]),
                .. Batches.Select((b, i) => new ReportTable(
                    $"{b.Name}项目",
                    $"{"六七八"[i]}、本季度{b.Name}项目",
                    ["项目编号", "项目名称", "责任单位", "产业链", $"{b.Name}日期", "当前阶段", "状态", "币种", .. Measures[1..]],
                    [.. inOrder[b.Kind].SelectMany(r => Project(r, names))])),
                Compared(active, [.. before.Where(c => c.Status == JourneyStatus.Active)], row),
                new ReportTable(
                    "年度目标", $"十、{row.Month.Year} 年目标完成情况（截至 {Text(row.AsOf)}，金额折合人民币）",
                    ["指标", "目标", "完成", "完成率", "时序进度"],
                    [
                        .. from t in names.Targets
                           let isSet = t.Completion is not null
                           let worth = t.Indicator is Indicator.SignedAmount or Indicator.PaidInFunds ? Unit : 1
                           select (object?[])[
                               IndicatorNames[(int)t.Indicator], isSet ? t.Target / worth : null, t.Score / worth, t.Completion,
                               t.OnSchedule switch { true => "达到", false => "滞后", null => "未设目标" }],
                    ]),
            ])
        {
            Issuer = names.Scope == "全区" ? "鹤壁市淇滨区招商引资工作办公室" : names.Scope,
            Number = $"淇招商报〔{row.Month.Year}〕{row.Month.Month}号",
            IssuedOn = row.AsOf,
            Summary = [Sentence(row, names, active, kind => inOrder[kind].Count())],
        };
    }

    private static string Sentence(ReportRow row, ReportNames names, IReadOnlyList<Cell> active, Func<MilestoneKind, int> reached)
    {
        var amounts = string.Concat(active.PerCurrency().Where(a => a.Estimated != 0)
            .Select(a => FormattableString.Invariant($"，意向投资 {a.Currency} {a.Estimated / Unit:#,##0.00} 万元")));
        return $"截至{row.AsOf.Year}年{row.AsOf.Month}月{row.AsOf.Day}日，{names.Scope}推进中的线索和项目 {active.Sum(c => c.Count)} 个{amounts}；"
            + $"本季度{string.Join("、", Batches.Select(b => $"{b.Name} {reached(b.Kind)} 个"))}。";
    }

    public static DateOnly FirstOfQuarter(DateOnly month) => new(month.Year, month.Month - ((month.Month - 1) % 3), 1);

    /// <summary>One line for each group and currency; the numbers stand in the group's first line.</summary>
    private static ReportTable Totals<T>(
        string sheet, string title, string dimension, IEnumerable<IGrouping<T, Cell>> groups, Func<Cell, string> name,
        Func<Cell, int> place, bool total = true)
    {
        var ordered = groups.OrderBy(g => place(g.First())).ThenBy(g => name(g.First()), StringComparer.Ordinal)
            .Select(g => (Name: name(g.First()), Cells: g.ToList())).ToList();
        if (total)
        {
            ordered.Add(("合计", [.. ordered.SelectMany(g => g.Cells)]));
        }

        return new ReportTable(
            sheet, title, [dimension, "线索数", "项目数", "币种", .. Measures],
            [
                .. ordered.SelectMany(g => Lines(
                    [g.Name, Count(g.Cells, false), Count(g.Cells, true)], Amounts(g.Cells), Measures.Length + 1)),
            ]);
    }

    /// <summary>The same figures at the end of the month before.</summary>
    private static ReportTable Compared(List<Cell> now, List<Cell> before, ReportRow row) => new(
        "与上月比较", $"九、推进中的线索和项目与上月末比较（{Text(row.AsOf)}，{Text(row.Month.AddDays(-1))}）",
        ["指标", "币种", "本月", "上月末", "增减"],
        [
            .. from counts in new[] { (Name: "线索数", Projects: false), (Name: "项目数", Projects: true) }
               let n = (Now: Count(now, counts.Projects), Before: Count(before, counts.Projects))
               select (object?[])[counts.Name, null, n.Now, n.Before, n.Now - n.Before],
            .. from currency in now.Concat(before).PerCurrency().Select(a => a.Currency)
               from measure in Measures.Index()
               let n = (Now: In(now, currency, measure.Index), Before: In(before, currency, measure.Index))
               where n is not (0, 0)
               select (object?[])[measure.Item, currency, n.Now, n.Before, n.Now - n.Before],
        ]);

    private static decimal In(List<Cell> cells, string currency, int measure) =>
        (decimal?)Amounts(cells).FirstOrDefault(a => (string)a[0]! == currency)?[measure + 1] ?? 0;

    /// <summary>Leads without a project, or projects: only these are ever suspended or terminated.</summary>
    private static long Count(IEnumerable<Cell> cells, bool projects) => cells.Where(c => projects
        == (c.Stage >= JourneyStage.Negotiating || c.Status is JourneyStatus.Suspended or JourneyStatus.Terminated)).Sum(c => c.Count);

    private static IEnumerable<object?[]> Amounts(IEnumerable<Cell> cells) =>
        cells.PerCurrency().Select(a => new object?[]
        {
            a.Currency, a.Estimated / Unit, a.Contract / Unit, a.PaidIn / Unit, a.Completed / Unit,
        });

    private static IEnumerable<IReadOnlyList<object?>> Project(Reached reached, ReportNames names)
    {
        var (journey, project) = (reached.Journey, names.Projects.GetValueOrDefault(reached.Journey.LeadId));
        object?[] head =
        [
            project?.Code, project?.Name, UnitName(names, journey.UnitId), ChainName.Of(journey.ChainCode)?.Name,
            reached.On, StageNames.Of(journey.Stage), StageNames.Of(journey.Status),
        ];
        return Lines(head, Amounts([reached]), Measures.Length);
    }

    private static IEnumerable<object?[]> Amounts(IEnumerable<Reached> reached) => reached.SelectMany(r => r.Journey.Amounts)
        .GroupBy(a => a.Currency).OrderBy(g => g.Key, StringComparer.Ordinal)
        .Select(g => new object?[]
        {
            g.Key, g.Sum(a => a.Contract) / Unit, g.Sum(a => a.PaidIn) / Unit, g.Sum(a => a.Completed) / Unit,
        });

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
