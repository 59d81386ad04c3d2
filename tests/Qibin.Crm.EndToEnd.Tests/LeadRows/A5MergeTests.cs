using Qibin.Crm.TestKit;

namespace Qibin.Crm.EndToEnd.Tests.LeadRows;

public class A5MergeTests(RunningSystem system)
{
    [Fact]
    public async Task A5_Merging_re_points_leads_projects_and_journeys_forwards_the_old_id_and_can_be_undone()
    {
        using var officer = await system.AsAsync("officer", "promotion-satellite");
        using var head = await system.AsAsync("unitHead", "promotion-satellite");
        using var leader = await system.AsAsync("leader");
        var staying = (await officer.PostAsync("/api/v1/first-contacts",
            A4DuplicateCheckTests.Contact("合并恒曜测控有限公司（演示）", "17000020001"))).Is(201);
        var going = (await officer.PostAsync("/api/v1/first-contacts", A4DuplicateCheckTests.Contact("合并恒耀测控有限公司（演示）", "17000020002"))).Is(
            201);
        var (into, from) = (staying.Json.GetProperty("investorId").GetGuid(), going.Json.GetProperty("investorId").GetGuid());
        var project = await ConvertAsync(officer, going.Id);
        await SeenAsync(leader, project, going.Id, from, "合并恒耀测控有限公司（演示）");

        var merged = (await head.PostAsync($"/api/v1/investors/{into}/merge", new { from, fields = new { name = "into" }, reason = "同一客商" },
            await TagAsync(head, into))).Is(200);

        await SeenAsync(leader, project, going.Id, into, "合并恒曜测控有限公司（演示）");
        Assert.Equal(into, (await officer.GetAsync($"/api/v1/leads/{going.Id}")).Is(200).Json.GetProperty("investorId").GetGuid());
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = system.Gateway };
        using var plain = new ApiClient(http, officer.Token);
        var old = (await plain.GetAsync($"/api/v1/investors/{from}")).Is(301);
        Assert.Equal(($"/api/v1/investors/{into}", into),
            (old.Headers.Location!.OriginalString, old.Json.GetProperty("mergedInto").GetGuid()));
        (await head.PostAsync($"/api/v1/investors/{into}/merge", new { from }, await TagAsync(head, into))).IsProblem(409,
            "investor.merged");

        var merge = Assert.Single((await head.GetAsync($"/api/v1/investors/{into}/merges")).Is(200).Json.EnumerateArray()).GetProperty("id")
            .GetGuid();
        (await head.PostAsync($"/api/v1/investors/{into}/merges/{merge}/undo", new { reason = "误合并" }, merged.ETag)).Is(200);

        await SeenAsync(leader, project, going.Id, from, "合并恒耀测控有限公司（演示）");
        Assert.Equal("合并恒耀测控有限公司（演示）", (await officer.GetAsync($"/api/v1/investors/{from}")).Is(200).Json.GetProperty("name").GetString());
    }

    [Fact]
    public async Task A5_Fifty_merges_of_one_pair_have_one_winner()
    {
        using var officer = await system.AsAsync("officer", "promotion-satellite");
        using var coordinator = await system.AsAsync("coordinator");
        var pair = new List<Guid>();
        foreach (var name in (string[])["合并启岳精工（演示）", "合并启越精工（演示）"])
        {
            pair.Add((await officer.PostAsync("/api/v1/first-contacts", A4DuplicateCheckTests.Contact(name, "17000020003"))).Is(201).Json
                .GetProperty("investorId").GetGuid());
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(n =>
            coordinator.PostAsync($"/api/v1/investors/{pair[n % 2]}/merge", new { from = pair[1 - (n % 2)] }, "\"1\"")));

        Assert.Single(answers, a => a.Status == 200);
        Assert.All(answers.Where(a => a.Status != 200), a => a.IsProblem(409, "investor.merged"));
        var left = (await officer.GetAsync($"/api/v1/investors?q={Uri.EscapeDataString("精工（演示）")}")).Is(200).Json.GetProperty("items")
            .EnumerateArray()
            .Select(i => i.GetProperty("id").GetGuid()).Intersect(pair);
        Assert.Equal(answers.Single(a => a.Status == 200).Id, Assert.Single(left));
    }

    private static async Task<Guid> ConvertAsync(ApiClient officer, Guid lead)
    {
        var path = $"/api/v1/leads/{lead}";
        (await officer.PostAsync(path + "/assessment", new { }, await Tag())).Is(200);
        (await officer.PostAsync(path + "/assessment/conclusion", new { note = "方向契合" }, await Tag())).Is(200);
        return (await officer.PostAsync(path + "/conversion", new { projectName = "合并测控基地（演示）" }, await Tag())).Is(201).Json
            .GetProperty("projectId").GetGuid();

        async Task<string> Tag() => (await officer.GetAsync(path)).Is(200).ETag;
    }

    /// <summary>The project and the journey have come to the investor.</summary>
    private static Task SeenAsync(ApiClient leader, Guid project, Guid lead, Guid investor, string name) => Eventually.TrueAsync(async () =>
    {
        var (read, journey) = (await leader.GetAsync($"/api/v1/projects/{project}"),
            await leader.GetAsync($"/api/v1/pipeline/journeys/{lead}"));
        return read.Status == 200 && journey.Status == 200 && Is(read) && Is(journey);

        bool Is(Answer answer) =>
            answer.Json.GetProperty("investorId").GetGuid() == investor && answer.Json.GetProperty("investorName").GetString() == name;
    });

    private static async Task<string> TagAsync(ApiClient client, Guid investor) =>
        (await client.GetAsync($"/api/v1/investors/{investor}")).Is(200).ETag;
}
