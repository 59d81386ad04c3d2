using System.Globalization;
using System.Text;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.FirstContacts;
using Qibin.Crm.Sheets;

namespace Qibin.Crm.Leads.Imports;

/// <summary>A field that a column can be read into.</summary>
/// <param name="Name">As in the API.</param>
/// <param name="Chinese">Heading of the template.</param>
/// <param name="English">English heading.</param>
/// <param name="Needed">A new lead needs it.</param>
/// <param name="Others">Further headings that people write.</param>
internal sealed record ImportField(string Name, string Chinese, string English, bool Needed, params string[] Others);

/// <summary>The fields of an import, and which column is which.</summary>
internal static class ImportFields
{
    public static readonly IReadOnlyList<ImportField> All =
    [
        new("externalKey", "外部编号", "External key", false),
        new("leadCode", "线索编号", "Lead code", false),
        new("investorName", "客商名称", "Investor", true, "公司名称", "企业名称", "投资方", "单位名称"),
        new("uscc", "统一社会信用代码", "USCC", false, "信用代码", "Unified social credit code"),
        new("sourceRegion", "来源地区代码", "Source region", false, "来源地区", "地区代码"),
        new("personName", "联系人", "Person", true, "姓名", "联系人姓名"),
        new("phone", "联系电话", "Phone", true, "电话", "手机", "手机号", "手机号码"),
        new("email", "电子邮箱", "E-mail", false, "邮箱", "Email"),
        new("personTitle", "职务", "Position", false, "职位", "Title of person"),
        new("channel", "联系方式", "Channel", true, "联系渠道", "渠道"),
        new("summary", "沟通内容", "What was said", true, "联系内容", "内容", "Summary"),
        new("occurredOn", "联系日期", "Date of contact", false, "日期"),
        new("nextStep", "下一步", "Next step", true, "下一步工作", "下步工作"),
        new("nextStepDueOn", "下一步期限", "Next step due", true, "期限", "完成时限"),
        new("nodeCode", "产业链节点", "Chain node", false, "节点"),
        new("estimatedAmount", "意向投资额（元）", "Estimated investment", false, "意向投资额", "投资额（元）"),
        new("estimatedCurrency", "币种", "Currency", false),
        new("title", "线索标题", "Title", false, "标题"),
    ];

    private static readonly Dictionary<string, string> ByHeading = All
        .SelectMany(field => field.Others.Append(field.Name).Append(field.Chinese).Append(field.English)
        .Select(heading => (Key: KeyOf(heading), field.Name)))
        .DistinctBy(x => x.Key).ToDictionary(x => x.Key, x => x.Name, StringComparer.Ordinal);

    private static readonly Dictionary<string, ContactChannel> Channels = new(StringComparer.OrdinalIgnoreCase)
    {
        ["电话"] = ContactChannel.Phone,
        ["微信"] = ContactChannel.Wechat,
        ["邮件"] = ContactChannel.Email,
        ["电子邮件"] = ContactChannel.Email,
        ["外出拜访"] = ContactChannel.VisitThere,
        ["来访考察"] = ContactChannel.VisitHere,
        ["展会"] = ContactChannel.Expo,
        ["商会/乡贤引荐"] = ContactChannel.Association,
        ["商会引荐"] = ContactChannel.Association,
        ["乡贤引荐"] = ContactChannel.Association,
        ["以商招商"] = ContactChannel.InvestorReferral,
        ["中介"] = ContactChannel.Agent,
    };

    private static readonly Dictionary<string, string> Nodes = IndustryChains.All.SelectMany(chain => chain.Nodes)
        .SelectMany(node => new[] { (node.Code, node.Code), (node.Name, node.Code), (node.NameEn, node.Code) })
        .DistinctBy(x => x.Item1).ToDictionary(x => x.Item1, x => x.Item2, StringComparer.OrdinalIgnoreCase);

