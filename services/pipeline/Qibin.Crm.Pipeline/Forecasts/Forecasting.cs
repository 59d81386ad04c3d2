using Qibin.Crm.Pipeline.Totals;
using Qibin.Crm.Pipeline.Trends;

namespace Qibin.Crm.Pipeline.Forecasts;

/// <summary>The outlook of the day and those of the month ends before it, filled journey by journey and then read.</summary>
internal sealed class Forecasting
{
    private const int MonthEnds = 12;
    private const int PresentDraws = 2000;
    private const int PastDraws = 500;

    private readonly Outlook _now;
    private readonly IReadOnlyList<Outlook> _past;
    private readonly List<(Outcome Outcome, Money? Amount)> _soFar = [];

    public Forecasting(DateOnly day, DateTimeOffset known, Func<Interval, bool> meant, JourneyStatus[] statuses)
    {
        var until = new DateOnly(day.Year, 12, 31);
        var days = until.DayNumber - day.DayNumber;
        _now = new Outlook(day, known, days, meant, statuses);
        var month = new DateOnly(day.Year, day.Month, 1);
        // On the last day of the year nothing is ahead, and there is nothing to compare.
        _past = days == 0 ? [] : Enumerable.Range(0, (days / 28) + 1 + MonthEnds).Select(n => month.AddMonths(-n).AddDays(-1))
            .Where(end => end.AddDays(days) <= day).Take(MonthEnds)
            .Select(end => new Outlook(end, new[] { end.AddDays(1).Begins(), known }.Min(), days, meant, statuses)).ToList();
    }

    /// <summary>Nothing that was known only before it matters.</summary>
    public DateTimeOffset KnownFrom => _past.Append(_now).Min(o => o.Known);

    /// <summary>Nothing that ended before it matters.</summary>
    public DateOnly DayFrom => _past.Append(_now).Select(o => o.History[^1]).Append(NewYear).Min();

    public IEnumerable<string> Currencies => _now.Standing.Select(p => p.Amount).Concat(_soFar.Select(s => s.Amount)).OfType<Money>()
        .Select(m => m.Currency);

    private DateOnly NewYear => new(_now.Day.Year - 1, 12, 31);

    /// <summary>Takes a journey in, with all its intervals as they were known at any instant.</summary>
    public void Take(Guid journey, IReadOnlyList<Interval> ever)
    {
        var known = Outlook.KnownAt(ever, _now.Known);
        if (_now.Take(journey, ever, []))
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
        Stages = [.. _now.Standing.GroupBy(p => p.Stage).OrderBy(g => g.Key).Select(g => Stage(g.Key, [.. g], asked))],
        Basis = new ForecastBasis
        {
            From = _now.History[^1],
            To = _now.History[0],
            Journeys = _now.Journeys,
            Observations = _now.Observations,
            LeastJourneys = Odds.LeastJourneys,
            Sufficient = Enum.GetValues<Outcome>().All(o => _now.LeftOut(o).All(p => p.Amount is null)),
        },
        BackTest = Test(),
        Hidden = hidden,
    };

    private ForecastMeasure Measure(Outcome outcome, Conversion? conversion)
    {
        var soFar = Sums(_soFar.Where(s => s.Outcome == outcome).Select(s => s.Amount));
        var leftOut = _now.LeftOut(outcome).ToList();
        return new ForecastMeasure
        {
            SoFar = soFar,
            Rest = [.. PerCurrency(_now, outcome).Select(g => Amount(_now, g, g.Key, outcome, PresentDraws))],
            Converted = conversion is null ? null : new ConvertedForecast(
                conversion.Convert(soFar),
                Amount(
                    _now,
                    from p in _now.Forecast(outcome)
                    where !conversion.LeftOut.Contains(p.Amount!.Currency)
                    select p with { Amount = conversion.Convert([p.Amount!]) },
                    conversion.To, outcome, PresentDraws)),
            LeftOut = new ForecastRemainder { Journeys = leftOut.Count, Amounts = Sums(leftOut.Select(p => p.Amount)) },
        };
    }

