using Qibin.Crm.Kernel;

namespace Qibin.Crm.Projects.Domain;

/// <summary>
/// Kinds of moves: 立项, 进入阶段, 退回, 暂停, 恢复, 终止, 变更合同额, 入驻, 离园; and of corrections of a move: 更正阶段日期, 更正退回、状态或合同变更日期,
/// 更正原登记合同额.
/// </summary>
public enum HistoryKind
{
    Opened, Reached, SteppedBack, Suspended, Resumed, Terminated, ContractCorrected, MovedIn, Left, StageDateCorrected,
    MoveDateCorrected, ContractRestated,
}

/// <summary>One move of a project, kept for ever.</summary>
internal sealed class HistoryEntry
{
    public required Guid Id { get; init; }
    public required Guid ProjectId { get; init; }

    /// <summary>The project's version that the move made.</summary>
    public required long Version { get; init; }

    public required HistoryKind Kind { get; init; }
    public required ProjectStage From { get; init; }
    public required ProjectStage To { get; init; }
    public required DateOnly OccurredOn { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>Who moved it: the approver of a submission, the caller of other moves; empty for the system.</summary>
    public required Guid ActorId { get; init; }

    public Guid? SubmissionId { get; init; }
    public string? Reason { get; init; }

    /// <summary>Of a correction, the version that made the move.</summary>
    public long? MoveVersion { get; init; }

    /// <summary>Date of the move before a correction.</summary>
    public DateOnly? PreviousOn { get; init; }

    /// <summary>Contract amount before a new amount or a correction.</summary>
    public Money? PreviousAmount { get; init; }

    /// <summary>Contract amount of a signing, a new amount or a correction.</summary>
    public Money? Amount { get; init; }
}
