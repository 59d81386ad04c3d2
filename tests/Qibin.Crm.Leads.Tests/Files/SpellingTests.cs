using System.Globalization;
using System.Text.Json;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.FirstContacts;
using Qibin.Crm.Leads.Imports;

namespace Qibin.Crm.Leads.Tests.Files;

/// <summary>Values and headings as people write them: what has one meaning is read, what has two is refused.</summary>
public class SpellingTests
{
    [Theory]
    [InlineData("1.2亿", "120000000.00 CNY")]
    [InlineData("1.2亿元", "120000000.00 CNY")]
    [InlineData("3,000万元", "30000000.00 CNY")]
    [InlineData("3000万", "30000000.00 CNY")]
    [InlineData("5000", "5000.00 CNY")]
    [InlineData("¥5,000.00", "5000.00 CNY")]
    [InlineData("￥5,000", "5000.00 CNY")]
    [InlineData("5000元", "5000.00 CNY")]
    [InlineData("1,200,000.5", "1200000.50 CNY")]
    [InlineData("1 200 000", "1200000.00 CNY")]
    [InlineData("1.2E8", "120000000.00 CNY")]
    [InlineData("１２００００", "120000.00 CNY")]
    [InlineData("12０00", "12000.00 CNY")]
    [InlineData("人民币1.2亿元", "120000000.00 CNY")]
    [InlineData("1.2亿人民币", "120000000.00 CNY")]
    [InlineData("2000万美元", "20000000.00 USD")]
    [InlineData("USD 2,000", "2000.00 USD")]
    [InlineData("500亿日元", "50000000000.00 JPY")]
    [InlineData("-", null)]
    [InlineData("待定", null)]
    [InlineData("无", null)]
    [InlineData("面议", null)]
    [InlineData("约5000万", "import.amount")]
    [InlineData("5000-8000万", "import.amount")]
    [InlineData("1,2亿", "import.amount")]
    [InlineData("5%", "import.amount")]
    [InlineData("5000.", "import.amount")]
    [InlineData("100.5日元", "import.amount")]
    [InlineData("1000万亿", "import.amount")]
    [InlineData("人民币2000万美元", "import.amountTwice")]
    public void F_amounts_are_read_as_people_write_them(string text, string? expected) =>
        Assert.Equal(expected, Outcome(("意向投资额（元）", text), d => d.Request.EstimatedInvestment is { } money
            ? $"{Amounts.Format(money.Amount)} {money.Currency}" : null));

    [Theory]
    [InlineData("意向投资额（万元）", "5000", "50000000.00 CNY")]
    [InlineData("拟投资额（单位：亿元）", "1.2", "120000000.00 CNY")]
    [InlineData("总投资/万元", "5000", "50000000.00 CNY")]
    [InlineData("投资额（人民币万元）", "5000", "50000000.00 CNY")]
    [InlineData("意向投资额（万元）", "1.2亿", "120000000.00 CNY")]
    [InlineData("意向投资额（万元）", "5000万元", "50000000.00 CNY")]
    [InlineData("意向投资额（万元）", "¥5000", "50000000.00 CNY")]
    [InlineData("意向投资额（万元）", "5000元", "import.amountTwice")]
    [InlineData("拟投资额（元）", "5000", "5000.00 CNY")]
    public void F_an_amount_has_the_unit_of_its_heading(string heading, string text, string expected)
    {
        var file = new Book().Sheet("表", [Book.Heads(("意向投资额（元）", heading)), Book.Row(1, ("意向投资额（元）", text))]).Save();
        Assert.Equal(expected, Said(Book.Drafts(file).Single(), d => d.Request.EstimatedInvestment is { } money
            ? $"{Amounts.Format(money.Amount)} {money.Currency}" : null));
    }

    [Theory]
    [InlineData("投资额")]
    [InlineData("意向投资额")]
    [InlineData("意向投资额（万美元）")]
    [InlineData("投资额（千元）")]
    public void F_an_amount_without_a_known_unit_is_not_read(string heading) => Assert.Equal([""], ImportFields.Guess([heading], []));

