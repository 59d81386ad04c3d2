using System.Text;

namespace Qibin.Crm.Kernel.Names;

/// <summary>
/// Investors' names as duplicates are found by: what two spellings of one organisation have in common. Half-width, lower case, in
/// simplified characters, without brackets and their content, punctuation, "and", the legal form at the end or, of Japan and Korea, in
/// front, and the region in front. A word that would leave less than a name behind it stays, so 北京银行 and 郑州银行 are two.
/// </summary>
public static class ComparedNames
{
    /// <summary>Characters that must be left when a region in front is taken away: below it is a trade, not a name.</summary>
    private const int NameWithoutRegion = 3;

    private const int NameWithoutForm = 2;

    // One character can be eighteen in normal form; an index entry has its limit.
    private const int Longest = 300;

    private const string Opening = "([{<【〔《〈「『〖";
    private const string Closing = ")]}>】〕》〉」』〗";

    // Longer ones first, since the first that fits is taken.
    private static readonly string[] Forms =
    [
        "股份有限责任公司", "有限责任公司", "股份有限公司", "特殊普通合伙", "普通合伙", "有限合伙", "合伙企业", "个人独资企业", "有限公司", "股份公司",
        "株式会社", "有限会社", "合同会社", "주식회사", "유한회사", "集团公司", "控股公司", "责任公司", "总公司", "分公司", "子公司", "办事处", "公司", "集团", "控股", "股份", "有限",
    ];

    private static readonly string[] FormsInFront = ["株式会社", "有限会社", "合同会社", "주식회사", "유한회사"];

    private static readonly HashSet<string> LatinForms = new(StringComparer.Ordinal)
    {
        "co", "ltd", "limited", "inc", "incorporated", "corp", "corporation", "company", "group", "holding", "holdings", "llc",
        "plc", "gmbh", "llp", "lp", "ag", "kg", "kgaa", "sa", "sarl", "srl", "bv", "nv", "oy", "oyj", "kk", "pte", "pty", "pvt", "sdn",
        "bhd",
    };

    private static readonly string[] Provinces =
    [
        "北京", "天津", "上海", "重庆", "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南", "湖北", "湖南",
        "广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海", "台湾", "内蒙古", "广西", "西藏", "宁夏", "新疆", "香港", "澳门",
    ];

    private static readonly string[] Municipalities = ["北京", "天津", "上海", "重庆"];

    // The prefecture-level cities that company names begin with most often: capitals, the larger ones, and all of Henan.
    private static readonly string[] Cities =
    [
        "石家庄", "唐山", "秦皇岛", "邯郸", "邢台", "保定", "张家口", "承德", "沧州", "廊坊", "衡水", "太原", "大同", "长治", "晋城", "运城", "临汾",
        "呼和浩特", "包头", "赤峰", "鄂尔多斯", "沈阳", "大连", "鞍山", "抚顺", "锦州", "营口", "盘锦", "长春", "吉林", "哈尔滨", "齐齐哈尔", "大庆", "牡丹江",
        "南京", "无锡", "徐州", "常州", "苏州", "南通", "连云港", "淮安", "盐城", "扬州", "镇江", "泰州", "宿迁", "杭州", "宁波", "温州", "嘉兴", "湖州",
        "绍兴", "金华", "衢州", "舟山", "台州", "丽水", "合肥", "芜湖", "蚌埠", "淮南", "马鞍山", "淮北", "铜陵", "安庆", "黄山", "滁州", "阜阳", "宿州",
        "六安", "亳州", "池州", "宣城", "福州", "厦门", "莆田", "三明", "泉州", "漳州", "南平", "龙岩", "宁德", "南昌", "景德镇", "萍乡", "九江", "新余",
        "鹰潭", "赣州", "吉安", "宜春", "抚州", "上饶", "济南", "青岛", "淄博", "枣庄", "东营", "烟台", "潍坊", "济宁", "泰安", "威海", "日照", "临沂",
        "德州", "聊城", "滨州", "菏泽", "郑州", "开封", "洛阳", "平顶山", "安阳", "鹤壁", "新乡", "焦作", "濮阳", "许昌", "漯河", "三门峡", "南阳", "商丘",
        "信阳", "周口", "驻马店", "济源", "武汉", "黄石", "十堰", "宜昌", "襄阳", "鄂州", "荆门", "孝感", "荆州", "黄冈", "咸宁", "随州", "长沙", "株洲",
        "湘潭", "衡阳", "邵阳", "岳阳", "常德", "张家界", "益阳", "郴州", "永州", "怀化", "娄底", "广州", "韶关", "深圳", "珠海", "汕头", "佛山", "江门",
        "湛江", "茂名", "肇庆", "惠州", "梅州", "清远", "东莞", "中山", "潮州", "揭阳", "南宁", "柳州", "桂林", "北海", "海口", "三亚", "成都", "自贡",
        "攀枝花", "泸州", "德阳", "绵阳", "广元", "遂宁", "内江", "乐山", "南充", "宜宾", "贵阳", "六盘水", "遵义", "昆明", "曲靖", "玉溪", "拉萨", "西安",
        "铜川", "宝鸡", "咸阳", "渭南", "汉中", "榆林", "兰州", "嘉峪关", "天水", "西宁", "银川", "乌鲁木齐", "克拉玛依", "雄安",
    ];

