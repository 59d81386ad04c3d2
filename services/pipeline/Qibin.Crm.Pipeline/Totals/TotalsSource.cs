using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Pipeline.Journeys;
using Qibin.Crm.Pipeline.Reports;
using Qibin.Crm.Pipeline.Rollups;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Pipeline.Totals;

/// <summary>
/// Where a total is counted from. Usually from the rollups and the deltas not yet compacted, to which come the few journeys that the caller
/// sees although they are confidential, or only because they are shared. An owner's own journeys, and more filters than there are rollups
/// for, are counted from the journeys themselves; a past day from the rollups over time, and a past instant from the intervals. Either way
/// it
/// is one statement, so that counts, amounts, the hidden ones and the instant are of one snapshot.
/// </summary>
internal static class TotalsSource
{
    public static IQueryable<Cell> TotalCells(this PipelineDb db, JourneyFilter filter, Dimension[] by, Caller caller)
    {
        var journeys = db.Journeys.AsNoTracking();
        var statuses = filter.Statuses();
        if (filter.AsOf is { } day && filter.OverTime(by, caller) is { } months)
        {
            return db.UpTo(day, months, filter, by, caller);
        }

        if (filter.IsPast())
        {
            var known = filter.KnownAt?.ToUniversalTime();
            var then = db.IntervalsOn(filter);
            var visible = then.Within(db.AllJourneys.ReadableBy(caller)).Matching(filter);
            return visible.Counted(by, statuses)
                .Concat(then.Within(db.AllJourneys.HiddenFrom(caller)).Select(_ => 1L).Hidden())
                .Concat(db.Received.Where(f => known == null || f.RecordedAt <= known).Newest());
        }

        if (SetFor(filter, by, caller) is not { } set)
        {
            var visible = journeys.ReadableBy(caller).Matching(filter);
            return visible.Counted(by, statuses)
                .Concat(journeys.HiddenFrom(caller).Select(_ => 1L).Hidden()).Concat(db.Received.Newest());
        }

        var rollups = db.Rollups.Where(r => r.Set == set);
        var reached = Sets.With(Sets.Of(ReachOf(caller)));
        var inReach = db.Rollups.Where(r => r.Set == reached);
        var deltas = db.Deltas;
        var me = caller.Id;
        // The predicate says who reads a confidential journey; to look for the reader first is what finds it by an index.
        var read = journeys.Where(j => j.Confidential && j.Readers.Contains(me)).ReadableBy(caller);
        // What is counted apart has no groups, so it is read from fewer rows.
        var few = Sets.With(Sets.Of([.. filter.Dimensions(), .. ReachOf(caller)]));
        var apart = db.Rollups.Where(r => r.Set == few);
        var counted = rollups.Where(c => statuses.Contains(c.Status)).ReadableBy(caller).Matching(filter).Weighed();
        // Where each group is one row, PostgreSQL has nothing to sum: that is most of what the statement costs.
        var whole = set == Sets.Of([.. by, .. filter.OfOneValue(), .. ReachesOne(caller) ? ReachOf(caller) : []]);
        var total = (whole ? counted.Placed(by, statuses) : counted.Figures(by, statuses))
            .Concat(apart.Where(c => !statuses.Contains(c.Status)).ReadableBy(caller).Matching(filter).Weighed().Figures(by, statuses))
            .Concat(deltas.ReadableBy(caller).Matching(filter).Weighed().Figures(by, statuses))
            .Concat(read.Matching(filter).Counted(by, statuses))
            .Concat(inReach.HiddenFrom(caller).Select(c => c.Count).Hidden())
            .Concat(deltas.HiddenFrom(caller).Select(d => d.Count).Hidden())
            .Concat(read.Select(_ => -1L).Hidden())
            .Concat(db.Received.Newest());
        if (caller.Reach is Reach.Unit or Reach.Subtree)
        {
            var shared = journeys.OnlySharedWith(caller);
            total = total.Concat(shared.Where(j => !j.Confidential).Matching(filter).Counted(by, statuses))
                .Concat(shared.Where(j => j.Confidential).Select(_ => 1L).Hidden());
        }

        return total;
    }

    /// <summary>
    /// What there was on a day: what began less what ended in the months before, and on the days of its own month up to
    /// it.
    /// </summary>
    private static IQueryable<Cell> UpTo(this PipelineDb db, DateOnly day, int months, JourneyFilter filter, Dimension[] by, Caller caller)
    {
        var (me, statuses) = (caller.Id, filter.Statuses());
        var (month, number) = (DeltaRow.MonthOf(day), day.Day);
        var rollups = Of(months);
        var apart = Of(filter.OverTime([], caller)!.Value);
        var deltas = db.Deltas.Where(d => d.At < month || (d.At == month && d.Day <= number));
        var then = db.IntervalsOn(filter);
        var read = then.Within(db.AllJourneys.Where(j => j.Confidential && j.Readers.Contains(me)).ReadableBy(caller));
        var total = rollups.Where(r => statuses.Contains(r.Status)).ReadableBy(caller).Then().Matching(filter).Weighed()
            .Figures(by, statuses)
            .Concat(
                apart.Where(r => !statuses.Contains(r.Status)).ReadableBy(caller).Then().Matching(filter).Weighed().Figures(by, statuses))
            .Concat(deltas.ReadableBy(caller).Then().Matching(filter).Weighed().Figures(by, statuses))
            .Concat(read.Matching(filter).Counted(by, statuses))
            .Concat(apart.HiddenFrom(caller).Select(r => r.Count).Hidden())
            .Concat(deltas.HiddenFrom(caller).Select(d => d.Count).Hidden())
            .Concat(read.Select(_ => -1L).Hidden())
            .Concat(db.Received.Newest());
        if (caller.Reach is Reach.Unit or Reach.Subtree)
        {
            var shared = db.AllJourneys.OnlySharedWith(caller);
            total = total.Concat(then.Within(shared.Where(j => !j.Confidential)).Matching(filter).Counted(by, statuses))
                .Concat(then.Within(shared.Where(j => j.Confidential)).Select(_ => 1L).Hidden());
        }

        return total;

        IQueryable<RollupRow> Of(int set)
        {
            var days = Sets.ByDay(set);
            return db.Rollups.Where(r => (r.Set == set && r.At < month) || (r.Set == days && r.At == month && r.Day <= number));
        }
    }

    /// <summary>The set of sums over time that answers; null when the intervals themselves have to.</summary>
    public static int? OverTime(this JourneyFilter filter, Dimension[] by, Caller caller) =>
        filter.KnownAt is null ? Sets.OverTime([.. by.Union(filter.Dimensions())], caller.Reach) : null;

    /// <summary>The set of today that answers; null when the journeys themselves have to.</summary>
    private static int? SetFor(JourneyFilter filter, Dimension[] by, Caller caller) =>
        caller.Reach == Reach.Own || filter.Owner is not null ? null
            : Sets.With(Sets.Of([.. by, .. filter.Dimensions(), .. ReachOf(caller)]));

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
