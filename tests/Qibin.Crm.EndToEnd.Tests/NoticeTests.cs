using System.Text.Json;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.EndToEnd.Tests;

/// <summary>Notices that come of events of all services.</summary>
public sealed class NoticeTests(RunningSystem system)
{
    [Fact]
    public async Task T2_Both_heads_are_told_who_else_talks_with_an_investor_until_one_side_is_confidential()
    {
        await using var rows = new RowsOfTheTests(system);
        using var head = await system.AsAsync("unitHead", "promotion-satellite");
        using var otherHead = await system.AsAsync("unitHead", "promotion-manufacturing");
        using var other = await system.AsAsync("officer", "promotion-manufacturing");
        var lead = await rows.LeadAsync();
        var investor = lead.Of("investorId");
        var name = (await head.GetAsync("/api/v1/investors/" + investor)).Is(200).Json.GetProperty("name").GetString()!;
        var second = (await other.PostAsync("/api/v1/first-contacts", new
        {
            investorName = name,
            personName = "示例联系人（演示）",
            phone = "170" + RowsOfTheTests.Number().PadLeft(8, '0'),
            channel = "phone",
            summary = "电话联系",
            nextStep = "回访",
            nextStepDueOn = RowsOfTheTests.Day(5),
        })).Is(201);
        Assert.Equal(investor, second.Json.GetProperty("investorId").GetString());

        var mine = await ToldAsync(head, "investorElsewhere", investor);
        Assert.Equal((name, "/api/v1/investors/" + investor), (mine.GetProperty("name").GetString(), mine.GetProperty("path").GetString()));
        (await head.GetAsync(mine.GetProperty("path").GetString()!)).Is(200);
        var theirs = await ToldAsync(otherHead, "investorElsewhere", investor);
        Assert.NotEqual(mine.GetProperty("unitName").GetString(), theirs.GetProperty("unitName").GetString());
        using var stranger = await system.AsAsync("unitHead", "promotion-xinchuang");
        Assert.Empty(await NoticesAsync(stranger, "investorElsewhere", investor));

        (await head.PatchAsync(lead.Path, new { confidential = true }, (await head.GetAsync(lead.Path)).Is(200).ETag)).Is(200);
        Assert.Empty(await NoticesAsync(otherHead, "investorElsewhere", investor));
        Assert.Single(await NoticesAsync(head, "investorElsewhere", investor));
    }

    [Fact]
    public async Task T7_The_answer_says_what_a_deactivated_officer_leaves_open_and_the_head_is_told()
    {
        await using var rows = new RowsOfTheTests(system);
        using var head = await system.AsAsync("unitHead", "promotion-satellite");
        using var admin = await system.AsAsync("administrator");
        var lead = await rows.LeadAsync();
        var unit = (await head.GetAsync(lead.Path)).Is(200).Json.GetProperty("unitId").GetGuid();
        var leaver = (await admin.PostAsync("/api/v1/users", new
        {
            userName = "leaver-" + RowsOfTheTests.Number(),
            displayName = "离任专员（演示）",
            unitId = unit,
            roles = new[] { "officer" },
        })).Is(201);
        await Eventually.GetAsync(
            async () => await head.PostAsync(lead.Path + "/assignment", new { ownerId = leaver.Id, reason = "交接" },
                (await head.GetAsync(lead.Path)).Is(200).ETag),
            answer => answer.Status == 200);

        var user = $"/api/v1/users/{leaver.Id}";
        var left = (await admin.PostAsync(
            user + "/deactivation", new { reason = "离职" }, (await admin.GetAsync(user)).Is(200).ETag)).Is(200);
        Assert.Equal((1, 0), (left.Json.GetProperty("openLeads").GetInt32(), left.Json.GetProperty("openProjects").GetInt32()));
        var told = await ToldAsync(head, "openWork", leaver.Id.ToString());
        Assert.Equal(("离任专员（演示）", 1), (told.GetProperty("name").GetString(), told.GetProperty("number").GetInt32()));

        // Given to somebody else, that officer is told; the one who gave it is not.
        var heir = (await head.GetAsync("/api/v1/me")).Is(200).Json.GetProperty("id").GetGuid();
        (await head.PostAsync(lead.Path + "/assignment", new { ownerId = heir, reason = "接手" },
            (await head.GetAsync(lead.Path)).Is(200).ETag)).Is(200);
        using var officer = await rows.AsAsync("officer");
        var officerId = (await officer.GetAsync("/api/v1/me")).Is(200).Json.GetProperty("id").GetGuid();
        (await head.PostAsync(lead.Path + "/assignment", new { ownerId = officerId, reason = "继续跟进" },
            (await head.GetAsync(lead.Path)).Is(200).ETag)).Is(200);
        var given = await ToldAsync(officer, "leadAssigned", lead.Id);
        Assert.StartsWith("L-", given.GetProperty("code").GetString(), StringComparison.Ordinal);
        Assert.Empty(await NoticesAsync(head, "leadAssigned", lead.Id));
    }

