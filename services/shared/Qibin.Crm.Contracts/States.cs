namespace Qibin.Crm.Contracts;

/// <summary>
/// Asks a service for the public states of its aggregates as they stand. A question, not an event: nothing logs it, and when no answer
/// comes it is asked again.
/// </summary>
public sealed record StatesQuery
{
    /// <summary>Those with an id above this one, in the order of ids; empty begins with the first.</summary>
    public Guid After { get; init; }

    /// <summary>States wanted at most.</summary>
    public required int Most { get; init; }

    /// <summary>Only these; null for all.</summary>
    public Guid[]? Ids { get; init; }
}

/// <summary>The states that were asked for, in the order of ids.</summary>
public sealed record StatesReply
{
    public required AggregateState[] States { get; init; }
}

/// <summary>One aggregate as it stands.</summary>
public sealed record AggregateState
{
    public required Guid Id { get; init; }

    /// <summary>The version of its newest event. Its own may be higher: not every change is an event.</summary>
    public required long Version { get; init; }

    /// <summary>The state as events carry it, as JSON.</summary>
    public required string State { get; init; }
}

/// <summary>Asks a service for the events of one aggregate from its log, in their order.</summary>
public sealed record EventsQuery
{
    public required Guid StreamId { get; init; }

    /// <summary>Those after this position; 0 begins with the first.</summary>
    public long After { get; init; }
}

/// <summary>Up to 500 events; empty after the last one, and when the service has none of that aggregate.</summary>
public sealed record EventsReply
{
    public required LoggedEvent[] Events { get; init; }
}

/// <summary>An event as its service logged it.</summary>
public sealed record LoggedEvent
{
    /// <summary>Position in the log.</summary>
    public required long Position { get; init; }

    public required long Version { get; init; }

    public required int Ordinal { get; init; }

    /// <summary>The event's record name.</summary>
    public required string Type { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }

    public required Guid ActorId { get; init; }

    /// <summary>The event as JSON.</summary>
    public required string Event { get; init; }
}
