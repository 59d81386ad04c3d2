using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Qibin.Crm.Contracts;
using Qibin.Crm.ServiceDefaults;

namespace Qibin.Crm.Messaging;

/// <summary>A consumer's subscription to one kind of event.</summary>
public sealed record Subscription(Type Event, Type Consumer, Func<IServiceProvider, IEvent, Delivery, CancellationToken, Task> Invoke);

/// <summary>Processes deliveries so that each takes effect once per consumer.</summary>
public abstract class Inbox(IEnumerable<Subscription> subscriptions)
{
    /// <summary>Everything this service consumes.</summary>
    public IReadOnlyList<Subscription> Subscriptions { get; } = [.. subscriptions];

    /// <summary>Processes the delivery for one subscription.</summary>
    /// <returns>False when this consumer had processed the message before.</returns>
    public abstract Task<bool> ProcessAsync(Subscription subscription, IEvent happened, Delivery delivery, CancellationToken ct);
}

/// <inheritdoc/>
public sealed class Inbox<TDb>(IServiceScopeFactory scopes, IEnumerable<Subscription> subscriptions) : Inbox(subscriptions)
    where TDb : DbContext, IServiceDb
{
    public override async Task<bool> ProcessAsync(Subscription subscription, IEvent happened, Delivery delivery, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(delivery);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        db.ActorId = delivery.ActorId;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // A second delivery of the same message waits here for the first to commit or fail.
        var noted = await db.Database.ExecuteSqlAsync(
            $"insert into messaging.inbox (consumer, message_id) values ({subscription.Consumer.Name}, {delivery.MessageId}) on conflict do nothing", ct);
        if (noted == 0)
        {
            return false;
        }

        Consuming.Current = delivery.MessageId;
        try
        {
            await subscription.Invoke(scope.ServiceProvider, happened, delivery, ct);
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            return true;
        }
        finally
        {
            Consuming.Current = null;
        }
    }
}
