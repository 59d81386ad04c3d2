using Qibin.Crm.Messaging.Parked;
using Qibin.Crm.Messaging.Queries;
using Qibin.Crm.Work.Resilience;

namespace Qibin.Crm.Pipeline.Watermarks;

/// <summary>Asks each service every second which events it has logged; its watermark waits for the first that is missing.</summary>
internal sealed class WatermarkTimer(
    IServiceScopeFactory scopes, Questions questions, DatabaseOutage outage, ILogger<WatermarkTimer> log) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Settlement.Services.Select(service => outage.EveryAsync(
            TimeSpan.FromSeconds(1),
            stop => RaiseAsync(service, stop),
            reason => log.LogDebug("The watermark of {Service} waits, and answers say so: {Reason}", service, reason),
            stoppingToken)));

    private async Task RaiseAsync(string service, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PipelineDb>();
        while (await StepAsync(db, service, ct))
        {
            // The log goes on.
        }
    }

    /// <returns>Whether more has been logged.</returns>
    private async Task<bool> StepAsync(PipelineDb db, string service, CancellationToken ct)
    {
        var row = await db.Watermarks.AsNoTracking().SingleOrDefaultAsync(w => w.Service == service, ct);
        var reply = await questions.AskAsync<LogQuery, LogReply>(service, new LogQuery { After = row?.Position }, ct);
        await using var transaction = await db.BeginAsync(ct);
        await db.LockWatermarksAsync(ct);
        // An event that was given up is received: what it says never counts.
        var missing = await db.Database.SqlQuery<int>(
            $"""
            select count(*)::int as "Value" from unnest(
                {reply.Events.Select(e => e.Id).ToArray()}, {reply.Events.Select(e => e.StreamId).ToArray()},
                {reply.Events.Select(e => e.Version).ToArray()}, {reply.Events.Select(e => e.Ordinal).ToArray()}) as e (id, s, v, o)
            where not exists (select from received_event r where r.stream_id = s and r.version = v and r.ordinal = o)
                and not exists (select from messaging.parked_message p where p.message_id = e.id and p.state = {(int)ParkedState.Discarded})
            """).SingleAsync(ct);
        var raised = missing > 0 ? 0 : await db.Database.ExecuteSqlAsync(
            $"""
            insert into watermark as w (service, position, complete_until) values ({service}, {reply.Next}, {reply.CompleteUntil})
            on conflict (service) do update set position = excluded.position,
                complete_until = greatest(w.complete_until, excluded.complete_until) where w.position = {row?.Position}
            """, ct);
        await transaction.CommitAsync(ct);
        return raised > 0 && reply.CompleteUntil is null;
    }
}
