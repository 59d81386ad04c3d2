using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Messaging.Queries;
using Qibin.Crm.Pipeline.Projection;
using Qibin.Crm.Pipeline.Verifications;

namespace Qibin.Crm.Pipeline.Rebuilds;

/// <summary>
/// Derives all journeys again from their events, batch by batch and in place, and then the rollups from the intervals; before that, one by
/// one, the events of what a verification named are read again from their services. A dry run only compares, and changes nothing.
/// </summary>
internal sealed class RebuildJob(Questions questions) : IJobKind<PipelineDb>
{
    public const string Kind = "pipeline.rebuild";

    private const int Listed = 100;

    public async Task<bool> StepAsync(PipelineDb db, Job job, Caller caller, CancellationToken ct)
    {
        var run = job.Read<StartRebuildRequest>();
        var place = job.Position is { } position ? JsonSerializer.Deserialize<Place>(position)! : new Place(0, Guid.Empty);
        job.Total ??= await db.Timelines.LongCountAsync(ct);
        if (place.After == Guid.Empty && run is { DryRun: not true, VerificationId: { } id }
            && (await NamedAsync(db, id, ct)).Skip(place.Named).Take(1).ToList() is [var named])
        {
            await ReadAgainAsync(db, named.Service, named.Id, ct);
            job.Position = JsonSerializer.Serialize(place with { Named = place.Named + 1 });
            return true;
        }

        var check = await db.CheckAsync(place.After, repair: run.DryRun != true, Listed, ct);
        var found = Found(job);
        job.Result = JsonSerializer.Serialize(found with
        {
            Differing = found.Differing + check.Differing,
            Differences = [.. found.Differences.Concat(check.Differences).Take(Listed)],
        }, StrictJson.Options);
        job.Done += check.Journeys;
        job.Position = JsonSerializer.Serialize(place with { After = check.After ?? place.After });
        return check.After is not null;
    }

    private static async Task<IEnumerable<(string Service, Guid Id)>> NamedAsync(
        PipelineDb db, Guid verificationId, CancellationToken ct) =>
        from difference in VerificationJob.Found(await db.Jobs.AsNoTracking().SingleAsync(j => j.Id == verificationId, ct)).Differences
            .DistinctBy(d => (d.Of, d.Id))
        join of in Followed.All on difference.Of equals of.Name
        select (of.Service, difference.Id!.Value);

    private async Task ReadAgainAsync(PipelineDb db, string service, Guid id, CancellationToken ct)
    {
        // Before the service is asked: whatever of these is its own is in its log by then.
        var stored = await db.Received.Where(e => e.StreamId == id).ToListAsync(ct);
        var logged = new List<LoggedEvent>();
        for (LoggedEvent[]? page = null; page is not []; logged.AddRange(page))
        {
            var query = new EventsQuery { StreamId = id, After = page?[^1].Position ?? 0 };
            page = (await questions.AskAsync<EventsQuery, EventsReply>(service, query, ct)).Events;
        }

        var own = logged.ConvertAll(e => StoredEvents.Row(
            e.Type, new Delivery(Guid.Empty, id, e.Version, e.Ordinal, e.RecordedAt, e.ActorId, e.Event)));
        db.RemoveRange(stored.ExceptBy(own.Select(Identity), Identity));
        await db.SaveChangesAsync(ct);
        await StoredEvents.StoreAsync(db, own, ct);
    }

    /// <summary>After a backup was restored, another event may have the same version.</summary>
    private static (long, int, string, DateTimeOffset) Identity(ReceivedEvent e) => (e.Version, e.Ordinal, e.Type, e.RecordedAt);

    public static RebuildFindings Found(Job job) => job.Result is { } result
        ? JsonSerializer.Deserialize<RebuildFindings>(result, StrictJson.Options)!
        : new RebuildFindings { DryRun = job.Read<StartRebuildRequest>().DryRun == true };

    /// <summary>How many of those named were read again, and the journey after which the next step begins.</summary>
    private sealed record Place(int Named, Guid After);
}
