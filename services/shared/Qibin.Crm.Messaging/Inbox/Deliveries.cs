using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;
using Qibin.Crm.Contracts;

namespace Qibin.Crm.Messaging;

/// <summary>A message as it came from a queue.</summary>
internal sealed record Arrival(string Queue, string? MessageId, string? Type, Dictionary<string, string> Headers, byte[] Body);

/// <summary>
/// Takes messages from the queue to the consumers. A message is done when every consumer has processed or parked it; a database
/// that is away is waited for, so that an outage parks nothing.
/// </summary>
internal sealed class Deliveries(Inbox inbox, EventTypes events, Parking parking, TimeProvider clock, ILogger<Deliveries> log) : IDisposable
{
    /// <summary>Transactions of consumers at once: they share the pool with requests.</summary>
    private const int AtOnce = 16;

    /// <summary>Tries before a message is parked; those that lost against other transactions have more.</summary>
    private const int Tries = 3;

    private const int ContendedTries = 10;

    private readonly SemaphoreSlim _places = new(AtOnce, AtOnce);

    /// <summary>Processes a message. Cancelling leaves it to the queue, as far as it is not processed.</summary>
    public async Task TakeAsync(Arrival arrival, CancellationToken ct)
    {
        using var activity = new Activity("consume " + arrival.Type);
        if (arrival.Headers.TryGetValue(Envelope.TraceParent, out var trace))
        {
            activity.SetParentId(trace);
        }

        activity.Start();
        await _places.WaitAsync(ct);
        try
        {
            IEvent happened;
            Delivery delivery;
            try
            {
                delivery = Envelope.Delivery(arrival.MessageId, arrival.Headers);
                happened = events.Read(arrival.Type, arrival.Body);
            }
            catch (UnreadableMessageException e)
            {
                await ParkAsync(arrival, null, e, 1, ct);
                return;
            }

            foreach (var subscription in inbox.Subscriptions.Where(s => s.Event == happened.GetType()))
            {
                await ProcessAsync(subscription, happened, delivery, arrival, ct);
            }
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Parks a dead letter: it was returned to its queue again and again, so processing it may end the process.</summary>
    public Task ParkAsync(Arrival arrival, CancellationToken ct) =>
        ParkAsync(arrival, null, new UnreadableMessageException("Returned to the queue too often; see x-death."), 1, ct);

    private async Task ProcessAsync(Subscription subscription, IEvent happened, Delivery delivery, Arrival arrival, CancellationToken ct)
    {
        var (failed, contended) = (0, 0);
        var pause = TimeSpan.FromMilliseconds(50);
        while (true)
        {
            try
            {
                // Not cancelled half-way: it is short, and stopping waits for it.
                await inbox.ProcessAsync(subscription, happened, delivery, CancellationToken.None);
                return;
            }
#pragma warning disable CA1031 // Whatever a consumer throws, the message is neither lost nor in the way of others.
            catch (Exception e)
#pragma warning restore CA1031
            {
                var kind = DatabaseFaults.Of(e);
                failed += kind == DatabaseFault.None ? 1 : 0;
                contended += kind == DatabaseFault.Contended ? 1 : 0;
                if (failed >= Tries || contended >= ContendedTries)
                {
                    await ParkAsync(arrival, subscription, e, failed + contended, ct);
                    return;
                }

                log.LogDebug(e, "{Consumer} failed on {MessageId}", subscription.Consumer.Name, delivery.MessageId);
            }

            await Task.Delay(pause, clock, ct);
            pause = TimeSpan.FromMilliseconds(Math.Min(2000, pause.TotalMilliseconds * 2));
        }
    }

    private async Task ParkAsync(Arrival arrival, Subscription? subscription, Exception cause, int attempts, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await parking.ParkAsync(arrival, subscription?.Consumer.Name, cause, attempts);
                log.LogError(cause, "Message {MessageId} ({Type}) is parked for {Consumer}", arrival.MessageId, arrival.Type, subscription?.Consumer.Name ?? "all");
                return;
            }
            catch (NpgsqlException e) when (DatabaseFaults.Of(e) != DatabaseFault.None)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), clock, ct);
            }
        }
    }

    public void Dispose() => _places.Dispose();
}
