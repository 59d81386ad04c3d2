using System.Text;
using System.Text.RegularExpressions;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Leads.FirstContacts;
using Qibin.Crm.Sheets;

namespace Qibin.Crm.Leads.Imports;

/// <summary>A field that a column can be read into.</summary>
/// <param name="Name">As in the API.</param>
/// <param name="Chinese">Heading of the template.</param>
/// <param name="English">English heading.</param>
/// <param name="Needed">A new lead needs it.</param>
/// <param name="Others">Further headings that people write.</param>
internal sealed record ImportField(string Name, string Chinese, string English, bool Needed, params string[] Others)
{
    /// <summary>What one of the column is worth in yuan, for an amount; 0 for all else.</summary>
    public decimal Unit { get; init; }
}

/// <summary>The fields of an import, and which column is which.</summary>
internal static partial class ImportFields
{
    public static readonly IReadOnlyList<ImportField> All =
    [
        new("externalKey", "外部编号", "External key", false),
        new("leadCode", "线索编号", "Lead code", false),
        new("investorName", "客商名称", "Investor", true, "客商", "公司名称", "企业名称", "投资方", "投资方名称", "投资企业", "投资主体", "单位名称", "客户名称",
            "企业全称", "公司全称", "客商单位"),
        new("uscc", "统一社会信用代码", "USCC", false, "信用代码", "社会信用代码", "统一信用代码", "Unified social credit code"),
        new("registrationCountry", "注册国家", "Country of registration", false, "注册国家或地区", "注册国家（地区）", "注册国家/地区", "注册国", "注册国别",
            "登记国家", "登记国家或地区"),
        new("registrationNumber", "注册号", "Registration number", false, "境外注册号", "海外注册号", "公司注册号", "企业注册号", "商业登记号", "商业登记证号", "注册编号"),
        new("sourceRegion", "来源地区代码", "Source region", false, "来源地区", "地区代码", "来源地", "所在地", "所在地区", "注册地", "企业所在地"),
        new("personName", "联系人", "Person", true, "姓名", "联系人姓名", "对接人", "企业联系人"),
        new("phone", "联系电话", "Phone", false, "电话", "手机", "手机号", "手机号码", "联系人电话", "电话号码", "联系人手机", "联系手机"),
        new("email", "电子邮箱", "E-mail", false, "邮箱", "Email"),
        new("wechat", "微信号", "WeChat", false, "微信", "联系人微信", "微信号码", "WeChat id"),
        new("personTitle", "职务", "Position", false, "职位", "联系人职务", "Title of person"),
        new("channel", "联系方式", "Channel", true, "联系渠道", "渠道", "对接方式", "沟通方式", "洽谈方式"),
        new("summary", "沟通内容", "What was said", true, "联系内容", "内容", "对接情况", "对接内容", "洽谈情况", "洽谈内容", "沟通情况", "Summary"),
        new("occurredOn", "联系日期", "Date of contact", false, "日期", "对接时间", "对接日期", "联系时间", "沟通日期", "沟通时间", "洽谈时间", "洽谈日期"),
        new("nextStep", "下一步", "Next step", true, "下一步工作", "下步工作", "下步打算", "下一步打算", "下一步计划", "下步计划", "下步措施"),
        new("nextStepDueOn", "下一步期限", "Next step due", true, "期限", "完成时限", "时限", "完成期限", "下一步时限", "办理时限"),
        new("nodeCode", "产业链节点", "Chain node", false, "节点"),
        new("estimatedAmount", "意向投资额（元）", "Estimated investment (yuan)", false) { Unit = 1 },
        new("estimatedAmountWan", "意向投资额（万元）", "Estimated investment (10,000 yuan)", false) { Unit = 10_000 },
        new("estimatedAmountYi", "意向投资额（亿元）", "Estimated investment (100 million yuan)", false) { Unit = 100_000_000 },
        new("estimatedCurrency", "币种", "Currency", false, "货币"),
        new("title", "线索标题", "Title", false, "标题"),
    ];

    /// <summary>What a template holds: of the amounts, the one in 万元, in which a Chinese office counts.</summary>
    public static readonly IReadOnlyList<ImportField> Template = [.. All.Where(f => f.Unit is 0 or 10_000)];

    /// <summary>Fields whose values are codes, numbers or dates, where width and invisible characters mean nothing.</summary>
    private static readonly HashSet<string> Codes = new(
        ["externalKey", "leadCode", "uscc", "registrationCountry", "registrationNumber", "sourceRegion", "phone", "email", "wechat",
            "channel", "occurredOn", "nextStepDueOn", "nodeCode", "estimatedAmount", "estimatedAmountWan", "estimatedAmountYi",
            "estimatedCurrency"], StringComparer.Ordinal);

