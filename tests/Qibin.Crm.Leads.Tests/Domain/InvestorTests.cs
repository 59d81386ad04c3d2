using Qibin.Crm.Leads.Domain.Names;
using Qibin.Crm.Web.Privacy;

namespace Qibin.Crm.Leads.Tests.Domain;

public class InvestorTests
{
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
