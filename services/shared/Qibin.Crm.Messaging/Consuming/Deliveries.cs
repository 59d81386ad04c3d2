using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Registry;
using Qibin.Crm.Contracts;
using Qibin.Crm.Messaging.EventLog;
using Qibin.Crm.Messaging.Parked;
using Qibin.Crm.Messaging.Telemetry;
using Qibin.Crm.Messaging.Transport;
using Qibin.Crm.Work.Resilience;

namespace Qibin.Crm.Messaging.Consuming;

/// <summary>A message as it came from a queue.</summary>
internal sealed record Arrival(string Queue, string? MessageId, string? Type, Dictionary<string, string> Headers, byte[] Body);

/// <summary>
/// Takes messages from the queue to the consumers. A message is done when every consumer has processed or parked it; a database
/// that is away is waited for, so that an outage parks nothing.
/// </summary>
/// <remarks>
/// Where the service says so (<see cref="Batching"/>), what has come in is processed in one transaction; if that fails, each message
/// by itself, so that one that cannot be processed stops no other.
/// </remarks>
internal sealed class Deliveries(
    Inbox inbox, EventTypes events, Parking parking, Batching batching, ResiliencePipelineProvider<string> pipelines, DatabaseOutage outage,
    MessagingTelemetry telemetry, ILogger<Deliveries> log) : IDisposable
{
    /// <summary>Transactions of consumers at once: they share the pool with requests.</summary>
    private const int AtOnce = 16;

    private readonly ResiliencePipeline _attempts = pipelines.GetPipeline(Pipelines.Consumer);
    private readonly SemaphoreSlim _places = new(AtOnce, AtOnce);
    private readonly ConcurrentQueue<Waiting> _waiting = new();
    private int _draining;

    /// <summary>
    /// Messages are processed in batches, in the order in which they were taken. Those of a batch that fails go one by one without that
    /// order: a consumer of a service with batches ignores an older version, or derives its state again.
    /// </summary>
    public bool Together => batching.Most > 1;

    /// <summary>Processes a message. Cancelling leaves it to the queue, as far as it is not processed.</summary>
    public async Task TakeAsync(Arrival arrival, CancellationToken ct)
    {
        using var activity = MessagingTelemetry.Consume(arrival.Type, arrival.Headers.GetValueOrDefault(Envelope.TraceParent));
        List<ConsumerWork> works;
        Delivery delivery;
        try
        {
            (delivery, var happened) = Envelope.Open(events, arrival.MessageId, arrival.Type, arrival.Headers, arrival.Body);
            works = [.. inbox.Subscriptions.Where(s => s.Event == happened.GetType()).Select(s => new ConsumerWork(s, happened, delivery))];
        }
        catch (UnreadableMessageException e)
        {
            await ParkAsync(arrival, null, e, 1, ct);
            return;
        }

        telemetry.Received(delivery);
        try
        {
            if (batching.Most == 1 || !await TogetherAsync(works, activity, ct))
            {
                await OneByOneAsync(works, arrival, ct);
            }

            telemetry.Consumed(delivery);
        }
        finally
        {
            telemetry.Left(delivery);
        }
    }

    private async Task OneByOneAsync(List<ConsumerWork> works, Arrival arrival, CancellationToken ct)
    {
        await _places.WaitAsync(ct);
        try
        {
            foreach (var work in works)
            {
                await ProcessAsync(work.Subscription, work.Happened, work.Delivery, arrival, ct);
            }
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Processes it with the others that are waiting now.</summary>
    /// <returns>False when that failed, and this one has to go by itself.</returns>
    private async Task<bool> TogetherAsync(List<ConsumerWork> works, Activity activity, CancellationToken ct)
    {
        var waiting = new Waiting(works, activity, ct);
        _waiting.Enqueue(waiting);
        if (Interlocked.CompareExchange(ref _draining, 1, 0) == 0)
        {
            _ = Task.Run(DrainAsync, CancellationToken.None);
        }

        return await waiting.Done.Task;
    }

    /// <summary>Takes batches while any wait: one transaction at a time, so that no two of them wait for each other's locks.</summary>
    private async Task DrainAsync()
    {
        // It works for many messages, and so for the trace of none.
        Activity.Current = null;
        while (true)
        {
            var batch = new List<Waiting>();
            while (batch.Count < batching.Most && _waiting.TryDequeue(out var next))
            {
                if (next.Stopping.IsCancellationRequested)
                {
                    next.Done.SetCanceled(next.Stopping);
                    continue;
                }

                batch.Add(next);
            }

            if (batch.Count > 0)
            {
                using var together = MessagingTelemetry.ConsumeBatch([.. batch.Select(w => w.Activity)]);
                var done = await TryAsync([.. batch.SelectMany(w => w.Works)]);
                batch.ForEach(w => w.Done.SetResult(done));
            }
            else
            {
                Volatile.Write(ref _draining, 0);
                if (_waiting.IsEmpty || Interlocked.CompareExchange(ref _draining, 1, 0) != 0)
                {
                    return;
                }
            }
        }
    }

    private async Task<bool> TryAsync(List<ConsumerWork> works)
    {
        try
        {
            // Not cancelled half-way: it is short, and stopping waits for it.
            await inbox.ProcessAsync(works, CancellationToken.None);
            return true;
        }
#pragma warning disable CA1031 // Whatever it is, it is met again, by the message that it belongs to.
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.LogDebug(e, "{Count} messages go one by one", works.Count);
            return false;
        }
    }

    /// <summary>Parks a dead letter: it was returned to its queue again and again, so processing it may end the process.</summary>
    public Task ParkAsync(Arrival arrival, CancellationToken ct) =>
        ParkAsync(arrival, null, new UnreadableMessageException("Returned to the queue too often; see x-death."), 1, ct);

    private async Task ProcessAsync(Subscription subscription, IEvent happened, Delivery delivery, Arrival arrival, CancellationToken ct)
    {
        var attempts = 0;
        try
        {
            await _attempts.ExecuteAsync(async _ =>
            {
                try
                {
                    // Not cancelled half-way: it is short, and stopping waits for it.
                    await inbox.ProcessAsync(subscription, happened, delivery, CancellationToken.None);
                }
                catch (Exception e) when (!outage.Report(e))
                {
                    attempts++;
                    log.LogDebug(e, "{Consumer} failed on {MessageId}", subscription.Consumer.Name, delivery.MessageId);
                    throw;
                }
            }, ct);
        }
#pragma warning disable CA1031 // Whatever a consumer throws, the message is neither lost nor in the way of others.
        catch (Exception e) when (!ct.IsCancellationRequested)
#pragma warning restore CA1031
        {
            await ParkAsync(arrival, subscription, e, attempts, ct);
        }
    }

    private async Task ParkAsync(Arrival arrival, Subscription? subscription, Exception cause, int attempts, CancellationToken ct)
    {
        await outage.RunAsync(_ => new ValueTask(parking.ParkAsync(arrival, subscription?.Consumer.Name, cause, attempts)), ct);
        telemetry.Parked();
        log.LogError(
            cause, "Message {MessageId} ({Type}) is parked for {Consumer}", arrival.MessageId, arrival.Type, subscription?.Consumer.Name
                ?? "all");
    }

    public void Dispose() => _places.Dispose();

    private sealed record Waiting(IReadOnlyList<ConsumerWork> Works, Activity Activity, CancellationToken Stopping)
    {
        public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>How many messages a service processes in one transaction at most; 1 unless it says otherwise.</summary>
internal sealed record Batching(int Most);