    /// <summary>What is longer is a text and no heading.</summary>
    private const int LongestHeading = 60;

    private static readonly Dictionary<string, string> ByHeading = All
        .SelectMany(field => field.Others.Append(field.Name).Append(field.Chinese).Append(field.English)
        .Select(heading => (Key: Spellings.KeyOf(heading), field.Name)))
        .DistinctBy(x => x.Key).ToDictionary(x => x.Key, x => x.Name, StringComparer.Ordinal);

    private static readonly Dictionary<string, string> Nodes = IndustryChains.All.SelectMany(chain => chain.Nodes)
        .SelectMany(node => new[] { node.Code, node.Name, node.NameEn }.Select(word => (Key: Spellings.KeyOf(word), node.Code)))
        .DistinctBy(x => x.Key).ToDictionary(x => x.Key, x => x.Code, StringComparer.Ordinal);

    /// <summary>
    /// The field of each heading, each field once; empty where a heading is none. An amount needs its unit, in the heading or in a line
    /// above: without one its column is not read, and its reader is asked.
    /// </summary>
    public static string[] Guess(IEnumerable<string?> headings, IEnumerable<string?[]> above)
    {
        var unit = above.SelectMany(row => row).OfType<string>().Select(cell => UnitLine().Match(Spellings.Dense(cell)))
            .FirstOrDefault(m => m.Success)?.Groups[1].Value;
        var taken = new HashSet<string>(StringComparer.Ordinal);
        return [.. headings.Select(heading => FieldOf(heading ?? "", unit) is { } field && taken.Add(Once(field)) ? field : "")];
    }

    /// <summary>How many cells of a row are known headings, amounts without a unit among them.</summary>
    public static int Known(string?[] cells) => cells.Count(cell => cell is not null && FieldOf(cell, "元") is not null);

    public static bool Exists(string name) => All.Any(field => field.Name == name);

    /// <summary>What two columns may not both be read into: the amounts of all units are one.</summary>
    public static string Once(string name) => UnitOf(name) > 0 ? "estimatedAmount" : name;

    /// <summary>The Chinese name of a field, or of a part of a request that fields are read into.</summary>
    public static string ChineseOf(string name) => name switch
    {
        "estimatedInvestment" => "意向投资额",
        "foreignRegistration/country" => ChineseOf("registrationCountry"),
        "foreignRegistration" or "foreignRegistration/number" => ChineseOf("registrationNumber"),
        _ => All.FirstOrDefault(field => field.Name == name)?.Chinese ?? name,
    };

    /// <summary>A line of totals or signatures below the rows, which is no row.</summary>
    public static bool IsClosing(string?[] cells) =>
        cells.FirstOrDefault(c => !string.IsNullOrWhiteSpace(c)) is { } first && Closing().IsMatch(Spellings.Dense(first));

    /// <summary>A row as a first contact, with all that is wrong in it.</summary>
    public static ImportDraft Draft(int number, string?[] cells, IReadOnlyList<string> fields, DateOnly today)
    {
        var faults = new List<Fault>();
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < fields.Count && i < cells.Length; i++)
        {
            if (fields[i].Length == 0 || cells[i] is not { } cell
                || Spellings.Trimmed(SafeCell.Back(Spellings.Trimmed(cell))) is not { Length: > 0 } raw)
            {
                continue;
            }

            var isCode = Codes.Contains(fields[i]);
            raw = isCode ? Spellings.Plain(raw) : raw;
            if (Spellings.IsError(raw))
            {
                faults.Add(new Fault("/" + fields[i], "import.errorCell"));
            }
            else if (Text.Clean(raw) is not { } clean)
            {
                faults.Add(new Fault("/" + fields[i], "text.forbiddenCharacter"));
            }
            else if (!isCode || !Spellings.IsNothing(clean))
            {
                // Sheets break long names into lines.
                values[fields[i]] = Text.Trim(fields[i] is "summary" or "nextStep" ? clean : Text.OnOneLine(clean));
            }
        }