    [Fact]
    public async Task T18_A_comment_is_told_to_whom_it_concerns_and_an_instruction_is_followed_up()
    {
        await using var rows = new RowsOfTheTests(system);
        using var officer = await rows.AsAsync("officer");
        using var head = await system.AsAsync("unitHead", "promotion-satellite");
        using var leader = await system.AsAsync("leader");
        var (lead, project) = (await rows.LeadAsync(), await rows.ProjectAsync());
        var (me, headId) = (await MeAsync(officer), await MeAsync(head));

        // The owner is named too, and is told once; the author is not.
        (await leader.PostAsync(lead.Path + "/comments", new { text = "请看", mentions = new[] { me, headId } })).Is(201);
        var named = await ToldAsync(officer, "mentioned", lead.Id);
        Assert.Equal(lead.Path, named.GetProperty("path").GetString());
        await ToldAsync(head, "mentioned", lead.Id);
        (await head.PostAsync(project.Path + "/comments", new { text = "进展不错" })).Is(201);
        await ToldAsync(officer, "commented", project.Id);
        Assert.Empty(await NoticesAsync(officer, "commented", lead.Id));
        Assert.Empty(await NoticesAsync(head, "commented", project.Id));

        var given = (await leader.PostAsync(lead.Path + "/comments", new { text = "本周内回访", instruction = true })).Is(201);
        await ToldAsync(officer, "instructionGiven", lead.Id);
        var waits = Assert.Single(await ApprovalsAsync(officer), a => a.GetProperty("id").GetGuid() == given.Id);
        Assert.Equal("instruction", waits.GetProperty("kind").GetString());
        Assert.DoesNotContain(await ApprovalsAsync(head), a => a.GetProperty("id").GetGuid() == given.Id);
        var address = waits.GetProperty("path").GetString()!;
        (await officer.PostAsync(address + "/outcome", new { text = "已回访" }, (await officer.GetAsync(address)).Is(200).ETag)).Is(200);
        await ToldAsync(leader, "instructionDone", lead.Id);
        Assert.DoesNotContain(await ApprovalsAsync(officer), a => a.GetProperty("id").GetGuid() == given.Id);

        // An enterprise has no owner: its service officers are instructed.
        using var service = await system.AsAsync("serviceOfficer");
        var enterprise = await rows.EnterpriseAsync();
        (await leader.PostAsync(enterprise.Path + "/comments", new { text = "走访该企业", instruction = true })).Is(201);
        var visit = await ToldAsync(service, "instructionGiven", enterprise.Id);
        Assert.Equal(enterprise.Path, visit.GetProperty("path").GetString());

        // Confidential later: whoever was told and does not read it sees nothing.
        (await head.PatchAsync(lead.Path, new { confidential = true }, (await head.GetAsync(lead.Path)).Is(200).ETag)).Is(200);
        Assert.Empty(await NoticesAsync(leader, "instructionDone", lead.Id));
        Assert.Single(await NoticesAsync(head, "mentioned", lead.Id));

        static async Task<Guid> MeAsync(ApiClient who) => (await who.GetAsync("/api/v1/me")).Is(200).Id;

        static async Task<List<JsonElement>> ApprovalsAsync(ApiClient who) =>
            [.. (await who.GetAsync("/api/v1/approvals?kind=instruction")).Is(200).Json.GetProperty("items").EnumerateArray()];
    }

    private static async Task<JsonElement> ToldAsync(ApiClient client, string kind, string subject) =>
        Assert.Single(await Eventually.GetAsync(() => NoticesAsync(client, kind, subject), found => found.Count > 0));

    private static async Task<List<JsonElement>> NoticesAsync(ApiClient client, string kind, string subject)
    {
        var answer = (await client.GetAsync($"/api/v1/notices?kind={kind}")).Is(200).Json;
        Assert.Empty(answer.GetProperty("missing").EnumerateArray());
        return [.. answer.GetProperty("items").EnumerateArray().Where(n => n.GetProperty("subjectId").GetString() == subject)];
    }
}
