using Microsoft.EntityFrameworkCore;

namespace Qibin.Crm.Pipeline.Projection;

/// <summary>Some journeys, locked, as their events make them and as they are stored.</summary>
internal sealed class FoldedJourneys(IReadOnlyList<FoldedJourney> journeys)
{
    public IReadOnlyList<FoldedJourney> All => journeys;

    /// <summary>Folds journeys from all of their events. Whoever calls it holds their locks.</summary>
    public static async Task<FoldedJourneys> ReadAsync(PipelineDb db, IReadOnlyCollection<Guid> leads, CancellationToken ct)
    {
        var types = StoredEvents.OfJourneys;
        var events = (await db.Received.AsNoTracking().Where(e => leads.Contains(e.LeadId!.Value) && types.Contains(e.Type)).ToListAsync(ct))
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
            db.Add(TimelineRow.Of(folded.Timeline));
            db.AddRange(now is null ? [] : [now]);
            db.AddRange(folded.Intervals);
            db.AddRange(folded.Milestones);
            db.AddRange(DeltaRow.Between(intervals.Where(i => i.KnownTo is null), was, folded.Timeline.Open, now));
        }

        await db.SaveChangesAsync(ct);
    }
}

/// <summary>A journey as its events make it, and its rows as they are stored.</summary>
internal sealed record FoldedJourney(
    Guid LeadId, Folded Folded, TimelineRow? Timeline, JourneyRow? Journey, IReadOnlyList<Interval> Intervals, IReadOnlyList<Milestone> Milestones);
