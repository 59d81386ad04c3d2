using Qibin.Crm.Contracts;

namespace Qibin.Crm.Projects.Domain;

/// <summary>Where paid-in funds come from: 内资, 外资.</summary>
public enum FundsOrigin { Domestic, Foreign }

/// <summary>Funds paid in 到位资金. Entries are never changed: a wrong one is met by one that takes it back.</summary>
internal sealed class FundsEntry
{
    public required Guid Id { get; init; }
    public required Guid ProjectId { get; init; }

    /// <summary>Above zero; below zero in an entry that takes another back.</summary>
    public required Money Amount { get; init; }

    /// <summary>Business date of the payment; a reversal has its entry's, so that each year's sum comes right.</summary>
    public required DateOnly PaidOn { get; init; }

    public required FundsOrigin Origin { get; init; }
    public DocumentReference? Document { get; init; }

    /// <summary>The entry that this one takes back.</summary>
    public Guid? ReversalOf { get; init; }

    public string? Reason { get; init; }
    public required Guid RecordedBy { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
}
