using Qibin.Crm.Pipeline.Rollups;

namespace Qibin.Crm.Pipeline.Totals;

/// <summary>
/// Where a total is counted from. Usually from the rollups and the deltas not yet compacted, to which come the few journeys that the caller
/// sees although they are confidential, or only because they are shared, and those in other currencies where rates decide the band; else
/// from journeys or intervals. Either way it is one statement, so that counts, amounts and the hidden ones are of one snapshot.
/// </summary>
internal static class TotalsSource
{
    public static IQueryable<Cell> TotalCells(this PipelineDb db, JourneyFilter filter, Dimension[] by, Caller caller) =>
        filter.IsPast()
            ? db.Cells(db.AllJourneys, journeys => db.IntervalsOn(filter).Within(journeys), filter, by, caller)
            : db.Cells(db.Journeys.AsNoTracking(), journeys => journeys, filter, by, caller);

    /// <summary>What has been summed up, and what has not; else all of it counted one by one.</summary>
    private static IQueryable<Cell> Cells<T>(
        this PipelineDb db, IQueryable<JourneyRow> journeys, Func<IQueryable<JourneyRow>, IQueryable<T>> on,
        JourneyFilter filter, Dimension[] by, Caller caller) where T : JourneyState
    {
        var statuses = filter.Statuses();
        if (db.Sums(filter, by, caller) is not { } summed)
        {
            return Counted(on(journeys.ReadableBy(caller))).Concat(Hidden(journeys.HiddenFrom(caller)));
        }

        var me = caller.Id;
        // The predicate says who reads a confidential journey; to look for the reader first is what finds it by an index.
        var read = journeys.Where(j => j.Confidential && j.Readers.Contains(me)).ReadableBy(caller);
        var total = summed.Concat(Counted(on(read).ByRate(filter, false))).Concat(on(read).InBands(null).Each(-1).Hidden(by, statuses));
        var rated = filter.Rates is null ? total : total.Concat(Counted(on(journeys.ReadableBy(caller)).ByRate(filter, true)));
        var shared = journeys.OnlySharedWith(caller);
        return caller.Reach is not (Reach.Unit or Reach.Subtree) ? rated
            : rated.Concat(Counted(on(shared.Where(j => !j.Confidential)).ByRate(filter, false)))
                .Concat(Hidden(shared.Where(j => j.Confidential)));

        IQueryable<Cell> Counted(IQueryable<T> rows) => rows.Matching(db, filter).Counted(by, statuses, filter.Rates?.In(db));

        IQueryable<Cell> Hidden(IQueryable<JourneyRow> of) => on(of).InBands(null).Each().Hidden(by, statuses);
    }

    /// <summary>
    /// What is counted one by one because rates tell its band, or all else: of other statuses only a filter asks for the band.
    /// </summary>
    private static IQueryable<T> ByRate<T>(this IQueryable<T> rows, JourneyFilter filter, bool oneByOne) where T : Counted
    {
        var (all, statuses) = (filter.Band is not null, filter.Statuses());
        return filter.Rates is null ? rows
            : rows.Where(r => (r.Band == Band.OtherCurrency && (all || statuses.Contains(r.Status))) == oneByOne);
    }

    /// <summary>
    /// What rollups and deltas have summed up; null where no set of them answers. What there was on a day is what began less what ended in
    /// the months before, and on the days of its own month up to it.
    /// </summary>
    private static IQueryable<Cell>? Sums(this PipelineDb db, JourneyFilter filter, Dimension[] by, Caller caller)
    {
        if (filter.SetOf(by, caller) is not { } set || filter.SetOf([], caller) is not { } smaller)
        {
            return null;
        }

        var (past, statuses) = (filter.AsOf is not null, filter.Statuses());
        var (month, number) = filter.AsOf is { } day ? (day.MonthOfEra(), day.Day) : default;
        var counted = Asked(Rollups(set).Where(r => statuses.Contains(r.Status)));
        // What is counted apart or hidden has no groups, so it is read from fewer rows.
        var every = Rollups(smaller);
        var deltas = past ? db.Deltas.Where(d => d.At < month || (d.At == month && d.Day <= number)) : db.Deltas;
        // Where each group is one row, PostgreSQL has nothing to sum: that is most of what the statement costs.
        var whole = !past && set == Sets.Of([.. by, .. filter.OfOneValue(), .. ReachesOne(caller) ? ReachOf(caller) : []]);
        return (whole ? counted.Placed(by, statuses) : counted.Figures(by, statuses))
            .Concat(Asked(every.Where(r => !statuses.Contains(r.Status))).Figures(by, statuses))
            .Concat(Asked(deltas).Figures(by, statuses))
            .Concat(every.HiddenFrom(caller).Weighed().Hidden(by, statuses))
            .Concat(deltas.HiddenFrom(caller).Weighed().Hidden(by, statuses));

        IQueryable<RollupRow> Rollups(int of)
        {
            var days = Sets.ByDay(of);
            return past ? db.Rollups.Where(r => (r.Set == of && r.At < month) || (r.Set == days && r.At == month && r.Day <= number))
                : db.Rollups.Where(r => r.Set == of);
        }

        IQueryable<Weighed<Tally>> Asked<T>(IQueryable<T> sums) where T : Sum =>
            sums.ReadableBy(caller).Dated(past).ByRate(filter, false).Matching(filter).Weighed();
    }

    /// <summary>The set of sums that answers, of today or over time; null when journeys or their intervals have to.</summary>
    public static int? SetOf(this JourneyFilter filter, Dimension[] by, Caller caller) =>
        filter.KnownAt is not null || filter.Owner is not null || filter.AsksHistory() || caller.Reach == Reach.Own ? null
        : filter.AsOf is null ? Sets.With(Sets.Of([.. by, .. filter.Dimensions(), .. ReachOf(caller)]))
        : Sets.OverTime([.. by, .. filter.Dimensions()], ReachOf(caller));

    private static bool ReachesOne(Caller caller) =>
        caller is { Reach: Reach.Unit } or { Reach: Reach.Subtree, UnitIds.Length: 1 } or { Reach: Reach.Chain, Chains.Length: 1 };

    /// <summary>What decides whether a sum is in the caller's reach.</summary>
    private static Dimension[] ReachOf(Caller caller) => caller.Reach switch
    {
        Reach.All => [],
        Reach.Chain => [Dimension.Chain],
        _ => [Dimension.Unit],
    };
}