        string? Of(string name) => values.GetValueOrDefault(name);
        var amount = All.FirstOrDefault(f => f.Unit > 0 && values.ContainsKey(f.Name));
        var request = new FirstContactRequest
        {
            InvestorName = Of("investorName"),
            Uscc = Of("uscc") is { } uscc ? Spellings.Dense(uscc) : null,
            ForeignRegistration = Spellings.Registration(Of("registrationCountry"), Of("registrationNumber"), faults),
            SourceRegion = Of("sourceRegion") is { } region ? Divisions.Find(region) ?? region : null,
            PersonName = Of("personName"),
            Phone = Of("phone"),
            Email = Of("email"),
            Wechat = Of("wechat"),
            PersonTitle = Of("personTitle"),
            Channel = Spellings.Channel(Of("channel"), faults),
            Summary = Of("summary"),
            OccurredOn = Spellings.Date("occurredOn", Of("occurredOn"), faults),
            NextStep = Of("nextStep"),
            NextStepDueOn = Spellings.Date("nextStepDueOn", Of("nextStepDueOn"), faults),
            NodeCode = Of("nodeCode") is { } node ? Nodes.GetValueOrDefault(Spellings.KeyOf(node), node) : null,
            EstimatedInvestment = amount is null ? null
                : Spellings.Amount(amount.Name, Of(amount.Name), amount.Unit, Of("estimatedCurrency"), faults),
        };
        foreach (var (name, longest) in ((string, int)[])[("title", 200), ("externalKey", 100), ("leadCode", 20)])
        {
            if (Of(name) is { } text && text.Length > longest)
            {
                faults.Add(new Fault("/" + name, "text.length", 1, longest));
            }
        }

        if (request.OccurredOn > today)
        {
            faults.Add(new Fault("/occurredOn", "date.future"));
        }

        return new ImportDraft(number, request, Of("externalKey"), Of("leadCode"), Of("title"), faults);
    }

    private static decimal UnitOf(string name) => All.FirstOrDefault(field => field.Name == name)?.Unit ?? 0;

    /// <summary>The field of a heading, without remarks in brackets behind it, such as 必填 or 全称.</summary>
    private static string? FieldOf(string heading, string? unit)
    {
        if (heading.Length > LongestHeading)
        {
            return null;
        }

        var key = Spellings.KeyOf(heading);
        if (!ByHeading.TryGetValue(key, out var field))
        {
            key = Spellings.KeyOf(Remark().Replace(Spellings.Dense(heading.Normalize(NormalizationForm.FormKC)).TrimEnd('*'), ""));
            field = ByHeading.GetValueOrDefault(key);
        }

        if (field is null && AmountHeading().Match(key) is { Success: true } amount)
        {
            var own = amount.Groups[2].Value;
            field = (own.Length > 0 ? own : unit ?? "") switch
            {
                "元" => "estimatedAmount",
                "万元" or "万" => "estimatedAmountWan",
                "亿元" or "亿" => "estimatedAmountYi",
                _ => null,
            };
        }

        return field;
    }

    [GeneratedRegex("[(\\[【<](必填|必选|必填项|选填|可选|非必填|全称|如有|没有可不填|[^()]*格式[^()]*|如[^()]*|例[^()]*|yyyy[^()]*)[)\\]】>]$",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex Remark();

    [GeneratedRegex("^(意向投资额|意向投资|意向投资金额|拟投资额|拟投资|拟投资金额|预计投资额|预计投资|计划投资额|计划投资|计划总投资|投资额|投资金额|投资总额"
        + "|总投资额|总投资|项目总投资|投资规模)(?:单位)?(?:人民币)?(元|万元|亿元|万|亿)?$", RegexOptions.NonBacktracking)]
    private static partial Regex AmountHeading();

    [GeneratedRegex("单位[:：](?:人民币)?(元|万元|亿元)", RegexOptions.NonBacktracking)]
    private static partial Regex UnitLine();

    [GeneratedRegex("^(合计|总计|小计|累计|共计|本页合计)[:：]?$|^(填表人|填报人|制表人|制表|审核人|审核|审批人|负责人签字|单位负责人|填报单位|填报日期|填表日期|备注|说明|注)[:：]",
        RegexOptions.NonBacktracking)]
    private static partial Regex Closing();
}

/// <summary>A row as it was read.</summary>
/// <param name="Number">Row of the file.</param>
/// <param name="Request">What it says, as a first contact.</param>
/// <param name="ExternalKey">The other system's number.</param>
/// <param name="LeadCode">The lead's own code.</param>
/// <param name="Title">The lead's title.</param>
/// <param name="Faults">What is wrong in it so far.</param>
internal sealed record ImportDraft(
    int Number, FirstContactRequest Request, string? ExternalKey, string? LeadCode, string? Title, List<Fault> Faults);
