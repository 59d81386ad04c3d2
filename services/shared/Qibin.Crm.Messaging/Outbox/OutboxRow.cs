namespace Qibin.Crm.Messaging.Outbox;

/// <summary>
/// An event that still waits for the broker. A trigger on the log inserts it, the relay deletes it on the broker's confirm.
/// </summary>
public sealed class OutboxRow
{
    /// <summary>The event.</summary>
    public required long Seq { get; init; }

    public required Guid StreamId { get; init; }
    public DateTimeOffset AvailableAt { get; init; }

    /// <summary>Failed attempts that were the message's own fault; faults of the transport count none.</summary>
    public int Attempts { get; init; }

    public string? LastError { get; init; }

    /// <summary>Set after 8 attempts: the stream waits until somebody replays it.</summary>
    public DateTimeOffset? ParkedAt { get; init; }
}
