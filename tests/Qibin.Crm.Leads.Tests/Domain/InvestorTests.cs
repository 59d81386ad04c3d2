using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Names;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Privacy;

namespace Qibin.Crm.Leads.Tests.Domain;

public class InvestorTests
{
    [Fact]
    public void An_investor_answers_to_its_own_name_and_code_and_to_those_of_what_was_merged_into_it()
    {
        var (one, other) = (new InvestorFacts("北京甲示例有限公司", "91410611MA00000014", null, []),
            new InvestorFacts("乙示例集团", "91410611MA00000022", null, ["name 丙示例"]));
        Assert.Equal(["name 甲示例", "uscc 91410611MA00000014"], one.Keys);

        var kept = (one with { Uscc = other.Uscc }).KnownAs(one, other);
        Assert.Equal(["name 甲示例", "uscc 91410611MA00000022", "uscc 91410611MA00000014", "name 乙示例", "name 丙示例"], kept.Keys);
        Assert.Contains("name 甲示例", one.KnownAs(one, one).Aliases);
    }

    [Fact]
    public void T19_A_foreign_registration_is_a_key_like_the_code_and_stays_an_alias_of_what_it_was_merged_into()
    {
        var foreign = ForeignRegistration.Parse("DE", "HRB 12345");
        var one = new InvestorFacts("甲示例", "91410611MA00000014", null, []);
        var other = new InvestorFacts("乙示例", null, null, []) { ForeignRegistration = foreign };
        Assert.Equal(["name 乙示例", "foreign DE HRB12345"], other.Keys);
        Assert.Equal(["name 甲示例", "uscc 91410611MA00000014", "foreign DE HRB12345"], (one with { ForeignRegistration = foreign }).Keys);
        Assert.Contains("foreign DE HRB12345", one.KnownAs(one, other).Aliases);
        // A merge keeps facts as JSON.
        var kept = System.Text.Json.JsonSerializer.Deserialize<InvestorFacts>(System.Text.Json.JsonSerializer.Serialize(other))!;
        Assert.Equal(foreign, kept.ForeignRegistration);
    }

    [Theory]
    [InlineData("航天 宏图", "航天宏图")]
    [InlineData("ＡＢＣ（河南）", "abc(河南)")]
    [InlineData("Example Ltd", "exampleltd")]
    public void Names_are_compared_half_width_in_lower_case_without_spaces(string name, string key) =>
        Assert.Equal(key, NameSearch.KeyOf(name));

    [Fact]
    public void A_name_is_found_by_each_two_neighbouring_characters()
    {
        Assert.Equal(["航天", "天宏", "宏图"], NameSearch.PairsOf("航天宏图"));
        Assert.Equal(["𠀀𠀁"], NameSearch.PairsOf("𠀀𠀁"));
        Assert.Empty(NameSearch.PairsOf("航"));
    }

    [Theory]
    [InlineData("13812341234", "138****1234")]
    [InlineData("+86 138-1234-1234", "+86****1234")]
    [InlineData("12345", "1****5")]
    [InlineData("0392-3300000", "039****0000")]
    [InlineData(null, null)]
    public void A_masked_phone_shows_no_more_than_its_ends(string? phone, string? masked) => Assert.Equal(masked, Masks.Phone(phone));

    [Theory]
    [InlineData("zhang@example.com", "z****@example.com")]
    [InlineData("z@example.com", "****@example.com")]
    [InlineData(null, null)]
    public void A_masked_address_shows_its_domain(string? email, string? masked) => Assert.Equal(masked, Masks.Email(email));
}
