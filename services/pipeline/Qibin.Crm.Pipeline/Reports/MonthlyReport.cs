using System.Numerics;
using Qibin.Crm.Pipeline.Targets;
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

    private static readonly (string Name, Func<Amount, decimal> Of)[] Measures =
    [
        ("意向投资", a => a.Estimated), ("合同金额", a => a.Contract), ("到位资金", a => a.PaidIn), ("完成投资", a => a.Completed),
    ];

    /// <summary>Of projects, which have a contract once they count.</summary>
    private static readonly (string Name, Func<Amount, decimal> Of)[] Agreed = Measures[1..];

    /// <summary>In the order of <see cref="Indicator"/>.</summary>
    private static readonly string[] IndicatorNames = ["签约项目数", "签约金额", "开工项目数", "投产项目数", "到位资金"];

    private static readonly (MilestoneKind Kind, string Name)[] Batches =
        [(MilestoneKind.Signed, "签约"), (MilestoneKind.Started, "开工"), (MilestoneKind.Producing, "投产")];

    public static MilestoneKind[] Milestones { get; } = [.. Batches.Select(b => b.Kind)];

    /// <summary>
    /// From figures by stage, chain and unit on the report's day, at the end of the month before and a year before, and from the milestones
    /// that were reached in the quarter.
    /// </summary>
    public static TableReport Of(
        ReportRow row, ReportMaterialRow material, IReadOnlyList<Cell> cells, IReadOnlyList<Cell> month, IReadOnlyList<Cell> year,
        IReadOnlyList<Reached> reached)
    {
        var (names, quarter, elapsed) = (material.Names, FirstOfQuarter(row.Month), Elapsed.Through(row.AsOf));
        var active = Active(cells);
        var inOrder = reached.Where(r => r.Journey.Achieves()).OrderBy(r => r.On)
            .ThenBy(r => names.Projects.GetValueOrDefault(r.Journey.LeadId)?.Code, StringComparer.Ordinal).ThenBy(r => r.Journey.LeadId)
            .ToLookup(r => r.Kind);
        var knownAt = row.KnownAt.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        return new TableReport(
            $"关于{row.Month.Year}年{row.Month.Month}月招商引资工作情况的报告",
            [
                $"截至日期：{row.AsOf:yyyy年M月d日}；数据时点：{knownAt}（北京时间）",
                $"数据范围：{names.Scope}；涉密线索和项目 {material.Confidential} 个不在本报告内",
                "金额单位：万元；各币种分列，不相加",
            ],
            [
                Totals("按阶段", "一、按阶段汇总（推进中）", "阶段", active, k => k.Stage!.Value, s => StageNames.Of(s), s => (int)s),
                Totals("按产业链", "二、按产业链汇总（推进中）", "产业链", active, k => k.Chain,
                    c => ChainName.Of(c)?.Name ?? "未归链", chain => IndustryChains.All.TakeWhile(c => c.Code != chain).Count()),
                Totals("按单位", "三、按责任单位汇总（推进中）", "责任单位", active, k => k.Unit!.Value, u => UnitName(names, u), _ => 0),
                Totals("其他状态", "四、未推进的线索和项目", "状态", cells.Except(active), k => k.Status,
                    s => StageNames.Of(s), s => (int)s, total: false),
                new ReportTable(
                    "三个一批",
                    $"五、三个一批（{quarter.Year}年第{((quarter.Month - 1) / 3) + 1}季度，{quarter:yyyy年M月d日} 至 {row.AsOf:yyyy年M月d日}）",
                    ["批次", "项目数", "币种", .. Agreed.Select(m => m.Name)],
                    [
                        .. Batches.SelectMany(b => Lines(
                            [b.Name, (long)inOrder[b.Kind].Count()], inOrder[b.Kind].SelectMany(r => r.Journey.Amounts), Agreed)),
                    ]),
                .. Batches.Select((b, i) => new ReportTable(
                    $"{b.Name}项目",
                    $"{"六七八"[i]}、本季度{b.Name}项目",
                    [
                        "项目编号", "项目名称", "责任单位", "产业链", $"{b.Name}日期", "当前阶段", "状态", "币种", .. Agreed.Select(m => m.Name),
                    ],
                    [.. inOrder[b.Kind].SelectMany(r => Project(r, names))])),
                Compared(active, Active(month), Active(year), row),
                new ReportTable(
                    "年度目标", $"十、{row.Month.Year}年目标完成情况（截至 {row.AsOf:yyyy年M月d日}，金额折合人民币）",
                    ["指标", "目标", "完成", "完成率（%）", "时序进度"],
                    [.. names.Targets.Select(t => Target(t, elapsed))]),
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
        var amounts = active.PerCurrency().Where(a => a.Estimated != 0)
            .Select(a => FormattableString.Invariant($"{CurrencyName(a.Currency)} {a.Estimated / Unit:#,##0.00} 万元")).ToList();
        return $"截至{row.AsOf:yyyy年M月d日}，{names.Scope}推进中的线索和项目 {active.Sum(c => c.Count)} 个"
            + (amounts.Count > 0 ? "，意向投资" + string.Join("、", amounts) : "")
            + $"；本季度{string.Join("、", Batches.Select(b => $"{b.Name} {reached(b.Kind)} 个"))}。";
    }

    /// <summary>Projects are whole numbers, unless one of them is shared; amounts have two decimals.</summary>
    private static object?[] Target(ReportedTarget target, Elapsed elapsed)
    {
        var (indicator, goal, score) = (target.Indicator, target.Target, target.Score);
        var worth = indicator.IsAmount() ? Unit : 1;
        object?[] figures = worth == 1 && decimal.IsInteger(goal) && decimal.IsInteger(score) ? [(long)goal, (long)score]
            : [goal / worth, Math.Round(score / worth, 2, MidpointRounding.AwayFromZero)];
        return
        [
            IndicatorNames[(int)indicator], goal > 0 ? figures[0] : null, figures[1], Elapsed.Completion(score, goal) * 100,
            elapsed.IsKept(score, goal) switch { true => "达到", false => "滞后", null => "未设目标" },
        ];
    }

    private static List<Cell> Active(IEnumerable<Cell> cells) => [.. cells.Where(c => c.Key.Status == JourneyStatus.Active)];

    public static DateOnly FirstOfQuarter(DateOnly month) => new(month.Year, month.Month - ((month.Month - 1) % 3), 1);

    /// <summary>One line for each group and currency; the numbers stand in the group's first line.</summary>
    private static ReportTable Totals<T>(
        string sheet, string title, string dimension, IEnumerable<Cell> cells, Func<CellKey, T> by, Func<T, string> name,
        Func<T, int> place, bool total = true)
    {
        var groups = cells.GroupBy(c => by(c.Key)).OrderBy(g => place(g.Key)).ThenBy(g => name(g.Key), StringComparer.Ordinal)
            .Select(g => (Name: name(g.Key), Cells: g.ToList())).ToList();
        var lines = total ? groups.Append((Name: "合计", Cells: [.. groups.SelectMany(g => g.Cells)])) : groups;
        return new ReportTable(
            sheet, title, [dimension, "线索数", "项目数", "币种", .. Measures.Select(m => m.Name)],
            [.. lines.SelectMany(g => Lines([g.Name, Count(g.Cells, false), Count(g.Cells, true)], g.Cells, Measures))]);
    }

    /// <summary>The same figures at the end of the month before, and on the same day of the year before.</summary>
    private static ReportTable Compared(List<Cell> now, List<Cell> month, List<Cell> year, ReportRow row)
    {
        return new ReportTable(
            "环比与同比",
            $"九、推进中的线索和项目环比、同比（{row.AsOf:yyyy年M月d日}；上月末 {row.Month.AddDays(-1):yyyy年M月d日}；"
                + $"上年同期 {row.AsOf.AddYears(-1):yyyy年M月d日}）",
            ["指标", "币种", "本月", "上月末", "比上月末增减", "上年同期", "比上年同期增减"],
            [
                .. from counts in new[] { (Name: "线索数", Projects: false), (Name: "项目数", Projects: true) }
                   select Line(counts.Name, null, cells => Count(cells, counts.Projects)),
                .. from currency in now.Concat(month).Concat(year).PerCurrency().Select(a => a.Currency)
                   from measure in Measures
                   let line = Line(
                       measure.Name, currency, cells => cells.PerCurrency().Where(a => a.Currency == currency).Sum(measure.Of) / Unit)
                   where line[2..].Any(figure => figure is not 0m)
                   select line,
            ]);

        object?[] Line<T>(string name, string? currency, Func<List<Cell>, T> figure) where T : struct, ISubtractionOperators<T, T, T>
        {
            var (of, ofMonth, ofYear) = (figure(now), figure(month), figure(year));
            return [name, currency is null ? null : CurrencyName(currency), of, ofMonth, of - ofMonth, ofYear, of - ofYear];
        }
    }

    /// <summary>Leads without a project, or projects: only these are ever suspended or terminated.</summary>
    private static long Count(IEnumerable<Cell> cells, bool projects) => cells.Where(c => projects
        == (c.Key.Stage >= JourneyStage.Negotiating || c.Key.Status is JourneyStatus.Suspended or JourneyStatus.Terminated))
        .Sum(c => c.Count);

    private static IEnumerable<IReadOnlyList<object?>> Project(Reached reached, ReportNames names)
    {
        var (journey, project) = (reached.Journey, names.Projects.GetValueOrDefault(reached.Journey.LeadId));
        object?[] head =
        [
            project?.Code, project?.Name, UnitName(names, journey.UnitId), ChainName.Of(journey.ChainCode)?.Name,
            reached.On, StageNames.Of(journey.Stage), StageNames.Of(journey.Status),
        ];
        return Lines(head, journey.Amounts, Agreed);
    }

    /// <summary>
    /// A line for each currency in which the measures come to anything, or one without amounts; the head stands in the first.
    /// </summary>
    private static IEnumerable<IReadOnlyList<object?>> Lines(
        object?[] head, IEnumerable<CurrencyAmounts> amounts, (string Name, Func<Amount, decimal> Of)[] measures) =>
        amounts.PerCurrency().Where(a => measures.Any(m => m.Of(a) != 0))
            .Select(a => (object?[])[CurrencyName(a.Currency), .. measures.Select(m => (object?)(m.Of(a) / Unit))])
            .DefaultIfEmpty(new object?[measures.Length + 1])
            .Select((a, i) => (IReadOnlyList<object?>)[.. i == 0 ? head : new object?[head.Length], .. a]);

    private static string UnitName(ReportNames names, Guid unit) => names.Units.GetValueOrDefault(unit) ?? $"{unit}";

    private static string CurrencyName(string currency) =>
        currency switch { "CNY" => "人民币", "HKD" => "港元", "USD" => "美元", "EUR" => "欧元", _ => currency };
}

/// <summary>A milestone of the quarter, with what the journey was on the report's day.</summary>
internal sealed record Reached(MilestoneKind Kind, DateOnly On, Interval Journey);
