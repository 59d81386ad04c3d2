using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Pipeline.Tests;

/// <summary>Amounts are converted by the rate of the day that was known, shown with it, or not at all.</summary>
public sealed class RateTests : IAsyncLifetime
{
    private readonly Trade _trade = new();
    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TestService.StartAsync("pipeline", Program.Build);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task N5_A_total_is_converted_by_the_newest_rate_of_its_day_and_currencies_without_one_are_named_and_left_out()
    {
        var project = _trade.Reach(
            _trade.Convert(_trade.Open(estimated: new Money(7, "CNY"))), ProjectStage.Signed, contract: new Money(100, "USD"));
        _trade.Complete(_trade.PayIn(project, new Money(10.01m, "EUR")), new Money(2, "EUR"));
        await _service.TellAsync(_trade.Log);
        var today = _service.Clock.Today();

        var without = (await TotalsAsync("convertTo=CNY")).Is(200).Json;
        Assert.Equal("""["EUR","USD"]""", without.GetProperty("conversion").GetProperty("leftOut").GetRawText());
        Assert.Equal("7.00 0.00 0.00 0.00", Converted(without.GetProperty("total")));
        await EnterAsync(("EUR", today.AddDays(-10), 7.777m), ("USD", today.AddDays(-10), 7m), ("USD", today.AddDays(-3), 7.25m));
        var known = _service.Clock.GetUtcNow();
        await _service.CompleteAsync(known);
        var now = (await TotalsAsync("convertTo=CNY&groupBy=chain")).Is(200).Json;
        Assert.Equal("7.00 725.00 77.85 15.55", Converted(now.GetProperty("total")));
        Assert.Equal("7.00 725.00 77.85 15.55", Converted(now.GetProperty("groups")[0]));
        Assert.Equal(
            [$"EUR 7.777 {today.AddDays(-10):O}", $"USD 7.25 {today.AddDays(-3):O}"],
            now.GetProperty("conversion").GetProperty("rates").EnumerateArray()
                .Select(r => $"{r.GetProperty("currency")} {r.GetProperty("rate")} {r.GetProperty("on")}"));
        Assert.Equal("""[{"amount":"100.00","currency":"USD"}]""", now.GetProperty("total").GetProperty("contractAmount").GetRawText());

        // An earlier day has its own rate; a correction holds from when it was entered on.
        Assert.Equal(
            "7.00 700.00 77.85 15.55",
            Converted((await TotalsAsync($"convertTo=CNY&asOf={today.AddDays(-4):O}")).Is(200).Json.GetProperty("total")));
        _service.Clock.Advance(TimeSpan.FromMinutes(1));
        await EnterAsync(("USD", today.AddDays(-3), 7.5m));
        Assert.Equal("7.00 750.00 77.85 15.55", Converted((await TotalsAsync("convertTo=CNY")).Is(200).Json.GetProperty("total")));
        Assert.Equal(
            "7.00 725.00 77.85 15.55",
            Converted(
            (await TotalsAsync($"convertTo=CNY&knownAt={Uri.EscapeDataString($"{known:O}")}")).Is(200).Json.GetProperty("total")));
        Assert.Equal("[]", now.GetProperty("conversion").GetProperty("leftOut").GetRawText());
        await EnterAsync(("USD", today.AddDays(-11), 7m));
        var earlier = (await TotalsAsync($"convertTo=CNY&asOf={today.AddDays(-11):O}")).Is(200).Json;
        Assert.Equal("""["EUR"]""", earlier.GetProperty("conversion").GetProperty("leftOut").GetRawText());
        Assert.Equal("7.00 700.00 0.00 0.00", Converted(earlier.GetProperty("total")));
        (await TotalsAsync("convertTo=USD")).IsProblem(400, "request.invalid");
        Assert.False((await TotalsAsync("")).Is(200).Json.GetProperty("total").TryGetProperty("converted", out _));
    }

    [Fact]
    public async Task N5_Rates_are_decimal_text_entered_by_a_coordinator_once_a_currency_and_day()
    {
        var today = _service.Clock.Today();
        var entry = new { currency = "USD", on = today, rate = "7.1" };
        (await _service.As(TestCaller.Person(Roles.Leader)).PostAsync("/api/v1/pipeline/rates", new { rates = new[] { entry } }))
            .IsProblem(403, "auth.forbidden");
        using var coordinator = _service.As(TestCaller.Person(Roles.Coordinator));
        foreach (var (wrong, code) in new (object, string)[]
        {
            (new[] { entry, entry }, "rate.repeated"), (new[] { entry with { currency = "CNY" } }, "rate.currency"),
                (new[] { entry with { currency = "XYZ" } }, "rate.currency"),
            (new[] { entry with { on = today.AddDays(1) } }, "date.future"), (new[] { entry with { rate = "0" } }, "value.range"),
                (new[] { entry with { rate = "0.000000001" } }, "value.range"), (new[] { entry with { rate = "7,1" } }, "value.range"),
                (new[] { new { currency = "USD", on = today, rate = 7.1m } }, "json.wrongType"),
                (Array.Empty<object>(), "value.range"),
        })
        {
            Assert.Contains(
                code, (await coordinator.PostAsync("/api/v1/pipeline/rates", new { rates = wrong }))
                .IsProblem(400, "request.invalid").Body, StringComparison.Ordinal);
        }

        (await coordinator.PostAsync("/api/v1/pipeline/rates", new { rates = new[] { entry, entry with { on = today.AddDays(-1) } } }))
            .Is(200);
        var list = (await _service.As(TestCaller.Person(Roles.Officer)).GetAsync("/api/v1/pipeline/rates?total=true")).Is(200).Json;
        Assert.Equal(2, list.GetProperty("total").GetInt32());
        Assert.Equal($"{today:O}", list.GetProperty("items")[0].GetProperty("on").GetString());
    }

    private Task<Answer> TotalsAsync(string query) => _service.As(TestCaller.Person(Roles.Leader))
        .GetAsync($"/api/v1/pipeline/totals?{query}");

    private async Task EnterAsync(params (string Currency, DateOnly On, decimal Rate)[] rates) =>
        (await _service.As(TestCaller.Person(Roles.Administrator)).PostAsync("/api/v1/pipeline/rates", new
        {
            rates = rates.Select(r => new { currency = r.Currency, on = r.On, rate = $"{r.Rate}" }),
        })).Is(200);

    private static string Converted(System.Text.Json.JsonElement figures) =>
        string.Join(' ', figures.GetProperty("converted").EnumerateObject().Select(p => p.Value.GetProperty("amount").GetString()));
}
