using Qibin.Crm.Pipeline.Rollups;

namespace Qibin.Crm.Pipeline.Projection;

/// <summary>Some journeys, locked, as their events make them and as they are stored.</summary>
internal static class FoldedJourneys
{
    private const int Batch = 500;

    /// <summary>The next leads that events or journeys are stored of, in the order of their ids.</summary>
    public static Task<List<Guid>> NextAsync(PipelineDb db, Guid after, CancellationToken ct) =>
        db.Received.Where(e => e.LeadId > after).Select(e => e.LeadId!.Value).Distinct().OrderBy(id => id).Take(Batch)
            .Union(db.AllJourneys.Where(j => j.LeadId > after).Select(j => j.LeadId).OrderBy(id => id).Take(Batch))
            .OrderBy(id => id).Take(Batch).ToListAsync(ct);

    /// <summary>Folds journeys from all of their events. Whoever calls it holds their locks.</summary>
    public static async Task<List<FoldedJourney>> ReadAsync(PipelineDb db, List<Guid> leads, CancellationToken ct)
    {
        var types = StoredEvents.OfJourneys;
        var events = (await db.Received.AsNoTracking().Where(e => leads.Contains(e.LeadId!.Value) && types.Contains(e.Type))
            .ToListAsync(ct)).ToLookup(e => e.LeadId!.Value);
        var timelines = await db.Timelines.AsNoTracking().Where(t => leads.Contains(t.LeadId)).ToDictionaryAsync(t => t.LeadId, ct);
        var rows = await db.AllJourneys.AsNoTracking().Where(j => leads.Contains(j.LeadId)).ToDictionaryAsync(j => j.LeadId, ct);
        var intervals = (await db.Intervals.AsNoTracking().Where(i => leads.Contains(i.LeadId)).ToListAsync(ct)).ToLookup(i => i.LeadId);
        var milestones = (await db.Milestones.AsNoTracking().Where(m => leads.Contains(m.LeadId)).ToListAsync(ct)).ToLookup(m => m.LeadId);
        return leads.ConvertAll(lead => new FoldedJourney(
            lead, Timeline.Of(lead, events[lead].Read()), timelines.GetValueOrDefault(lead), rows.GetValueOrDefault(lead),
            [.. intervals[lead]], [.. milestones[lead]]));
    }

    /// <summary>Has all of them stored as their events make them, and the difference added to the rollups.</summary>
    public static async Task ReplaceAsync(this PipelineDb db, IReadOnlyCollection<FoldedJourney> journeys, CancellationToken ct)
    {
        Guid[] leads = [.. journeys.Select(j => j.LeadId)];
        await db.Intervals.Where(i => leads.Contains(i.LeadId)).ExecuteDeleteAsync(ct);
        await db.Milestones.Where(m => leads.Contains(m.LeadId)).ExecuteDeleteAsync(ct);
        await db.AllJourneys.Where(j => leads.Contains(j.LeadId)).ExecuteDeleteAsync(ct);
        await db.Timelines.Where(t => leads.Contains(t.LeadId)).ExecuteDeleteAsync(ct);
        var now = journeys.ToDictionary(j => j.LeadId, j => j.Folded.Journey());
        await db.CopyAsync([.. journeys.Where(j => !j.Folded.IsEmpty).Select(j => TimelineRow.Of(j.Folded))], ct);
        await db.CopyAsync([.. journeys.SelectMany(j => j.Folded.TakenBack.Concat(j.Folded.Reached))], ct);
        await db.CopyAsync([.. now.Values.OfType<JourneyRow>()], ct);
        await db.CopyAsync([.. journeys.SelectMany(j => j.Folded.Closed.Concat(j.Folded.Open))], ct);
        var deltas = journeys.SelectMany(
            j => DeltaRow.Between(j.Intervals.Where(i => i.KnownTo is null), j.Journey, j.Folded.Open, now[j.LeadId]));
        await db.CopyAsync(deltas.ToList(), ct);
    }

    /// <summary>
    /// Compares the next journeys with their events, and after the last ones the rollups with the intervals. Repaired, a journey is
    /// replaced and a sum is set, so nothing answers from two generations; consumers wait for one batch at most.
    /// </summary>
    public static async Task<Checked> CheckAsync(this PipelineDb db, Guid after, bool repair, int most, CancellationToken ct)
    {
        var leads = await NextAsync(db, after, ct);
        if (leads.Count == 0)
        {
            var (count, sums) = await RollupCheck.RunAsync(db, most, repair, ct);
            return new Checked(null, 0, 0, count, sums);
        }

        await db.LockJourneysAsync(leads, ct);
        var journeys = await ReadAsync(db, leads, ct);
        var differing = journeys.ConvertAll(j => (Journey: j, Differences: j.Differences().ToList())).FindAll(j => j.Differences.Count > 0);
        if (repair)
        {
            await db.ReplaceAsync(differing.ConvertAll(j => j.Journey), ct);
        }

        List<VerificationDifference> all = [.. differing.SelectMany(j => j.Differences)];
        return new Checked(leads[^1], leads.Count, journeys.Count(j => j.Journey is { Removed: false }), all.Count, all);
    }
}

/// <summary>What one step compared. The next one begins after this lead, unless it is null: then all has been compared.</summary>
internal sealed record Checked(Guid? After, int Journeys, int Counted, long Differing, IReadOnlyList<VerificationDifference> Differences);

/// <summary>A journey as its events make it, and its rows as they are stored.</summary>
internal sealed record FoldedJourney(
    Guid LeadId, Timeline Folded, TimelineRow? Timeline, JourneyRow? Journey, List<Interval> Intervals, List<Milestone> Milestones)
{
    /// <summary>What is stored otherwise than the events make it.</summary>
    public IEnumerable<VerificationDifference> Differences()
    {
        // Nothing is stored of a journey that no event has told of.
        var expected = Folded.IsEmpty ? null : "as its events make it";
        var found = Timeline is null ? null : Text(Timeline.Read()) == Text(Folded) ? "as its events make it" : "otherwise";
        return
        [
            .. Members.Differences("journey", LeadId, Folded.Journey(), Journey),
            .. Compare("interval", Folded.Closed.Concat(Folded.Open), Intervals,
                i => FormattableString.Invariant($"{i.DayFrom:yyyy-MM-dd} known from {i.KnownFrom.UtcDateTime:O}")),
            .. Compare("milestone", Folded.TakenBack.Concat(Folded.Reached), Milestones,
                m => $"{m.Kind} {m.StreamId} {m.Version} {m.Ordinal}"),
            .. VerificationDifference.Between("timeline", LeadId, "timeline", expected, found),
        ];
    }

    private static string Text(Timeline? timeline) =>
        string.Join('\n', Members.Of(timeline).OrderBy(m => m.Key, StringComparer.Ordinal));

    private IEnumerable<VerificationDifference> Compare<T>(string of, IEnumerable<T> expected, IEnumerable<T> found, Func<T, string> key)
        where T : class
    {
        var (were, are) = (expected.ToDictionary(key, StringComparer.Ordinal), found.ToLookup(key, StringComparer.Ordinal));
        return
            from name in were.Keys.Union(are.Select(g => g.Key)).Order(StringComparer.Ordinal)
            let was = were.GetValueOrDefault(name)
            from now in are[name].DefaultIfEmpty()
            from difference in was is null || now is null
                ? VerificationDifference.Between(of, LeadId, $"{name} known", was is null ? null : "true", now is null ? null : "true")
                : Members.Differences(of, LeadId, was, now, $"{name} ")
            select difference;
    }
}
