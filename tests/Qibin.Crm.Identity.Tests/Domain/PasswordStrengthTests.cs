using Qibin.Crm.Identity.Domain;

namespace Qibin.Crm.Identity.Tests.Domain;

public class PasswordStrengthTests
{
    private static readonly HashSet<string> s_common = new(StringComparer.Ordinal) { "password", "woaini", "dragon", "admin", "qwerty" };

    [Theory]
    [InlineData("password1234")]
    [InlineData("aaaaaaaaaaaa")]
    [InlineData("            ")]
    [InlineData("abababababab")]
    [InlineData("P@ssw0rd!2026")]
    [InlineData("woaini1314520")]
    [InlineData("qwertyuiop123")]
    [InlineData("1qaz2wsx3edc4rfv")]
    [InlineData("198801011988")]
    [InlineData("admin@1234567")]
    [InlineData("张三张三张三张三张三张三")]
    [InlineData("zhangsan20262026")]
    public void S12_Common_words_runs_and_repeats_make_a_weak_password(string password) =>
        Assert.InRange(PasswordStrength.Of(password, s_common, "zhangsan"), 0, PasswordStrength.Least - 1);

    [Theory]
    [InlineData("chang'e-6 landed")]
    [InlineData("correct horse battery staple")]
    [InlineData("淇河两岸的桃花开了又谢")]
    [InlineData("abcd-kx7m-q3vd-h9wp")]
    [InlineData("the dragon ate my password")]
    public void S12_A_sentence_or_what_a_machine_has_made_is_strong(string password) =>
        Assert.InRange(PasswordStrength.Of(password, s_common, "zhangsan"), PasswordStrength.Least, 200);
}
