using System.Globalization;
using System.Text.Json;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Pipeline.Tests;

/// <summary>The weighted forecast: its arithmetic, its past, and that it can be asked for again.</summary>
public sealed class ForecastTests : IAsyncLifetime
{
    private static readonly DateOnly Day = new(2025, 12, 5);
    private readonly Trade _trade = new();
    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TestService.StartAsync("pipeline", Program.Build);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public void Draws_reach_what_the_distribution_of_the_sum_says_and_are_the_same_each_time()
    {
        // Twenty times one half of 100: the sum is binomial. Seven or more of twenty come with 94 %, eight or more with 87 %.
        var halves = Enumerable.Repeat((100m, Of(came: 5, of: 10, ratio: 1)), 20).ToList();
        Assert.Equal((1000, 700), Draws.Quantiles(halves, 20_000));
        Assert.Equal(Draws.Quantiles(halves, 500), Draws.Quantiles(halves, 500));

        // What always comes has no spread, and what never came is nothing.
        Assert.Equal(
            (150, 150), Draws.Quantiles([(100m, Of(10, 10, 0.5m)), (200m, Of(10, 10, 0.5m)), (900m, Of(0, 10, 0))], 100));
        Assert.Equal((0, 0), Draws.Quantiles([], 100));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(77)]
    public void Quantiles_are_those_of_the_exact_convolution(int seed)
    {
        var dice = new Random(seed);
        var parts = Enumerable.Range(0, 10).Select(_ => ((decimal)dice.Next(1, 40), Of(dice.Next(1, 20), 20, 1))).ToList();
        var exact = new double[400];
        exact[0] = 1;
        foreach (var (amount, odds) in parts)
        {
            var p = odds.Came / 20.0;
            for (var sum = exact.Length - 1; sum >= 0; sum--)
            {
                exact[sum] = (exact[sum] * (1 - p)) + (sum >= (int)amount ? exact[sum - (int)amount] * p : 0);
            }
        }

        var (p50, p90) = Draws.Quantiles(parts, 20_000);

        // The sum drawn is reached so often, and the next one is not, but for the error of 20,000 draws.
        Assert.True(AtLeast(p50) > 0.49 && AtLeast(p50 + 1) < 0.51, $"{p50} {AtLeast(p50)}");
        Assert.True(AtLeast(p90) > 0.89 && AtLeast(p90 + 1) < 0.91, $"{p90} {AtLeast(p90)}");
        Assert.Equal((double)parts.Sum(p => p.Item2.Expected(p.Item1)), exact.Select((p, sum) => p * sum).Sum(), 6);

        double AtLeast(decimal sum) => exact.Skip((int)sum).Sum();
    }