    /// <summary>The field of each heading, each field once; empty where a heading is none.</summary>
    public static string[] Guess(IEnumerable<string> headings)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        return [.. headings.Select(heading => ByHeading.TryGetValue(KeyOf(heading), out var field) && taken.Add(field) ? field : "")];
    }

    public static bool Exists(string name) => All.Any(field => field.Name == name);

    public static string ChineseOf(string name) => All.FirstOrDefault(field => field.Name == name)?.Chinese ?? name;

    /// <summary>A row as a first contact, with all that is wrong in it.</summary>
    public static ImportDraft Draft(int number, string?[] cells, IReadOnlyList<string> fields, DateOnly today)
    {
        var faults = new List<Fault>();
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < fields.Count && i < cells.Length; i++)
        {
            if (fields[i].Length > 0 && cells[i] is { } cell && SafeCell.Back(cell).Trim() is { Length: > 0 } raw)
            {
                if (Text.Clean(raw) is { } clean)
                {
                    // Sheets break long names into lines.
                    values[fields[i]] = fields[i] is "summary" or "nextStep" ? clean : Text.OnOneLine(clean);
                }
                else
                {
                    faults.Add(new Fault("/" + fields[i], "text.forbiddenCharacter"));
                }
            }
        }

        string? Of(string name) => values.GetValueOrDefault(name);
        var request = new FirstContactRequest
        {
            InvestorName = Of("investorName"),
            Uscc = Of("uscc"),
            SourceRegion = Of("sourceRegion"),
            PersonName = Of("personName"),
            Phone = Of("phone"),
            Email = Of("email"),
            PersonTitle = Of("personTitle"),
            Channel = Channel(Of("channel"), faults),
            Summary = Of("summary"),
            OccurredOn = Date("occurredOn", Of("occurredOn"), faults),
            NextStep = Of("nextStep"),
            NextStepDueOn = Date("nextStepDueOn", Of("nextStepDueOn"), faults),
            NodeCode = Of("nodeCode") is { } node ? Nodes.GetValueOrDefault(node, node) : null,
            EstimatedInvestment = Money(Of("estimatedAmount"), Of("estimatedCurrency"), faults),
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

    private static ContactChannel? Channel(string? text, List<Fault> faults)
    {
        if (text is null)
        {
            return null;
        }

        if (Channels.TryGetValue(text, out var channel)
            || (!char.IsDigit(text[0]) && Enum.TryParse(text, ignoreCase: true, out channel) && Enum.IsDefined(channel)))
        {
            return channel;
        }

        faults.Add(new Fault("/channel", "word.unknown",
            string.Join("、", Channels.Keys.Where(k => k is not ("电子邮件" or "商会引荐" or "乡贤引荐")))));
        return null;
    }

    private static DateOnly? Date(string field, string? text, List<Fault> faults)
    {
        if (text is null)
        {
            return null;
        }

        var day = text.Split('T', ' ')[0].Replace("年", "-", StringComparison.Ordinal).Replace("月", "-", StringComparison.Ordinal)
            .Replace("日", "", StringComparison.Ordinal).Replace('/', '-').Replace('.', '-');
        if (DateOnly.TryParseExact(day, ["yyyy-M-d", "yyyyMMdd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            return date;
        }

        // A day that a spreadsheet holds as a number without saying that it is one.
        if (day.Length == 5 && int.TryParse(day, NumberStyles.None, CultureInfo.InvariantCulture, out var serial)
            && serial is >= 36_526 and <= 73_415)
        {
            return DateOnly.FromDateTime(DateTime.FromOADate(serial));
        }

        faults.Add(new Fault("/" + field, "import.date"));
        return null;
    }

    private static Money? Money(string? amount, string? currency, List<Fault> faults)
    {
        if (amount is null)
        {
            return null;
        }

        var code = currency is null or "人民币" ? "CNY" : currency.ToUpperInvariant();
        if (!Currencies.IsKnown(code))
        {
            faults.Add(new Fault("/estimatedCurrency", "currency.unknown"));
        }

        if (Amounts.TryParse(amount.Replace(",", "", StringComparison.Ordinal).Replace("，", "", StringComparison.Ordinal)
            .Replace(" ", "", StringComparison.Ordinal), out var value) && Amounts.HasDecimalsOf(value, code))
        {
            return new Money(value, code);
        }

        faults.Add(new Fault("/estimatedAmount", "import.amount"));
        return null;
    }

    /// <summary>A heading as headings are compared: without marks, spaces, brackets and letter case.</summary>
    private static string KeyOf(string heading) =>
        string.Concat(heading.Normalize(NormalizationForm.FormKC).Where(char.IsLetterOrDigit)).ToLowerInvariant();
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
