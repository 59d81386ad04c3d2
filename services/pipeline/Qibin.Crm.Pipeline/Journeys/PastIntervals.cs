namespace Qibin.Crm.Pipeline.Journeys;

internal static class PastIntervals
{
    /// <summary>What every journey was on the day asked for, as it was known at the instant asked for.</summary>
    public static IQueryable<Interval> IntervalsOn(this PipelineDb db, JourneyFilter filter)
    {
        var intervals = db.IntervalsKnown(filter);
        return filter.AsOf is { } day
            ? intervals.Where(s => s.DayFrom <= day && (s.DayTo == null || s.DayTo > day))
            : intervals.Where(s => s.DayTo == null);
    }

    /// <summary>All days of every journey, as they were known at the instant asked for.</summary>
    public static IQueryable<Interval> IntervalsKnown(this PipelineDb db, JourneyFilter filter)
    {
        var intervals = db.Intervals.AsNoTracking();
        return filter.KnownAt?.ToUniversalTime() is { } known
            ? intervals.Where(s => s.KnownFrom <= known && (s.KnownTo == null || s.KnownTo > known))
            : intervals.Where(s => s.KnownTo == null);
    }

    /// <summary>The milestones that were held on the day, as it was known at the instant asked for.</summary>
    public static IQueryable<Milestone> MilestonesHeld(this PipelineDb db, JourneyFilter filter)
    {
        var (day, known) = (filter.AsOf, filter.KnownAt?.ToUniversalTime());
        var recorded = known is null ? db.Milestones.AsNoTracking() : db.Milestones.AsNoTracking().Where(m => m.RecordedAt <= known);
        var reached = day is null ? recorded : recorded.Where(m => m.OccurredOn <= day);
        return reached.Where(m => (m.TakenBackVersion == null || m.TakenBackAt > known || m.TakenBackOn > day)
            && (m.SupersededAt == null || m.SupersededAt > known));
    }

    /// <summary>How many confidential journeys within the caller's reach the caller may not read.</summary>
    public static Task<int> HiddenAsync(this PipelineDb db, JourneyFilter filter, Caller caller, CancellationToken ct) =>
        db.IntervalsOn(filter).Within(db.AllJourneys.HiddenFrom(caller)).CountAsync(ct);

    /// <summary>Keeps the intervals of these journeys: who may see a journey is decided by what it is today.</summary>
    public static IQueryable<Interval> Within(this IQueryable<Interval> intervals, IQueryable<JourneyRow> journeys) =>
        intervals.Join(journeys, s => s.LeadId, j => j.LeadId, (s, _) => s);
}
