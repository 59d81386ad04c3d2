using Qibin.Crm.Kernel.Names;

namespace Qibin.Crm.Benchmarks.Search;

/// <summary>
/// Investors that nobody has heard of, named as Chinese companies are: region, brand, trade, legal form. Trades and regions are as
/// uneven as in life, brands are many, so that a search can fit a third of all names or one in a hundred thousand.
/// </summary>
internal sealed class InventedInvestors(int seed)
{
    private const string First = "星澜瀚恒启朗卓辰泽禾岳擎弘翼拓衡微芯曜图嘉瑞盛鼎华晟锦沐云峰凌霄逸昊宸铭骏腾飞跃翔宇博睿智慧信诚达通汇融创新源泉海川江河湖山林森松柏兰竹菊梅雪霜雨露晴岚岭岩石金银铜铁玉珠宝玺璟珩琅瑜瑾璋琪琳琨琦玮瑶璇";
    private const string Second = "航图测控精工数源帆舟桥梁柱石基业勤谨言行思远望观象形意念真善美和平安康宁静泰然自如若水流波涛浪潮汐汛津渡港湾岸洲岛屿礁岬峡谷原野田园庄村镇城邦国域疆土地天空云霞虹霓曦晖晓旭昕昀昱晔景";

    private static readonly (string Word, int Weight)[] Regions =
    [
        ("", 300), ("北京", 90), ("上海", 80), ("深圳", 80), ("郑州", 70), ("河南", 70), ("杭州", 50), ("苏州", 45), ("广州", 40), ("武汉", 35), ("成都", 30),
        ("南京", 25), ("西安", 20), ("合肥", 15), ("鹤壁", 15), ("安阳", 10), ("新乡", 8), ("洛阳", 8), ("无锡", 5), ("厦门", 3), ("濮阳", 1),
    ];

    private static readonly (string Word, int Weight)[] Trades =
    [
        ("科技", 240), ("信息技术", 100), ("智能科技", 80), ("网络科技", 60), ("电子科技", 50), ("智能装备", 40), ("新能源科技", 30), ("新材料", 30), ("半导体", 20),
        ("微电子", 20), ("生物医药", 20), ("软件", 20), ("精密机械", 18), ("航天科技", 15), ("卫星通信", 12), ("自动化设备", 12), ("机器人", 10), ("数据服务", 10),
        ("环保工程", 10), ("食品", 10), ("汽车零部件", 8), ("光电技术", 8), ("量子计算", 4), ("操作系统", 4), ("测控技术", 3), ("地面站设备", 2), ("遥感数据", 2),
        ("激光雷达", 2), ("氢能装备", 2), ("液压件", 1), ("轴承", 1),
    ];

    private static readonly (string Word, int Weight)[] Forms =
        [("有限公司", 70), ("股份有限公司", 15), ("集团有限公司", 6), ("（集团）股份有限公司", 3), ("有限责任公司", 6)];

    private readonly Random _random = new(seed);

    /// <summary>The next company's parts.</summary>
    public (string Region, string Brand, string Trade, string Form) Next() =>
        (Of(
            Regions), $"{First[_random.Next(First.Length)]}"
                + $"{Second[_random.Next(Second.Length)]}{(_random.Next(100) < 35 ? Second[_random.Next(Second.Length)] : "")}", Of(Trades),
                    Of(Forms));

    public int Below(int limit) => _random.Next(limit);

    /// <summary>A valid code; for one number always the same.</summary>
    public static string Uscc(int n) =>
        Qibin.Crm.Kernel.Uscc.WithCheckCharacter(
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"91410600BM{n:0000000}")).Value;

    public static string Phone(int n) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"17{n:000000000}");

    /// <summary>A domain that two or three investors share.</summary>
    public static string Email(int n) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"p{n}@d{n / 3}.qibin-invented.cn");

    /// <summary>How a term reads without tones, the first reading of each character.</summary>
    public static string Pinyin(string term) => string.Concat(term.EnumerateRunes().Select(r => Readings.Of(r)[0]));

    /// <summary>The first letter of each character's first reading.</summary>
    public static string Initials(string term) => string.Concat(term.EnumerateRunes().Select(r => Readings.Of(r)[0][..1]));

    private string Of((string Word, int Weight)[] words)
    {
        var at = _random.Next(words.Sum(w => w.Weight));
        foreach (var (word, weight) in words)
        {
            at -= weight;
            if (at < 0)
            {
                return word;
            }
        }

        throw new InvalidOperationException("The weights do not add up.");
    }
}
