using Qibin.Crm.Kernel.Names;

namespace Qibin.Crm.Leads.Tests.Domain.Names;

/// <summary>All companies are invented.</summary>
public class ComparedNameTests
{
    private static readonly string[] Brands = ["星澜航图", "瀚禾微芯", "恒曜测控", "启岳精工", "朗擎数源", "卓弘岚", "澜翼7号", "辰拓a9", "泽衡Tech"];
    private static readonly string[] Regions =
        ["", "北京", "北京市", "河南省", "河南", "河南省鹤壁市", "鹤壁市淇滨区", "河南省鹤壁市淇滨区", "内蒙古自治区", "广西壮族自治区", "深圳市南山区"];
    private static readonly string[] Forms =
        ["", "有限公司", "有限责任公司", "股份有限公司", "集团", "集团有限公司", "集团股份有限公司", "公司", "（集团）有限公司", "有限公司北京分公司", " Co., Ltd.", "合伙企业(有限合伙)"];
    private static readonly string[] Beside = ["", "（演示）", "(北京)", "【示例】", "〔上海〕"];

    [Theory]
    [InlineData("北京星澜航图科技有限公司", "星澜航图科技")]
    [InlineData("星澜航图科技（北京）股份有限公司", "星澜航图科技")]
    [InlineData("河南省鹤壁市淇滨区星澜 航图科技有限责任公司", "星澜航图科技")]
    [InlineData("ＸＩＮＧＬＡＮ　Ｔｅｃｈ Co., Ltd.", "xinglantech")]
    [InlineData("Zinc", "zinc")]
    [InlineData("北京银行", "北京银行")]
    [InlineData("上海电气集团", "上海电气")]
    [InlineData("公司", "公司")]
    [InlineData("（演示）", "演示")]
    [InlineData("！！", "!!")]
    [InlineData("甲1-23", "甲1-23")]
    [InlineData("甲（1）23", "甲23")]
    [InlineData("星澜(未闭合", "星澜未闭合")]
    [InlineData("新城市建设集团", "新城市建设")]
    public void A_name_loses_what_spellings_differ_in(string name, string key) => Assert.Equal(key, ComparedNames.KeyOf(name));

    [Theory]
    [InlineData("鴻昇科技股份有限公司", "鸿昇科技有限公司")]
    [InlineData("廣東東亞電機集團", "广东东亚电机有限公司")]
    [InlineData("株式会社示例製作所", "示例制作所")]
    [InlineData("示例製作所株式會社", "（株）示例制作所")]
    [InlineData("주식회사 예시전자", "예시전자(주)")]
    [InlineData("예시전자 주식회사", "예시전자")]
    [InlineData("Beispiel AG", "Beispiel GmbH")]
    [InlineData("Beispiel GmbH & Co. KG", "BEISPIEL")]
    [InlineData("Example Pte. Ltd.", "Example Co., Ltd.")]
    [InlineData("Example Pty Ltd", "Example Sdn. Bhd.")]
    [InlineData("Esempio S.A.", "Esempio B.V.")]
    [InlineData("Example & Sons Ltd", "Example and Sons")]
    [InlineData("Example＆Sons", "EXAMPLE AND SONS CO.,LTD")]
    public void T12_Characters_legal_forms_and_ampersands_of_two_spellings_are_folded(string one, string other) =>
        Assert.Equal(ComparedNames.KeyOf(one), ComparedNames.KeyOf(other));

    [Theory]
    [InlineData("鸿昇科技", "鸿升科技")]
    [InlineData("Anderson", "Erson")]
    [InlineData("Sandag", "Sand AG")]
    [InlineData("株式会社", "주식회사")]
    public void T12_Other_names_stay_apart(string one, string other) =>
        Assert.NotEqual(ComparedNames.KeyOf(one), ComparedNames.KeyOf(other));

    [Fact]
    public void Every_spelling_of_an_invented_company_is_one_and_two_companies_are_two()
    {
        var random = new Random(410611);
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (brand, trade) in Brands.SelectMany(b => (string[])["科技", "智能装备", "卫星数据"], (b, t) => (b, t)))
        {
            var plain = ComparedNames.KeyOf(brand + trade);
            for (var n = 0; n < 200; n++)
            {
                var name = Disguise(Of(random, Regions) + brand + trade + Of(random, Beside) + Of(random, Forms) + Of(random, Beside),
                    random);
                Assert.True(plain == ComparedNames.KeyOf(name), $"{name}: {ComparedNames.KeyOf(name)} instead of {plain}");
            }

            Assert.True(keys.TryAdd(plain, brand + trade), $"{brand}{trade} and {keys.GetValueOrDefault(plain)}");
        }
    }

    [Fact]
    public void A_key_is_its_own_key_for_any_text()
    {
        var random = new Random(20);
        string[] parts = [.. Brands, .. Regions, .. Forms, .. Beside, "中国", "上海", "市", "区", "县", "省", "(", ")", "【", "·", "-", "—", "1",
            "２", "ß", "İ", "ﬁ", "Å", "½", "𠀀", "é", "e\u0301", " ", "\u3000", "co", "ltd", "集", "团", "and", "&", "ag", "s", "a",
            ".", "株式會社", "주식회사", "國", "會"];
        for (var n = 0; n < 50_000; n++)
        {
            var text = string.Concat(
                Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.Next(4) == 0 ? Any(random) : Of(random, parts)));
            var key = ComparedNames.KeyOf(text);
            Assert.True(key == ComparedNames.KeyOf(key), $"{text}: {key}, then {ComparedNames.KeyOf(key)}");
            Assert.False(key.Length == 0 && text.Trim().Length > 0, text);
        }
    }

    [Theory]
    [InlineData("北京星澜航图科技有限公司", "上海星澜航图科技有限公司", true)]
    [InlineData("星澜航图科技（深圳）有限公司", "北京市星澜航图科技有限公司", true)]
    [InlineData("郑州星澜航图科技有限公司", "河南星澜航图科技有限公司", false)]
    [InlineData("郑州星澜航图科技有限公司", "鹤壁星澜航图科技有限公司", true)]
    [InlineData("星澜航图科技有限公司", "北京星澜航图科技有限公司", false)]
    public void Two_regions_tell_namesakes_apart(string one, string other, bool apart) =>
        Assert.Equal(apart, ComparedNames.Apart(ComparedNames.RegionOf(one), ComparedNames.RegionOf(other)));

    /// <summary>Another way to write the same: full width, upper case, spaces and dots between the characters.</summary>
    private static string Disguise(string name, Random random) => string.Concat(name.Select(c =>
        (c is > ' ' and < '\x7f' && random.Next(3) == 0 ? (char)(c + 0xfee0) : random.Next(3) == 0 ? char.ToUpperInvariant(c) : c)
        + (c > '\x7f' && random.Next(8) == 0 ? Of(random, " ", "\u3000", "·", "—") : "")));

    private static string Any(Random random)
    {
        int point;
        do
        {
            point = random.Next(0x20, random.Next(3) == 0 ? 0x2ffff : 0xffff);
        }
        while (point is >= 0xd800 and < 0xe000);

        return char.ConvertFromUtf32(point);
    }

    private static string Of(Random random, params string[] of) => of[random.Next(of.Length)];
}
