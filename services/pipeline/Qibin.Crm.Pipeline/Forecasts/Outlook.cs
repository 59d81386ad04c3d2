using Qibin.Crm.Kernel;

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
internal sealed class Outlook
{
    /// <summary>Two years in steps of a month.</summary>
    public const int Steps = 24;

    private readonly Func<Interval, bool> _meant;
    private readonly JourneyStatus[] _statuses;
    private readonly Odds[] _odds = [.. Enum.GetValues<JourneyStage>().Select(_ => new Odds())];
    private readonly HashSet<Guid> _seen = [];
    private readonly List<Open> _open = [];
    private readonly List<(Outcome Outcome, Money Amount)> _beside = [];

    /// <param name="day">The day on which the forecast is made.</param>
    /// <param name="known">What was recorded later is not known.</param>
    /// <param name="days">How many days ahead are forecast.</param>
    /// <param name="meant">The filter over the journeys that stand on the day.</param>
    /// <param name="statuses">The statuses that are forecast.</param>
    public Outlook(DateOnly day, DateTimeOffset known, int days, Func<Interval, bool> meant, JourneyStatus[] statuses)
    {
        (Day, Known, Days, _meant, _statuses) = (day, known, days, meant, statuses);
        History = [.. Enumerable.Range(0, Steps).Select(n => day.AddDays(-days).AddMonths(-n))];
    }

    public DateOnly Day { get; }
    public DateTimeOffset Known { get; }
    public int Days { get; }
    public DateOnly Until => Day.AddDays(Days);

    /// <summary>The days on which history was looked at, the newest first.</summary>
    public IReadOnlyList<DateOnly> History { get; }

    /// <summary>The journeys that stand on the day.</summary>
    public IReadOnlyList<Open> Standing => _open;

    /// <summary>Journeys of which history was seen, at any stage.</summary>
    public int Journeys => _seen.Count;

    public int Observations => _odds.Sum(o => o.Observations);

    public Odds OddsOf(JourneyStage stage) => _odds[(int)stage];

    /// <summary>A journey that is forecast.</summary>
    /// <param name="Stage">Where it stands.</param>
    /// <param name="Amount">By its contract, before signing by the estimate; null without one.</param>
    /// <param name="Came">What came of it by the last day that is forecast.</param>
    internal sealed record Open(JourneyStage Stage, Money? Amount, IReadOnlyList<(Outcome Outcome, Money Amount)> Came);

    /// <summary>A part of the journeys that stand can be signed: the others are.</summary>
    public static bool May(JourneyStage stage, Outcome outcome) => outcome == Outcome.PaidIn || stage < JourneyStage.Signed;

    /// <summary>What came of journeys that were not there to be forecast: met, entered, reopened or passed on only later.</summary>
    public IEnumerable<Money> Beside(Outcome outcome) => _beside.Where(b => b.Outcome == outcome).Select(b => b.Amount);

    /// <summary>Those that history allows to forecast, with their amounts.</summary>
    public IEnumerable<(Open Journey, Odds Odds)> Forecast(Outcome outcome) => _open
        .Where(o => May(o.Stage, outcome) && o.Amount is not null && OddsOf(o.Stage).Tells(outcome)).Select(o => (o, OddsOf(o.Stage)));

    /// <summary>Those of which nothing is said: history is too thin, or they have no amount.</summary>
    public IEnumerable<Open> LeftOut(Outcome outcome) =>
        _open.Where(o => May(o.Stage, outcome) && (o.Amount is null || !OddsOf(o.Stage).Tells(outcome)));

    /// <summary>Takes a journey in.</summary>
    /// <param name="journey">Whose stretches they are.</param>
    /// <param name="ever">All its stretches, as they were known at any instant.</param>
    /// <param name="later">Its stretches as they are known to whoever compares what came; empty when nothing can have come yet.</param>
    public void Take(Guid journey, IReadOnlyList<Interval> ever, IReadOnlyList<Interval> later)
    {
        var stretches = KnownAt(ever, Known);
        foreach (var begin in History)
        {
            if (On(stretches, begin) is { } then && _statuses.Contains(then.Status))
            {
                _odds[(int)then.Stage].Saw(journey);
                _seen.Add(journey);
                Learn(_odds[(int)then.Stage], then, On(stretches, begin.AddDays(Days)));
            }
        }

        var now = On(stretches, Day);
        var end = On(later, Until);
        if (now is not null && Counts(now))
        {
            _open.Add(new Open(now.Stage, AmountOf(now), [.. Between(now, end)]));
        }
        else if (end is not null && Counts(end))
        {
            _beside.AddRange(Between(On(later, Day), end));
        }
    }

    /// <summary>The stretches that were known at an instant, one for each day.</summary>
    public static List<Interval> KnownAt(IEnumerable<Interval> ever, DateTimeOffset instant) =>
        [.. ever.Where(s => s.KnownFrom <= instant && (s.KnownTo is null || s.KnownTo > instant))];

    public static Interval? On(IEnumerable<Interval> stretches, DateOnly day) =>
        stretches.FirstOrDefault(s => s.DayFrom <= day && (s.DayTo is null || s.DayTo > day));

    /// <summary>What was newly signed and newly paid in between two days.</summary>
    public static IEnumerable<(Outcome Outcome, Money Amount)> Between(Interval? before, Interval? after)
    {
        if (after is null)
        {
            yield break;
        }

        if (Signs(before, after) && AmountOf(after) is { } contract)
        {
            yield return (Outcome.Signed, contract);
        }

        foreach (var paid in PaidIn(before, after))
        {
            yield return (Outcome.PaidIn, paid);
        }
    }

    private bool Counts(Interval row) => _statuses.Contains(row.Status) && _meant(row);

    private static void Learn(Odds odds, Interval then, Interval? end)
    {
        var amount = AmountOf(then);
        if (end is not null && Signs(then, end))
        {
            odds.Of(Outcome.Signed)
                .Take(AmountOf(end) is { } contract && contract.Currency == amount?.Currency ? contract.Amount / amount.Amount : null);
        }

        if (PaidIn(then, end).ToList() is { Count: > 0 } paid)
        {
            odds.Of(Outcome.PaidIn).Take(paid.Find(p => p.Currency == amount?.Currency) is { } same ? same.Amount / amount!.Amount : null);
        }
    }

    /// <summary>What has been terminated by the end was not signed to last.</summary>
    private static bool Signs(Interval? before, Interval after) =>
        after is { Stage: >= JourneyStage.Signed, Status: not JourneyStatus.Terminated } && before?.Stage is null or < JourneyStage.Signed;

    private static IEnumerable<Money> PaidIn(Interval? before, Interval? after) =>
        from currency in (before?.Amounts ?? []).Concat(after?.Amounts ?? []).Select(a => a.Currency).Distinct()
            .Order(StringComparer.Ordinal)
        let paid = In(after ?? before, currency) - In(before, currency)
        where paid != 0
        select new Money(paid, currency);

    private static decimal In(Interval? row, string currency) => row?.Amounts.FirstOrDefault(a => a.Currency == currency)?.PaidIn ?? 0;

    private static Money? AmountOf(Interval row) => row.Amounts
        .Select(a => new Money(row.Stage >= JourneyStage.Signed ? a.Contract : a.Estimated, a.Currency)).FirstOrDefault(m => m.Amount > 0);
}
