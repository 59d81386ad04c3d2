using Microsoft.Extensions.DependencyInjection;
using Qibin.Crm.Leads.Investors;
using Qibin.Crm.TestKit;
using Qibin.Crm.Work.Data;

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
            ("航天", [image]), ("htht", [image]), ("HTHT", [image]), ("hangtian", [image]), ("hangtianhongt", [image]), ("hongtu", [image]), ("tianhang", []),
            ("ccz", [wall]), ("zcz", [wall]), ("zhangcheng", [wall]), ("changcheng", [wall]), ("zhonggong", [wall]),
            ("aurora", [latin]), ("rora", [latin]), ("shili", [latin, wall, image]), ("sl", [latin, wall, image]), ("yxgs", []),
        })
        {
            var found = (await me.GetAsync($"/api/v1/leads?sort=-createdAt&q={q}")).Is(200).Json.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetGuid());
            Assert.True(expected.Select(e => e.Id).SequenceEqual(found), q);
            var investors = (await me.GetAsync($"/api/v1/investors?sort=-createdAt&q={q}")).Is(200).Json.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetGuid());
            Assert.True(expected.Select(e => e.Json.GetProperty("investorId").GetGuid()).SequenceEqual(investors), q);
            Assert.Empty((await stranger.GetAsync($"/api/v1/leads?q={q}")).Is(200).Json.GetProperty("items").EnumerateArray());
            Assert.Empty((await stranger.GetAsync($"/api/v1/investors?q={q}")).Is(200).Json.GetProperty("items").EnumerateArray());
        }
    }

    [Fact]
    public async Task Names_from_before_the_search_are_brought_to_it()
    {
        await using var service = await TestService.StartAsync("leads", Program.Build);
        var me = service.As(TestCaller.Officer());
        var old = (await me.PostAsync("/api/v1/first-contacts", leads.FirstContact(("investorName", "旧日客商示例")))).Is(201);
        Assert.Equal(1, await service.CountAsync("with changed as (update investor set search_tokens = '{}', compared_name = '' returning 1) select count(*) from changed"));
        Assert.Empty((await me.GetAsync("/api/v1/leads?q=jiuri")).Is(200).Json.GetProperty("items").EnumerateArray());

        await service.Services.GetServices<IMigrationStep>().OfType<FillNames>().Single().RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(old.Id, Assert.Single((await me.GetAsync("/api/v1/leads?q=jiuri")).Is(200).Json.GetProperty("items").EnumerateArray()).GetProperty("id").GetGuid());
        (await me.PostAsync("/api/v1/first-contacts", leads.FirstContact(("investorName", "旧日客商示例"), ("duplicateOverride", null)))).IsProblem(409, "investor.duplicate");
    }
}