    [Fact]
    public async Task Odds_amounts_and_what_came_are_those_of_a_plain_recount_of_each_day_as_it_was_known()
    {
        var random = new RandomTrade(9);
        random.Trade.Pass(TimeSpan.FromDays(-270));
        random.Run(700);
        await _service.TellAsync(random.Trade.Log, together: 64);
        var caller = TestCaller.Person(Roles.Leader);
        var known = new DateTimeOffset(2025, 12, 5, 9, 0, 0, TimeSpan.Zero);
        Assert.True(random.Trade.Now > known);
        var history = new History(random.Trade);
        var days = 26;

        var forecast = (await AskAsync($"asOf={Day:O}&knownAt={Text(known)}")).Is(200).Json;

        Assert.Equal($"2025-12-31 {days}", $"{forecast.GetProperty("until").GetString()} {forecast.GetProperty("days")}");
        Compare(Recount(Day, known), "signed", forecast.GetProperty("signed").GetProperty("rest"));
        Compare(Recount(Day, known), "paidIn", forecast.GetProperty("paidIn").GetProperty("rest"));
        var told = Recount(Day, known);
        Assert.Equal(
            told.Open.GroupBy(o => o.Stage).Select(g => $"{g.Key} {g.Count()} {told.Odds[g.Key].Journeys.Count} {told.Odds[g.Key].Seen} "
                + $"{(AfterSigning(g.Key) ? "-" : told.Odds[g.Key].Signed.Count)} {told.Odds[g.Key].PaidIn.Count}")
                    .Order(StringComparer.Ordinal),
            forecast.GetProperty("stages").EnumerateArray()
                .Select(s => $"{s.GetProperty("stage").GetString()} {s.GetProperty("count")} {s.GetProperty("observedJourneys")} "
                + $"{s.GetProperty("observations")} "
                + $"{(s.GetProperty("signed") is { ValueKind: JsonValueKind.Object } odds ? odds.GetProperty("came") : "-")} "
                + $"{s.GetProperty("paidIn").GetProperty("came")}").Order(StringComparer.Ordinal));
        Assert.NotEmpty(forecast.GetProperty("signed").GetProperty("rest").EnumerateArray());

        var points = forecast.GetProperty("backTest").GetProperty("points").EnumerateArray().ToList();
        Assert.Equal("2025-10-31", points[0].GetProperty("asOf").GetString());
        Assert.True(points.Count > 4);
        var compared = 0;
        foreach (var point in points)
        {
            var day = DateOnly.Parse(point.GetProperty("asOf").GetString()!, CultureInfo.InvariantCulture);
            var then = Recount(day, new DateTimeOffset(day.AddDays(1), TimeOnly.MinValue, TimeSpan.FromHours(8)));
            Assert.Equal(then.Open.Count, point.GetProperty("count").GetInt32());
            Compare(then, "signed", point.GetProperty("signed"));
            Compare(then, "paidIn", point.GetProperty("paidIn"));
            compared += point.GetProperty("signed").GetArrayLength() + point.GetProperty("paidIn").GetArrayLength();
        }

        Assert.NotEqual(0, compared);
        Assert.Equal(compared, forecast.GetProperty("backTest").GetProperty("signed").GetProperty("compared").GetInt32()
            + forecast.GetProperty("backTest").GetProperty("paidIn").GetProperty("compared").GetInt32());

        Dictionary<Guid, ExpectedJourney> At(DateOnly day, DateTimeOffset instant) =>
            history.At(day, instant).Where(j => j.Now.IsDisclosedTo(caller)).ToDictionary(j => j.Then.Lead.LeadId, j => j.Then);

        Recounted Recount(DateOnly day, DateTimeOffset instant)
        {
            var recounted = new Recounted();
            for (var step = 0; step < 24; step++)
            {
                var begin = day.AddDays(-days).AddMonths(-step);
                if (begin.Year < 2025)
                {
                    break;
                }

                var end = At(begin.AddDays(days), instant);
                foreach (var (id, then) in At(begin, instant).Where(j => j.Value.Status == "active"))
                {
                    var odds = recounted.Odds.TryGetValue(then.Stage, out var had) ? had : recounted.Odds[then.Stage] = new PlainOdds();
                    odds.Journeys.Add(id);
                    odds.Seen++;
                    var (signed, paid) = Came(then, end.GetValueOrDefault(id));
                    var amount = Amount(then);
                    if (signed.Came)
                    {
                        odds.Signed.Add(
                            amount is not null && signed.Amount?.Currency == amount.Currency ? Clip(signed.Amount.Amount / amount.Amount)
                            : null);
                    }

                    if (paid.Count > 0)
                    {
                        odds.PaidIn.Add(
                            amount is not null && paid.TryGetValue(amount.Currency, out var same) ? Clip(same / amount.Amount) : null);
                    }
                }
            }

            var later = At(day.AddDays(days), known);
            recounted.Open.AddRange(
                from journey in At(day, instant)
                where journey.Value.Status == "active"
                let came = Came(journey.Value, later.GetValueOrDefault(journey.Key))
                select (journey.Value.Stage, Amount(journey.Value), came.Signed.Amount, came.Paid));
            foreach (var stage in recounted.Open.Select(o => o.Stage).Distinct())
            {
                recounted.Odds.TryAdd(stage, new PlainOdds());
            }

            return recounted;
        }

        static decimal Clip(decimal ratio) => Math.Clamp(ratio, -1, 10);
    }

