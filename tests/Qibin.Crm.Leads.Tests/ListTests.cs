using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

public class ListTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    [Fact]
    public async Task Each_filter_keeps_what_it_names()
    {
        var me = TestCaller.Officer();
        var client = leads.As(me);
        var satellite = await leads.LeadAsync(
            client, ("investorName", "航天宏图示例"), ("nodeCode", "satellite.data"), ("sourceRegion", "110108"),
            ("occurredOn", leads.Today.AddDays(-40)));
        var chips = await leads.FollowedAsync(
            client, ("investorName", "芯片（示例）100%公司"), ("nodeCode", "xinchuang.chips"), ("sourceRegion", "440300"));
        var since = (await client.GetAsync(LeadsFixture.Path(chips))).Json.GetProperty("updatedAt").GetString();

        foreach (var (filter, expected) in new (string, Guid[])[]
        {
            ("stage=following", [chips.Id]),
            ("stage=new,following", [chips.Id, satellite.Id]),
            ("stage=kept", []),
            ($"ownerId={me.Id}", [chips.Id, satellite.Id]),
            ($"unitId={me.UnitId}", [chips.Id, satellite.Id]),
            ($"unitId={me.Id}", []),
            ("chain=satellite", [satellite.Id]),
            ("node=xinchuang.chips", [chips.Id]),
            ("sourceRegion=110108", [satellite.Id]),
            ("sourceRegion=44", [chips.Id]),
            ("nextStep=planned", [chips.Id, satellite.Id]),
            ("nextStep=overdue", []),
            ($"firstContactTo={leads.Today.AddDays(-40):yyyy-MM-dd}", [satellite.Id]),
            ($"firstContactFrom={leads.Today.AddDays(-39):yyyy-MM-dd}", [chips.Id]),
            ($"updatedSince={Uri.EscapeDataString(since!)}", [chips.Id]),
            ($"updatedSince={Uri.EscapeDataString(DateTimeOffset.Parse(since!, null).ToOffset(TimeSpan.FromHours(8)).ToString("O"))}",
            [chips.Id]),
            ("q=航天", [satellite.Id]),
            ("q=天宏图", [satellite.Id]),
            ("q=航图", []),
            ("q=示例", [chips.Id, satellite.Id]),
            ("q=(示例)", [chips.Id]),
            ("q=0%25公", [chips.Id]),
            ("q=天_", []),
        })
        {
            var items = (await client.GetAsync($"/api/v1/leads?{filter}")).Is(200).Json.GetProperty("items").EnumerateArray()
                .Select(i => i.GetProperty("id").GetGuid());
            Assert.True(expected.SequenceEqual(items), filter);
        }
    }

    [Theory]
    [InlineData("surprise=1", "surprise", "query.unknown")]
    [InlineData("stage=lost", "stage", "query.value")]
    [InlineData("ownerId=me", "ownerId", "query.value")]
    [InlineData("firstContactFrom=2026-13-01", "firstContactFrom", "query.value")]
    [InlineData("limit=0", "limit", "value.range")]
    [InlineData("limit=201", "limit", "value.range")]
    [InlineData("sort=stage", "sort", "sort.unknown")]
    [InlineData("sort=phone", "sort", "sort.unknown")]
    [InlineData("sort=code,code", "sort", "sort.unknown")]
    [InlineData("cursor=abc", "cursor", "cursor.invalid")]
    [InlineData("q=航", "q", "text.length")]
    [InlineData("stage=new&stage=kept", "stage", "query.repeated")]
    [InlineData("phone=138", "phone", "query.unknown")]
    public async Task A_parameter_that_is_not_published_or_not_valid_is_refused_by_name(string query, string pointer, string code)
    {
        var refused = (await leads.As(TestCaller.Officer()).GetAsync($"/api/v1/leads?{query}")).IsProblem(400, "request.invalid");
        var error = Assert.Single(refused.Json.GetProperty("errors").EnumerateArray());
        Assert.Equal((pointer, code), (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task A_walk_under_each_sort_gives_each_lead_that_stood_still_exactly_once_while_others_come_and_change()
    {
        var owner = TestCaller.Officer();
        var client = leads.As(owner);
        var still = await SeedAsync(client, 300, "静止");
        var moving = await SeedAsync(client, 100, "变动");
        // Ties and spread: stages and dates that many rows share.
        await ExecuteAsync($"update lead set stage = (ascii(right(code, 1)) % 3), "
            + $"stage_on = first_contact_on + (ascii(right(code, 1)) % 5), "
            + $"updated_at = date_trunc('second', updated_at), created_at = date_trunc('second', created_at) "
            + $"where owner_id = '{owner.Id}'");

        foreach (var sort in (string[])["updatedAt", "-updatedAt", "createdAt", "-createdAt", "firstContactOn", "-firstContactOn",
            "lastContactOn", "-lastContactOn",
            "stageOn", "-stageOn", "code", "-code", "investorName", "-investorName", "stageOn,-updatedAt", "-investorName,createdAt",
            "stageOn,-lastContactOn,code"])
        {
            var turn = 0;
            var seen = await CursorWalk.WalkAsync(client, $"/api/v1/leads?sort={sort}", 37, async _ =>
            {
                var target = moving[turn++ * 13 % moving.Count];
                (await client.PostAsync($"/api/v1/leads/{target}/contacts",
                    new { channel = "phone", summary = "变动", occurredOn = leads.Today.AddDays(-turn % 700) })).Is(201);
                await leads.LeadAsync(client, ("investorName", $"新增{turn % 7}公司"), ("occurredOn", leads.Today.AddDays(-turn * 11 % 700)));
            });
            Assert.Null(CursorWalk.Fault(seen, still));
        }
    }

    [Fact]
    public void A_walk_that_misses_or_repeats_a_row_is_found_out()
    {
        var (a, b) = (Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), Guid.CreateVersion7(TimeProvider.System.GetUtcNow()));
        Assert.Null(CursorWalk.Fault([a, b], [a, b]));
        Assert.NotNull(CursorWalk.Fault([a], [a, b]));
        Assert.NotNull(CursorWalk.Fault([a, b, a], [a, b]));
    }

    [Fact]
    public async Task A_cursor_goes_on_only_with_its_own_list()
    {
        var client = leads.As(TestCaller.Officer());
        await SeedAsync(client, 3, "游标");
        var page = (await client.GetAsync("/api/v1/leads?limit=1&stage=new")).Is(200);
        var next = page.Json.GetProperty("next").GetString();

        Assert.Contains($"cursor={next}", page.Headers.GetValues("Link").Single(), StringComparison.Ordinal);
        (await client.GetAsync($"/api/v1/leads?limit=1&stage=new&cursor={next}")).Is(200);
        (await client.GetAsync($"/api/v1/leads?limit=1&cursor={next}")).IsProblem(400, "request.invalid");
        (await client.GetAsync($"/api/v1/leads?limit=1&stage=new&sort=code&cursor={next}")).IsProblem(400, "request.invalid");
        (await client.GetAsync($"/api/v1/leads?limit=1&stage=new&cursor={next![..^3]}AAA")).Is(400);
    }

    private async Task<IReadOnlyList<Guid>> SeedAsync(ApiClient client, int count, string name)
    {
        var items = Enumerable.Range(0, count)
            .Select(i => leads.FirstContact(
            ("investorName", $"{name}{i % 40:00}示例公司"), ("occurredOn", leads.Today.AddDays(-(i * 7 % 500)))));
        return [.. (await client.PostAsync("/api/v1/first-contacts/batch", new { mode = "atomic", items }))
            .Is(200).Json.GetProperty("results").EnumerateArray()
            .Select(r => r.GetProperty("receipt").GetProperty("id").GetGuid())];
    }

    private async Task ExecuteAsync(string sql) =>
        await leads.Service.CountAsync($"with changed as ({sql} returning 1) select count(*) from changed");
}
