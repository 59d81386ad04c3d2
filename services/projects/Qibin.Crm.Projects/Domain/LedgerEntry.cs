using Qibin.Crm.Kernel;

namespace Qibin.Crm.Projects.Domain;

/// <summary>An amount noted on a project's ledger. Entries are never changed: a wrong one is met by one that takes it back.</summary>
internal abstract class LedgerEntry
{
    public required Guid Id { get; init; }
    public required Guid ProjectId { get; init; }

    /// <summary>Above zero; below zero in an entry that takes another back.</summary>
    public required Money Amount { get; init; }

    public DocumentReference? Document { get; init; }

    /// <summary>The entry that this one takes back.</summary>
    public Guid? ReversalOf { get; init; }

    public string? Reason { get; init; }
    public required Guid RecordedBy { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>The amount that takes this entry back.</summary>
    /// <exception cref="RuleViolation"><c>funds.isReversal</c>.</exception>
    public Money Opposite() => ReversalOf is null ? Amount with { Amount = -Amount.Amount } : throw new RuleViolation("funds.isReversal");
}
