using Qibin.Crm.TestKit;

namespace Qibin.Crm.Web.Tests;

public class ListTests(ShelfFixture shelf) : IClassFixture<ShelfFixture>
{
    private static readonly string[] Keys = ["updatedAt", "name", "material", "count", "weight", "price", "madeOn", "batchId"];

    public static TheoryData<string> Sorts =>
        [.. Keys, .. Keys.Select(k => "-" + k), "material,-name", "-count,price,-madeOn", "batchId,-weight", "-material,-count,updatedAt"];

    [Theory]
    [MemberData(nameof(Sorts))]
    public async Task A_walk_gives_each_row_that_stood_still_once_while_others_come_and_change(string sort)
    {
        using var officer = shelf.Service.As(TestCaller.Officer());
        var still = await FillAsync(officer, 30);
        var moving = await FillAsync(officer, 6);
        var seen = new List<Guid>();
        for (var (cursor, page) = ("", 0); ; page++)
        {
            var answer = (await officer.GetAsync($"/api/v1/things?limit=7&sort={sort}{cursor}")).Is(200);
            seen.AddRange(answer.Json.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetGuid()));
            if (page < moving.Count)
            {
                var path = $"/api/v1/things/{moving[page]}";
                (await officer.PatchAsync(path, new { name = $"移动 {page}" }, (await officer.GetAsync(path)).ETag)).Is(200);
                await FillAsync(officer, 1);
            }

            if (answer.Json.GetProperty("next").GetString() is not { } next)
            {
                Assert.False(answer.Headers.Contains("Link"));
                break;
            }

            cursor = "&cursor=" + next;
            Assert.Contains(cursor[1..], Uri.UnescapeDataString(answer.Headers.GetValues("Link").Single()), StringComparison.Ordinal);
        }

        Assert.Equal(still.Order(), seen.Where(still.Contains).Order());
    }

    [Fact]
    public async Task A_cursor_goes_on_only_with_the_list_it_came_from()
    {
        using var officer = shelf.Service.As(TestCaller.Officer());
        await FillAsync(officer, 4);
        var cursor = (await officer.GetAsync("/api/v1/things?limit=2&sort=name&material=paper,wood")).Is(200).Json.GetProperty("next")
            .GetString()!;
        (await officer.GetAsync($"/api/v1/things?limit=3&sort=name&material=paper,wood&cursor={cursor}")).Is(200);
        string[] strange =
        [
            $"sort=-name&material=paper,wood&cursor={cursor}", $"material=paper,wood&cursor={cursor}", $"sort=name&cursor={cursor}",
            $"sort=name&material=paper,wood&cursor={cursor[..^3]}", $"sort=name&material=paper,wood&cursor={cursor}x", "cursor=",
            "cursor=e30", "cursor=W10",
            "cursor=%E5%A4%A9", "cursor=" + new string('a', 5000),
        ];
        foreach (var query in strange)
        {
            (await officer.GetAsync("/api/v1/things?" + query)).IsProblem(400, "request.invalid");
        }
    }

    [Theory]
    [InlineData("colour=red", "colour", "query.unknown")]
    [InlineData("Limit=1", "Limit", "query.unknown")]
    [InlineData("thingId=1", "thingId", "query.unknown")]
    [InlineData("limit=1&limit=2", "limit", "query.value")]
    [InlineData("q=aa&q=bb", "q", "query.repeated")]
    [InlineData("limit=0", "limit", "value.range")]
    [InlineData("limit=201", "limit", "value.range")]
    [InlineData("sort=colour", "sort", "sort.unknown")]
    [InlineData("sort=name,name", "sort", "sort.unknown")]
    [InlineData("material=paper,stone", "material", "query.value")]
    [InlineData("madeFrom=2024-02-30", "madeFrom", "query.value")]
    [InlineData("closed=yes", "closed", "query.value")]
    [InlineData("q=a%E2%80%AEb", "q", "text.forbiddenCharacter")]
    [InlineData("q=a%00b", "q", "text.forbiddenCharacter")]
    public async Task Queries_are_as_published(string query, string pointer, string code)
    {
        using var officer = shelf.AsOfficer();
        var problem = (await officer.GetAsync("/api/v1/things?" + query)).IsProblem(400, "request.invalid");
        var errors = problem.Json.GetProperty("errors").EnumerateArray()
            .Select(e => (e.GetProperty("pointer").GetString(), e.GetProperty("code").GetString()));
        Assert.Contains((pointer, code), errors);
    }

    [Fact]
    public async Task A_search_takes_its_text_literally_and_a_total_counts_what_is_listed()
    {
        using var officer = shelf.Service.As(TestCaller.Officer());
        foreach (var name in new[] { "100%", "1000", "a_b", "axb", @"c\d" })
        {
            (await officer.PostAsync("/api/v1/things", new { name, material = "paper" })).Is(201);
        }

        foreach (var (q, expected) in new[] { ("100%", "100%"), ("a_b", "a_b"), (@"c\d", @"c\d") })
        {
            var found = (await officer.GetAsync($"/api/v1/things?total=true&q={Uri.EscapeDataString(q)}")).Is(200).Json;
            Assert.Equal([expected], found.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("name").GetString()));
            Assert.Equal(1, found.GetProperty("total").GetInt64());
        }
    }

    [Fact]
    public async Task Rows_of_others_are_absent_by_every_door()
    {
        var unit = TestCaller.Officer().UnitId;
        var owner = TestCaller.Officer(unit);
        using var officer = shelf.Service.As(owner);
        var thing = (await officer.PostAsync("/api/v1/things", new { name = "a", material = "paper" })).Is(201);
        var path = $"/api/v1/things/{thing.Id}";
        foreach (var (reach, sees) in new[] { (Reach.Own, false), (Reach.Unit, true), (Reach.Subtree, true), (Reach.All, true) })
        {
            using var colleague = shelf.Service.As(TestCaller.Person(Roles.UnitHead, reach, unit));
            Assert.Equal(sees ? 200 : 404, (await colleague.GetAsync(path)).Status);
            Assert.Equal(sees, (await colleague.GetAsync("/api/v1/things?limit=200")).Is(200).Body
                .Contains(thing.Id.ToString(), StringComparison.Ordinal));
            Assert.Equal(sees ? 412 : 404, (await colleague.PatchAsync(path, new { name = "b" }, "\"9\"")).Status);
        }

        using var stranger = shelf.Service.As(TestCaller.Person(Roles.UnitHead, Reach.Subtree));
        (await stranger.GetAsync(path)).IsProblem(404, "resource.notFound");
    }

    /// <summary>Things with many ties, so that the id must decide.</summary>
    private static async Task<List<Guid>> FillAsync(ApiClient officer, int count)
    {
        var items = Enumerable.Range(0, count).Select(i => new
        {
            name = "物" + (i % 4),
            material = i % 3 == 0 ? "paper" : "wood",
            count = 1 + (i % 2),
            weight = i % 5,
            price = new { amount = $"{1 + (i % 3)}.50", currency = "CNY" },
            madeOn = $"2024-01-0{1 + (i % 3)}",
            batchId = new Guid(i % 4, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]),
        });
        var answer = (await officer.PostAsync("/api/v1/things/batches", new { mode = "atomic", items })).Is(200);
        return [.. answer.Json.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("receipt").GetProperty("id").GetGuid())];
    }
}
