using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Leads.Transfers;

/// <summary>A unit's part of the credit 业绩 and the tax 税收 of a lead, in basis points: 6000 is 60 per cent.</summary>
public sealed record ShareRequest
{
    [Needed]
    public Guid? UnitId { get; init; }

    [Needed, NumberRange(0, 10_000)]
    public int? Credit { get; init; }

    [Needed, NumberRange(0, 10_000)]
    public int? Tax { get; init; }
}

/// <summary>Proposes to give a lead to an officer of another unit.</summary>
public sealed record TransferRequest
{
    [Needed]
    public Guid? LeadId { get; init; }

    /// <summary>An active officer of another unit, who follows the lead once the transfer is confirmed.</summary>
    [Needed]
    public Guid? ToOwnerId { get; init; }

    /// <summary>
    /// The shares from then on, of both units and of those that have one from transfers before (theirs unchanged). Credit and tax each
    /// add up to 10000, or the proposal is refused.
    /// </summary>
    [Needed, Items(2, 20)]
    public IReadOnlyList<ShareRequest>? Shares { get; init; }

    [Needed, TextLength(1000)]
    public string? Reason { get; init; }

    /// <summary>When the proposal lapses unanswered; as the rules say when left out, at most 90 days ahead.</summary>
    public DateTimeOffset? AnswerBy { get; init; }
}

/// <summary>The other unit's answer: 接收, 拒收.</summary>
public enum TransferAnswerWord { Accepted, Declined }

/// <summary>Answers a proposal.</summary>
public sealed record TransferAnswerRequest
{
    [Needed]
    public TransferAnswerWord? Answer { get; init; }

    [TextLength(1000)]
    public string? Note { get; init; }
}

/// <summary>The coordinator's decision: 确认, 不予确认.</summary>
public enum TransferDecision { Confirmed, Refused }

/// <summary>Decides on an accepted transfer.</summary>
public sealed record TransferDecisionRequest
{
    [Needed]
    public TransferDecision? Decision { get; init; }

    [TextLength(1000)]
    public string? Note { get; init; }
}

/// <summary>A transfer between units.</summary>
public sealed record TransferAnswer : IVersioned
{
    public required Guid Id { get; init; }
    public required Guid LeadId { get; init; }

    /// <summary>So that the other unit knows what it is offered before it sees the lead.</summary>
    public required string LeadCode { get; init; }

    public required string InvestorName { get; init; }

    [Named]
    public required Guid FromUnitId { get; init; }

    [Named]
    public required Guid FromOwnerId { get; init; }

    [Named]
    public required Guid ToUnitId { get; init; }

    [Named]
    public required Guid ToOwnerId { get; init; }

    public required string Reason { get; init; }
    public required TransferState State { get; init; }
    public required IReadOnlyList<TransferShare> Shares { get; init; }
    public required DateTimeOffset AnswerBy { get; init; }

    [Named]
    public required Guid ProposedBy { get; init; }

    public required DateTimeOffset ProposedAt { get; init; }

    [Named]
    public Guid? AnsweredBy { get; init; }

    public DateTimeOffset? AnsweredAt { get; init; }
    public string? AnswerNote { get; init; }

    [Named]
    public Guid? DecidedBy { get; init; }

    public DateTimeOffset? DecidedAt { get; init; }
    public string? DecisionNote { get; init; }
    public required long Version { get; init; }

    internal static TransferAnswer From(TransferOfLead row) => new()
    {
        Id = row.Transfer.Id,
        LeadId = row.Lead.Id,
        LeadCode = row.Lead.Code,
        InvestorName = row.Lead.InvestorName,
        FromUnitId = row.Transfer.FromUnitId,
        FromOwnerId = row.Transfer.FromOwnerId,
        ToUnitId = row.Transfer.ToUnitId,
        ToOwnerId = row.Transfer.ToOwnerId,
        Reason = row.Transfer.Reason,
        State = row.Transfer.State,
        Shares = row.Transfer.Shares,
        AnswerBy = row.Transfer.AnswerBy,
        ProposedBy = row.Transfer.ProposedBy,
        ProposedAt = row.Transfer.ProposedAt,
        AnsweredBy = row.Transfer.AnsweredBy,
        AnsweredAt = row.Transfer.AnsweredAt,
        AnswerNote = row.Transfer.AnswerNote,
        DecidedBy = row.Transfer.DecidedBy,
        DecidedAt = row.Transfer.DecidedAt,
        DecisionNote = row.Transfer.DecisionNote,
        Version = row.Transfer.Version,
    };
}

/// <summary>A transfer with its lead.</summary>
internal sealed class TransferOfLead
{
    public required Transfer Transfer { get; init; }
    public required Lead Lead { get; init; }
}
