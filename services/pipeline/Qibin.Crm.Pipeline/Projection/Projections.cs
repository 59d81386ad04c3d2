using System.Diagnostics.Metrics;

namespace Qibin.Crm.Pipeline.Projection;

/// <summary>Derives journeys from stored events, in the transaction that stores them.</summary>
internal static class Projections
{
    public static readonly Meter Meter = new("Qibin.Crm.Pipeline");

    private static readonly Counter<long> Refolded = Meter.CreateCounter<long>(
        "qibin.pipeline.journeys.refolded",
        description: "Journeys that were folded again from all of their events, because one came out of order.");

    private static readonly Counter<long> Applied =
        Meter.CreateCounter<long>("qibin.pipeline.events.applied", description: "Events applied to journeys.");

    /// <summary>Stores events and applies them to their journeys; events that are stored already change nothing.</summary>
    public static async Task ApplyAsync(this PipelineDb db, IReadOnlyList<ReceivedEvent> received, CancellationToken ct)
    {
        await db.LockJourneysAsync([.. received.Where(IsOfJourney).Select(r => r.LeadId!.Value)], ct);
        var events = (await StoredEvents.StoreAsync(db, received, ct)).Where(IsOfJourney).Read();
        if (events.Count == 0)
        {
            return;
        }

        var leads = events.Select(e => e.Row.LeadId!.Value).Distinct().ToArray();
        var known = await db.Timelines.AsNoTracking().Where(t => leads.Contains(t.LeadId)).ToDictionaryAsync(t => t.LeadId, ct);
        var again = events.GroupBy(e => e.Row.LeadId!.Value).Where(of => !db.TryApply(known.GetValueOrDefault(of.Key), of))
            .Select(of => of.Key).ToList();
        Applied.Add(events.Count);
        if (again.Count > 0)
        {
            Refolded.Add(again.Count);
            await db.ReplaceAsync(await FoldedJourneys.ReadAsync(db, again, ct), ct);
        }

        await db.SaveChangesAsync(ct);
    }

    private static bool IsOfJourney(ReceivedEvent row) => row.LeadId is not null && StoredEvents.OfJourneys.Contains(row.Type);

    /// <returns>False when the journey has to be folded again.</returns>
    private static bool TryApply(this PipelineDb db, TimelineRow? row, IGrouping<Guid, ReadEvent> events)
    {
        var before = row is null ? new Timeline { LeadId = events.Key } : row.Read();
        var after = events.Aggregate(before, (timeline, e) => timeline?.With(e));
        if (before is null || after is null)
        {
            return false;
        }

        var (was, now) = (before.Journey(), after.Journey());
        db.Store([row], [TimelineRow.Of(after)], t => t.LeadId);
        db.Store([was], [now], j => j.LeadId);
        db.Store(before.Open, [.. after.Closed, .. after.Open], i => (i.DayFrom, i.KnownFrom));
        db.Store(
            [.. before.Reached, .. before.SteppedBack.Where(m => after.TakenBack.Any(m.IsThat))], [.. after.TakenBack, .. after.Reached],
            m => (m.StreamId, m.Version, m.Ordinal, m.Kind));
        db.AddRange(DeltaRow.Between(before.Open, was, after.Open, now));
        return true;
    }

    /// <summary>Has these rows stored in place of those that are.</summary>
    private static void Store<T, TKey>(this PipelineDb db, IEnumerable<T?> stored, IEnumerable<T?> now, Func<T, TKey> key)
        where T : class where TKey : notnull
    {
        var were = stored.OfType<T>().ToDictionary(key);
        foreach (var row in now.OfType<T>())
        {
            if (!were.Remove(key(row), out var was))
            {
                db.Add(row);
            }
            else if (was != row)
            {
                db.Update(row);
            }
        }

        db.RemoveRange(were.Values);
    }
}
