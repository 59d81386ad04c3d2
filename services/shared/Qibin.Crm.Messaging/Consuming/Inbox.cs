using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Qibin.Crm.Contracts;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Messaging.Consuming;

/// <summary>A consumer's subscription to one kind of event.</summary>
public sealed record Subscription(Type Event, Type Consumer, Func<IServiceProvider, IEvent, Delivery, CancellationToken, Task> Invoke);

/// <summary>One delivery for one consumer.</summary>
public sealed record ConsumerWork(Subscription Subscription, IEvent Happened, Delivery Delivery);

/// <summary>Processes deliveries so that each takes effect once per consumer.</summary>
public abstract class Inbox(IEnumerable<Subscription> subscriptions)
{
    /// <summary>Everything this service consumes.</summary>
    public IReadOnlyList<Subscription> Subscriptions { get; } = [.. subscriptions];

    /// <summary>Processes deliveries in one transaction, in this order; those that were processed before are left out.</summary>
    /// <returns>How many were new.</returns>
    public abstract Task<int> ProcessAsync(IReadOnlyList<ConsumerWork> works, CancellationToken ct);

    /// <summary>Processes the delivery for one subscription.</summary>
    /// <returns>False when this consumer had processed the message before.</returns>
    public async Task<bool> ProcessAsync(Subscription subscription, IEvent happened, Delivery delivery, CancellationToken ct) =>
        await ProcessAsync([new ConsumerWork(subscription, happened, delivery)], ct) > 0;
}

/// <inheritdoc/>
public sealed class Inbox<TDb>(IServiceScopeFactory scopes, IEnumerable<Subscription> subscriptions) : Inbox(subscriptions)
    where TDb : DbContext, IServiceDb
{
    public override async Task<int> ProcessAsync(IReadOnlyList<ConsumerWork> works, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(works);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        await using var transaction = await db.BeginAsync(ct);
        var taken = await NoteAsync(db, works, ct);
        foreach (var (subscription, happened, delivery) in works)
        {
            if (!taken.Contains((subscription.Consumer.Name, delivery.MessageId)))
            {
                continue;
            }

            db.ActorId = delivery.ActorId;
            CurrentDelivery.MessageId = delivery.MessageId;
            try
            {
                await subscription.Invoke(scope.ServiceProvider, happened, delivery, ct);
                await db.SaveChangesAsync(ct);
            }
            finally
            {
                CurrentDelivery.MessageId = null;
            }

            // What one has read or changed is no state for the next to start from.
            db.ChangeTracker.Clear();
        }

        if (taken.Count > 0)
        {
            foreach (var consumer in works.Select(w => w.Subscription.Consumer).Distinct()
                .Where(c => c.IsAssignableTo(typeof(IConsumeBatches))))
            {
                await ((IConsumeBatches)scope.ServiceProvider.GetRequiredService(consumer)).CompleteAsync(ct);
                await db.SaveChangesAsync(ct);
            }

            await transaction.CommitAsync(ct);
        }

        return taken.Count;
    }

    /// <summary>
    /// Notes what is to be processed and was not before. A second delivery of a message waits here for the first to commit or fail.
    /// </summary>
    private static async Task<HashSet<(string Consumer, Guid MessageId)>> NoteAsync(
        TDb db, IReadOnlyList<ConsumerWork> works, CancellationToken ct)
    {
        var consumers = works.Select(w => w.Subscription.Consumer.Name).ToArray();
        var messages = works.Select(w => w.Delivery.MessageId).ToArray();
        // By the driver: EF Core would make up a type for the rows, once for each of the consumers that come first at the same time.
        await using var note = new NpgsqlCommand(
            """
            insert into messaging.inbox (consumer, message_id) select * from unnest($1::text[], $2::uuid[])
            on conflict do nothing returning consumer, message_id
            """,
            (NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction)db.Database.CurrentTransaction!.GetDbTransaction())
        {
            Parameters = { new() { Value = consumers }, new() { Value = messages } },
        };
        var taken = new HashSet<(string, Guid)>();
        await using var reader = await note.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            taken.Add((reader.GetString(0), reader.GetGuid(1)));
        }

        return taken;
    }
}
