namespace Qibin.Crm.Pipeline.Journeys;

/// <summary>What a filter asks for, and the rows of the past that it means.</summary>
internal static class AskedJourneys
{
    /// <summary>
    /// The filter with all that it means: the instant that is answered for, the units below the one that is named, and where bands are
    /// asked for the rates of the day.
    /// </summary>
    /// <returns>The filter, and why its instant is not the one asked for.</returns>
    /// <exception cref="Refusal">400 <c>date.future</c>, <c>instant.future</c>, <c>date.range</c>.</exception>
    public static async Task<(JourneyFilter Filter, PutBack? PutBack)> AskedAsync(
        this PipelineDb db, JourneyFilter asked, bool bands, TimeProvider clock, CancellationToken ct)
    {
        clock.NotAfterToday(asked.AsOf, "asOf");
        var first = BusinessDateAttribute.First;
        if (asked.AsOf < first || asked.KnownAt?.OnDay() < first)
        {
            throw Refusal.Invalid(asked.AsOf < first ? "asOf" : "knownAt", "date.range", "2000-01-01", "2100-12-31");
        }

        var (known, putBack) = await db.SettledAsync(asked.KnownAt, "knownAt", clock, ct);
        var rates = bands || asked.Band is not null ? await db.RatesAsync(asked.AsOf, known, clock, ct) : [];
        return (asked with
        {
            KnownAt = known,
            Units = asked is { Unit: { } unit, SubUnits: true } ? [.. await db.UnitsBelowAsync(unit, ct)] : null,
            Rates = rates.Count > 0 ? rates : null,
        }, putBack);
    }

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
        return filter.KnownAt is { } known
            ? intervals.Where(s => s.KnownFrom <= known && (s.KnownTo == null || s.KnownTo > known))
            : intervals.Where(s => s.KnownTo == null);
    }

    /// <summary>The milestones that were held on the day, as it was known at the instant asked for.</summary>
    public static IQueryable<Milestone> MilestonesHeld(this PipelineDb db, JourneyFilter filter)
    {
        var (day, known) = (filter.AsOf, filter.KnownAt);
        return db.Milestones.AsNoTracking().Where(m => (known == null || m.RecordedAt <= known) && (day == null || m.OccurredOn <= day)
            && (m.TakenBackVersion == null || m.TakenBackAt > known || m.TakenBackOn > day)
            && (m.SupersededAt == null || m.SupersededAt > known));
    }

    /// <summary>How many confidential journeys within the caller's reach the caller may not read.</summary>
    public static Task<int> HiddenAsync(this PipelineDb db, JourneyFilter filter, Caller caller, CancellationToken ct) =>
        db.IntervalsOn(filter).Within(db.AllJourneys.HiddenFrom(caller)).CountAsync(ct);

    /// <summary>Keeps the intervals of these journeys: who may see a journey is decided by what it is today.</summary>
    public static IQueryable<Interval> Within(this IQueryable<Interval> intervals, IQueryable<JourneyRow> journeys) =>
        intervals.Join(journeys, s => s.LeadId, j => j.LeadId, (s, _) => s);
}
