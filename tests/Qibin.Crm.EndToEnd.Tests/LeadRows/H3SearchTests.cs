using Qibin.Crm.TestKit;

namespace Qibin.Crm.EndToEnd.Tests.LeadRows;

public class H3SearchTests(RunningSystem system)
{
    [Fact]
    public async Task H3_Leads_and_investors_are_found_by_two_characters_pinyin_and_initials_within_ones_own_scope()
    {
        using var officer = await system.AsAsync("officer", "promotion-satellite");
        using var other = await system.AsAsync("officer", "promotion-xinchuang");
        using var leader = await system.AsAsync("leader");
        var lead = (await officer.PostAsync("/api/v1/first-contacts",
            A4DuplicateCheckTests.Contact("鹤壁觅星航图银行科技有限公司（演示）", "17000030001"))).Is(201);
        var investor = lead.Json.GetProperty("investorId").GetGuid();

        foreach (var q in (string[])["觅星", "觅星航图", "mixing", "mixinghangtu", "mixinghangt", "mxht", "hbmxht", "htyh", "hangtuyinhang",
            "航图银行"])
        {
            foreach (var (client, sees) in ((ApiClient, bool)[])[(officer, true), (leader, true), (other, false)])
            {
                var query = "q=" + Uri.EscapeDataString(q);
                Assert.Equal(sees, Ids(await client.GetAsync("/api/v1/leads?" + query)).Contains(lead.Id));
                Assert.Equal(sees, Ids(await client.GetAsync("/api/v1/investors?" + query)).Contains(investor));
            }
        }

        Assert.DoesNotContain(lead.Id, Ids(await officer.GetAsync("/api/v1/leads?q=xingmi")));
        (await officer.GetAsync("/api/v1/leads?q=x")).IsProblem(400, "request.invalid");
    }

    private static IEnumerable<Guid> Ids(Answer answer) =>
        answer.Is(200).Json.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetGuid());
}