    [Fact]
    public async Task The_same_day_and_instant_give_the_same_forecast_whatever_is_recorded_later()
    {
        var random = new RandomTrade(4);
        random.Trade.Pass(TimeSpan.FromDays(-270));
        random.Run(500);
        await _service.TellAsync(random.Trade.Log, together: 64);
        var known = random.Trade.Now;
        var asked = $"asOf={known.OnDay():O}&knownAt={Text(known)}";
        var before = (await AskAsync(asked)).Is(200).Body;
        Assert.Equal(before, (await AskAsync(asked)).Is(200).Body);

        // The day before is known otherwise by now; what was known then is not.
        foreach (var project in random.Trade.Projects.Values.Where(p => !p.Confidential && !random.Trade.Leads[p.LeadId].Confidential)
            .ToList())
        {
            random.Trade.PayIn(project, new Money(100_000_000, "CNY"), known.OnDay().AddDays(-40));
        }

        await _service.TellAsync(random.Trade.Log, together: 64);
        Assert.Equal(before, (await AskAsync(asked)).Is(200).Body);
        Assert.NotEqual(before, (await AskAsync($"asOf={known.OnDay():O}&knownAt={Text(random.Trade.Now)}")).Is(200).Body);
    }

    [Fact]
    public async Task Where_history_is_too_thin_nothing_is_said()
    {
        for (var i = 0; i < 9; i++)
        {
            Signed(new Money(100, "CNY"));
        }

        _trade.Convert(_trade.Open(on: Day.AddMonths(-6), estimated: new Money(500, "CNY")), Day.AddDays(-10));
        await _service.TellAsync(_trade.Log);

        // Nine have stood at negotiating before, and all of them were signed: one too few.
        var thin = (await AskAsync($"asOf={Day:O}")).Is(200).Json;
        Assert.Empty(thin.GetProperty("signed").GetProperty("rest").EnumerateArray());
        var left = thin.GetProperty("signed").GetProperty("leftOut");
        Assert.Equal("1 500.00", $"{left.GetProperty("journeys")} {left.GetProperty("amounts")[0].GetProperty("amount")}");
        Assert.False(thin.GetProperty("basis").GetProperty("sufficient").GetBoolean());
        Assert.Equal("9 36 9  ", Negotiating(thin));

        // Ten have, each seen in four months and signed after the last of them, with 0.95 of the estimate on average.
        Signed(new Money(50, "CNY"));
        await _service.TellAsync(_trade.Log);
        var told = (await AskAsync($"asOf={Day:O}")).Is(200).Json;
        Assert.Equal("10 40 10 0.25 0.95", Negotiating(told));
        Assert.Equal("118.75", told.GetProperty("signed").GetProperty("rest")[0].GetProperty("expected").GetProperty("amount").GetString());
        Assert.Equal("950.00", told.GetProperty("signed").GetProperty("soFar")[0].GetProperty("amount").GetString());

        void Signed(Money contract) => _trade.Reach(
            _trade.Convert(_trade.Open(on: Day.AddMonths(-6), estimated: new Money(100, "CNY")), Day.AddMonths(-5)), ProjectStage.Signed,
                Day.AddDays(-35), contract);

        static string Negotiating(JsonElement forecast)
        {
            var stage = forecast.GetProperty("stages").EnumerateArray().Single(s => s.GetProperty("stage").GetString() == "negotiating");
            var odds = stage.GetProperty("signed");
            return $"{stage.GetProperty("observedJourneys")} {stage.GetProperty("observations")} {odds.GetProperty("came")} "
                + $"{odds.GetProperty("probability")} {odds.GetProperty("ratio")}";
        }
    }

