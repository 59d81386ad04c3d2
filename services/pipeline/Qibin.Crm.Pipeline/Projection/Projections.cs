using System.Diagnostics.Metrics;

namespace Qibin.Crm.Pipeline.Projection;

/// <summary>
/// Derives journeys from stored events: the journey's row, its intervals, its milestones and what it adds to the rollups. All of it is
/// saved in the transaction that stores the events.
/// </summary>
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
        var again = new List<Guid>();
        foreach (var journey in events.GroupBy(e => e.Row.LeadId!.Value))
        {
            if (!TryApply(db, known.GetValueOrDefault(journey.Key), journey))
            {
                again.Add(journey.Key);
            }
        }

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
    private static bool TryApply(PipelineDb db, TimelineRow? row, IEnumerable<ReadEvent> events)
    {
        var before = row?.Read();
        if (row is not null && before is null)
        {
            return false;
        }

        var (after, closed, takenBack) = (before, new List<Interval>(), new List<Milestone>());
        foreach (var e in events)
        {
            if (Timeline.Apply(after ?? new Timeline { LeadId = e.Row.LeadId!.Value }, e) is not var (next, changes))
            {
                return false;
            }

            after = next;
            closed.AddRange(changes.Closed);
            takenBack.Put(changes.TakenBack);
        }

        db.Track(row, before, after!, closed, takenBack);
        return true;
    }

    private static void Track(
        this PipelineDb db, TimelineRow? row, Timeline? before, Timeline after, List<Interval> closed, List<Milestone> takenBack)
    {
        Put(TimelineRow.Of(after), row is not null);
        var (was, now) = (before?.Journey(), after.Journey());
        if (now is not null)
        {
            Put(now, was is not null);
        }

        var stored = before?.Intervals ?? 0;
        foreach (var interval in closed)
        {
            // One that was opened by an event of the same instant was never known.
            var lasted = interval.KnownFrom < interval.KnownTo;
            if (interval.Number > stored)
            {
                _ = lasted ? db.Add(interval) : null;
            }
            else if (lasted)
            {
                db.Entry(interval).State = EntityState.Unchanged;
                db.Entry(interval).Property(i => i.KnownTo).IsModified = true;
            }
            else
            {
                db.Remove(interval);
            }
        }

        db.AddRange(after.Open.Where(i => i.Number > stored));
        var held = before?.Reached ?? [];
        db.AddRange(after.Reached.Except(held));
        foreach (var milestone in takenBack)
        {
            Put(milestone, held.Concat(before?.SteppedBack ?? []).Any(m => m.IsThat(milestone)));
        }

        db.RemoveRange(held.Where(m => !after.Reached.Contains(m) && !takenBack.Any(t => t.IsThat(m))));
        db.AddRange(DeltaRow.Between(before?.Open ?? [], was, after.Open, now));

        void Put(object entity, bool exists) => db.Entry(entity).State = exists ? EntityState.Modified : EntityState.Added;
    }
}
