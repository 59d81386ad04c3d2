namespace Qibin.Crm.EndToEnd.Tests.TotalsRows;

/// <summary>Rows E3, E4 and E6: how it came to be, where it stops, what is large.</summary>
public class OverTimeRowsTests(RunningSystem system)
{
    [Theory]
    [InlineData("leader", null)]
    [InlineData("unitHead", "promotion-satellite")]
    public async Task E3_The_trend_ends_in_the_totals_of_today_and_each_month_opens_into_its_list(string role, string? unit)
    {
        await system.SettledAsync();
        using var caller = await system.AsAsync(role, unit);
        var months = (await caller.GetAsync("/api/v1/pipeline/trend?from=2025-01")).Is(200).Json.GetProperty("months").EnumerateArray()
            .ToList();
        var total = (await caller.GetAsync("/api/v1/pipeline/totals")).Is(200).Json.GetProperty("total");

        Assert.Equal(Line(total), Line(months[^1]));
        foreach (var month in months)
        {
            var list = (await caller.GetAsync(month.GetProperty("journeys").GetString() + "&total=true&limit=1")).Is(200).Json;
            Assert.Equal(month.GetProperty("count").GetInt32(), list.GetProperty("total").GetInt32());
        }

        static string Line(System.Text.Json.JsonElement f) =>
            $"{f.GetProperty("count")} {f.GetProperty("contractAmount")} {f.GetProperty("paidIn")} {f.GetProperty("completedInvestment")}";
    }

    [Fact]
    public async Task E4_The_funnel_begins_with_everybody_who_was_met_and_the_days_in_each_stage_are_told()
    {
        await system.SettledAsync();
        using var leader = await system.AsAsync("leader");
        var funnel = (await leader.GetAsync("/api/v1/pipeline/funnel?from=2025-01")).Is(200).Json;
        var met = (await leader.GetAsync("/api/v1/pipeline/totals?groupBy=month&status=active,suspended,terminated,kept,invalid"))
            .Is(200).Json
            .GetProperty("groups").EnumerateArray().Where(g => string.CompareOrdinal(g.GetProperty("month").GetString(), "2025-01") >= 0)
            .ToDictionary(g => g.GetProperty("month").GetString()!, g => g.GetProperty("count").GetInt32());
        Assert.NotEmpty(met);
        foreach (var cohort in funnel.GetProperty("cohorts").EnumerateArray())
        {
            Assert.Equal(
                met.GetValueOrDefault(cohort.GetProperty("month").GetString()!), cohort.GetProperty("steps")[0].GetProperty("reached")
                .GetInt32());
        }

        var stages = (await leader.GetAsync("/api/v1/pipeline/totals")).Is(200).Json.GetProperty("groups").EnumerateArray()
            .Select(g => $"{g.GetProperty("stage")} {g.GetProperty("count")}");
        var dwell = (await leader.GetAsync("/api/v1/pipeline/dwell")).Is(200).Json.GetProperty("stages").EnumerateArray()
            .Where(s => s.GetProperty("present").GetProperty("stays").GetInt32() > 0)
            .Select(s => $"{s.GetProperty("stage")} {s.GetProperty("present").GetProperty("stays")}");
        Assert.Equal(stages.Order(StringComparer.Ordinal), dwell.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task E6_Each_threshold_and_each_list_of_what_is_stuck_opens_into_as_many_as_it_says()
    {
        await system.SettledAsync();
        using var leader = await system.AsAsync("leader");
        var large = (await leader.GetAsync("/api/v1/pipeline/thresholds")).Is(200).Json;
        Assert.Equal([1, 5, 10, 50], large.GetProperty("atLeast").EnumerateArray().Select(t => t.GetProperty("atLeast").GetInt32()));
        Assert.NotEqual(0, large.GetProperty("atLeast")[0].GetProperty("count").GetInt32());
        foreach (var part in large.GetProperty("atLeast").EnumerateArray().Append(large.GetProperty("signedNotStarted"))
            .Append(large.GetProperty("startedNotProducing")))
        {
            var list = (await leader.GetAsync(part.GetProperty("journeys").GetString() + "&total=true&limit=1")).Is(200).Json;
            Assert.Equal(part.GetProperty("count").GetInt32(), list.GetProperty("total").GetInt32());
        }
    }
}
