using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Pipeline;

/// <summary>
/// Where a total is counted from. Usually from the cells and the deltas not yet folded, to which come the few journeys that the
/// caller sees although they are confidential, or only because they are shared. An officer's own journeys, and more filters than
/// there are cells for, are counted from the journeys themselves; a past day from the flows up to it, and what flows are not kept for, or
/// a past instant, from the stretches. Either way it is one statement, so that counts, amounts, the hidden ones and the instant are of
/// one snapshot.
/// </summary>
internal static class TotalsSource
{
    public static IQueryable<Cell> TotalCells(this PipelineDb db, JourneyFilter filter, Dimension[] by, Caller caller)
    {
        var journeys = db.Journeys.AsNoTracking();
        var statuses = filter.Statuses();
        if (filter.AsOf is { } day && Flows.SetFor(filter, by, caller) is { } months)
        {
            return db.UpTo(day, months, filter, by, caller);
        }

        if (filter.IsPast())
        {
            var known = filter.KnownAt?.ToUniversalTime();
            var stood = db.StoodAt(filter);
            var visible = stood.Within(db.Holders.ReadableBy(caller)).Matching(filter);
            return visible.Counted(by, statuses)
                .Concat(stood.Within(db.Holders.HiddenFrom(caller)).Select(_ => 1L).Hidden())
                .Concat(db.Facts.Where(f => known == null || f.RecordedAt <= known).Newest());
        }

        if (SetFor(filter, by, caller) is not { } set)
        {
            var visible = journeys.ReadableBy(caller).Matching(filter);
            return visible.Counted(by, statuses)
                .Concat(journeys.HiddenFrom(caller).Select(_ => 1L).Hidden()).Concat(db.Facts.Newest());
        }

        var live = db.Live;
        var cells = db.Cells.Where(c => c.Gen == live.FirstOrDefault() && c.Set == set);
        var reached = Sets.With(Sets.Of(ReachOf(caller)));
        var inReach = db.Cells.Where(c => c.Gen == live.FirstOrDefault() && c.Set == reached);
        var deltas = db.Deltas.Where(d => d.Gen == live.FirstOrDefault());
        var me = caller.Id;
        // The predicate says who reads a confidential journey; to look for the reader first is what finds it by an index.
        var read = journeys.Where(j => j.Confidential && j.Readers.Contains(me)).ReadableBy(caller);
        // What stands apart is told over all groups together, so that it is read from fewer cells.
        var few = Sets.With(Sets.Of([.. filter.Dimensions(), .. ReachOf(caller)]));
        var apart = db.Cells.Where(c => c.Gen == live.FirstOrDefault() && c.Set == few);
        var counted = cells.Where(c => statuses.Contains(c.Status)).ReadableBy(caller).Matching(filter).Weighed();
        // Where each group is one cell, PostgreSQL has nothing to sum: that is most of what the statement costs.
        var whole = set == Sets.Of([.. by, .. filter.OfOneValue(), .. ReachesOne(caller) ? ReachOf(caller) : []]);
        var total = (whole ? counted.Placed(by, statuses) : counted.Figures(by, statuses))
            .Concat(apart.Where(c => !statuses.Contains(c.Status)).ReadableBy(caller).Matching(filter).Weighed().Figures(by, statuses))
            .Concat(deltas.ReadableBy(caller).Matching(filter).Weighed().Figures(by, statuses))
            .Concat(read.Matching(filter).Counted(by, statuses))
            .Concat(inReach.HiddenFrom(caller).Select(c => c.Count).Hidden())
            .Concat(deltas.HiddenFrom(caller).Select(d => d.Count).Hidden())
            .Concat(read.Select(_ => -1L).Hidden())
            .Concat(db.Facts.Newest());
        if (caller.Reach is Reach.Unit or Reach.Subtree)
        {
            var shared = journeys.OnlySharedWith(caller);
            total = total.Concat(shared.Where(j => !j.Confidential).Matching(filter).Counted(by, statuses))
                .Concat(shared.Where(j => j.Confidential).Select(_ => 1L).Hidden());
        }

        return total;
    }

