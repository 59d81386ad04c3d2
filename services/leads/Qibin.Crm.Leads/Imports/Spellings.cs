using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Leads.Imports;

/// <summary>
/// Values as people write them in tables. What has one meaning is read; what has two, such as 26.3.5, or none is refused with a reason.
/// </summary>
internal static partial class Spellings
{
    /// <summary>What a spreadsheet puts where a formula failed; text tables hold it as text.</summary>
    private static readonly HashSet<string> Errors = new(StringComparer.OrdinalIgnoreCase)
    {
        "#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#GETTING_DATA", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!",
        "#CONNECT!", "#UNKNOWN!", "#BUSY!",
    };

    /// <summary>What people write where there is no value.</summary>
    private static readonly HashSet<string> Nothing = new(StringComparer.OrdinalIgnoreCase)
    {
        "-", "--", "—", "——", "/", "\\", "无", "暂无", "没有", "待定", "未定", "面议", "不详", "未知", "N/A", "NA", "null", "none",
    };

    private static readonly Dictionary<string, ContactChannel> Channels = new (ContactChannel Channel, string Words)[]
    {
        (ContactChannel.Phone, "电话 打电话 电话沟通 电话联系 电话对接 致电 去电 来电 通话 手机 座机"),
        (ContactChannel.Wechat, "微信 微信沟通 微信联系 企业微信"),
        (ContactChannel.Email, "邮件 电子邮件 邮箱 电子邮箱 电邮"),
        (ContactChannel.VisitThere, "外出拜访 上门拜访 上门 登门拜访 拜访 走访 外出招商 赴外招商 外出考察"),
        (ContactChannel.VisitHere, "来访考察 来访 到访 来访洽谈 来鹤考察 来区考察 实地考察 接待来访"),
        (ContactChannel.Expo, "展会 会展 展览会 博览会"),
        (ContactChannel.Association, "商会/乡贤引荐 商会引荐 乡贤引荐 商会 乡贤 商协会 商会推荐 乡贤推荐"),
        (ContactChannel.InvestorReferral, "以商招商 企业推荐 以商引商"),
        (ContactChannel.Agent, "中介 中介机构 中介推荐 委托招商"),
        (ContactChannel.Video, "视频会议 视频 线上会议 网络会议 线上洽谈 视频连线"),
    }.SelectMany(c => c.Words.Split(' ').Select(word => (Word: KeyOf(word), c.Channel)))
        .Concat(Enum.GetValues<ContactChannel>().Select(c => (KeyOf(c.ToString()), c)))
        .ToDictionary(c => c.Item1, c => c.Item2, StringComparer.Ordinal);

    private static readonly string Known = string.Join("、", Enum.GetValues<ContactChannel>()
        .Select(channel => Channels.First(c => c.Value == channel).Key).Select(key => key == "商会乡贤引荐" ? "商会/乡贤引荐" : key));

    private const NumberStyles Number =
        NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    private static readonly Dictionary<string, decimal> Multiples = new(StringComparer.Ordinal)
    {
        [""] = 1,
        ["百"] = 100,
        ["千"] = 1_000,
        ["万"] = 10_000,
        ["十万"] = 100_000,
        ["百万"] = 1_000_000,
        ["千万"] = 10_000_000,
        ["亿"] = 100_000_000,
        ["万亿"] = 1_000_000_000_000,
    };

    private static readonly Dictionary<string, string> CurrencyWords = new(StringComparer.OrdinalIgnoreCase)
    {
        ["元"] = "CNY",
        ["圆"] = "CNY",
        ["块"] = "CNY",
        ["人民币"] = "CNY",
        ["元人民币"] = "CNY",
        ["RMB"] = "CNY",
        ["¥"] = "CNY",
        ["美元"] = "USD",
        ["美金"] = "USD",
        ["$"] = "USD",
        ["US$"] = "USD",
        ["港元"] = "HKD",
        ["港币"] = "HKD",
        ["HK$"] = "HKD",
        ["欧元"] = "EUR",
        ["€"] = "EUR",
        ["英镑"] = "GBP",
        ["£"] = "GBP",
        ["日元"] = "JPY",
        ["日圆"] = "JPY",
        ["韩元"] = "KRW",
        ["新台币"] = "TWD",
        ["台币"] = "TWD",
        ["新加坡元"] = "SGD",
        ["新币"] = "SGD",
        ["澳元"] = "AUD",
        ["加元"] = "CAD",
        ["瑞士法郎"] = "CHF",
    };

