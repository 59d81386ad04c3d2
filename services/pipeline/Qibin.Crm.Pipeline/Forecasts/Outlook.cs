namespace Qibin.Crm.Pipeline.Forecasts;

/// <summary>
/// What a forecast made on one day can know: of each stage what became of the journeys that stood at it, and the journeys that
/// stand at it on the day. Only what had been recorded by the instant counts.
/// </summary>
/// <remarks>
/// History is looked at in steps of a month, back from the last day whose days ahead are over: of each journey that stood at a stage
/// then, whether it was signed and whether funds were paid in over the same number of days as is forecast. The journeys of a step
/// are those of the statuses that are forecast, and no other filter narrows them: what is asked about a chain is answered from the
/// history of all chains that the caller sees.
/// </remarks>
internal sealed class Outlook(DateOnly day, DateTimeOffset known, int days, Func<Interval, bool> meant, JourneyStatus[] statuses)
{
    private const int MonthsOfHistory = 24;

    private readonly Odds[] _odds = [.. Enum.GetValues<JourneyStage>().Select(_ => new Odds())];
    private readonly HashSet<Guid> _seen = [];
    private readonly List<Prospect> _prospects = [];

    public DateOnly Day { get; } = day;

    /// <summary>What was recorded later is not known.</summary>
    public DateTimeOffset Known { get; } = known;

    public int Days { get; } = days;
    public DateOnly Until { get; } = day.AddDays(days);

    /// <summary>The days on which history was looked at, the newest first.</summary>
    public IReadOnlyList<DateOnly> History { get; } =
        [.. Enumerable.Range(0, MonthsOfHistory).Select(n => day.AddDays(-days).AddMonths(-n))];

    /// <summary>Journeys of which history was seen, at any stage.</summary>
    public int Journeys => _seen.Count;

    public int Observations => _odds.Sum(o => o.Observations);

    /// <summary>The journeys that stand on the day.</summary>
    public IEnumerable<Prospect> Standing => _prospects.Where(p => p.Stands);

    public Odds OddsOf(JourneyStage stage) => _odds[(int)stage];

    /// <summary>A part of the journeys that stand can be signed: the others are.</summary>
    public static bool May(JourneyStage stage, Outcome outcome) => outcome == Outcome.PaidIn || stage < JourneyStage.Signed;

    /// <summary>Those that history allows to forecast, with their amounts.</summary>
    public IEnumerable<Prospect> Forecast(Outcome outcome) => _prospects.Where(p => IsForecast(p, outcome));

    /// <summary>Those of which nothing is said: history is too thin, or they have no amount.</summary>
    public IEnumerable<Prospect> LeftOut(Outcome outcome) => Standing.Where(p => May(p.Stage, outcome) && !IsForecast(p, outcome));

    /// <summary>What came of journeys that were not forecast, and what came in another currency than the journey's amount.</summary>
    public IEnumerable<Money> Beside(Outcome outcome) =>
        from p in _prospects
        from came in p.Came
        where came.Outcome == outcome && !(IsForecast(p, outcome) && came.Amount.Currency == p.Amount!.Currency)
        select came.Amount;

    /// <summary>Takes a journey in.</summary>
    /// <param name="journey">Its lead.</param>
    /// <param name="ever">All its intervals, as they were known at any instant.</param>
    /// <param name="later">Its intervals as they are known to whoever compares what came; empty when nothing can have come yet.</param>
    /// <returns>Whether it stands on the day.</returns>
    public bool Take(Guid journey, IReadOnlyList<Interval> ever, IReadOnlyList<Interval> later)
    {
        var intervals = KnownAt(ever, Known);
        foreach (var begin in History)
        {
            if (On(intervals, begin) is { } then && statuses.Contains(then.Status))
            {
                OddsOf(then.Stage).Saw(journey);
                _seen.Add(journey);
                Learn(OddsOf(then.Stage), then, On(intervals, begin.AddDays(Days)));
            }
        }

        var (now, end) = (On(intervals, Day), On(later, Until));
        if (now is not null && Counts(now))
        {
            _prospects.Add(new Prospect(true, now.Stage, AmountOf(now), [.. Between(now, end)]));
            return true;
        }

        if (end is not null && Counts(end))
        {
            _prospects.Add(new Prospect(false, end.Stage, null, [.. Between(On(later, Day), end)]));
        }

        return false;
    }

    /// <summary>The intervals that were known at an instant, one for each day.</summary>
    public static List<Interval> KnownAt(IEnumerable<Interval> ever, DateTimeOffset instant) =>
        [.. ever.Where(i => i.KnownFrom <= instant && (i.KnownTo is null || i.KnownTo > instant))];

    public static Interval? On(IEnumerable<Interval> intervals, DateOnly day) =>
        intervals.FirstOrDefault(i => i.DayFrom <= day && (i.DayTo is null || i.DayTo > day));

    /// <summary>What was newly signed and newly paid in between two days.</summary>
    public static IEnumerable<(Outcome Outcome, Money Amount)> Between(Interval? before, Interval? after)
    {
        if (after is null)
        {
            return [];
        }

        var paid = PaidIn(before, after).Select(m => (Outcome.PaidIn, m));
        return Signs(before, after) && AmountOf(after) is { } contract ? paid.Prepend((Outcome.Signed, contract)) : paid;
    }

    private bool IsForecast(Prospect prospect, Outcome outcome) => prospect is { Stands: true, Amount: not null }
        && May(prospect.Stage, outcome) && OddsOf(prospect.Stage).Tells(outcome);

    private bool Counts(Interval interval) => statuses.Contains(interval.Status) && meant(interval);

    private static void Learn(Odds odds, Interval then, Interval? end)
    {
        var amount = AmountOf(then);
        if (end is not null && Signs(then, end))
        {
            var contract = AmountOf(end);
            odds.Of(Outcome.Signed).Take(contract?.Currency == amount?.Currency ? contract?.Amount / amount?.Amount : null);
        }

        if (PaidIn(then, end).ToList() is { Count: > 0 } paid)
        {
            odds.Of(Outcome.PaidIn).Take(paid.Find(p => p.Currency == amount?.Currency)?.Amount / amount?.Amount);
        }
    }

    private static bool Signs(Interval? before, Interval after) =>
        after.Stage >= JourneyStage.Signed && after.Achieves() && before?.Stage is null or < JourneyStage.Signed;

    private static IEnumerable<Money> PaidIn(Interval? before, Interval? after) =>
        from currency in (before?.Amounts ?? []).Concat(after?.Amounts ?? []).Select(a => a.Currency).Distinct()
            .Order(StringComparer.Ordinal)
        where after is null || after.Achieves()
        let paid = In(after ?? before, currency) - In(before, currency)
        where paid != 0
        select new Money(paid, currency);

    private static decimal In(Interval? row, string currency) => row?.Amounts.FirstOrDefault(a => a.Currency == currency)?.PaidIn ?? 0;

    private static Money? AmountOf(Interval row) => row.Amounts
        .Select(a => new Money(row.Stage >= JourneyStage.Signed ? a.Contract : a.Estimated, a.Currency)).FirstOrDefault(m => m.Amount > 0);
}

/// <summary>
/// A journey that stands on the day, or one that did not and of which something came: it was met or entered only later. Its amount is that
/// of its contract, before signing the estimate; what came of it came by the last day that is forecast.
/// </summary>
internal sealed record Prospect(bool Stands, JourneyStage Stage, Money? Amount, IReadOnlyList<(Outcome Outcome, Money Amount)> Came);
