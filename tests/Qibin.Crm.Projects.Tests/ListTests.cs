using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Projects.Tests;

/// <summary>The ledger: filters, sorts, paging.</summary>
public sealed class ListTests(City city) : IClassFixture<City>
{
    [Fact]
    public async Task Filters_keep_what_they_name()
    {
        var started = await city.AtAsync("started");
        var signed = await city.AtAsync("signed");
        var open = await city.OpenedAsync(owner: city.Colleague, node: "xinchuang.chips", name: "100%_鹤翔芯片（虚构）");
        (await city.As(city.Coordinator)
            .PostAsync($"/api/v1/projects/{signed}/contract-amount", new { amount = new Money(8_000_000, "USD"), reason = "外币合同" },
            await city.ETagAsync(signed))).Is(201);
        await city.ApproveAsync(signed, city.Leader);
        var suspended = (await city.As(city.Coordinator)
            .PostAsync($"/api/v1/projects/{open}/status", new { status = "suspended", reason = "x" }, await city.ETagAsync(open))).Is(200);
        var lead = (await city.GetAsync(started)).Json.GetProperty("leadId").GetGuid();
        var since = (await city.GetAsync(open)).Json.GetProperty("updatedAt").GetDateTimeOffset();

        await FindsAsync("", started, signed, open);
        await FindsAsync("stage=started", started);
        await FindsAsync("stage=started,signed", started, signed);
        await FindsAsync("status=suspended", open);
        await FindsAsync($"ownerId={city.Colleague.Id}", open);
        await FindsAsync($"unitId={City.Unit}", started, signed, open);
        await FindsAsync($"unitId={City.Bureau}");
        await FindsAsync("chain=xinchuang", open);
        await FindsAsync("node=satellite.data", started, signed);
        await FindsAsync($"leadId={lead}", started);
        await FindsAsync("currency=CNY", started);
        await FindsAsync("currency=USD&amountFrom=8000000", signed);
        await FindsAsync("currency=USD&amountTo=7999999.99");
        await FindsAsync("currency=CNY&amountFrom=100000000&amountTo=120000000", started);
        await FindsAsync($"updatedSince={Uri.EscapeDataString(since.ToString("O", System.Globalization.CultureInfo.InvariantCulture))}",
            open);
        await FindsAsync($"q={Uri.EscapeDataString("鹤翔")}", open);
        await FindsAsync($"q={Uri.EscapeDataString("0%_")}", open);
        await FindsAsync($"q={Uri.EscapeDataString("鹤壁虚构")}", started);
        await FindsAsync($"q={(await city.GetAsync(started)).Json.GetProperty("code").GetString()!.ToLowerInvariant()}", started);
        // T10: by the beginning of a code, by sound and by initials.
        await FindsAsync("q=P-20", started, signed, open);
        await FindsAsync($"q={(await city.GetAsync(started)).Json.GetProperty("code").GetString()![..7]}", started, signed, open);
        await FindsAsync("q=hexiangxinpian", open);
        await FindsAsync("q=hxxp", open);
        Assert.NotEmpty(suspended.ETag);

        async Task FindsAsync(string query, params Guid[] expected)
        {
            var page = (await city.As(city.UnitHead).GetAsync("/api/v1/projects?" + query)).Is(200).Json;
            Assert.Equal(expected.Order(), page.GetProperty("items").EnumerateArray().Select(p => p.GetProperty("id").GetGuid()).Order());
        }
    }

    [Theory]
    [InlineData("amountFrom=1", "currency")]
    [InlineData("currency=XXX", "currency")]
    [InlineData("currency=CNY&amountFrom=2&amountTo=1", "amountFrom")]
    [InlineData("stage=finished", "stage")]
    [InlineData("sort=amount", "sort")]
    [InlineData("phone=1", "phone")]
    [InlineData("limit=201", "limit")]
    [InlineData("q=x", "q")]
    [InlineData("node=satellite.moon", "node")]
    public async Task What_is_not_published_is_refused_by_name(string query, string parameter)
    {
        var refused = (await city.As(city.UnitHead).GetAsync("/api/v1/projects?" + query)).IsProblem(400, "request.invalid");
        Assert.Equal(parameter, refused.Json.GetProperty("errors")[0].GetProperty("pointer").GetString()!.TrimStart('/'));
    }

    [Theory]
    [InlineData("updatedAt")]
    [InlineData("-updatedAt")]
    [InlineData("createdAt")]
    [InlineData("-stageOn")]
    [InlineData("stageOn,-name")]
    [InlineData("code")]
    [InlineData("-name")]
    public async Task A_walk_gives_each_project_once_while_others_come_and_change(string sort)
    {
        var officer = TestCaller.Officer();
        await city.PlaceAsync(officer);
        var still = new HashSet<Guid>();
        for (var i = 0; i < 12; i++)
        {
            still.Add(await city.OpenedAsync(on: city.Today.AddDays(-i / 3), owner: officer, name: $"基地{i % 4}"));
        }

        var moving = await city.OpenedAsync(owner: officer, name: "移动");
        var seen = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = (await city.As(officer)
                .GetAsync($"/api/v1/projects?limit=3&sort={sort}{(cursor is null ? "" : "&cursor=" + cursor)}")).Is(200);
            seen.AddRange(page.Json.GetProperty("items").EnumerateArray().Select(p => p.GetProperty("id").GetGuid()));
            cursor = page.Json.GetProperty("next").GetString();
            await city.OpenedAsync(owner: officer, name: $"新增{seen.Count}");
            (await city.As(officer).PatchAsync(
                $"/api/v1/projects/{moving}", new { name = $"移动{seen.Count}" }, await city.ETagAsync(moving))).Is(200);
        }
        while (cursor is not null && seen.Count < 200);

        Assert.Equal(still.Order(), seen.Where(still.Contains).Order());
    }
}
