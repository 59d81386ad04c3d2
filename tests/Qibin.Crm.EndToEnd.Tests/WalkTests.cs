using Qibin.Crm.TestKit;

namespace Qibin.Crm.EndToEnd.Tests;

/// <summary>2,000 leads, walked by cursor under each published sort while others insert and update.</summary>
public class WalkTests(RunningSystem system)
{
    private const int Leads = 2_000;
    private const int Batch = 100;

    [Fact]
    public async Task Each_row_that_stood_still_comes_exactly_once_under_every_sort()
    {
        using var api = await system.AsIntegrationAsync();
        var officers = (await api.GetAsync("/api/v1/users?role=officer&active=true&limit=200")).Is(200).Json.GetProperty("items")
            .EnumerateArray().Select(u => u.GetProperty("id").GetGuid()).ToList();
        var still = new List<Guid>();
        for (var n = 0; n < Leads; n += Batch)
        {
            still.AddRange(await LogAsync(api, officers, "翻页", n, Batch));
        }

        var moving = await LogAsync(api, officers, "变动", 0, 100);
        var sorts = (await api.GetAsync("/swagger/leads/v1.json")).Is(200).Json.GetProperty("paths").GetProperty("/api/v1/leads")
            .GetProperty("get")
            .GetProperty("parameters").EnumerateArray().Single(p => p.GetProperty("name").GetString() == "sort")
            .GetProperty("schema").GetProperty("pattern").GetString()!;
        var names = sorts[(sorts.IndexOf('(', StringComparison.Ordinal) + 1)..sorts.IndexOf(')', StringComparison.Ordinal)].Split('|');
        Assert.True(names.Length >= 4, sorts);
        var round = 0;
        foreach (var sort in names.SelectMany(name => (string[])[name, "-" + name]).Append("stageOn,-createdAt"))
        {
            var seen = await CursorWalk.WalkAsync(api, "/api/v1/leads?sort=" + sort, 200, async page =>
            {
                if (page % 4 != 0)
                {
                    return;
                }

                await LogAsync(api, officers, $"新增{round}-{sort}", page, 1);
                var lead = moving[(page + round) % moving.Count];
                (await api.PostAsync($"/api/v1/leads/{lead}/contacts", new { channel = "phone", summary = "翻页时更新" })).Is(201);
            });
            round++;
            Assert.True(seen.Count >= Leads);
            Assert.Null(CursorWalk.Fault(seen, still));
        }
    }

    private static async Task<List<Guid>> LogAsync(ApiClient api, List<Guid> officers, string name, int from, int count)
    {
        var items = Enumerable.Range(from, count).Select(n => new
        {
            investorName = $"{name}{n}",
            personName = "示例",
            phone = "17000000000",
            channel = "phone",
            summary = "翻页",
            nextStep = "联系",
            nextStepDueOn = "2030-01-01",
            // Few days for many rows, so that most of them tie.
            occurredOn = $"2025-0{1 + (n % 9)}-01",
            ownerId = officers[n % officers.Count],
        });
        var answer = (await api.PostAsync("/api/v1/first-contacts/batch", new { mode = "atomic", items })).Is(200);
        return [.. answer.Json.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("receipt").GetProperty("id").GetGuid())];
    }
}
