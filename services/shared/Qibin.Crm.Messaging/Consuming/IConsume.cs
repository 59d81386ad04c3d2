using Qibin.Crm.Contracts;

namespace Qibin.Crm.Messaging.Consuming;

/// <summary>What a consumer knows of an event beside the event itself.</summary>
/// <param name="MessageId">The event's id.</param>
/// <param name="StreamId">The aggregate that the event is about.</param>
/// <param name="Version">The aggregate's version. Apply an event's state only when this is above the version already applied: deliveries
/// may come doubled and out of order.</param>
/// <param name="Ordinal">Order among the events of one version.</param>
/// <param name="RecordedAt">When the event was recorded, by its service's database.</param>
/// <param name="ActorId">Who caused it; empty for the system.</param>
/// <param name="Json">The event as it was received, with members that this version does not know.</param>
public sealed record Delivery(
    Guid MessageId, Guid StreamId, long Version, int Ordinal, DateTimeOffset RecordedAt, Guid ActorId, string Json);

/// <summary>
/// An event that this version does not know or cannot read, as after a return to an older version. A service that stores events as they
/// came subscribes to it; in every other service the message is parked.
/// </summary>
public sealed record UnreadEvent(string Type) : IEvent;

/// <summary>
/// Handles one kind of event. It is called inside a transaction that has already noted the message in the inbox, so its effect
/// takes place once; what it tracks in the DbContext, events it publishes included, is saved and committed for it.
/// </summary>
public interface IConsume<in TEvent> where TEvent : IEvent
{
    Task ConsumeAsync(TEvent happened, Delivery delivery, CancellationToken ct);
}

/// <summary>
/// A consumer that collects the events of one transaction and applies all of them at its end, in fewer statements than one by one. What it
/// tracks in the DbContext is saved and committed for it.
/// </summary>
public interface IConsumeBatches
{
    /// <summary>Applies what was collected.</summary>
    Task CompleteAsync(CancellationToken ct);
}

/// <summary>The message that this flow of work is processing.</summary>
internal static class CurrentDelivery
{
    private static readonly AsyncLocal<Guid?> Message = new();

    public static Guid? MessageId
    {
        get => Message.Value;
        set => Message.Value = value;
    }
}
