namespace Qibin.Crm.Messaging.EventLog;

/// <summary>
/// One event in the service's event log: append-only, committed with the change that it reports. The log is the outbox's
/// source, the change feed, and what any projection can be rebuilt from. It holds no personal data.
/// </summary>
public sealed class EventRow
{
    /// <summary>Position in the log; identity, so it may have gaps and may commit out of order (see <see cref="Xid"/>).</summary>
    public long Seq { get; init; }

    /// <summary>Also the message id on the broker.</summary>
    public required Guid Id { get; init; }

    /// <summary>The aggregate's type, such as <c>lead</c>.</summary>
    public required string StreamType { get; init; }

    public required Guid StreamId { get; init; }

    /// <summary>The aggregate's version that the event belongs to.</summary>
    public required long StreamVersion { get; init; }

    /// <summary>Order among the events of one version, from 0.</summary>
    public required short Ordinal { get; init; }

    /// <summary>The event's record name, such as <c>LeadOpened</c>.</summary>
    public required string Type { get; init; }

    public short SchemaVersion { get; init; } = 1;

    /// <summary>The event as JSON, as the API speaks it.</summary>
    public required string Payload { get; init; }

    /// <summary>Who caused it: the caller, or the actor of the event that led to it; empty for the system.</summary>
    public required Guid ActorId { get; init; }

    /// <summary>The message that led to it, when it was one.</summary>
    public Guid? CausationId { get; init; }

    /// <summary>W3C trace context.</summary>
    public string? TraceParent { get; init; }

    /// <summary>
    /// The aggregate was confidential 涉密. By an event about itself, the aggregate is withheld from the change feed or shown in it again;
    /// see
    /// <see cref="WithheldRow"/>.
    /// </summary>
    public bool Confidential { get; init; }

    /// <summary>
    /// What it is about where that is not the aggregate itself, such as the lead of a claim: while one of them is confidential, the change
    /// feed leaves the event out.
    /// </summary>
    public Guid[]? Subjects { get; init; }

    /// <summary>When its transaction recorded the first event, by the database's clock (<see cref="Outbox.OutboxTrigger{TDb}"/>).</summary>
    public DateTimeOffset RecordedAt { get; init; }

    /// <summary>The recording transaction, by which a feed never runs past a commit that is still under way.</summary>
    public ulong Xid { get; init; }
}
