using Qibin.Crm.Kernel;

namespace Qibin.Crm.Contracts.Leads;

/// <summary>
/// A unit's claim on an investor was filed, confirmed, extended, disputed, resolved or ended, or its amount passed a
/// limit.
/// </summary>
public sealed record ClaimMoved : IJourneyEvent
{
    public required Guid ClaimId { get; init; }
    public required Guid LeadId { get; init; }
    public required Guid InvestorId { get; init; }

    /// <summary>The unit that claimed.</summary>
    public required Guid UnitId { get; init; }

    /// <summary>Null when the claim was just filed.</summary>
    public ClaimState? From { get; init; }

    public required ClaimState State { get; init; }
    public required DateTimeOffset ClaimedAt { get; init; }

    /// <summary>Until when it holds, or held; null while a dispute stops its clock.</summary>
    public DateTimeOffset? HeldUntil { get; init; }

    /// <summary>Why it ended, as a word: <c>ended</c>, <c>idle</c>, <c>withdrawn</c>, <c>refused</c>, <c>overturned</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>The investment needs a provincial filing 省级备案 before signing.</summary>
    public required bool FilingRequired { get; init; }

    public DateOnly? FiledOn { get; init; }

    /// <summary>The investment needs a task force 专班.</summary>
    public required bool TaskForceRequired { get; init; }

    public DateOnly? TaskForceOn { get; init; }
}