    [Fact]
    public async Task Each_caller_gets_the_forecast_of_what_it_sees_and_amounts_are_converted_by_a_dated_rate_or_not_at_all()
    {
        var unit = Trade.NewId();
        for (var i = 0; i < 12; i++)
        {
            var project = _trade.Convert(
                _trade.Open(unit: i % 2 == 0 ? unit : null, on: Day.AddMonths(-6), estimated: new Money(100, "USD")), Day.AddMonths(-5));
            if (i < 11)
            {
                _trade.Reach(project, ProjectStage.Signed, Day.AddDays(-35), new Money(100, "USD"));
            }
        }

        _trade.Open(unit: unit, readers: [Trade.NewId()], on: Day.AddMonths(-1));
        await _service.TellAsync(_trade.Log);
        var without = (await AskAsync($"asOf={Day:O}&convertTo=CNY")).Is(200).Json;
        Assert.Equal("""["USD"]""", without.GetProperty("conversion").GetProperty("leftOut").GetRawText());
        Assert.Equal("0.00", without.GetProperty("signed").GetProperty("converted").GetProperty("soFar").GetProperty("amount").GetString());
        (await _service.As(TestCaller.Person(Roles.Administrator))
            .PostAsync("/api/v1/pipeline/rates", new { rates = new[] { new { currency = "USD", on = Day, rate = "7" } } })).Is(200);
        await _service.CompleteAsync(_service.Clock.GetUtcNow());

        var all = (await AskAsync($"asOf={Day:O}&convertTo=CNY")).Is(200).Json;
        var signed = all.GetProperty("signed");
        Assert.Equal(
            7 * Amount(signed.GetProperty("rest")[0].GetProperty("expected")),
            Amount(signed.GetProperty("converted").GetProperty("rest").GetProperty("expected")), 0);
        Assert.Equal("7700.00", signed.GetProperty("converted").GetProperty("soFar").GetProperty("amount").GetString());
        Assert.Equal(
            $"USD 7 {Day:O}", string.Join(
            ' ', all.GetProperty("conversion").GetProperty("rates")[0].EnumerateObject().Select(p => p.Value.ToString())));

        // The unit sees six of them, which is too few to say anything of the one that is still open elsewhere anyway; a confidential one is
        // only counted.
        using var head = _service.As(TestCaller.Person(Roles.UnitHead, Reach.Unit, unit));
        var own = (await head.GetAsync($"/api/v1/pipeline/forecast?asOf={Day:O}")).Is(200).Json;
        Assert.Equal("6 1", $"{own.GetProperty("basis").GetProperty("journeys")} {own.GetProperty("hidden")}");
        foreach (var stage in all.GetProperty("stages").EnumerateArray())
        {
            var list = (await _service.As(TestCaller.Person(Roles.Leader))
                .GetAsync(stage.GetProperty("journeys").GetString() + "&total=true&limit=1")).Is(200).Json;
            Assert.Equal(stage.GetProperty("count").GetInt32(), list.GetProperty("total").GetInt32());
        }

        static decimal Amount(JsonElement money) => decimal.Parse(money.GetProperty("amount").GetString()!, CultureInfo.InvariantCulture);
    }

    private Task<Answer> AskAsync(string query) => _service.As(TestCaller.Person(Roles.Leader))
        .GetAsync($"/api/v1/pipeline/forecast?{query}");

    private static string Text(DateTimeOffset instant) => Uri.EscapeDataString(instant.ToString("O", CultureInfo.InvariantCulture));

    private static Odds Of(int came, int of, decimal ratio)
    {
        var odds = new Odds();
        for (var i = 0; i < of; i++)
        {
            odds.Saw(Trade.NewId());
        }

        for (var i = 0; i < came; i++)
        {
            odds.Take(ratio);
        }

        return odds;
    }