    [Theory]
    [InlineData("2026年3月5日")]
    [InlineData("2026/3/5")]
    [InlineData("2026.3.5")]
    [InlineData("20260305")]
    [InlineData("2026/3/5 14:30")]
    [InlineData("2026-03-05T14:30:00")]
    [InlineData("2026年03月05日 星期四")]
    [InlineData("２０２６年３月５日")]
    [InlineData("2026．3．5")]
    [InlineData("2026 年 3 月 5 日")]
    [InlineData("2026、3、5")]
    [InlineData("46086")]
    [InlineData("46086.5")]
    public void F_days_are_read_as_people_write_them(string text) =>
        Assert.Equal("2026-03-05", Outcome(("联系日期", text), d => d.Request.OccurredOn?.ToString("O", CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("26.3.5")]
    [InlineData("3月5日")]
    [InlineData("2026年3月")]
    [InlineData("5/3/2026")]
    [InlineData("2026-03-05 或 2026-04-05")]
    [InlineData("2026-02-30")]
    public void F_a_day_with_two_meanings_is_refused(string text) =>
        Assert.Equal("import.date", Outcome(("联系日期", text), d => d.Request.OccurredOn?.ToString("O", CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("１７００００１２３４", "1700001234")]
    [InlineData("'17000001235", "17000001235")]
    [InlineData("\u202D17000001235\u202C", "17000001235")]
    [InlineData("0392－1234567", "0392-1234567")]
    [InlineData("0392—1234567", "0392-1234567")]
    public void F_a_phone_is_read_over_width_apostrophe_and_invisible_characters(string text, string phone) =>
        Assert.Equal(phone, Outcome(("联系电话", text), d => d.Request.Phone));

    [Theory]
    [InlineData("9141 0611 MA9T 0UR1 1J", "91410611MA9T0UR11J")]
    [InlineData("91410611MA9T0UR11J\u200B", "91410611MA9T0UR11J")]
    [InlineData("\u00A091410611MA9T0UR11J", "91410611MA9T0UR11J")]
    [InlineData("无", null)]
    [InlineData("-", null)]
    public void F_a_credit_code_is_read_over_blanks_and_nothing_is_nothing(string text, string? uscc) =>
        Assert.Equal(uscc, Outcome(("统一社会信用代码", text), d => d.Request.Uscc));

    [Theory]
    [InlineData("打电话", "Phone")]
    [InlineData("手机", "Phone")]
    [InlineData("上门拜访", "VisitThere")]
    [InlineData("来访", "VisitHere")]
    [InlineData("商会／乡贤引荐", "Association")]
    [InlineData("邮箱", "Email")]
    [InlineData("微信 ", "Wechat")]
    [InlineData("wechat", "Wechat")]
    [InlineData("视频会议", "Video")]
    [InlineData("电话、微信", "word.unknown")]
    [InlineData("飞鸽传书", "word.unknown")]
    public void F_channels_are_read_as_people_call_them(string text, string channel) =>
        Assert.Equal(channel, Outcome(("联系方式", text), d => d.Request.Channel?.ToString()));

    [Fact]
    public void F_every_channel_has_a_word_that_is_told_and_read()
    {
        var faults = new List<Fault>();
        Spellings.Channel("飞鸽传书", faults);
        var told = $"{faults.Single().Arguments[0]}".Split('、');
        Assert.Equal(Enum.GetValues<ContactChannel>(), told.Select(word => Spellings.Channel(word, [])!.Value));
    }

    [Theory]
    [InlineData("北京", "110000")]
    [InlineData("北京市", "110000")]
    [InlineData("北京市朝阳区", "110105")]
    [InlineData("深圳", "440300")]
    [InlineData("广东省深圳市", "440300")]
    [InlineData("广东深圳", "440300")]
    [InlineData("深圳市南山区科技园", "440305")]
    [InlineData("河南省鹤壁市淇滨区", "410611")]
    [InlineData("淇滨区", "410611")]
    [InlineData("香港", "810000")]
    [InlineData("江苏", "320000")]
    [InlineData("吉林", "220000")]
    [InlineData("吉林市", "220200")]
    [InlineData("内蒙古", "150000")]
    [InlineData("延边州", "222400")]
    [InlineData("济源市", "419001")]
    [InlineData("境外", "990000")]
    [InlineData("410600", "410600")]
    [InlineData("鼓楼区", null)]
    [InlineData("海南州", "632500")]
    [InlineData("海南", "460000")]
    [InlineData("朝阳", "211300")]
    [InlineData("广东省火星市", "440000")]
    [InlineData("上海火星", null)]
    [InlineData("火星", null)]
    [InlineData("990001", null)]
    public void F_places_are_read_by_name_when_only_one_is_meant(string text, string? code) => Assert.Equal(code, Divisions.Find(text));

    [Fact]
    public void F_errors_of_formulas_are_no_texts()
    {
        var drafts = Book.Drafts(Book.Of(
            Book.Row(1, ("客商名称", new Book.Error("#REF!"))), Book.Row(2, ("下一步", new Book.Error("#N/A"))), Book.Row(3, ("客商名称", "#N/A")),
            Book.Row(4, ("沟通内容", new Book.Error("#VALUE!"))), Book.Row(5, ("意向投资额（元）", new Book.Error("#DIV/0!")))));
        Assert.All(drafts, d => Assert.Equal("import.errorCell", Assert.Single(d.Faults).Code));
    }

    [Fact]
    public void F_headings_are_known_with_line_breaks_marks_and_remarks()
    {
        Assert.Equal(
            ["investorName", "personName", "phone", "channel", "summary", "occurredOn", "nextStep", "nextStepDueOn", "estimatedAmount",
                "uscc", "sourceRegion"],
            ImportFields.Guess(["*客商名称\n（必填）", "联系人（必填）", " 联系电话 ", "*联系方式\n（必填）", "沟通内容（必填）", " 联系日期 ", "*下一步\n（必填）",
                "下一步期限（格式：2026-01-31）", " 意向投资额（元） ", "*统一社会信用代码\n（选填）", "来源地区代码（必填）"], []));
        Assert.Equal(
            ["investorName", "", "phone", "channel", "summary", "occurredOn", "nextStep", "nextStepDueOn", "estimatedAmount", "uscc",
                "sourceRegion"],
            ImportFields.Guess(["企业名称（全称）", "联系人及职务", "联系人电话", "对接方式", "对接情况", "对接时间", "下步打算", "时限", "拟投资额（元）",
                "社会信用代码", "所在地"], []));
    }

    [Fact]
    public void F_reasons_name_fields_in_Chinese()
    {
        foreach (var name in typeof(FirstContactRequest).GetProperties().Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name))
            .Except(["investorId", "ownerId", "duplicateOverride", "confidential", "readers"])
            .Concat(ImportFields.All.Select(f => f.Name)))
        {
            Assert.True(ImportFields.ChineseOf(name).Any(c => c >= '\u4E00'), name);
        }
    }

    private static string? Outcome((string Heading, object? Value) with, Func<ImportDraft, string?> value) =>
        Said(Book.Drafts(Book.Of(Book.Row(1, with))).Single(), value);

    private static string? Said(ImportDraft draft, Func<ImportDraft, string?> value) =>
        draft.Faults.Count > 0 ? string.Join(',', draft.Faults.Select(f => f.Code)) : value(draft);
}
