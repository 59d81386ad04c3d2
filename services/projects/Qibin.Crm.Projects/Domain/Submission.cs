using Qibin.Crm.Kernel;

namespace Qibin.Crm.Projects.Domain;

/// <summary>State of a submission: 待审批, 已通过, 已退回, 已撤回, 已失效.</summary>
public enum SubmissionState { Open, Approved, Refused, Withdrawn, Lapsed }

/// <summary>What a submission asks for: 进入下一阶段, 更正日期, 变更或更正合同额.</summary>
public enum SubmissionPurpose { NextStage, Date, Contract }

/// <summary>
/// A submission 申报: an officer submits with evidence that the project reached its next stage, or with a reason that something happened on
/// another date or that the contract has another amount, and somebody else approves. A part of the project: it changes through the project
/// only, and the project's version is its version.
/// </summary>
internal sealed class Submission
{
    public required Guid Id { get; init; }
    public required Guid ProjectId { get; init; }

    public SubmissionPurpose Purpose { get; init; }

    /// <summary>The stage before; of a correction, the same stage.</summary>
    public required ProjectStage From { get; init; }

    /// <summary>
    /// The stage whose roles approve: the next one; of a correction, the stage that it is about, of a step back the one that was left.
    /// </summary>
    public required ProjectStage To { get; init; }

    /// <summary>Business date on which it happened.</summary>
    public required DateOnly OccurredOn { get; init; }

    /// <summary>Of a correction, the version that made the move; null of the next stage and of a new contract amount.</summary>
    public long? MoveVersion { get; init; }

    /// <summary>The date that it corrects; null where it corrects none.</summary>
    public DateOnly? PreviousOn { get; init; }

    /// <summary>The contract amount that it replaces; null where it replaces none.</summary>
    public Money? PreviousAmount { get; init; }

    public SubmissionState State { get; private set; }

    /// <summary>The officer who submits; never the one who approves.</summary>
    public required Guid SubmittedBy { get; init; }

    /// <summary>Who sent it: the officer, or the integration that recorded it for the officer.</summary>
    public required Guid RecordedBy { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }
    public string? Note { get; init; }
    public Guid? DecidedBy { get; private set; }
    public DateTimeOffset? DecidedAt { get; private set; }
    public string? DecisionNote { get; private set; }
    public Money? ContractAmount { get; init; }

    /// <summary>The contract's currency when it had no rate as the submission was filed.</summary>
    public string? CurrencyWithoutRate { get; init; }
    [Audited]
    public string? Uscc { get; init; }
    [Audited]
    public string? EnterpriseName { get; init; }
    public DateOnly? FirstOutputOn { get; init; }
    public Money? AnnualOutput { get; init; }
    public Money? AnnualTax { get; init; }
    public Document[] Documents { get; init; } = [];

    public StageEvidence Evidence => new()
    {
        ContractAmount = ContractAmount,
        Uscc = Uscc,
        EnterpriseName = EnterpriseName,
        FirstOutputOn = FirstOutputOn,
        AnnualOutput = AnnualOutput,
        AnnualTax = AnnualTax,
        Documents = Documents,
    };

    /// <summary>Called by the project.</summary>
    internal void Close(SubmissionState state, Guid by, string? note, DateTimeOffset now) =>
        (State, DecidedBy, DecisionNote, DecidedAt) = (state, by, note, now);
}
