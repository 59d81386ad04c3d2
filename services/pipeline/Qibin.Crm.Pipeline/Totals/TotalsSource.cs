using Qibin.Crm.Pipeline.Reports;
using Qibin.Crm.Pipeline.Rollups;

namespace Qibin.Crm.Pipeline.Totals;

/// <summary>
/// Where a total is counted from. Usually from the rollups and the deltas not yet compacted, to which come the few journeys that the caller
/// sees although they are confidential, or only because they are shared. An owner's own journeys, and more filters than there are rollups
/// for, are counted from the journeys themselves; a past day from the rollups over time, and a past instant from the intervals. Either way
/// it is one statement, so that counts, amounts and the hidden ones are of one snapshot. Where the rates of the day decide the band, what
/// has an amount in another currency is counted one by one as well.
/// </summary>
internal static class TotalsSource
{
    public static IQueryable<Cell> TotalCells(this PipelineDb db, JourneyFilter filter, Dimension[] by, Caller caller) =>
        filter.IsPast()
            ? db.Cells(db.AllJourneys, journeys => db.IntervalsOn(filter).Within(journeys), db.UpTo(filter, by, caller), filter, by, caller)
            : db.Cells(db.Journeys.AsNoTracking(), journeys => journeys, db.OfToday(filter, by, caller), filter, by, caller);

    /// <summary>
    /// What rollups and deltas have summed up, and what they have not; where no set of them answers, what is counted one by one from
    /// journeys, or from what they were on the day asked for.
    /// </summary>
    private static IQueryable<Cell> Cells<T>(
        this PipelineDb db, IQueryable<JourneyRow> journeys, Func<IQueryable<JourneyRow>, IQueryable<T>> on, IQueryable<Cell>? summed,
        JourneyFilter filter, Dimension[] by, Caller caller) where T : JourneyState
    {
        var statuses = filter.Statuses();
        if (summed is null)
        {
            return Counted(on(journeys.ReadableBy(caller))).Concat(Hidden(journeys.HiddenFrom(caller)));
        }

        var me = caller.Id;
        // The predicate says who reads a confidential journey; to look for the reader first is what finds it by an index.
        var read = journeys.Where(j => j.Confidential && j.Readers.Contains(me)).ReadableBy(caller);
        var total = summed.Concat(Counted(on(read).ByRate(filter, false))).Concat(on(read).InBands(null).Each(-1).Hidden(by, statuses));
        if (filter.Rates is not null)
        {
            total = total.Concat(Counted(on(journeys.ReadableBy(caller)).ByRate(filter, true)));
        }

        if (caller.Reach is not (Reach.Unit or Reach.Subtree))
        {
            return total;
        }

        var shared = journeys.OnlySharedWith(caller);
        return total.Concat(Counted(on(shared.Where(j => !j.Confidential)).ByRate(filter, false)))
            .Concat(Hidden(shared.Where(j => j.Confidential)));

        IQueryable<Cell> Counted(IQueryable<T> rows) => rows.Matching(db, filter).Counted(by, statuses, filter.Rates?.In(db));

        IQueryable<Cell> Hidden(IQueryable<JourneyRow> of) => on(of).InBands(null).Each().Hidden(by, statuses);
    }

    /// <summary>
    /// What is counted one by one because rates tell its band, or all else: of other statuses only a filter asks for the band.
    /// </summary>
    private static IQueryable<T> ByRate<T>(this IQueryable<T> rows, JourneyFilter filter, bool oneByOne) where T : class, ICounted
    {
        var (all, statuses) = (filter.Band is not null, filter.Statuses());
        return filter.Rates is null ? rows
            : rows.Where(r => (r.Band == Band.OtherCurrency && (all || statuses.Contains(r.Status))) == oneByOne);
    }

    private static IQueryable<Cell>? OfToday(this PipelineDb db, JourneyFilter filter, Dimension[] by, Caller caller)
    {
        var reach = ReachOf(caller);
        if (caller.Reach == Reach.Own || filter.Owner is not null || filter.AsksHistory()
            || Sets.With(Sets.Of([.. by, .. filter.Dimensions(), .. reach])) is not { } set)
        {
            return null;
        }

        var statuses = filter.Statuses();
        var counted = Of(set).Where(r => statuses.Contains(r.Status)).ReadableBy(caller).ByRate(filter, false).Matching(filter).Weighed();
        // Where each group is one row, PostgreSQL has nothing to sum: that is most of what the statement costs.
        var whole = set == Sets.Of([.. by, .. filter.OfOneValue(), .. ReachesOne(caller) ? reach : []]);
        // What is counted apart has no groups, so it is read from fewer rows.
        var apart = Of(Sets.With(Sets.Of([.. filter.Dimensions(), .. reach]))).Where(r => !statuses.Contains(r.Status));
        return (whole ? counted.Placed(by, statuses) : counted.Figures(by, statuses))
            .Concat(apart.ReadableBy(caller).ByRate(filter, false).Matching(filter).Weighed().Figures(by, statuses))
            .Concat(db.Deltas.ReadableBy(caller).ByRate(filter, false).Matching(filter).Weighed().Figures(by, statuses))
            .Concat(Of(Sets.With(Sets.Of(reach))).HiddenFrom(caller).Weighed().Hidden(by, statuses))
            .Concat(db.Deltas.HiddenFrom(caller).Weighed().Hidden(by, statuses));

        IQueryable<RollupRow> Of(int? one) => db.Rollups.Where(r => r.Set == one);
    }

    /// <summary>
    /// What there was on a day: what began less what ended in the months before, and on the days of its own month up to it.
    /// </summary>
    private static IQueryable<Cell>? UpTo(this PipelineDb db, JourneyFilter filter, Dimension[] by, Caller caller)
    {
        if (filter.AsOf is not { } day || filter.OverTime(by, caller) is not { } set)
        {
            return null;
        }

        var (month, number, statuses) = (DeltaRow.MonthOf(day), day.Day, filter.Statuses());
        var counted = Of(set).Where(r => statuses.Contains(r.Status));
        var every = Of(filter.OverTime([], caller)!.Value);
        var apart = every.Where(r => !statuses.Contains(r.Status));
        var deltas = db.Deltas.Where(d => d.At < month || (d.At == month && d.Day <= number));
        return counted.ReadableBy(caller).Then().ByRate(filter, false).Matching(filter).Weighed().Figures(by, statuses)
            .Concat(apart.ReadableBy(caller).Then().ByRate(filter, false).Matching(filter).Weighed().Figures(by, statuses))
            .Concat(deltas.ReadableBy(caller).Then().ByRate(filter, false).Matching(filter).Weighed().Figures(by, statuses))
            .Concat(every.HiddenFrom(caller).Weighed().Hidden(by, statuses))
            .Concat(deltas.HiddenFrom(caller).Weighed().Hidden(by, statuses));

        IQueryable<RollupRow> Of(int months)
        {
            var days = Sets.ByDay(months);
            return db.Rollups.Where(r => (r.Set == months && r.At < month) || (r.Set == days && r.At == month && r.Day <= number));
        }
    }

    /// <summary>The set of sums over time that answers; null when the intervals themselves have to.</summary>
    public static int? OverTime(this JourneyFilter filter, Dimension[] by, Caller caller) =>
        filter.KnownAt is null && !filter.AsksHistory() ? Sets.OverTime([.. by.Union(filter.Dimensions())], caller.Reach) : null;

    /// <summary>Whether the reach is of one unit or one chain.</summary>
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
