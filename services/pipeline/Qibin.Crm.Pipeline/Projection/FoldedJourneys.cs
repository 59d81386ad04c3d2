using Microsoft.EntityFrameworkCore;

namespace Qibin.Crm.Pipeline.Projection;

/// <summary>Some journeys, locked, as their events make them and as they are stored.</summary>
internal sealed class FoldedJourneys(IReadOnlyList<FoldedJourney> journeys)
{
    public IReadOnlyList<FoldedJourney> All => journeys;

    /// <summary>Journeys of one batch of a job.</summary>
    public const int Batch = 500;

    /// <summary>The next leads that events or journeys are stored of, in the order of their ids.</summary>
    public static async Task<List<Guid>> NextAsync(PipelineDb db, Guid after, CancellationToken ct)
    {
        List<Guid> ids =
        [
            .. await db.Received.Where(e => e.LeadId > after).Select(e => e.LeadId!.Value).Distinct().OrderBy(id => id).Take(Batch)
                .ToListAsync(ct),
            .. await db.AllJourneys.Where(j => j.LeadId > after).Select(j => j.LeadId).OrderBy(id => id).Take(Batch).ToListAsync(ct),
        ];
        return [.. ids.Distinct().Order().Take(Batch)];
    }

    /// <summary>Folds journeys from all of their events. Whoever calls it holds their locks.</summary>
    public static async Task<FoldedJourneys> ReadAsync(PipelineDb db, IReadOnlyCollection<Guid> leads, CancellationToken ct)
    {
        var types = StoredEvents.OfJourneys;
        var events = (await db.Received.AsNoTracking().Where(e => leads.Contains(e.LeadId!.Value) && types.Contains(e.Type))
            .ToListAsync(ct))
            .ToLookup(e => e.LeadId!.Value);
        var timelines = await db.Timelines.AsNoTracking().Where(t => leads.Contains(t.LeadId)).ToDictionaryAsync(t => t.LeadId, ct);
        var rows = await db.AllJourneys.AsNoTracking().Where(j => leads.Contains(j.LeadId)).ToDictionaryAsync(j => j.LeadId, ct);
        var intervals = (await db.Intervals.AsNoTracking().Where(i => leads.Contains(i.LeadId)).ToListAsync(ct)).ToLookup(i => i.LeadId);
        var milestones = (await db.Milestones.AsNoTracking().Where(m => leads.Contains(m.LeadId)).ToListAsync(ct)).ToLookup(m => m.LeadId);
        return new FoldedJourneys(
        [
            .. leads.Select(lead => new FoldedJourney(
                lead, Timeline.Of(lead, events[lead].Read()), timelines.GetValueOrDefault(lead), rows.GetValueOrDefault(lead),
                [.. intervals[lead].OrderBy(i => i.Number)], [.. milestones[lead]])),
        ]);
    }

    /// <summary>Has all of them stored as their events make them, and the difference added to the rollups.</summary>
    public async Task ReplaceAsync(PipelineDb db, CancellationToken ct)
    {
        Guid[] leads = [.. journeys.Select(j => j.LeadId)];
        await db.Intervals.Where(i => leads.Contains(i.LeadId)).ExecuteDeleteAsync(ct);
        await db.Milestones.Where(m => leads.Contains(m.LeadId)).ExecuteDeleteAsync(ct);
        await db.AllJourneys.Where(j => leads.Contains(j.LeadId)).ExecuteDeleteAsync(ct);
        await db.Timelines.Where(t => leads.Contains(t.LeadId)).ExecuteDeleteAsync(ct);
        foreach (var (_, folded, _, was, intervals, _) in journeys)
        {
            var now = folded.Timeline.Journey();
            db.AddRange(folded.IsEmpty ? [] : [TimelineRow.Of(folded.Timeline)]);
            db.AddRange(now is null ? [] : [now]);
            db.AddRange(folded.Intervals);
            db.AddRange(folded.Milestones);
            db.AddRange(DeltaRow.Between(intervals.Where(i => i.KnownTo is null), was, folded.Timeline.Open, now));
        }

        await db.SaveChangesAsync(ct);
    }
}

/// <summary>Something of a journey that is stored otherwise than its events make it.</summary>
internal sealed record JourneyDifference(string Of, Guid LeadId, string What, string? Expected, string? Found);

/// <summary>A journey as its events make it, and its rows as they are stored.</summary>
internal sealed record FoldedJourney(
    Guid LeadId, Folded Folded, TimelineRow? Timeline, JourneyRow? Journey, IReadOnlyList<Interval> Intervals,
        IReadOnlyList<Milestone> Milestones)
{
    public IEnumerable<JourneyDifference> Differences()
    {
        // Nothing is stored of a journey that no event has told of.
        var none = Folded.IsEmpty;
        var timelines = none == Timeline is null && (none || Text(Timeline!.Read()) == Text(Folded.Timeline))
            ? []
            : new[] { new JourneyDifference(
                "timeline", LeadId, "timeline", none ? null : "as its events make it", Timeline is null ? null : "otherwise") };
        return
        [
            .. Members.Differences(Members.Of(Folded.Timeline.Journey()), Members.Of(Journey))
                .Select(d => new JourneyDifference("journey", LeadId, d.What, d.Expected, d.Found)),
            .. Compare("interval", Folded.Intervals.Select(i => i with { Number = 0 }), Intervals.Select(i => i with { Number = 0 }),
                i => FormattableString.Invariant($"{i.DayFrom:yyyy-MM-dd} known from {i.KnownFrom.UtcDateTime:O}")),
            .. Compare("milestone", Folded.Milestones, Milestones, m => $"{m.Kind} {m.StreamId} {m.Version} {m.Ordinal}"),
            .. timelines,
        ];
    }

    /// <summary>Numbers tell intervals apart; they mean nothing.</summary>
    private static string Text(Timeline? timeline) => timeline is null ? "" :
        string.Join(
            '\n', Members.Of(timeline with { Intervals = 0, Open = [.. timeline.Open.Select(i => i with { Number = 0 })] })
            .OrderBy(m => m.Key, StringComparer.Ordinal));

    private IEnumerable<JourneyDifference> Compare<T>(string of, IEnumerable<T> expected, IEnumerable<T> found, Func<T, string> key) where T
        : class
    {
        var (were, are) = (expected.ToDictionary(key, StringComparer.Ordinal), found.ToLookup(key, StringComparer.Ordinal));
        return
            from name in were.Keys.Union(are.Select(g => g.Key)).Order(StringComparer.Ordinal)
            let was = were.GetValueOrDefault(name)
            from now in are[name].DefaultIfEmpty()
            from difference in was is null || now is null
                ? [("known", was is null ? null : "true", now is null ? null : "true")]
                : Members.Differences(Members.Of(was), Members.Of(now))
            select new JourneyDifference(of, LeadId, $"{name} {difference.Item1}", difference.Item2, difference.Item3);
    }
}
