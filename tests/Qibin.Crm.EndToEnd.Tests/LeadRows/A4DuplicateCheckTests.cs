using Qibin.Crm.TestKit;

namespace Qibin.Crm.EndToEnd.Tests.LeadRows;

public class A4DuplicateCheckTests(RunningSystem system)
{
    [Fact]
    public async Task A4_A_first_contact_with_an_investor_that_is_there_is_linked_to_it_and_names_whom_to_ring_or_entered_with_a_reason()
    {
        using var officer = await system.AsAsync("officer", "promotion-satellite");
        using var other = await system.AsAsync("officer", "promotion-xinchuang");
        var me = (await officer.GetAsync("/api/v1/me")).Is(200).Id;
        var known = (await officer.PostAsync("/api/v1/first-contacts", Contact("查重星澜航图科技有限公司（演示）", "17000010001"))).Is(201);
        var investor = known.Json.GetProperty("investorId").GetGuid();

        // Asked first, and entered in another spelling.
        var asked = (await officer.GetAsync("/api/v1/investors/duplicates?name=" + Uri.EscapeDataString("北京查重星澜航图科技"))).Is(200).Json;
        var candidate = Assert.Single(asked.GetProperty("candidates").EnumerateArray());
        Assert.Equal((investor, 90), (candidate.GetProperty("investorId").GetGuid(), candidate.GetProperty("score").GetInt32()));
        Assert.Equal("name", candidate.GetProperty("matched")[0].GetString());
        var linked = (await officer.PostAsync("/api/v1/first-contacts", Contact("河南省鹤壁市查重星澜 航图科技集团", "17000010002"))).Is(201);
        Assert.Equal((investor, true), (linked.Json.GetProperty("investorId").GetGuid(), linked.Json.GetProperty("linked").GetBoolean()));

        // Another unit learns whom to ring, and no more.
        var unseen = (await other.GetAsync("/api/v1/investors/duplicates?name=" + Uri.EscapeDataString("查重星澜航图科技股份有限公司"))).Is(200);
        Assert.Empty(unseen.Json.GetProperty("candidates").EnumerateArray());
        var theirs = (await other.PostAsync("/api/v1/first-contacts", Contact("查重星澜航图科技股份有限公司", "17000010001"))).Is(201);
        foreach (var answer in (Answer[])[unseen, theirs])
        {
            var talks = Assert.Single(answer.Json.GetProperty("talks").EnumerateArray());
            Assert.Equal(me, talks.GetProperty("ownerId").GetGuid());
            Assert.StartsWith("招商一分局", talks.GetProperty("unitName").GetString(), StringComparison.Ordinal);
        }

        Assert.Single((await other.GetAsync($"/api/v1/investors/{investor}/people")).Is(200).Json.GetProperty("items").EnumerateArray());
        Assert.DoesNotContain(known.Json.GetProperty("personId").GetString()!,
            (await other.GetAsync("/api/v1/investors/duplicates?phone=17000010001")).Is(200).Body, StringComparison.Ordinal);

        // In a batch each item is linked by itself.
        var batch = (await officer.PostAsync("/api/v1/first-contacts/batch", new
        {
            mode = "each",
            items = new[] { Contact("查重星澜航图科技", "17000010003"), Contact("查重瀚禾微芯科技", "17000010004") },
        })).Is(200).Json.GetProperty("results");
        Assert.Equal([true, false], batch.EnumerateArray().Select(r => r.GetProperty("receipt").TryGetProperty("linked", out _)));

        // With a reason it is entered, and the receipt names what was passed over.
        var forced = (await officer.PostAsync("/api/v1/first-contacts", Contact("查重星澜航图科技", "17000010005", "同名的另一家企业"))).Is(201);
        Assert.Equal(investor, forced.Json.GetProperty("possibleDuplicates")[0].GetProperty("investorId").GetGuid());
    }

    internal static object Contact(string investor, string phone, string? reason = null)
    {
        var body = new Dictionary<string, object?>
        {
            ["investorName"] = investor,
            ["personName"] = "示例人",
            ["phone"] = phone,
            ["channel"] = "phone",
            ["summary"] = "来电咨询",
            ["nextStep"] = "发送资料",
            ["nextStepDueOn"] = "2030-01-01",
        };
        if (reason is not null)
        {
            body["duplicateOverride"] = new { reason };
        }

        return body;
    }
}
