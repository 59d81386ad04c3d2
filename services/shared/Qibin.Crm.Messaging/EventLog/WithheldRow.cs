namespace Qibin.Crm.Messaging.EventLog;

/// <summary>
/// A lead, project or enterprise that is confidential 涉密 now: the change feed leaves out every event about it, of whatever time. Where it
/// had shown some before, the row is the feed's entry that it was withdrawn. The row is gone when it is open again.
/// </summary>
public sealed class WithheldRow
{
    public required Guid SubjectId { get; init; }
    public required string SubjectType { get; init; }

    /// <summary>The withdrawal's id in the feed.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whether the feed had shown something of it.</summary>
    public required bool Announced { get; init; }

    /// <summary>Its place among the events.</summary>
    public required long Seq { get; init; }

    public required ulong Xid { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
}