    private static readonly string[] ProvinceEndings = ["维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "省", "市"];

    /// <summary>The key of a name: the same for every spelling of it, and its own key.</summary>
    public static string KeyOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        // Each pass removes something or changes nothing, except the first: a normal form may be longer.
        var key = Pass(name);
        for (var next = Pass(key); next != key; next = Pass(key))
        {
            key = next;
        }

        return key;
    }

    /// <summary>The province or city that a name begins with or names in brackets; null when none.</summary>
    public static string? RegionOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var text = Normal(name);
        var places = text.Split([.. Opening, .. Closing], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return places.Select(part => Provinces.Concat(Cities).FirstOrDefault(p => part.StartsWith(p, StringComparison.Ordinal)))
            .FirstOrDefault(p => p is not null);
    }

    /// <summary>
    /// Whether both regions are known and neither can lie in the other: a province and a city are not distinguished here.
    /// </summary>
    public static bool Apart(string? one, string? other) =>
        one is not null && other is not null && one != other
        && (Provinces.Contains(one) == Provinces.Contains(other) || Municipalities.Contains(one) || Municipalities.Contains(other));

    /// <summary>A name without the legal form at its end, as people look for it.</summary>
    public static string WithoutForm(string name) => TakeForms(name);

    private static string Pass(string name)
    {
        var text = Normal(name);
        text = OrBefore(WithoutBrackets(text), text);
        text = OrBefore(Joined(text), text);
        return TakeRegions(TakeForms(text));
    }

    private static string Normal(string name) =>
        Simplified.Of(
            NameSearch.Cut(name.Normalize(NormalizationForm.FormKC).ToLowerInvariant().Normalize(NormalizationForm.FormKC), Longest));

    private static string OrBefore(string after, string before) => after.Any(char.IsLetterOrDigit) ? after : before;

    private static string WithoutBrackets(string text)
    {
        var kept = new StringBuilder();
        var open = new Stack<(char Closing, int At)>();
        foreach (var c in text)
        {
            if (Opening.IndexOf(c, StringComparison.Ordinal) is >= 0 and var kind)
            {
                open.Push((Closing[kind], kept.Length));
                kept.Append(c);
            }
            else if (open.Count > 0 && open.Peek().Closing == c)
            {
                kept.Length = open.Pop().At;
                // What the bracket kept apart stays apart.
                kept.Append(' ');
            }
            else
            {
                kept.Append(c);
            }
        }

        return kept.ToString();
    }

