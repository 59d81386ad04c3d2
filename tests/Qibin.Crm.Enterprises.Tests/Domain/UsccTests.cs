using System.ComponentModel.DataAnnotations;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Enterprises.Tests.Domain;

public class UsccTests
{
    // The first is the example printed in the standard, the others are codes in public use.
    [Theory]
    [InlineData("91350100M000100Y43")]
    [InlineData("91110000802100433B")]
    [InlineData("9144030071526726XG")]
    [InlineData("914403001922038216")]
    [InlineData("91330100799655058B")]
    [InlineData("12100000400000624D")]
    public void A_code_in_use_is_taken(string code)
    {
        Assert.Equal(code, Uscc.Parse(code).Value);
        Assert.Equal(code, Uscc.WithCheckCharacter(code[..17]).Value);
    }

    [Theory]
    [InlineData("  91350100m000100y43 ")]
    [InlineData("９１３５０１００Ｍ０００１００Ｙ４３")]
    [InlineData("　91350100ｍ000100y43\t")]
    public void Spaces_width_and_case_are_put_right_first(string written) => Assert.Equal("91350100M000100Y43", Uscc.Parse(written).Value);

    [Theory]
    [InlineData("", "uscc.length")]
    [InlineData("   ", "uscc.length")]
    [InlineData("91350100M000100Y4", "uscc.length")]
    [InlineData("91350100M000100Y433", "uscc.length")]
    [InlineData("91350100M 000100Y43", "uscc.length")]
    [InlineData("91350100I000100Y43", "uscc.character")]
    [InlineData("91350100O000100Y43", "uscc.character")]
    [InlineData("91350100S000100Y43", "uscc.character")]
    [InlineData("91350100V000100Y43", "uscc.character")]
    [InlineData("91350100Z000100Y43", "uscc.character")]
    [InlineData("91350100企000100Y43", "uscc.character")]
    [InlineData("91350100M-00100Y43", "uscc.character")]
    [InlineData("91350100M000100Y44", "uscc.checkDigit")]
    public void What_is_wrong_is_told_by_its_code(string written, string code)
    {
        Assert.False(Uscc.TryParse(written, out var uscc, out var told));
        Assert.Null(uscc);
        Assert.Equal(code, told);
        Assert.Equal(code, Assert.Throws<RuleViolation>(() => Uscc.Parse(written)).Code);
        Assert.Equal(code, new UsccAttribute().GetValidationResult(written, new ValidationContext(this))?.ErrorMessage);
    }

    [Fact]
    public void Nothing_is_no_code_but_an_optional_field_may_be_empty()
    {
        Assert.False(Uscc.TryParse(null, out _));
        Assert.Equal(ValidationResult.Success, new UsccAttribute().GetValidationResult(null, new ValidationContext(this)));
    }

    [Fact]
    public void Every_wrong_single_character_is_found()
    {
        foreach (var code in Samples(40))
        {
            for (var i = 0; i < Uscc.Length; i++)
            {
                foreach (var c in Uscc.Alphabet.Where(c => c != code[i]))
                {
                    Assert.False(Uscc.TryParse(string.Concat(code.AsSpan(0, i), [c], code.AsSpan(i + 1)), out _),
                        $"{code} with {c} at {i + 1}");
                }
            }
        }
    }

    [Fact]
    public void Every_swap_of_two_neighbours_is_found()
    {
        foreach (var code in Samples(200))
        {
            for (var i = 0; i < Uscc.Length - 1; i++)
            {
                var swapped = string.Concat(code.AsSpan(0, i), [code[i + 1], code[i]], code.AsSpan(i + 2));
                Assert.Equal(swapped == code, Uscc.TryParse(swapped, out _));
            }
        }
    }

    [Fact]
    public void A_made_code_is_a_valid_code()
    {
        foreach (var code in Samples(1000))
        {
            Assert.True(Uscc.TryParse(code, out var uscc, out _));
            Assert.Equal(code, uscc.ToString());
        }

        Assert.Equal("uscc.length", Assert.Throws<RuleViolation>(() => Uscc.WithCheckCharacter("9135")).Code);
        Assert.Equal("uscc.character", Assert.Throws<RuleViolation>(() => Uscc.WithCheckCharacter("91350100I000100Y4")).Code);
    }

    /// <summary>Codes over the whole alphabet, the same in every run.</summary>
    private static IEnumerable<string> Samples(int count)
    {
        var random = new Random(32100);
        for (var n = 0; n < count; n++)
        {
            yield return Uscc.WithCheckCharacter(
                string.Concat(Enumerable.Range(0, 17).Select(_ => Uscc.Alphabet[random.Next(Uscc.Alphabet.Length)]))).Value;
        }
    }
}