    /// <summary>What stood on a day: the sum of all flows of the months before, and of the days of its own month up to it.</summary>
    private static IQueryable<Cell> UpTo(this PipelineDb db, DateOnly day, int months, JourneyFilter filter, Dimension[] by, Caller caller)
    {
        var (live, me, statuses) = (db.Live, caller.Id, filter.Statuses());
        var (month, number) = (Flows.MonthOf(day), day.Day);
        var flows = Of(months);
        var apart = Of(Flows.SetFor(filter, [], caller)!.Value);
        var deltas = db.FlowDeltas.Where(f => f.Gen == live.FirstOrDefault() && (f.At < month || (f.At == month && f.Day <= number)));
        var stood = db.StoodAt(filter);
        var read = stood.Within(db.Holders.Where(h => h.Confidential && h.Readers.Contains(me)).ReadableBy(caller));
        var total = flows.Where(f => statuses.Contains(f.Status)).ReadableBy(caller).Seen().Matching(filter).Weighed().Figures(by, statuses)
            .Concat(apart.Where(f => !statuses.Contains(f.Status)).ReadableBy(caller).Seen().Matching(filter).Weighed().Figures(by, statuses))
            .Concat(deltas.ReadableBy(caller).Seen().Matching(filter).Weighed().Figures(by, statuses))
            .Concat(read.Matching(filter).Counted(by, statuses))
            .Concat(apart.HiddenFrom(caller).Select(f => f.Count).Hidden())
            .Concat(deltas.HiddenFrom(caller).Select(d => d.Count).Hidden())
            .Concat(read.Select(_ => -1L).Hidden())
            .Concat(db.Facts.Newest());
        if (caller.Reach is Reach.Unit or Reach.Subtree)
        {
            var shared = db.Holders.OnlySharedWith(caller);
            total = total.Concat(stood.Within(shared.Where(h => !h.Confidential)).Matching(filter).Counted(by, statuses))
                .Concat(stood.Within(shared.Where(h => h.Confidential)).Select(_ => 1L).Hidden());
        }

        return total;

        IQueryable<FlowRow> Of(int set)
        {
            var days = Flows.ByDay(set);
            return db.Flows.Where(f => f.Gen == live.FirstOrDefault() && ((f.Set == set && f.At < month) || (f.Set == days && f.At == month && f.Day <= number)));
        }
    }

    /// <summary>What every journey was on the day asked for, as it was known at the instant asked for.</summary>
    public static IQueryable<StretchRow> StoodAt(this PipelineDb db, JourneyFilter filter)
    {
        var stretches = db.Standings(filter);
        return filter.AsOf is { } day
            ? stretches.Where(s => s.DayFrom <= day && (s.DayTo == null || s.DayTo > day))
            : stretches.Where(s => s.DayTo == null);
    }

    /// <summary>All days of every journey, as they were known at the instant asked for.</summary>
    public static IQueryable<StretchRow> Standings(this PipelineDb db, JourneyFilter filter)
    {
        var live = db.Live;
        var stretches = db.Stretches.AsNoTracking().Where(s => s.Gen == live.FirstOrDefault());
        return filter.KnownAt?.ToUniversalTime() is { } known
            ? stretches.Where(s => s.KnownFrom <= known && (s.KnownTo == null || s.KnownTo > known))
            : stretches.Where(s => s.KnownTo == null);
    }

    /// <summary>Keeps the stretches of those journeys whose holders are given: who may see a journey is decided by what it is today.</summary>
    public static IQueryable<StretchRow> Within(this IQueryable<StretchRow> stretches, IQueryable<HolderRow> holders) =>
        stretches.Join(holders, s => s.LeadId, h => h.LeadId, (s, _) => s);

    /// <summary>The set of dimensions whose cells answer; null when the journeys themselves have to.</summary>
    private static int? SetFor(JourneyFilter filter, Dimension[] by, Caller caller) =>
        caller.Reach == Reach.Own || filter.Officer is not null ? null : Sets.With(Sets.Of([.. by, .. filter.Dimensions(), .. ReachOf(caller)]));

    /// <summary>Whether the reach is of one unit or one chain.</summary>
    private static bool ReachesOne(Caller caller) => caller is { Reach: Reach.Unit } or { Reach: Reach.Subtree, UnitIds.Length: 1 } or { Reach: Reach.Chain, Chains.Length: 1 };

    /// <summary>What decides whether a cell is in the caller's reach.</summary>
    private static Dimension[] ReachOf(Caller caller) => caller.Reach switch
    {
        Reach.All => [],
        Reach.Chain => [Dimension.Chain],
        _ => [Dimension.Unit],
    };
}
