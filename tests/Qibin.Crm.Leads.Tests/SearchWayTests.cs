using System.Text.Json;
using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Names;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

/// <summary>
/// A search goes along the list, or looks names up, or both: whichever way, it gives the rows of the list whose names fit, in its order.
/// </summary>
public class SearchWayTests
{
    private static readonly string[] Words = ["航天", "宏图", "星澜", "卫星", "科技", "微电子", "数据", "重工", "Aurora", "银行"];

    [Theory]
    [InlineData(40_000)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Every_way_of_searching_gives_what_the_list_has_in_its_order(int walk)
    {
        await using var service =
            await TestService.StartAsync(
            "leads", Program.Build, builder =>
            builder.Configuration["Search:Walk"] = walk.ToString(System.Globalization.CultureInfo.InvariantCulture));
        // Who decides about what is confidential must be somebody that the directory knows.
        var coordinator = TestCaller.Person(Roles.Coordinator);
        await service.DeliverAsync(
            new OfficerPlaced
            {
                OfficerId = coordinator.Id,
                Name = coordinator.Name,
                UnitId = coordinator.UnitId,
                Roles = coordinator.Roles,
                Active = true,
            },
            coordinator.Id, 1);
        var (unit, below, elsewhere) = (TestCaller.Officer(), TestCaller.Officer(), TestCaller.Officer());
        TestCaller[] officers = [unit, unit with { Id = Guid.CreateVersion7(service.Clock.GetUtcNow()) }, below, elsewhere];
        var random = new Random(walk + 1);
        var ids = new List<Guid>();
        for (var n = 0; n < 60; n++)
        {
            var name = string.Concat(Enumerable.Range(0, random.Next(2, 4)).Select(_ => Words[random.Next(Words.Length)])) + (
                n % 3 == 0 ? "有限公司" : "");
            var confidential = n % 9 == 4;
            var by = service.As(officers[random.Next(officers.Length)]);
            ids.Add((await by.PostAsync(
                "/api/v1/first-contacts",
                LeadsFixture.FirstContact(service.Clock.Today(), ("investorName", name), ("confidential", confidential ? true : null))))
                .Is(201).Id);
            // Some change at the same instant.
            service.Clock.Advance(TimeSpan.FromSeconds(random.Next(2)));
        }

        // What was transferred is read by where it came from.
        foreach (var id in ids.Where((_, n) => n % 5 == 0))
        {
            await service.ExecuteAsync($"update lead set shared_with = array['{unit.Id}', '{unit.UnitId}']::uuid[] where id = '{id}'");
        }

        TestCaller[] askers =
        [
            unit, elsewhere, TestCaller.Person(Roles.Leader), TestCaller.Person(Roles.UnitHead, Reach.Subtree, unit.UnitId),
            TestCaller.Person(Roles.UnitHead, Reach.Subtree, unit.UnitId) with { Subtree = [unit.UnitId, below.UnitId] },
        ];
        var found = 0;
        foreach (var asker in askers)
        {
            var client = service.As(asker);
            foreach (var order in (string[])["-updatedAt", "updatedAt", "investorName"])
            {
                var all = await AllAsync(client, $"/api/v1/leads?sort={order}");
                Assert.Equal(all.Count, (await client.GetAsync("/api/v1/leads?limit=1&total=true")).Is(200).Json.GetProperty("total")
                    .GetInt32());
                foreach (var q in (string[])["航天", "宏图星澜", "微电子", "htht", "kj", "weixing", "weixingk", "yinhang", "aurora", "卫数", "zz"])
                {
                    var expected = all.Where(row => Finds(row.Name, q)).Select(row => row.Id).ToList();
                    var seen = await AllAsync(client, $"/api/v1/leads?sort={order}&q={Uri.EscapeDataString(q)}");
                    Assert.True(expected.SequenceEqual(seen.Select(row => row.Id)),
                        $"{order} {q}: {seen.Count} instead of {expected.Count}");
                    found += seen.Count;
                }
            }
        }

        Assert.InRange(found, 200, 20_000);
        // Renamed, it is found by its new name and no longer by the old one.
        var one = (await service.As(TestCaller.Integration()).GetAsync($"/api/v1/leads/{ids[1]}")).Is(200);
        var investor = (await service.As(TestCaller.Integration())
            .GetAsync($"/api/v1/investors/{one.Json.GetProperty("investorId").GetGuid()}")).Is(200);
        (await service.As(TestCaller.Integration()).PatchAsync($"/api/v1/investors/{investor.Id}", new { name = "濮阳轴承" }, investor.ETag))
            .Is(200);
        Assert.Equal(ids[1], Assert.Single(await AllAsync(service.As(TestCaller.Integration()), "/api/v1/leads?q=pyzc")).Id);
    }

    private static async Task<List<(Guid Id, string Name)>> AllAsync(ApiClient client, string path)
    {
        var rows = new List<(Guid, string)>();
        string? cursor = null;
        do
        {
            var page = (await client.GetAsync($"{path}&limit=4{(cursor is null ? "" : "&cursor=" + cursor)}")).Is(200).Json;
            rows.AddRange(page.GetProperty("items").EnumerateArray()
                .Select(i => (i.GetProperty("id").GetGuid(), i.GetProperty("investorName").GetString()!)));
            cursor = page.GetProperty("next").ValueKind == JsonValueKind.String ? page.GetProperty("next").GetString() : null;
        }
        while (cursor is not null);
        return rows;
    }

    /// <summary>Whether a name fits, told in memory.</summary>
    private static bool Finds(string name, string q)
    {
        var tokens = NameSearch.TokensOf(name).ToHashSet(StringComparer.Ordinal);
        var query = NameSearch.Parse(q)!;
        return (query.Pairs.All(tokens.Contains) && NameSearch.KeyOf(name).Contains(query.Key, StringComparison.Ordinal))
            || query.Ways.Any(w => w.Must.All(tokens.Contains) && (w.Any.Length == 0 || w.Any.Any(tokens.Contains)));
    }
}