    /// <summary>
    /// Letters and digits alone; "and" and Latin legal forms are removed while words are still separate, and a sign between two digits
    /// stays one.
    /// </summary>
    private static string Joined(string text)
    {
        var words = Words(text);
        // As & does, which is no word.
        words = words.Exists(w => w != "and") ? [.. words.Where(w => w != "and")] : words;
        var last = words.Count;
        while (LengthOfForm(words, last) is > 0 and var length)
        {
            last -= length;
        }

        var joined = new StringBuilder();
        foreach (var word in words.Take(last))
        {
            if (joined.Length > 0 && char.IsDigit(joined[^1]) && char.IsDigit(word[0]))
            {
                joined.Append('-');
            }

            joined.Append(word);
        }

        return joined.ToString();
    }

    /// <summary>How many words before <paramref name="last"/> are a legal form, also one in letters: S.A., G.m.b.H.</summary>
    private static int LengthOfForm(List<string> words, int last)
    {
        if (last > 1 && LatinForms.Contains(words[last - 1]))
        {
            return 1;
        }

        var letters = words.Take(last).Reverse().TakeWhile(w => w.Length == 1).Count();
        return Enumerable.Range(2, 3).FirstOrDefault(
            length => length <= letters && length < last && LatinForms.Contains(string.Concat(words.GetRange(last - length, length))));
    }

    private static List<string> Words(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune))
            {
                word.Append(rune.ToString());
            }
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }

        if (word.Length > 0)
        {
            words.Add(word.ToString());
        }

        return words;
    }

    private static string TakeForms(string text)
    {
        for (var found = true; found;)
        {
            found = false;
            if (Array.Find(FormsInFront, f =>
                text.Length >= f.Length + NameWithoutForm && text.StartsWith(f, StringComparison.Ordinal)) is { } front)
            {
                (text, found) = (text[front.Length..], true);
            }

            foreach (var form in Forms)
            {
                if (text.Length >= form.Length + NameWithoutForm && text.EndsWith(form, StringComparison.Ordinal))
                {
                    text = text[..^form.Length];
                    found = true;
                    // A branch names its place after the head office's form: 某某有限公司北京分公司.
                    if (form is "分公司" or "办事处" && Provinces.Concat(Cities)
                        .FirstOrDefault(p => text.EndsWith(p, StringComparison.Ordinal)) is { } place
                        && Forms.Any(f => text[..^place.Length].EndsWith(f, StringComparison.Ordinal)))
                    {
                        text = text[..^place.Length];
                    }

                    break;
                }
            }
        }

        return text;
    }

    private static string TakeRegions(string text)
    {
        // Province, city, then a county or district, known by its ending alone and so only after a place that says 省 or 市.
        var (rest, named) = Take(text, Provinces, ProvinceEndings);
        (rest, var city) = Take(rest, Cities, ["市"]);
        named = city ?? named;
        if (named is "市" or "省" or "自治区")
        {
            for (var length = 2; length <= 4; length++)
            {
                if (rest.Length > length + NameWithoutRegion && rest[length] is '区' or '县' or '市' or '旗')
                {
                    rest = rest[(length + 1)..];
                    break;
                }
            }
        }

        return rest;
    }

    /// <returns>What is left, and the ending that the place had; null when none or no place.</returns>
    private static (string Left, string? Ending) Take(string text, string[] places, string[] endings)
    {
        if (places.FirstOrDefault(p => text.StartsWith(p, StringComparison.Ordinal)) is not { } place)
        {
            return (text, null);
        }

        var rest = text[place.Length..];
        var ending = endings.FirstOrDefault(e => rest.StartsWith(e, StringComparison.Ordinal));
        rest = ending is null ? rest : rest[ending.Length..];
        return rest.Length >= NameWithoutRegion ? (rest, ending) : (text, null);
    }
}
