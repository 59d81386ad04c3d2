using System.Text.Json;

namespace Qibin.Crm.EndToEnd.Tests.TotalsRows;

/// <summary>Row E9: what is still to come this year, and how such forecasts fared before.</summary>
public class ForecastRowsTests(RunningSystem system)
{
    [Theory]
    [InlineData("leader", null)]
    [InlineData("unitHead", "promotion-satellite")]
    public async Task E9_The_forecast_says_what_it_is_made_from_and_is_the_same_when_asked_for_again(string role, string? unit)
    {
        await system.SettledAsync();
        using var caller = await system.AsAsync(role, unit);
        var forecast = (await caller.GetAsync("/api/v1/pipeline/forecast")).Is(200).Json;
        Assert.Equal($"{forecast.GetProperty("asOf").GetString()![..4]}-12-31", forecast.GetProperty("until").GetString());

        // Each stage opens into the journeys that are weighed, and has odds only where history is wide enough.
        Assert.NotEmpty(forecast.GetProperty("stages").EnumerateArray());
        foreach (var stage in forecast.GetProperty("stages").EnumerateArray())
        {
            var list = (await caller.GetAsync(stage.GetProperty("journeys").GetString() + "&total=true&limit=1")).Is(200).Json;
            Assert.Equal(stage.GetProperty("count").GetInt32(), list.GetProperty("total").GetInt32());
            if (stage.GetProperty("observedJourneys").GetInt32() < forecast.GetProperty("basis").GetProperty("leastJourneys").GetInt32())
            {
                Assert.Equal(JsonValueKind.Null, stage.GetProperty("paidIn").GetProperty("probability").ValueKind);
            }
        }

        foreach (var amount in forecast.GetProperty("signed").GetProperty("rest").EnumerateArray()
            .Concat(forecast.GetProperty("paidIn").GetProperty("rest").EnumerateArray()))
        {
            Assert.True(Number(amount, "p90") <= Number(amount, "p50"), amount.ToString());
            Assert.Single(
                new[] { "expected", "p50", "p90" }.Select(of => amount.GetProperty(of).GetProperty("currency").GetString()).Distinct());
        }

        var test = forecast.GetProperty("backTest");
        Assert.Equal(
            test.GetProperty("points").EnumerateArray().Sum(p => p.GetProperty("signed").GetArrayLength()), test.GetProperty("signed")
                .GetProperty("compared").GetInt32());

        // By day and instant it can be asked for again.
        var again = await caller.GetAsync(
            $"/api/v1/pipeline/forecast?asOf={forecast.GetProperty("asOf")}"
                + $"&knownAt={Uri.EscapeDataString(forecast.GetProperty("knownAt").GetString()!)}");
        Assert.Equal(forecast.GetRawText(), again.Is(200).Json.GetRawText());

        static decimal Number(JsonElement amount, string of) =>
            decimal.Parse(amount.GetProperty(of).GetProperty("amount").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
    }
}
