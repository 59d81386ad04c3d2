using Qibin.Crm.Kernel.Names;

namespace Qibin.Crm.Leads.Tests.Domain.Names;

public class NameSearchTests
{
    [Theory]
    [InlineData("航天宏图信息技术股份有限公司", "htht", true)]
    [InlineData("航天宏图信息技术股份有限公司", "HTHT", true)]
    [InlineData("北京航天宏图", "hthtx", false)]
    [InlineData("北京航天宏图信息", "hthtx", true)]
    [InlineData("北京航天宏图信息", "bj", true)]
    [InlineData("北京航天宏图信息", "hangtian", true)]
    [InlineData("北京航天宏图信息", "hang tian hong tu", true)]
    [InlineData("北京航天宏图信息", "hangtianho", true)]
    [InlineData("北京航天宏图信息", "hangt", true)]
    [InlineData("北京航天宏图信息", "han", true)]
    [InlineData("北京航天宏图信息", "tianhang", false)]
    [InlineData("北京航天宏图信息", "htth", false)]
    [InlineData("北京航天宏图信息", "天宏", true)]
    [InlineData("北京航天宏图信息", "天图", false)]
    [InlineData("中国银行示例", "yinhang", true)]
    [InlineData("中国银行示例", "yinxing", true)]
    [InlineData("中国银行示例", "zgyh", true)]
    [InlineData("长城重工示例", "changcheng", true)]
    [InlineData("长城重工示例", "zhonggong", true)]
    [InlineData("厦门示例", "xiamen", true)]
    [InlineData("西安示例", "xi'an", true)]
    [InlineData("西安示例", "xian", true)]
    [InlineData("先进示例", "xian", true)]
    [InlineData("绿源示例", "lvyuan", true)]
    [InlineData("绿源示例", "lüyuan", true)]
    [InlineData("示例有限公司", "yxgs", false)]
    [InlineData("IBM中国", "ibmzg", true)]
    [InlineData("Example Ltd", "ample", true)]
    [InlineData("甲3号", "3号", true)]
    public void A_name_is_found_by_its_characters_its_pinyin_and_its_initials(string name, string q, bool found) =>
        Assert.Equal(found, Finds(name, q));

    [Fact]
    public void A_search_that_reads_in_many_ways_ends_at_once_and_stays_small()
    {
        foreach (var text in (string[])["xianxianxianxianxianxianxianxianxianxianxianv", new string('a', 100),
            string.Concat(Enumerable.Repeat("angeng", 16))])
        {
            Assert.InRange(NameSearch.Parse(text)!.Ways.Count, 1, 13);
        }

        Assert.Null(NameSearch.Parse("航"));
        Assert.Null(NameSearch.Parse(new string('a', 101)));
    }

    [Fact]
    public void The_longest_name_of_characters_with_many_readings_puts_a_bounded_number_of_tokens_into_the_index() =>
        Assert.InRange(NameSearch.TokensOf(string.Concat(Enumerable.Repeat("行长重乐", 50))).Length, 20, 2000);

    /// <summary>The index's answer, in memory.</summary>
    private static bool Finds(string name, string q)
    {
        var tokens = NameSearch.TokensOf(name).ToHashSet(StringComparer.Ordinal);
        var query = NameSearch.Parse(q)!;
        return (query.Pairs.All(tokens.Contains) && NameSearch.KeyOf(name).Contains(query.Key, StringComparison.Ordinal))
            || query.Ways.Any(w => w.Must.All(tokens.Contains) && (w.Any.Length == 0 || w.Any.Any(tokens.Contains)));
    }
}
