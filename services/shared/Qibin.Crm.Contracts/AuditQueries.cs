using Qibin.Crm.Kernel;

namespace Qibin.Crm.Contracts;

/// <summary>
/// Asks a service for audit entries after a position, and leaves the head of the chain with it: a chain that is made anew later differs
/// from the heads that the services keep.
/// </summary>
public sealed record AuditQuery
{
    /// <summary>Transaction of the last entry that the asker has; 0 begins with the first.</summary>
    public required ulong AfterXid { get; init; }

    /// <summary>Position of that entry.</summary>
    public required long AfterSeq { get; init; }

    /// <summary>The newest record of the chain; null while it has none.</summary>
    public AuditHead? Head { get; init; }
}

/// <summary>Entries in the order of their transactions. What would be too much for one answer is left for the next question.</summary>
public sealed record AuditReply
{
    public required AuditLine[] Entries { get; init; }

    /// <summary>More are there already.</summary>
    public required bool More { get; init; }
}

/// <summary>An audit entry as JSON, with its position.</summary>
public sealed record AuditLine
{
    public required ulong Xid { get; init; }
    public required long Seq { get; init; }

    /// <summary>An <see cref="AuditContent"/>.</summary>
    public required string Content { get; init; }
}

/// <summary>An audit entry as the chain keeps it.</summary>
public sealed record AuditContent
{
    public required Guid Id { get; init; }
    public required string Service { get; init; }
    public required DateTimeOffset At { get; init; }
    public required Guid ActorId { get; init; }
    public string? ClientId { get; init; }
    public required string Operation { get; init; }
    public required bool Refused { get; init; }
    public string? Reason { get; init; }
    public string? Address { get; init; }
    public string? TraceId { get; init; }
    public required bool Confidential { get; init; }
    public required IReadOnlyList<AuditSubject> Subjects { get; init; }
    public required IReadOnlyList<AuditChange> Changes { get; init; }
}

/// <summary>A place in the chain: the number of a record and its hash.</summary>
public sealed record AuditHead
{
    public required long Number { get; init; }

    /// <summary>SHA-256, hexadecimal.</summary>
    public required string Hash { get; init; }
}

/// <summary>Asks a service for the heads of the chain that it keeps.</summary>
public sealed record AuditHeadsQuery;

/// <summary>The newest heads that a service keeps, at most 1,000.</summary>
public sealed record AuditHeadsReply
{
    public required AuditHead[] Heads { get; init; }
}
