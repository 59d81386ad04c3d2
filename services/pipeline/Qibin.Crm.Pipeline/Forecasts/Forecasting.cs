using Qibin.Crm.Kernel;
using Qibin.Crm.Pipeline.Journeys;
using Qibin.Crm.Pipeline.Rates;
using Qibin.Crm.Pipeline.Totals;
using Qibin.Crm.Pipeline.Trends;
using Qibin.Crm.Web.Paging;

namespace Qibin.Crm.Pipeline.Forecasts;

/// <summary>The outlook of the day and those of the month ends before it, filled journey by journey and then read.</summary>
internal sealed class Forecasting
{
    private const int MonthEnds = 12;
    private const int PresentDraws = 2000;
    private const int PastDraws = 500;

    private readonly Outlook _now;
    private readonly IReadOnlyList<Outlook> _past;
    private readonly List<(Outcome Outcome, Money Amount)> _soFar = [];

    public Forecasting(DateOnly day, DateTimeOffset known, Func<Interval, bool> meant, JourneyStatus[] statuses)
    {
        var until = new DateOnly(day.Year, 12, 31);
        var days = until.DayNumber - day.DayNumber;
        _now = new Outlook(day, known, days, meant, statuses);
        var month = new DateOnly(day.Year, day.Month, 1);
        // On the last day of the year nothing is ahead, and there is nothing to compare.
        _past = days == 0 ? [] :
        [
            .. Enumerable.Range(0, (days / 28) + 1 + MonthEnds).Select(n => month.AddMonths(-n).AddDays(-1))
                .Where(end => end.AddDays(days) <= day).Take(MonthEnds)
                .Select(end => new Outlook(end, Earlier(end.AddDays(1).Begins(), known), days, meant, statuses)),
        ];
    }

    /// <summary>Nothing that was known only before it matters.</summary>
    public DateTimeOffset KnownFrom => _past.Select(p => p.Known).Append(_now.Known).Min();

    /// <summary>Nothing that ended before it matters.</summary>
    public DateOnly DayFrom => _past.Append(_now).Min(o => o.History[^1]) is var first && first < NewYear ? first : NewYear;

    public DateTimeOffset Known => _now.Known;

    /// <summary>The currencies that amounts are in.</summary>
    public IEnumerable<string> Currencies => _now.Standing.Select(o => o.Amount?.Currency).OfType<string>()
        .Concat(_soFar.Select(s => s.Amount.Currency)).Distinct();

    private DateOnly NewYear => new(_now.Day.Year - 1, 12, 31);

    /// <summary>Takes a journey in, with all its stretches as they were known at any instant.</summary>
    public void Take(Guid journey, IReadOnlyList<Interval> ever)
    {
        var before = _now.Standing.Count;
        var known = Outlook.KnownAt(ever, _now.Known);
        _now.Take(journey, ever, []);
        if (_now.Standing.Count > before)
        {
            _soFar.AddRange(Outlook.Between(Outlook.On(known, NewYear), Outlook.On(known, _now.Day)));
        }

        foreach (var past in _past)
        {
            past.Take(journey, ever, known);
        }
    }

    public Forecast Read(JourneyFilter asked, Conversion? conversion, int hidden) => new()
    {
        AsOf = _now.Day,
        KnownAt = _now.Known,
        Until = _now.Until,
        Days = _now.Days,
        Status = asked.Statuses(),
        Conversion = conversion,
        Signed = Measure(Outcome.Signed, conversion),
        PaidIn = Measure(Outcome.PaidIn, conversion),
        Stages = [.. _now.Standing.GroupBy(o => o.Stage).OrderBy(g => g.Key).Select(g => Stage(g.Key, [.. g], asked))],
        Basis = new ForecastBasis
        {
            From = _now.History[^1],
            To = _now.History[0],
            Journeys = _now.Journeys,
            Observations = _now.Observations,
            LeastJourneys = Odds.LeastJourneys,
            Sufficient = Enum.GetValues<Outcome>().All(o => _now.LeftOut(o).All(j => j.Amount is null)),
        },
        BackTest = Test(),
        Hidden = hidden,
    };

    private ForecastMeasure Measure(Outcome outcome, Conversion? conversion)
    {
        var soFar = Sums(_soFar.Where(s => s.Outcome == outcome).Select(s => s.Amount));
        var rest = Amounts(_now, outcome, PresentDraws).ToList();
        var leftOut = _now.LeftOut(outcome).ToList();
        return new ForecastMeasure
        {
            SoFar = soFar,
            Rest = rest,
            Converted = conversion is null ? null : new ConvertedForecast
            {
                SoFar = conversion.Convert(soFar),
                Rest = Amount(
                    _now.Forecast(outcome).Select(f => (Amount: conversion.Convert([f.Journey.Amount!]).Amount, f.Odds)).ToList(),
                        conversion.To, outcome, PresentDraws),
            },
            LeftOut = new ForecastRemainder { Journeys = leftOut.Count, Amounts = Sums(leftOut.Select(o => o.Amount).OfType<Money>()) },
        };
    }

