using Qibin.Crm.Kernel;

namespace Qibin.Crm.Projects.Domain;

/// <summary>What an amount is of: funds paid in 到位资金, investment completed 完成投资.</summary>
public enum AmountKind { PaidIn, CompletedInvestment }

/// <summary>Where paid-in funds come from: 内资, 外资.</summary>
public enum FundsOrigin { Domestic, Foreign }

/// <summary>
/// An amount recorded for a project. Entries are never changed: a reversal, an entry with the opposite amount, corrects a wrong one.
/// </summary>
internal sealed class AmountEntry
{
    public required Guid Id { get; init; }
    public required Guid ProjectId { get; init; }
    public required AmountKind Kind { get; init; }

    /// <summary>Above zero; below zero in a reversal.</summary>
    public required Money Amount { get; init; }

    /// <summary>
    /// Business date of the payment, or up to which the investment was completed. A reversal has the date of its entry, so that the sums
    /// of each month and year stay right.
    /// </summary>
    public required DateOnly OccurredOn { get; init; }

    /// <summary>Of paid-in funds only.</summary>
    public FundsOrigin? Origin { get; init; }

    public Document? Document { get; init; }

    /// <summary>The entry that this one reverses.</summary>
    public Guid? ReversalOf { get; init; }

    /// <summary>Why the entry was reversed.</summary>
    public string? Reason { get; init; }

    public required Guid RecordedBy { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
}
