using System.Globalization;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Local.Demo;

/// <summary>How far a demonstration prospect has come.</summary>
internal enum Outcome
{
    New, Assessing, Following, Kept, Invalid,
    Negotiating, Signed, Registered, Started, Completed, Producing, AtCapacity, Efficient,
}

/// <summary>
/// One invented prospect, from its first contact to where it stands today. Enterprises and persons do not exist; their names say so
/// with （演示）, and every code in them has valid check digits.
/// </summary>
internal sealed record Story
{
    public required int Number { get; init; }
    public required string Investor { get; init; }
    public required string Uscc { get; init; }
    public required string SourceRegion { get; init; }
    public required string Person { get; init; }
    public required string Phone { get; init; }
    public required string Title { get; init; }
    public required string Channel { get; init; }
    public required string Said { get; init; }
    public required string Node { get; init; }
    public required decimal EstimatedYuan { get; init; }
    public required string Currency { get; init; }
    public required int OfficerIndex { get; init; }
    public required Outcome Outcome { get; init; }
    public required bool Suspended { get; init; }
    public required string ProjectName { get; init; }
    public required string LocalEnterprise { get; init; }
    public required string LocalUscc { get; init; }

    /// <summary>Business dates: first contact, assessment, conversion, then one for each stage reached, ascending.</summary>
    public required IReadOnlyList<DateOnly> Dates { get; init; }

    public bool Converted => Outcome >= Outcome.Negotiating;

    /// <summary>Number of project stages reached beyond negotiating.</summary>
    public int StagesReached => Converted ? Outcome - Outcome.Negotiating : 0;

    public DateOnly FirstContactOn => Dates[0];
    public DateOnly AssessedOn => Dates[1];
    public DateOnly ConvertedOn => Dates[2];
    public DateOnly StageOn(int stage) => Dates[2 + stage];
}

/// <summary>Writes the stories: the same ones for the same day, 240 leads and 96 projects over 18 months and all stages.</summary>
internal static class Stories
{
    private const int Days = 540;

    private static readonly (Outcome Outcome, int Count)[] Shares =
    [
        (Outcome.Efficient, 4), (Outcome.AtCapacity, 6), (Outcome.Producing, 10), (Outcome.Completed, 10), (Outcome.Started, 14),
        (Outcome.Registered, 14), (Outcome.Signed, 16), (Outcome.Negotiating, 22), (Outcome.Kept, 20), (Outcome.Invalid, 18),
        (Outcome.Following, 54), (Outcome.Assessing, 26), (Outcome.New, 26),
    ];

    private static readonly (string Code, string Name)[] Regions =
    [
        ("110108", "北京"), ("310115", "上海"), ("440305", "深圳"), ("330106", "杭州"), ("420111", "武汉"), ("510107", "成都"), ("610113", "西安"),
        ("320115", "南京"), ("340104", "合肥"), ("410105", "郑州"), ("370102", "济南"), ("430104", "长沙"), ("120116", "天津"), ("440106", "广州"),
    ];

