using System.Linq.Expressions;
using Qibin.Crm.Pipeline.Totals;

namespace Qibin.Crm.Pipeline.Trends;

/// <summary>Totals at the end of each month: a sum of what began to stand and ceased to stand by then.</summary>
internal static class ReadTrend
{
    internal static async Task<Ok<Trend>> Handle(
        [AsParameters] TrendQuery query, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var (filter, putBack) = await db.AskedAsync(new JourneyFilter(query) { KnownAt = query.KnownAt }, false, clock, ct);
        var today = clock.Today();
        var ends = Months.ReadEach(query.From, query.To, today).Select(m => filter with { AsOf = m.End(today) });
        return TypedResults.Ok(new Trend
        {
            Status = filter.Statuses(),
            KnownAt = filter.KnownAt,
            PutBack = putBack,
            Months = filter.Band is null ? await ByMonthsAsync([.. ends]) : await ByTotalsAsync(ends),
        });

        // The rates of each month's day decide the bands.
        async Task<List<TrendMonth>> ByTotalsAsync(IEnumerable<JourneyFilter> ends)
        {
            var months = new List<TrendMonth>();
            foreach (var end in ends)
            {
                var (month, _) = await db.AskedAsync(end, true, clock, ct);
                var cells = await db.TotalCells(month, [], caller).ToListAsync(ct);
                months.Add(new TrendMonth(
                    month, cells.Where(c => month.Statuses().Contains(c.Key.Status)), cells.Sum(c => c.Hidden)));
            }

            return months;
        }

        async Task<List<TrendMonth>> ByMonthsAsync(List<JourneyFilter> ends)
        {
            var sums = ends[0].SetOf([], caller) is { } set
                ? await FromRollups(db, set, filter, caller).ToListAsync(ct)
                : await db.ByBatchesAsync(Batched, ct).ToListAsync(ct);
            var hidden = await Summed(
                db.IntervalsKnown(filter).Within(db.AllJourneys.HiddenFrom(caller)).InBands(null).Each()).ToListAsync(ct);
            return ends.ConvertAll(
                end => new TrendMonth(end, sums.Where(s => s.Stood(end)), hidden.Where(s => s.Stood(end)).Sum(s => s.Count)));
        }

        IQueryable<MonthSum> Batched(Batch batch) =>
            FromIntervals(db.IntervalsKnown(filter).Of(batch), db.AllJourneys.Of(batch).ReadableBy(caller), filter);
    }

    /// <summary>
    /// The sums of all months in one statement, so that they are of one snapshot: from the rollups and the deltas not yet compacted, to
    /// which come the few journeys that the caller sees although they are confidential, or only because they are shared.
    /// </summary>
    private static IQueryable<MonthSum> FromRollups(PipelineDb db, int set, JourneyFilter filter, Caller caller)
    {
        var me = caller.Id;
        var sums = Dated(db.Rollups.Where(r => r.Set == set)).Concat(Dated(db.Deltas))
            .Concat(Counted(db.AllJourneys.Where(j => j.Confidential && j.Readers.Contains(me)).ReadableBy(caller)));
        return caller.Reach is Reach.Unit or Reach.Subtree
            ? sums.Concat(Counted(db.AllJourneys.OnlySharedWith(caller).Where(j => !j.Confidential)))
            : sums;

        IQueryable<MonthSum> Counted(IQueryable<JourneyRow> journeys) => FromIntervals(db.IntervalsKnown(filter), journeys, filter);

        IQueryable<MonthSum> Dated<T>(IQueryable<T> of) where T : Sum => Summed(
            of.ReadableBy(caller).Dated(past: true).Matching(filter).InStatus(filter).Weighed(),
            w => new() { From = w.Row.At, To = int.MaxValue, Currency = w.Currency });
    }

    private static IQueryable<MonthSum> FromIntervals(IQueryable<Interval> intervals, IQueryable<JourneyRow> journeys, JourneyFilter filter)
    {
        var stood = intervals.Within(journeys).Matching(filter).InStatus(filter).InBands(null);
        return Summed(stood.Each()).Concat(Summed(stood.Amounts()));
    }

    private static IQueryable<MonthSum> Summed(IQueryable<Weighed<Interval>> weighed) => Summed(weighed, w => new()
    {
        From = (w.Row.DayFrom.Year * 12) + w.Row.DayFrom.Month,
        To = w.Row.DayTo == null ? int.MaxValue : (w.Row.DayTo.Value.Year * 12) + w.Row.DayTo.Value.Month,
        Currency = w.Currency,
    });

    private static IQueryable<MonthSum> Summed<T>(IQueryable<Weighed<T>> weighed, Expression<Func<Weighed<T>, MonthSum>> months) =>
        weighed.GroupBy(months).Select(g => new MonthSum
        {
            From = g.Key.From,
            To = g.Key.To,
            Currency = g.Key.Currency,
            Count = g.Sum(w => w.Count),
            Estimated = g.Sum(w => w.Estimated),
            Contract = g.Sum(w => w.Contract),
            PaidIn = g.Sum(w => w.PaidIn),
            Completed = g.Sum(w => w.Completed),
        });

    /// <summary>
    /// What stands at the ends of months from one on until another, which is without it; the last that there is for none.
    /// </summary>
    private sealed record MonthSum : Summed
    {
        public required int From { get; init; }
        public required int To { get; init; }

        public bool Stood(JourneyFilter end) => end.AsOf!.Value.MonthOfEra() is var month && From <= month && To > month;
    }
}

/// <summary>Which months, of which journeys.</summary>
public sealed record TrendQuery : PresentFilter
{
    /// <summary>A past instant: only what had been recorded by then counts, however late it reached the totals. Now when absent.</summary>
    public DateTimeOffset? KnownAt { get; init; }

    /// <summary>First month, as <c>YYYY-MM</c>; eleven before the last when absent.</summary>
    public string? From { get; init; }

    /// <summary>Last month, as <c>YYYY-MM</c>; the present one when absent.</summary>
    public string? To { get; init; }
}

/// <summary>Totals month by month.</summary>
public sealed record Trend : SettledAnswer
{
    /// <summary>The statuses that are counted.</summary>
    public required IReadOnlyList<JourneyStatus> Status { get; init; }

    public required IReadOnlyList<TrendMonth> Months { get; init; }
}

/// <summary>What stood at the end of a month.</summary>
public sealed record TrendMonth : Figures
{
    internal TrendMonth(JourneyFilter end, IEnumerable<Summed> stood, long hidden) : base(stood, JourneyLinks.To(end)) =>
        (Month, Day, Hidden) = (Months.Text(end.AsOf!.Value.MonthNumber()), end.AsOf.Value, (int)hidden);

    /// <summary>As <c>YYYY-MM</c>.</summary>
    public string Month { get; init; }

    /// <summary>The day as of which it is: the month's last, or today.</summary>
    public DateOnly Day { get; init; }

    /// <summary>Confidential journeys within the caller's reach on that day that the caller may not read.</summary>
    public int Hidden { get; init; }
}
