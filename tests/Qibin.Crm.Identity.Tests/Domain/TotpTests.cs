using System.Text;
using Qibin.Crm.Identity.Domain;

namespace Qibin.Crm.Identity.Tests.Domain;

public class TotpTests
{
    private static readonly byte[] s_key = Encoding.ASCII.GetBytes("12345678901234567890");

    /// <summary>RFC 6238, appendix B; of its eight digits the last six.</summary>
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void The_codes_are_those_of_the_standard(long second, string code) =>
        Assert.Equal(code, Totp.CodeAt(s_key, Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(second))));

    [Fact]
    public void The_key_is_written_in_base_32() => Assert.Equal("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", Totp.Text(s_key));

    [Fact]
    public void A_code_is_good_for_once_and_for_half_a_minute_around_its_own()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1111111109);
        var step = Totp.StepAt(now);
        Assert.Equal(step, Totp.StepOf(s_key, "081804", now));
        Assert.Equal(step, Totp.StepOf(s_key, "081804", now.AddSeconds(30)));
        Assert.Equal(step, Totp.StepOf(s_key, "081804", now.AddSeconds(-30)));
        Assert.Null(Totp.StepOf(s_key, "081804", now.AddSeconds(90)));
        Assert.Null(Totp.StepOf(s_key, "081804", now, step));
        Assert.Null(Totp.StepOf(s_key, "81804", now));
        Assert.Null(Totp.StepOf(s_key, "", now));
    }
}
