namespace Qibin.Crm.Pipeline.Domain;

/// <summary>Something that was recorded at a version of a stream: when it happened in the trade, when it was recorded, by whom.</summary>
internal abstract record Recorded
{
    public required Guid StreamId { get; init; }
    public required long Version { get; init; }
    public required int Ordinal { get; init; }

    /// <summary>Business date; the day of recording where an event has none.</summary>
    public required DateOnly OccurredOn { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>Empty for the system.</summary>
    public required Guid ActorId { get; init; }
}

/// <summary>
/// One event as it was received, for ever. Everything else in this database that is not entered here is derived from these rows.
/// </summary>
internal sealed record ReceivedEvent : Recorded
{
    /// <summary>The event's record name; this version need not know it.</summary>
    public required string Type { get; init; }

    public Guid? LeadId { get; init; }
    public Guid? ProjectId { get; init; }
    public Guid? EnterpriseId { get; init; }

    /// <summary>The event as JSON, as it came.</summary>
    public required string Event { get; init; }
}

/// <summary>A stored event with what this version reads of it.</summary>
internal sealed record ReadEvent(ReceivedEvent Row, IEvent Event)
{
    public Rank Rank => new(Row.Version, Row.Ordinal);

    /// <summary>
    /// The newest state of one enterprise. Its own events are in the order of its versions; an event of another aggregate that carries its
    /// state has a version of its own, so that one counts by when it was recorded.
    /// </summary>
    public static EnterpriseState? NewestEnterprise(IEnumerable<ReadEvent> events)
    {
        var states = events.Where(e => e.Event is IEnterpriseEvent)
            .ToLookup(e => e.Row.StreamId == ((IEnterpriseEvent)e.Event).Enterprise.EnterpriseId);
        var (own, other) = (states[true].MaxBy(e => e.Rank), states[false].MaxBy(e => e.Row.RecordedAt));
        var newest = own is null || other?.Row.RecordedAt > own.Row.RecordedAt ? other : own;
        return (newest?.Event as IEnterpriseEvent)?.Enterprise;
    }
}

/// <summary>The place of an event in its stream.</summary>
internal readonly record struct Rank(long Version, int Ordinal) : IComparable<Rank>
{
    public int CompareTo(Rank other) => (Version, Ordinal).CompareTo((other.Version, other.Ordinal));
}
