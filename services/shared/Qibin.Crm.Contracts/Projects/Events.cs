using Qibin.Crm.Kernel;

namespace Qibin.Crm.Contracts.Projects;

/// <summary>A conversion opened a project at negotiating 在谈.</summary>
public sealed record ProjectOpened : IProjectEvent
{
    public required ProjectState Project { get; init; }
    public required DateOnly OccurredOn { get; init; }
}

/// <summary>A project reached its next stage, with evidence and approval.</summary>
public sealed record ProjectStageReached : IProjectEvent
{
    public required ProjectState Project { get; init; }
    public required ProjectStage From { get; init; }
    public required ProjectStage To { get; init; }
    public required DateOnly OccurredOn { get; init; }

    /// <summary>Who approved it; the event's actor recorded the approval. Null in events from before it was named.</summary>
    public Guid? ApproverId { get; init; }
}

/// <summary>A stage was taken back with a reason; the milestones after <c>to</c> no longer hold.</summary>
public sealed record ProjectSteppedBack : IProjectEvent
{
    public required ProjectState Project { get; init; }
    public required ProjectStage From { get; init; }
    public required ProjectStage To { get; init; }
    public required string Reason { get; init; }
    public required DateOnly OccurredOn { get; init; }
}

/// <summary>
/// The business date of a stage that a project holds was corrected: what changed at <c>moveVersion</c>, the contract amount of a signing
/// included, holds from <c>occurredOn</c> on, and no longer from <c>previousOn</c> on.
/// </summary>
public sealed record ProjectStageDateCorrected : IProjectEvent
{
    public required ProjectState Project { get; init; }

    /// <summary>The project's version at which the stage was reached, or at which the project was opened.</summary>
    public required long MoveVersion { get; init; }

    /// <summary>The stage; <c>negotiating</c> when the date of the conversion was corrected on the lead.</summary>
    public required ProjectStage Stage { get; init; }

    public required DateOnly PreviousOn { get; init; }
    public required DateOnly OccurredOn { get; init; }

    /// <summary>Who approved the correction; null for <c>negotiating</c>, which follows the lead.</summary>
    public Guid? ApproverId { get; init; }
}

/// <summary>
/// The business date of a step back, of a change of status or of a new contract amount was corrected: what changed at <c>moveVersion</c>
/// holds from <c>occurredOn</c> on, and no longer from <c>previousOn</c> on.
/// </summary>
public sealed record ProjectMoveDateCorrected : IProjectEvent
{
    public required ProjectState Project { get; init; }

    /// <summary>The project's version that made the move.</summary>
    public required long MoveVersion { get; init; }

    public required DateOnly PreviousOn { get; init; }
    public required DateOnly OccurredOn { get; init; }

    /// <summary>Who approved the correction.</summary>
    public required Guid ApproverId { get; init; }
}

/// <summary>
/// A project has another contract amount: a new one from <c>occurredOn</c> on, or with <c>moveVersion</c> the right one of a signing or of
/// an earlier new amount, from that one's date on.
/// </summary>
public sealed record ProjectContractCorrected : IProjectEvent
{
    public required ProjectState Project { get; init; }

    /// <summary>The project's version that had the wrong amount; null of a new amount.</summary>
    public long? MoveVersion { get; init; }

    public Money? PreviousAmount { get; init; }
    public required Money Amount { get; init; }
    public required DateOnly OccurredOn { get; init; }

    /// <summary>Who approved the amount.</summary>
    public required Guid ApproverId { get; init; }
}

/// <summary>A project was suspended 暂停, resumed 恢复 or terminated 终止; the state says which.</summary>
public sealed record ProjectStatusChanged : IProjectEvent
{
    public required ProjectState Project { get; init; }
    public required string Reason { get; init; }
    public required DateOnly OccurredOn { get; init; }
}

/// <summary>Funds were paid in 到位, or an entry was corrected.</summary>
public sealed record FundsPaidIn : IProjectEvent
{
    public required ProjectState Project { get; init; }
    public required Money Amount { get; init; }
    public required DateOnly OccurredOn { get; init; }
}

/// <summary>Investment was completed 完成投资, or an entry was corrected.</summary>
public sealed record InvestmentCompleted : IProjectEvent
{
    public required ProjectState Project { get; init; }
    public required Money Amount { get; init; }
    public required DateOnly OccurredOn { get; init; }
}

/// <summary>Facts of a project were corrected or added: name, node, owner, readers, enterprise.</summary>
public sealed record ProjectAmended : IProjectEvent
{
    public required ProjectState Project { get; init; }
}

/// <summary>The project's enterprise moved into the city 入驻.</summary>
public sealed record ProjectMovedIn : IProjectEvent
{
    public required ProjectState Project { get; init; }
    public required Guid EnterpriseId { get; init; }
    public required DateOnly OccurredOn { get; init; }
}