    private ForecastStage Stage(JourneyStage stage, List<Outlook.Open> open, JourneyFilter asked) => new()
    {
        Stage = stage,
        Count = open.Count,
        Amounts = Sums(open.Select(o => o.Amount).OfType<Money>()),
        WithoutAmount = open.Count(o => o.Amount is null),
        ObservedJourneys = _now.OddsOf(stage).Journeys,
        Observations = _now.OddsOf(stage).Observations,
        Signed = Outlook.May(stage, Outcome.Signed) ? OddsOf(Outcome.Signed, stage, open) : null,
        PaidIn = OddsOf(Outcome.PaidIn, stage, open),
        Journeys = JourneyLinks.To(asked with { Stage = Words<JourneyStage>.Of([stage]), AsOf = _now.Day, KnownAt = _now.Known }),
    };

    private ForecastOdds OddsOf(Outcome outcome, JourneyStage stage, List<Outlook.Open> open)
    {
        var odds = _now.OddsOf(stage);
        var tells = odds.Tells(outcome);
        return new ForecastOdds
        {
            Came = odds.Of(outcome).Came,
            Probability = tells ? Math.Round(odds.Probability(outcome), 4) : null,
            Ratio = tells && odds.Of(outcome).MeanRatio is { } ratio ? Math.Round(ratio, 4) : null,
            Expected = tells ? Sums(
                open.Select(o => o.Amount).OfType<Money>().Select(m => m with { Amount = odds.Expected(outcome, m.Amount) })) : [],
        };
    }

    private BackTest Test()
    {
        var points = _past.Where(p => p.Standing.Count > 0).Select(p => new BackTestPoint
        {
            AsOf = p.Day,
            KnownAt = p.Known,
            Until = p.Until,
            Count = p.Standing.Count,
            Signed = [.. Compared(p, Outcome.Signed)],
            PaidIn = [.. Compared(p, Outcome.PaidIn)],
            SignedBeside = Beside(p, Outcome.Signed),
            PaidInBeside = Beside(p, Outcome.PaidIn),
        }).ToList();
        return new BackTest
        {
            Points = points,
            Signed = Covered(points.SelectMany(p => p.Signed)),
            PaidIn = Covered(points.SelectMany(p => p.PaidIn))
        };
    }

    private static IEnumerable<BackTestAmount> Compared(Outlook past, Outcome outcome) =>
        from amount in Amounts(past, outcome, PastDraws)
        let currency = amount.Expected.Currency
        select new BackTestAmount
        {
            Expected = amount.Expected,
            P50 = amount.P50,
            P90 = amount.P90,
            Came = new Money(
                past.Forecast(outcome).Where(f => f.Journey.Amount!.Currency == currency)
                    .Sum(f => f.Journey.Came.Where(c => c.Outcome == outcome && c.Amount.Currency == currency).Sum(c => c.Amount.Amount)),
                currency),
        };

    /// <summary>What came of journeys that were not forecast, and what came in another currency than the journey's amount.</summary>
    private static List<Money> Beside(Outlook past, Outcome outcome) => Sums(
        past.Beside(outcome)
            .Concat(past.LeftOut(outcome).SelectMany(o => o.Came.Where(c => c.Outcome == outcome).Select(c => c.Amount)))
            .Concat(
                past.Forecast(outcome)
                .SelectMany(
                f => f.Journey.Came.Where(c => c.Outcome == outcome && c.Amount.Currency != f.Journey.Amount!.Currency)
                .Select(c => c.Amount))));

    private static Coverage Covered(IEnumerable<BackTestAmount> amounts)
    {
        var all = amounts.ToList();
        var (p50, p90) = (all.Count(a => a.Came.Amount >= a.P50.Amount), all.Count(a => a.Came.Amount >= a.P90.Amount));
        return new Coverage
        {
            Compared = all.Count,
            ReachedP50 = p50,
            ReachedP90 = p90,
            ShareP50 = Quantiles.Share(p50, all.Count),
            ShareP90 = Quantiles.Share(p90, all.Count),
        };
    }

    private static IEnumerable<ForecastAmount> Amounts(Outlook outlook, Outcome outcome, int draws) => outlook.Forecast(outcome)
        .GroupBy(f => f.Journey.Amount!.Currency, f => (f.Journey.Amount!.Amount, f.Odds)).OrderBy(g => g.Key, StringComparer.Ordinal)
        .Select(g => Amount([.. g], g.Key, outcome, draws));

    private static ForecastAmount Amount(List<(decimal Amount, Odds Odds)> parts, string currency, Outcome outcome, int draws)
    {
        var (p50, p90) = Draws.Quantiles(parts, outcome, draws);
        return new ForecastAmount
        {
            Expected = new Money(Round(parts.Sum(p => p.Odds.Expected(outcome, p.Amount))), currency),
            P50 = new Money(p50, currency),
            P90 = new Money(p90, currency),
        };
    }

    private static List<Money> Sums(IEnumerable<Money> amounts) =>
        [.. amounts.PerCurrency().Select(m => m with { Amount = Round(m.Amount) }).Where(m => m.Amount != 0)];

    /// <summary>To the fen.</summary>
    private static decimal Round(decimal amount) => Math.Round(amount, 2, MidpointRounding.AwayFromZero);

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
