using Qibin.Crm.Kernel;

namespace Qibin.Crm.Enterprises.Tests.Domain;

public class ForeignRegistrationTests
{
    [Theory]
    [InlineData("DE", "HRB 12345", "DE HRB 12345", "DE HRB12345")]
    [InlineData("de", " hrb  12345 b ", "DE HRB 12345 B", "DE HRB12345B")]
    [InlineData("ＣＨ", "ＣＨＥ－１２３．４５６．７８９", "CH CHE-123.456.789", "CH CHE123456789")]
    [InlineData("BR", "12.345.678/0001–90", "BR 12.345.678/0001-90", "BR 12345678000190")]
    [InlineData("HK", "1234567", "HK 1234567", "HK 1234567")]
    [InlineData("TW", "2", "TW 2", "TW 2")]
    public void T19_Width_case_and_blanks_are_put_right_and_letters_and_digits_compared(
        string country, string number, string written, string key)
    {
        var registration = ForeignRegistration.Parse(country, number);
        Assert.Equal((written, key), (registration.ToString(), registration.Key));
        Assert.Equal(registration, ForeignRegistration.Of(registration.ToString()));
        Assert.Equal(registration, ForeignRegistration.Find(country, number));
    }

    [Theory]
    [InlineData("CN", "1", "country.china")]
    [InlineData("ｃｎ", "1", "country.china")]
    [InlineData("XX", "1", "country.unknown")]
    [InlineData("XK", "1", "country.unknown")]
    [InlineData("UK", "1", "country.unknown")]
    [InlineData("DEU", "1", "country.unknown")]
    [InlineData("", "1", "country.unknown")]
    [InlineData(null, "1", "country.unknown")]
    [InlineData("DE", null, "registration.number")]
    [InlineData("DE", " ", "registration.number")]
    [InlineData("DE", "-./", "registration.number")]
    [InlineData("DE", "HRB_1", "registration.number")]
    [InlineData("DE", "HRB\t1", "registration.number")]
    [InlineData("DE", "商业登记1", "registration.number")]
    [InlineData("DE", "12345678901234567890123456789012345678901", "registration.number")]
    public void T19_What_is_none_is_refused_by_its_code(string? country, string? number, string code)
    {
        Assert.Equal(code, Assert.Throws<RuleViolation>(() => ForeignRegistration.Parse(country, number)).Code);
        Assert.Null(ForeignRegistration.Find(country, number));
    }

    [Theory]
    [InlineData("德国", "DE")]
    [InlineData("Germany", "DE")]
    [InlineData("de", "DE")]
    [InlineData("ＵＳＡ", "US")]
    [InlineData("香港", "HK")]
    [InlineData("中国香港特别行政区", "HK")]
    [InlineData("中国台湾", "TW")]
    [InlineData("中华人民共和国", "CN")]
    [InlineData("Cote d'Ivoire", null)]
    [InlineData("Côte d'Ivoire", "CI")]
    [InlineData("欧盟", null)]
    [InlineData("", null)]
    public void T19_A_country_is_read_by_its_code_or_a_name(string text, string? code) => Assert.Equal(code, Countries.Find(text));

    [Fact]
    public void T19_All_249_codes_of_the_standard_are_known_with_a_Chinese_name()
    {
        var letters = Enumerable.Range('A', 26).Select(c => (char)c).ToList();
        var known = letters.SelectMany(a => letters.Select(b => $"{a}{b}")).Where(Countries.IsKnown).ToList();
        Assert.Equal(249, known.Count);
        Assert.All(known, code => Assert.Equal(code, Countries.Find(Countries.NameOf(code)!)));
    }
}
