using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Concurrency;

namespace Qibin.Crm.Leads.Claims;

/// <summary>Something that the investment's size asks for before signing.</summary>
public sealed record ClaimTaskAnswer
{
    /// <summary>Business date on which it was done; null while it is open.</summary>
    public DateOnly? DoneOn { get; init; }

    /// <summary>The filing's reference, or the members of the task force.</summary>
    public string? Note { get; init; }
}

/// <summary>A claim on an investor.</summary>
public sealed record ClaimAnswer : IVersioned
{
    public required Guid Id { get; init; }

    /// <summary>Ascending in the order in which the database took the claims.</summary>
    public required long Number { get; init; }

    public required Guid InvestorId { get; init; }
    public required string InvestorName { get; init; }
    public required Guid LeadId { get; init; }

    /// <summary>The unit that claimed.</summary>
    [Named]
    public required Guid UnitId { get; init; }

    [Named]
    public required Guid ClaimedBy { get; init; }

    public required Guid ContactId { get; init; }
    public required DateOnly FirstTalkOn { get; init; }
    public string? Note { get; init; }
    public required ClaimState State { get; init; }
    public required DateTimeOffset ClaimedAt { get; init; }

    /// <summary>Until when it holds the investor; null while a dispute stops its clock.</summary>
    public DateTimeOffset? HeldUntil { get; init; }

    public required int Extensions { get; init; }

    [Named]
    public Guid? ConfirmedBy { get; init; }

    public ClaimEnd? End { get; init; }
    public string? EndNote { get; init; }

    /// <summary>The provincial filing 省级备案; null when the investment is too small for one.</summary>
    public ClaimTaskAnswer? Filing { get; init; }

    /// <summary>The task force 专班; null when the investment is too small for one.</summary>
    public ClaimTaskAnswer? TaskForce { get; init; }

    /// <summary>
    /// The investment's currency while it has no rate: whether it needs a filing and a task force is not known until a coordinator has
    /// entered one. Null otherwise.
    /// </summary>
    public string? CurrencyWithoutRate { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
    public required long Version { get; init; }

    internal static ClaimAnswer From(Claim claim) => new()
    {
        Id = claim.Id,
        Number = claim.Number,
        InvestorId = claim.InvestorId,
        InvestorName = claim.InvestorName,
        LeadId = claim.LeadId,
        UnitId = claim.UnitId,
        ClaimedBy = claim.ClaimedBy,
        ContactId = claim.ContactId,
        FirstTalkOn = claim.FirstTalkOn,
        Note = claim.Note,
        State = claim.State,
        ClaimedAt = claim.ClaimedAt,
        HeldUntil = claim.HeldUntil,
        Extensions = claim.Extensions,
        ConfirmedBy = claim.ConfirmedBy,
        End = claim.End,
        EndNote = claim.EndNote,
        Filing = claim.FilingRequired ? new ClaimTaskAnswer { DoneOn = claim.FiledOn, Note = claim.FilingReference } : null,
        TaskForce = claim.TaskForceRequired ? new ClaimTaskAnswer { DoneOn = claim.TaskForceOn, Note = claim.TaskForceNote } : null,
        CurrencyWithoutRate = claim.CurrencyWithoutRate,
        UpdatedAt = claim.UpdatedAt,
        Version = claim.Version,
    };
}

/// <summary>Whether an investor is protected, as far as the caller may know.</summary>
public sealed record ProtectionAnswer
{
    public required bool Protected { get; init; }

    /// <summary>The unit that is in talks; left out when the talks are confidential.</summary>
    public Guid? UnitId { get; init; }

    public string? UnitName { get; init; }

    /// <summary>The officer to ring: who owns the claim's lead.</summary>
    [Named]
    public Guid? OwnerId { get; init; }

    public DateTimeOffset? ClaimedAt { get; init; }
    public DateTimeOffset? HeldUntil { get; init; }

    /// <summary>The claim, where the caller may see it.</summary>
    public Guid? ClaimId { get; init; }
}

/// <summary>A dispute about a claim.</summary>
public sealed record DisputeAnswer : IVersioned
{
    public required Guid Id { get; init; }
    public required Guid ClaimId { get; init; }

    /// <summary>The disputing unit's own lead with the investor.</summary>
    public required Guid LeadId { get; init; }

    [Named]
    public required Guid UnitId { get; init; }

    public required Guid ContactId { get; init; }
    public required DateOnly FirstTalkOn { get; init; }
    public required string Reason { get; init; }

    [Named]
    public required Guid OpenedBy { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>Null while it is open.</summary>
    public DisputeDecision? Decision { get; init; }

    public string? DecisionNote { get; init; }

    [Named]
    public Guid? DecidedBy { get; init; }

    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>The claim that the disputing unit got.</summary>
    public Guid? WonClaimId { get; init; }

    public required long Version { get; init; }

    internal static DisputeAnswer From(ClaimDispute dispute) => new()
    {
        Id = dispute.Id,
        ClaimId = dispute.ClaimId,
        LeadId = dispute.LeadId,
        UnitId = dispute.UnitId,
        ContactId = dispute.ContactId,
        FirstTalkOn = dispute.FirstTalkOn,
        Reason = dispute.Reason,
        OpenedBy = dispute.OpenedBy,
        OpenedAt = dispute.OpenedAt,
        Decision = dispute.Decision,
        DecisionNote = dispute.DecisionNote,
        DecidedBy = dispute.DecidedBy,
        DecidedAt = dispute.DecidedAt,
        WonClaimId = dispute.WonClaimId,
        Version = dispute.Version,
    };
}