    private ForecastStage Stage(JourneyStage stage, List<Prospect> standing, JourneyFilter asked) => new()
    {
        Stage = stage,
        Count = standing.Count,
        Amounts = Sums(standing.Select(p => p.Amount)),
        WithoutAmount = standing.Count(p => p.Amount is null),
        ObservedJourneys = _now.OddsOf(stage, Outcome.PaidIn).Journeys,
        Observations = _now.OddsOf(stage, Outcome.PaidIn).Observations,
        Signed = Outlook.May(stage, Outcome.Signed) ? OddsOf(Outcome.Signed, stage, standing) : null,
        PaidIn = OddsOf(Outcome.PaidIn, stage, standing),
        Journeys = JourneyLinks.To(asked with { Stage = Words<JourneyStage>.Of([stage]), AsOf = _now.Day, KnownAt = _now.Known }),
    };

    private ForecastOdds OddsOf(Outcome outcome, JourneyStage stage, List<Prospect> standing)
    {
        var odds = _now.OddsOf(stage, outcome);
        return new ForecastOdds
        {
            Came = odds.Came,
            Probability = odds.Tells ? Math.Round(odds.Probability, 4) : null,
            Ratio = odds.Tells && odds.MeanRatio is { } ratio ? Math.Round(ratio, 4) : null,
            Expected = odds.Tells
                ? Sums(standing.Select(p => p.Amount is { } m ? m with { Amount = odds.Expected(m.Amount) } : null)) : [],
        };
    }

    private BackTest Test()
    {
        var points = _past.Where(p => p.Standing.Any()).Select(p => new BackTestPoint
        {
            AsOf = p.Day,
            KnownAt = p.Known,
            Until = p.Until,
            Count = p.Standing.Count(),
            Signed = Compared(p, Outcome.Signed),
            PaidIn = Compared(p, Outcome.PaidIn),
            SignedBeside = Sums(p.Beside(Outcome.Signed)),
            PaidInBeside = Sums(p.Beside(Outcome.PaidIn)),
        }).ToList();
        return new BackTest
        {
            Points = points,
            Signed = Covered([.. points.SelectMany(p => p.Signed)]),
            PaidIn = Covered([.. points.SelectMany(p => p.PaidIn)]),
        };
    }

    private static List<BackTestAmount> Compared(Outlook past, Outcome outcome) => (
        from g in PerCurrency(past, outcome)
        let amount = Amount(past, g, g.Key, outcome, PastDraws)
        let came = g.SelectMany(p => p.Came).Where(c => c.Outcome == outcome && c.Amount?.Currency == g.Key)
        select new BackTestAmount(amount, new Money(came.Sum(c => c.Amount!.Amount), g.Key))).ToList();

    private static Coverage Covered(List<BackTestAmount> amounts)
    {
        var p50 = amounts.Count(a => a.Came.Amount >= a.P50.Amount);
        var p90 = amounts.Count(a => a.Came.Amount >= a.P90.Amount);
        return new Coverage
        {
            Compared = amounts.Count,
            ReachedP50 = p50,
            ReachedP90 = p90,
            ShareP50 = Quantiles.Share(p50, amounts.Count),
            ShareP90 = Quantiles.Share(p90, amounts.Count),
        };
    }

    private static IEnumerable<IGrouping<string, Prospect>> PerCurrency(Outlook outlook, Outcome outcome) =>
        outlook.Forecast(outcome).GroupBy(p => p.Amount!.Currency).OrderBy(g => g.Key, StringComparer.Ordinal);

    private static ForecastAmount Amount(
        Outlook outlook, IEnumerable<Prospect> prospects, string currency, Outcome outcome, int draws)
    {
        var parts = prospects.Select(p => (p.Amount!.Amount, Odds: outlook.OddsOf(p.Stage, outcome))).ToList();
        var (p50, p90) = Draws.Quantiles(parts, draws);
        var expected = Round(parts.Sum(p => p.Odds.Expected(p.Amount)));
        return new ForecastAmount(new(expected, currency), new(p50, currency), new(p90, currency));
    }

    private static List<Money> Sums(IEnumerable<Money?> amounts) =>
        [.. amounts.OfType<Money>().PerCurrency().Select(m => m with { Amount = Round(m.Amount) }).Where(m => m.Amount != 0)];

    /// <summary>To the fen.</summary>
    private static decimal Round(decimal amount) => Math.Round(amount, 2, MidpointRounding.AwayFromZero);
}
