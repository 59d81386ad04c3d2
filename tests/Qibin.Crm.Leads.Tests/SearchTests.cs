using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

public class SearchTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    [Fact]
    public async Task Leads_and_investors_are_found_by_characters_pinyin_and_initials_and_only_ones_own()
    {
        var (me, stranger) = (leads.As(TestCaller.Officer()), leads.As(TestCaller.Officer()));
        var image = await leads.LeadAsync(me, ("investorName", "北京航天宏图示例有限公司"));
        var wall = await leads.LeadAsync(me, ("investorName", "长城重工（示例）"));
        var latin = await leads.LeadAsync(me, ("investorName", "Aurora 示例 Ltd"));

        foreach (var (q, expected) in new (string, Answer[])[]
        {
            ("航天", [image]), ("htht", [image]), ("HTHT", [image]), ("hangtian", [image]), ("hangtianhongt", [image]), ("hongtu", [image]), (
                "tianhang", []),
            ("ccz", [wall]), ("zcz", [wall]), ("zhangcheng", [wall]), ("changcheng", [wall]), ("zhonggong", [wall]),
            ("aurora", [latin]), ("rora", [latin]), ("shili", [latin, wall, image]), ("sl", [latin, wall, image]), ("yxgs", []),
        })
        {
            var found = (await me.GetAsync($"/api/v1/leads?sort=-createdAt&q={q}")).Is(200).Json.GetProperty("items").EnumerateArray()
                .Select(i => i.GetProperty("id").GetGuid());
            Assert.True(expected.Select(e => e.Id).SequenceEqual(found), q);
            var investors = (await me.GetAsync($"/api/v1/investors?sort=-createdAt&q={q}")).Is(200).Json.GetProperty("items")
                .EnumerateArray().Select(i => i.GetProperty("id").GetGuid());
            Assert.True(expected.Select(e => e.Json.GetProperty("investorId").GetGuid()).SequenceEqual(investors), q);
            Assert.Empty((await stranger.GetAsync($"/api/v1/leads?q={q}")).Is(200).Json.GetProperty("items").EnumerateArray());
            Assert.Empty((await stranger.GetAsync($"/api/v1/investors?q={q}")).Is(200).Json.GetProperty("items").EnumerateArray());
        }
    }
}