    private sealed class PlainOdds
    {
        public HashSet<Guid> Journeys { get; } = [];
        public int Seen { get; set; }

        /// <summary>One for each that came; null without an amount in the same currency.</summary>
        public List<decimal?> Signed { get; } = [];

        public List<decimal?> PaidIn { get; } = [];
    }

    private sealed class Recounted
    {
        public Dictionary<string, PlainOdds> Odds { get; } = [];
        public List<(string Stage, Money? Amount, Money? Signed, Dictionary<string, decimal> PaidIn)> Open { get; } = [];
    }

    private static bool AfterSigning(string stage) =>
        stage is "signed" or "registered" or "started" or "completed" or "producing" or "atCapacity" or "efficient";

    private static bool IsSigned(ExpectedJourney journey) => journey.Project is { Stage: not ProjectStage.Negotiating };

    private static Money? Amount(ExpectedJourney journey) => IsSigned(journey) ? journey.Project!.ContractAmount
        : journey.Lead.EstimatedInvestment;

    private static ((bool Came, Money? Amount) Signed, Dictionary<string, decimal> Paid) Came(ExpectedJourney then, ExpectedJourney? end)
    {
        var signed = end is not null && !IsSigned(then) && IsSigned(end) && end.Status != "terminated";
        var paid = end is null or { Status: "terminated" } ? [] : (end.Project?.PaidIn ?? []).Select(m => (m.Currency, m.Amount))
            .Concat((then.Project?.PaidIn ?? []).Select(m => (m.Currency, -m.Amount)))
            .GroupBy(m => m.Currency).Select(g => (g.Key, Sum: g.Sum(m => m.Item2))).Where(g => g.Sum != 0)
                .ToDictionary(g => g.Key, g => g.Sum);
        return ((signed, signed ? end!.Project!.ContractAmount : null), paid);
    }

    /// <summary>Expectation, and what came where the answer has it, per currency.</summary>
    private static void Compare(Recounted recounted, string outcome, JsonElement answered)
    {
        var expected = recounted.Open
            .Where(
                o => o.Amount is not null
                && (outcome == "paidIn" || o.Stage is "new" or "assessing" or "following" or "converted" or "negotiating"))
            .Select(
                o => (Open: o, Odds: recounted.Odds[o.Stage], Came: outcome == "signed" ? recounted.Odds[o.Stage].Signed
                : recounted.Odds[o.Stage].PaidIn))
            .Where(o => o.Odds.Journeys.Count >= 10 && (o.Came.Count == 0 || o.Came.Exists(r => r is not null)))
            .GroupBy(o => o.Open.Amount!.Currency).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => (
                Currency: g.Key,
                Expected: g.Sum(o => (double)o.Open.Amount!.Amount * o.Came.Count / o.Odds.Seen * (double)(o.Came.Average() ?? 0)),
                Came: g.Sum(
                    o => outcome == "signed" ? (o.Open.Signed?.Currency == g.Key ? o.Open.Signed.Amount : 0)
                    : o.Open.PaidIn.GetValueOrDefault(g.Key))))
            .ToList();
        Assert.Equal(
            expected.Select(e => e.Currency), answered.EnumerateArray()
            .Select(a => a.GetProperty("expected").GetProperty("currency").GetString()!));
        foreach (var (one, answer) in expected.Zip(answered.EnumerateArray()))
        {
            // By distance: two that are next to each other may be rounded apart.
            Assert.Equal(one.Expected, Number("expected"), tolerance: 0.05);
            Assert.True(Number("p90") <= Number("p50"));
            if (answer.TryGetProperty("came", out _))
            {
                Assert.Equal((double)one.Came, Number("came"), 2);
            }

            double Number(string name) =>
                double.Parse(answer.GetProperty(name).GetProperty("amount").GetString()!, CultureInfo.InvariantCulture);
        }
    }
}