    private static readonly string[] First = ["星", "云", "瀚", "启", "天", "恒", "锐", "泽", "铭", "辰", "睿", "宏", "朗", "曜", "澜", "翼", "拓", "承", "卓",
        "嘉"];
    private static readonly string[] Second = ["瀚", "河", "图", "衡", "宇", "源", "芯", "擎", "峰", "驰", "腾", "岳", "川", "原", "岚", "阔", "远", "弘",
        "铄", "禾"];
    private static readonly string[] Surnames = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭",
        "马", "罗"];
    private static readonly string[] GivenNames = ["示一", "示二", "示文", "示远", "例安", "例明", "例宁", "例川", "演之", "演平"];
    private static readonly string[] Titles = ["董事长", "总经理", "副总裁", "投资总监", "战略部部长", "生产总监"];
    private static readonly string[] Channels =
        ["phone", "wechat", "email", "visitThere", "visitHere", "expo", "association", "investorReferral", "agent"];

    private static readonly Dictionary<string, (string Trade, string Project)> Trades = new(StringComparer.Ordinal)
    {
        ["satellite.spacecraft"] = ("卫星技术", "商业卫星总装与载荷研制基地"),
        ["satellite.ground"] = ("测运控科技", "地面测运控站与终端制造项目"),
        ["satellite.data"] = ("遥感数据", "卫星数据处理与算力中心"),
        ["satellite.services"] = ("空间信息", "卫星互联网行业应用中心"),
        ["xinchuang.chips"] = ("微电子", "专用芯片封测项目"),
        ["xinchuang.machines"] = ("计算机", "信创整机生产线"),
        ["xinchuang.systems"] = ("软件", "操作系统适配中心"),
        ["xinchuang.databases"] = ("数据库技术", "国产数据库研发中心"),
        ["xinchuang.middleware"] = ("信息技术", "中间件研发与服务基地"),
        ["xinchuang.applications"] = ("数字科技", "政企应用软件园区总部"),
        ["xinchuang.security"] = ("信息安全", "密码与安全产品制造项目"),
        ["manufacturing.components"] = ("精密机械", "精密减速器生产项目"),
        ["manufacturing.sensors"] = ("传感技术", "智能传感器产线"),
        ["manufacturing.equipment"] = ("智能装备", "智能装备制造基地"),
        ["manufacturing.robots"] = ("机器人", "工业机器人本体生产项目"),
        ["manufacturing.integration"] = ("自动化", "智能工厂系统集成总部"),
    };

    private static readonly string[] Said =
    [
        "介绍了科创新城的载体与政策，对方希望了解厂房层高与供电容量。",
        "对方正在比较三个城市，关注人才公寓与上下游配套。",
        "已发送区位与产业链图谱资料，约定下周视频会议。",
        "实地看了标准化厂房，对方要求补充环评与能耗指标。",
        "谈到首期投资与达产时间，需要测算税收与用地。",
        "对方董事会本月讨论选址，请我们准备投资协议要点。",
    ];

    public static IReadOnlyList<Story> Write(DateOnly today)
    {
        var random = new Random(410611);
        var nodes = Trades.Keys.ToArray();
        var stories = new List<Story>();
        foreach (var (outcome, count) in Shares)
        {
            for (var n = 0; n < count; n++)
            {
                stories.Add(Tell(stories.Count, outcome, n, today, nodes, random));
            }
        }

        return stories;
    }

    private static Story Tell(int number, Outcome outcome, int n, DateOnly today, string[] nodes, Random random)
    {
        var node = nodes[(number * 7 + n) % nodes.Length];
        var (code, city) = Regions[random.Next(Regions.Length)];
        var brand = First[number % First.Length] + Second[number / First.Length % Second.Length];
        var (trade, project) = Trades[node];
        var steps = outcome >= Outcome.Negotiating ? outcome - Outcome.Negotiating + 3 : outcome == Outcome.New ? 1 : 2;
        // 亿元 and 万元 as they come: most below 1亿, a few above 10亿.
        var estimated = random.Next(12) switch
        {
            0 => random.Next(10, 56) * 100_000_000m,
            < 5 => random.Next(10, 99) * 10_000_000m,
            _ => random.Next(5, 99) * 1_000_000m,
        };
        return new Story
        {
            Number = number,
            Investor = $"{city}{brand}{trade}有限公司（演示）",
            Uscc = UsccOf(code, 40_000 + number),
            SourceRegion = code,
            Person = Surnames[random.Next(Surnames.Length)] + GivenNames[random.Next(GivenNames.Length)],
            Phone = string.Create(CultureInfo.InvariantCulture, $"1700000{number:0000}"),
            Title = Titles[random.Next(Titles.Length)] + "（演示）",
            Channel = Channels[random.Next(Channels.Length)],
            Said = Said[random.Next(Said.Length)],
            Node = node,
            EstimatedYuan = estimated,
            Currency = number % 17 == 5 ? "USD" : number % 29 == 3 ? "HKD" : "CNY",
            OfficerIndex = number,
            Outcome = outcome,
            Suspended = outcome >= Outcome.Signed && number % 19 == 0,
            ProjectName = brand + project,
            LocalEnterprise = $"鹤壁{brand}{trade}有限公司（演示）",
            LocalUscc = UsccOf("410611", 60_000 + number),
            Dates = Timeline(steps, today, random),
        };
    }

    /// <summary>Ascending dates, the first within 18 months, the last not after yesterday.</summary>
    private static List<DateOnly> Timeline(int steps, DateOnly today, Random random)
    {
        var first = today.AddDays(-random.Next(Math.Min(Days - 1, 30 + (steps * 45)), Days));
        var span = today.DayNumber - 1 - first.DayNumber;
        var cuts = Enumerable.Range(0, steps - 1).Select(_ => random.Next(1, Math.Max(2, span))).Order().ToList();
        return [first, .. cuts.Select(first.AddDays)];
    }

    /// <summary>
    /// A code of the right form for an invented enterprise: 91 (market regulation, enterprise), the division, an organisation code with
    /// its own check character (GB 11714-1997), and the check character of GB 32100-2015.
    /// </summary>
    internal static string UsccOf(string division, int serial)
    {
        int[] weights = [3, 7, 9, 10, 5, 8, 4, 2];
        var body = string.Create(CultureInfo.InvariantCulture, $"ADM{serial:00000}");
        var sum = body.Select((c, i) => (char.IsAsciiDigit(c) ? c - '0' : c - 'A' + 10) * weights[i]).Sum();
        var check = (11 - (sum % 11)) % 11;
        return Uscc.WithCheckCharacter("91" + division + body + (check == 10 ? "X" : check.ToString(CultureInfo.InvariantCulture))).Value;
    }
}
