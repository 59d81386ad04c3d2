using Qibin.Crm.Kernel;

namespace Qibin.Crm.Contracts.Leads;

/// <summary>A first contact opened a lead.</summary>
public sealed record LeadOpened : ILeadEvent
{
    public required LeadState Lead { get; init; }
}

/// <summary>A contact was logged on a lead. What was said stays in the leads service.</summary>
public sealed record ContactRecorded : ILeadEvent
{
    public required LeadState Lead { get; init; }
    public required Guid ContactId { get; init; }
    public required string Channel { get; init; }
    public required DateOnly OccurredOn { get; init; }
}

/// <summary>A next step was planned, done or moved; null when none is open.</summary>
public sealed record NextStepPlanned : ILeadEvent
{
    public required LeadState Lead { get; init; }
    public DateOnly? DueOn { get; init; }
}

/// <summary>A lead was given to an officer, and with it to that officer's unit.</summary>
public sealed record LeadAssigned : ILeadEvent
{
    public required LeadState Lead { get; init; }
    public Guid? PreviousOwnerId { get; init; }

    /// <summary>False leaves the lead's project with its owner; else it goes along if that was the lead's owner too.</summary>
    public bool? WithProject { get; init; }

    public required DateOnly OccurredOn { get; init; }
}

/// <summary>A lead went into assessment, or was assessed as worth following.</summary>
public sealed record LeadAssessed : ILeadEvent
{
    public required LeadState Lead { get; init; }
    public required DateOnly OccurredOn { get; init; }
}

/// <summary>Real talks began: the lead opens the project whose id stands here.</summary>
public sealed record LeadConverted : ILeadEvent
{
    public required LeadState Lead { get; init; }
    public required Guid ProjectId { get; init; }
    public required string ProjectName { get; init; }
    public required DateOnly OccurredOn { get; init; }
}

/// <summary>A lead was kept for a later visit or closed as invalid.</summary>
public sealed record LeadClosed : ILeadEvent
{
    public required LeadState Lead { get; init; }
    public required string Reason { get; init; }
    public DateOnly? RevisitOn { get; init; }
    public required DateOnly OccurredOn { get; init; }
}

/// <summary>A kept or invalid lead is followed again.</summary>
public sealed record LeadReopened : ILeadEvent
{
    public required LeadState Lead { get; init; }
    public required DateOnly OccurredOn { get; init; }
}

/// <summary>
/// An investor was merged into another one, which tells it. Its leads tell of their new investor themselves, each by a
/// <c>LeadAmended</c>.
/// </summary>
public sealed record InvestorMerged : IJourneyEvent
{
    /// <summary>The investor that stays.</summary>
    public required Guid InvestorId { get; init; }

    /// <summary>The one that became part of it.</summary>
    public required Guid FromId { get; init; }

    public required Guid MergeId { get; init; }
}

/// <summary>A merge was undone: the investor that had become part of another one stands for itself again.</summary>
public sealed record InvestorMergeUndone : IJourneyEvent
{
    public required Guid InvestorId { get; init; }
    public required Guid FromId { get; init; }
    public required Guid MergeId { get; init; }
}

/// <summary>Facts of a lead were corrected or added: chain node, estimated investment, readers.</summary>
public sealed record LeadAmended : ILeadEvent
{
    public required LeadState Lead { get; init; }
}

/// <summary>
/// A lead was entered by mistake and put into the bin, or the import that had opened it was reverted: it counts on no day. Only a
/// <c>LeadRestored</c> follows it in its stream, and never after the revert of an import.
/// </summary>
public sealed record LeadRemoved : ILeadEvent
{
    public required LeadState Lead { get; init; }
}

/// <summary>A lead came back from the bin with all that it was: it counts on its days again, as if it had never been removed.</summary>
public sealed record LeadRestored : ILeadEvent
{
    public required LeadState Lead { get; init; }
}

/// <summary>A contact was corrected; the lead's first contact may have moved with it.</summary>
public sealed record ContactCorrected : ILeadEvent
{
    public required LeadState Lead { get; init; }
    public required Guid ContactId { get; init; }
    public required string Channel { get; init; }
    public required DateOnly OccurredOn { get; init; }
}

/// <summary>A contact was put into the bin; the lead's first contact may have moved to the next one, from that contact's day on.</summary>
public sealed record ContactRemoved : ILeadEvent
{
    public required LeadState Lead { get; init; }
    public required Guid ContactId { get; init; }
    public required string Channel { get; init; }

    /// <summary>Day of the contact.</summary>
    public required DateOnly OccurredOn { get; init; }
}

/// <summary>A contact came back from the bin; the lead's first contact may have moved back to it.</summary>
public sealed record ContactRestored : ILeadEvent
{
    public required LeadState Lead { get; init; }
    public required Guid ContactId { get; init; }
    public required string Channel { get; init; }

    /// <summary>Day of the contact.</summary>
    public required DateOnly OccurredOn { get; init; }
}

/// <summary>
/// The business date of a stage that a lead had reached was corrected: what changed at <c>moveVersion</c> holds from <c>occurredOn</c> on,
/// and no longer from <c>previousOn</c> on. A corrected conversion moves the opening of its project too.
/// </summary>
public sealed record LeadStageDateCorrected : ILeadEvent
{
    public required LeadState Lead { get; init; }

    /// <summary>The lead's version at which the stage was reached.</summary>
    public required long MoveVersion { get; init; }

    public required LeadStage Stage { get; init; }
    public required DateOnly PreviousOn { get; init; }
    public required DateOnly OccurredOn { get; init; }
}

/// <summary>Two units visited one investor within 14 days; both are told.</summary>
public sealed record VisitsClashed : IJourneyEvent
{
    public required Guid ClashId { get; init; }
    public required Guid EarlierLeadId { get; init; }
    public required Guid EarlierUnitId { get; init; }
    public required DateOnly EarlierOn { get; init; }
    public required Guid LaterLeadId { get; init; }
    public required Guid LaterUnitId { get; init; }
    public required DateOnly LaterOn { get; init; }
}

/// <summary>
/// A lead was opened with an investor that others are in talks with; the heads of both are told. It tells of nothing confidential.
/// </summary>
public sealed record TalksOverlapped : IJourneyEvent
{
    /// <summary>The lead that was opened.</summary>
    public required Guid LeadId { get; init; }

    public required Guid InvestorId { get; init; }
    public required Guid UnitId { get; init; }
    public required Guid OwnerId { get; init; }

    /// <summary>The leads that were open already, at most ten.</summary>
    public required IReadOnlyList<LeadInTalks> Others { get; init; }
}

/// <summary>An open lead, and with whom it is.</summary>
public sealed record LeadInTalks
{
    public required Guid LeadId { get; init; }
    public required Guid UnitId { get; init; }
    public required Guid OwnerId { get; init; }
}
