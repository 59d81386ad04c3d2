using Qibin.Crm.Kernel;

namespace Qibin.Crm.Leads.Domain;

/// <summary>How a next step ended.</summary>
public enum NextStepOutcome { Done, Replaced, Dropped, Cancelled }

/// <summary>What is to be done next on a lead, and what became of it.</summary>
internal sealed class NextStep
{
    public required Guid Id { get; init; }
    public required Guid LeadId { get; init; }
    public required string What { get; init; }
    public required DateOnly DueOn { get; init; }
    public required Guid CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public NextStepOutcome? Outcome { get; private set; }

    /// <summary>Business date on which it was done.</summary>
    public DateOnly? DoneOn { get; private set; }

    public string? Note { get; private set; }
    public Guid? EndedBy { get; private set; }
    public DateTimeOffset? EndedAt { get; private set; }

    public void End(NextStepOutcome outcome, Actor actor, DateOnly? doneOn = null, string? note = null) =>
        (Outcome, DoneOn, Note, EndedBy, EndedAt) = (outcome, doneOn, note, actor.By, actor.At);

    /// <summary>Called by the lead.</summary>
    internal void Reopen() => (Outcome, DoneOn, Note, EndedBy, EndedAt) = (null, null, null, null, null);
}

/// <summary>One stage of a lead's history.</summary>
internal sealed class StageMove
{
    public required Guid LeadId { get; init; }

    /// <summary>The lead's version after the move.</summary>
    public required long Version { get; init; }

    public LeadStage? From { get; init; }
    public required LeadStage To { get; init; }

    /// <summary>Business date, as it was corrected last.</summary>
    public required DateOnly OccurredOn { get; set; }

    /// <summary>How the date was corrected, oldest first.</summary>
    public StageDateCorrection[] Corrections { get; private set; } = [];

    public string? Note { get; init; }

    /// <summary>Why it was closed; null of any other move.</summary>
    public ClosureReason? ClosureReason { get; init; }

    public DateOnly? RevisitOn { get; init; }
    public string? WentTo { get; init; }
    public required Guid ActorId { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>Called by the lead.</summary>
    internal void Correct(StageDateCorrection correction) =>
        (OccurredOn, Corrections) = (correction.OccurredOn, [.. Corrections, correction]);
}

/// <summary>A correction of the business date of a lead's stage.</summary>
internal sealed record StageDateCorrection
{
    /// <summary>The date before it.</summary>
    public required DateOnly PreviousOn { get; init; }

    public required DateOnly OccurredOn { get; init; }
    public required string Reason { get; init; }
    public required Guid ActorId { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
}

/// <summary>One change of a lead's owner.</summary>
internal sealed class Assignment
{
    public required Guid LeadId { get; init; }
    public required long Version { get; init; }
    public required Guid FromOwnerId { get; init; }
    public required Guid FromUnitId { get; init; }
    public required Guid ToOwnerId { get; init; }
    public required Guid ToUnitId { get; init; }
    public required string Reason { get; init; }
    public required DateOnly OccurredOn { get; init; }
    public required Guid ActorId { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
}