    public static bool IsError(string text) => Errors.Contains(text);

    /// <summary>A place where there is no value, in a column that may be empty.</summary>
    public static bool IsNothing(string text) => Nothing.Contains(text);

    /// <summary>
    /// A code, number or date without what a person does not see or type on purpose: width, invisible characters, a leading apostrophe
    /// by which a spreadsheet keeps text, odd dashes.
    /// </summary>
    public static string Plain(string text)
    {
        text = Dash().Replace(Invisible().Replace(text, "").Normalize(NormalizationForm.FormKC), "-").Trim();
        return (text.Length > 1 && text[0] is '\'' or '‘' or '’' or '`' ? text[1..] : text).Trim();
    }

    /// <summary>The text without blanks.</summary>
    public static string Dense(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    /// <summary>The text without invisible characters at its ends.</summary>
    public static string Trimmed(string text) => Ends().Replace(text, "");

    /// <summary>
    /// A registration outside of the mainland, its country by code or name. Of a country alone there is nothing to read where it is China;
    /// any other one lacks its number.
    /// </summary>
    public static ForeignRegistrationRequest? Registration(string? country, string? number, List<Fault> faults)
    {
        var code = country is null ? null : Countries.Find(country) ?? country;
        if (number is null && code is null or Countries.China)
        {
            return null;
        }

        if (country is null || number is null)
        {
            faults.Add(new Fault(country is null ? "/registrationCountry" : "/registrationNumber", "import.registrationIncomplete"));
            return null;
        }

        return new ForeignRegistrationRequest { Country = code, Number = number };
    }

    public static ContactChannel? Channel(string? text, List<Fault> faults)
    {
        if (text is null)
        {
            return null;
        }

        if (Channels.TryGetValue(KeyOf(text), out var channel))
        {
            return channel;
        }

        faults.Add(new Fault("/channel", "word.unknown", Known));
        return null;
    }

    /// <summary>A day: with year, month and day in this order, or as a spreadsheet's number of days; a time of day is left out.</summary>
    public static DateOnly? Date(string field, string? text, List<Fault> faults)
    {
        if (text is null)
        {
            return null;
        }

        if ((Day().Match(text) is { Success: true } day
            || (day = Digits().Match(text)) is { Success: true })
            && DateOnly.TryParseExact($"{day.Groups[1]}-{day.Groups[2]}-{day.Groups[3]}", "yyyy-M-d", CultureInfo.InvariantCulture,
                DateTimeStyles.None, out var date))
        {
            return date;
        }

        // A day that a spreadsheet holds as a number without saying that it is one.
        if (Serial().IsMatch(text) && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var serial)
            && serial is >= 36_526 and < 73_416)
        {
            return DateOnly.FromDateTime(DateTime.FromOADate(Math.Floor(serial)));
        }

        faults.Add(new Fault("/" + field, "import.date"));
        return null;
    }

