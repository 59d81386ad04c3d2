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

    private readonly Odds[] _signed = OfEachStage(), _paidIn = OfEachStage();
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

    public int Observations => _paidIn.Sum(o => o.Observations);

    public IEnumerable<Prospect> Standing => _prospects.Where(p => p.Stands);

    public Odds OddsOf(JourneyStage stage, Outcome outcome) => (outcome == Outcome.Signed ? _signed : _paidIn)[(int)stage];

    /// <summary>A part of the journeys that stand can be signed: the others are.</summary>
    public static bool May(JourneyStage stage, Outcome outcome) => outcome == Outcome.PaidIn || stage < JourneyStage.Signed;

    /// <summary>Those that history allows to forecast, with their amounts.</summary>
    public IEnumerable<Prospect> Forecast(Outcome outcome) => _prospects.Where(p => IsForecast(p, outcome));

    /// <summary>Those of which nothing is said: history is too thin, or they have no amount.</summary>
    public IEnumerable<Prospect> LeftOut(Outcome outcome) => Standing.Where(p => May(p.Stage, outcome) && !IsForecast(p, outcome));

    /// <summary>What came of journeys that were not forecast, and what came in another currency than the journey's amount.</summary>
    public IEnumerable<Money?> Beside(Outcome outcome) =>
        from p in _prospects
        from came in p.Came
        where came.Outcome == outcome && !(IsForecast(p, outcome) && came.Amount?.Currency == p.Amount!.Currency)
        select came.Amount;

    /// <summary>
    /// Takes a journey in: all its intervals as they were known at any instant, and those that are known to whoever compares what came;
    /// none when nothing can have come yet.
    /// </summary>
    /// <returns>Whether it stands on the day.</returns>
    public bool Take(Guid journey, IReadOnlyList<Interval> ever, IReadOnlyList<Interval> later)
    {
        var intervals = KnownAt(ever, Known);
        foreach (var begin in History)
        {
            if (On(intervals, begin) is { } then && statuses.Contains(then.Status))
            {
                _seen.Add(journey);
                Learn(journey, then, On(intervals, begin.AddDays(Days)));
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

    /// <summary>What was newly signed and newly paid in between two days; a contract may have no amount.</summary>
    public static IEnumerable<(Outcome Outcome, Money? Amount)> Between(Interval? before, Interval? after)
    {
        if (after?.Achieves() != true)
        {
            return [];
        }

        var paid =
            from currency in (before?.Amounts ?? []).Concat(after.Amounts).Select(a => a.Currency).Distinct().Order(StringComparer.Ordinal)
            let more = PaidIn(after, currency) - PaidIn(before, currency)
            where more != 0
            select (Outcome.PaidIn, (Money?)new Money(more, currency));
        return after.Stage >= JourneyStage.Signed && before?.Stage is null or < JourneyStage.Signed
            ? paid.Prepend((Outcome.Signed, AmountOf(after))) : paid;
    }

    private static Odds[] OfEachStage() => [.. Enum.GetValues<JourneyStage>().Select(_ => new Odds())];

    private bool IsForecast(Prospect prospect, Outcome outcome) => prospect is { Stands: true, Amount: not null }
        && May(prospect.Stage, outcome) && OddsOf(prospect.Stage, outcome).Tells;

    private bool Counts(Interval interval) => statuses.Contains(interval.Status) && meant(interval);

    private void Learn(Guid journey, Interval then, Interval? end)
    {
        OddsOf(then.Stage, Outcome.Signed).Saw(journey);
        OddsOf(then.Stage, Outcome.PaidIn).Saw(journey);
        var (amount, all) = (AmountOf(then), Between(then, end).ToList());
        foreach (var came in all.Count == 0 ? [] : all.GroupBy(c => c.Outcome, c => c.Amount))
        {
            OddsOf(then.Stage, came.Key).Take(came.FirstOrDefault(m => m?.Currency == amount?.Currency)?.Amount / amount?.Amount);
        }
    }

    private static decimal PaidIn(Interval? row, string currency) =>
        row?.Amounts.FirstOrDefault(a => a.Currency == currency)?.PaidIn ?? 0;

    private static Money? AmountOf(Interval row) => row.Amounts
        .Select(a => new Money(row.Stage >= JourneyStage.Signed ? a.Contract : a.Estimated, a.Currency)).FirstOrDefault(m => m.Amount > 0);
}

/// <summary>
/// A journey that stands on the day, or one that did not and of which something came: it was met or entered only later. Its amount is that
/// of its contract, before signing the estimate; what came of it came by the last day that is forecast.
/// </summary>
internal sealed record Prospect(bool Stands, JourneyStage Stage, Money? Amount, IReadOnlyList<(Outcome Outcome, Money? Amount)> Came);