    /// <summary>An amount: a number, with or without grouping, unit and currency, such as 1.2亿元, ¥5,000.00 or 2000万美元.</summary>
    /// <param name="field">The column's field.</param>
    /// <param name="text">The amount; its own unit wins over the column's.</param>
    /// <param name="unit">What one of the column is worth: 10,000 for 万元.</param>
    /// <param name="currency">What the column of the currency says.</param>
    /// <param name="faults">Gets what is wrong.</param>
    public static Money? Amount(string field, string? text, decimal unit, string? currency, List<Fault> faults)
    {
        if (text is null)
        {
            return null;
        }

        var named = currency is null ? null : CurrencyOf(currency);
        if (currency is not null && named is null)
        {
            faults.Add(new Fault("/estimatedCurrency", "currency.unknown"));
            return null;
        }

        if (Written().Match(text) is not { Success: true } match
            || CurrencyOf(match.Groups["before"].Value) is not { } before || CurrencyOf(match.Groups["after"].Value) is not { } after
            || !decimal.TryParse(string.Concat(match.Groups["number"].Value.Where(c => c is not (',' or ' '))), Number,
                CultureInfo.InvariantCulture, out var number))
        {
            faults.Add(new Fault("/" + field, "import.amount"));
            return null;
        }

        var multiple = match.Groups["multiple"].Value;
        string[] currencies = [.. new[] { before, after, named ?? "" }.Where(c => c.Length > 0).Distinct()];
        // 5000元 in a column of 万元 says two things.
        if (currencies.Length > 1 || (unit != 1 && multiple.Length == 0 && after.Length > 0))
        {
            faults.Add(new Fault("/" + field, "import.amountTwice"));
            return null;
        }

        var code = currencies is [var only] ? only : "CNY";
        var factor = multiple.Length > 0 ? Multiples[multiple] : unit;
        if (Math.Abs(number) < 1_000_000_000_000_000m / factor && number * factor is var value && Amounts.HasDecimalsOf(value, code))
        {
            return new Money(value, code);
        }

        faults.Add(new Fault("/" + field, "import.amount"));
        return null;
    }

    /// <summary>The code of a currency; empty for no text, null for one that is none.</summary>
    private static string? CurrencyOf(string text) => text.Length == 0 ? ""
        : CurrencyWords.GetValueOrDefault(text) ?? (text.ToUpperInvariant() is var code && Currencies.IsKnown(code) ? code : null);

    /// <summary>A word or heading as they are compared: without width, marks, spaces, brackets and letter case.</summary>
    public static string KeyOf(string text) =>
        string.Concat(text.Normalize(NormalizationForm.FormKC).Where(char.IsLetterOrDigit)).ToLowerInvariant();

    [GeneratedRegex("[\\u200B-\\u200F\\u202A-\\u202E\\u2060-\\u2069\\uFEFF\\u00AD]", RegexOptions.NonBacktracking)]
    private static partial Regex Invisible();

    [GeneratedRegex("^[\\s\\u200B-\\u200F\\u202A-\\u202E\\u2060-\\u2069\\uFEFF]+"
        + "|[\\s\\u200B-\\u200F\\u202A-\\u202E\\u2060-\\u2069\\uFEFF]+$")]
    private static partial Regex Ends();

    [GeneratedRegex("[\\u2010-\\u2015\\u2212]", RegexOptions.NonBacktracking)]
    private static partial Regex Dash();

    [GeneratedRegex(@"^(\d{4})\s*[-/.年、]\s*(\d{1,2})\s*[-/.月、]\s*(\d{1,2})\s*日?(\s*T?\s*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?Z?)?"
        + @"(\s*\(?(星期|周|礼拜)[一二三四五六日天]\)?)?$", RegexOptions.ECMAScript)]
    private static partial Regex Day();

    [GeneratedRegex("^([0-9]{4})([0-9]{2})([0-9]{2})$", RegexOptions.NonBacktracking)]
    private static partial Regex Digits();

    [GeneratedRegex("^[0-9]{5}([.][0-9]+)?$", RegexOptions.NonBacktracking)]
    private static partial Regex Serial();

    [GeneratedRegex("^(?<before>[^0-9.,+-]*?) ?(?<number>-?([0-9]{1,3}([, ][0-9]{3})+|[0-9]{1,20})([.][0-9]+)?([Ee][+]?[0-9]{1,2})?) ?"
        + "(?<multiple>百|千|万|十万|百万|千万|亿|万亿)? ?(?<after>[^0-9., ]*)$")]
    private static partial Regex Written();
}
