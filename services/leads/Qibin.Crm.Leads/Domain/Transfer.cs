using System.ComponentModel;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Leads.Domain;

/// <summary>Rules of transfers between units.</summary>
public sealed record TransferRules : IRules
{
    static Guid IRules.Id { get; } = new("0191d000-0000-7000-8000-000000000003");

    /// <summary>Hours within which the other unit answers, unless the proposal says otherwise.</summary>
    [DefaultValue(72)]
    public int AnswerHours { get; init; } = 72;
}

/// <summary>How units share the credit and the tax of a lead: whole basis points, 10000 of each over all units.</summary>
internal static class Shares
{
    public const int Whole = 10_000;

    /// <summary>Everything to one unit.</summary>
    public static IReadOnlyList<TransferShare> Sole(Guid unitId) => [new TransferShare { UnitId = unitId, Credit = Whole, Tax = Whole }];

    /// <summary>
    /// The shares after a transfer: the two units share what the giving one had, and what others have from transfers before stays
    /// theirs.
    /// </summary>
    /// <param name="before">The shares until now.</param>
    /// <param name="asked">The shares that are proposed, of every unit that has one.</param>
    /// <param name="from">The unit that gives.</param>
    /// <param name="to">The unit that takes.</param>
    /// <exception cref="RuleViolation"><c>transfer.shareSum</c>, <c>transfer.shareUnits</c>, <c>transfer.shareOfOthers</c>.</exception>
    public static IReadOnlyList<TransferShare> After(
        IReadOnlyList<TransferShare> before, IReadOnlyList<TransferShare> asked, Guid from, Guid to)
    {
        if (asked.Any(s => s.Credit is < 0 or > Whole || s.Tax is < 0 or > Whole) || asked.Sum(s => s.Credit) != Whole
            || asked.Sum(s => s.Tax) != Whole)
        {
            throw new RuleViolation("transfer.shareSum");
        }

        var units = asked.Select(s => s.UnitId).ToHashSet();
        var others = before.Where(s => s.UnitId != from && s.UnitId != to).ToList();
        if (units.Count != asked.Count || !units.SetEquals(others.Select(s => s.UnitId).Append(from).Append(to)))
        {
            throw new RuleViolation("transfer.shareUnits");
        }

        return others.TrueForAll(asked.Contains) ? [.. asked.OrderBy(s => s.UnitId)] : throw new RuleViolation("transfer.shareOfOthers");
    }
}

/// <summary>
/// A transfer 流转 of a lead to another unit: proposed, answered by that unit until a deadline, confirmed by a coordinator. Only then
/// the lead changes hands, and both units read it from then on.
/// </summary>
internal sealed class Transfer : Aggregate
{
    private Transfer()
    {
    }

    public Guid LeadId { get; private set; }
    public Guid FromUnitId { get; private set; }
    public Guid FromOwnerId { get; private set; }
    public Guid ToUnitId { get; private set; }
    public Guid ToOwnerId { get; private set; }
    public string Reason { get; private set; } = "";
    public TransferState State { get; private set; }

    // Parallel arrays, so that the database itself can check that each adds up.
    public Guid[] ShareUnits { get; private set; } = [];
    public int[] ShareCredit { get; private set; } = [];
    public int[] ShareTax { get; private set; } = [];

    public DateTimeOffset AnswerBy { get; private set; }

    /// <summary>When it lapses unanswered; null once it is answered.</summary>
    public DateTimeOffset? DueAt { get; private set; }

    public Guid ProposedBy { get; private set; }
    public DateTimeOffset ProposedAt { get; private set; }
    public Guid? AnsweredBy { get; private set; }
    public DateTimeOffset? AnsweredAt { get; private set; }
    public string? AnswerNote { get; private set; }
    public Guid? DecidedBy { get; private set; }
    public DateTimeOffset? DecidedAt { get; private set; }
    public string? DecisionNote { get; private set; }
    public DateTimeOffset UpdatedAt { get; private set; }

    public IReadOnlyList<TransferShare> Shares =>
        [.. ShareUnits.Select((unit, i) => new TransferShare { UnitId = unit, Credit = ShareCredit[i], Tax = ShareTax[i] })];

    /// <summary>Proposes to give a lead to an officer of another unit.</summary>
    /// <exception cref="RuleViolation"><c>lead.closed</c>, <c>lead.converted</c>, <c>transfer.sameUnit</c>,
    /// <c>transfer.confidential</c>.</exception>
    public static Transfer Propose(
        Guid id, Lead lead, Guid toOwnerId, Guid toUnitId, IReadOnlyList<TransferShare> shares, DateTimeOffset answerBy, string reason,
        Actor actor)
    {
        if (lead.IsClosed || lead.Stage == LeadStage.Converted)
        {
            throw new RuleViolation(lead.IsClosed ? "lead.closed" : "lead.converted");
        }

        if (toUnitId == lead.UnitId)
        {
            throw new RuleViolation("transfer.sameUnit");
        }

        if (lead.Confidential && !lead.Readers.Contains(toOwnerId))
        {
            throw new RuleViolation("transfer.confidential");
        }

        var transfer = new Transfer
        {
            Id = id,
            LeadId = lead.Id,
            FromUnitId = lead.UnitId,
            FromOwnerId = lead.OwnerId,
            ToUnitId = toUnitId,
            ToOwnerId = toOwnerId,
            Reason = reason,
            State = TransferState.Proposed,
            ShareUnits = [.. shares.Select(s => s.UnitId)],
            ShareCredit = [.. shares.Select(s => s.Credit)],
            ShareTax = [.. shares.Select(s => s.Tax)],
            AnswerBy = answerBy,
            DueAt = answerBy,
            ProposedBy = actor.By,
            ProposedAt = actor.At,
        };
        transfer.Changed(actor);
        return transfer;
    }

    /// <summary>The other unit takes it, or not.</summary>
    /// <exception cref="RuleViolation"><c>transfer.wrongState</c>, <c>transfer.tooLate</c>, <c>transfer.ownProposal</c>.</exception>
    public void Answer(bool accepted, string? note, Actor actor)
    {
        Require(TransferState.Proposed);
        RefuseOwn(actor, ProposedBy);
        if (actor.At >= AnswerBy)
        {
            throw new RuleViolation("transfer.tooLate");
        }

        (State, DueAt) = (accepted ? TransferState.Accepted : TransferState.Declined, null);
        (AnsweredBy, AnsweredAt, AnswerNote) = (actor.By, actor.At, note);
        Changed(actor);
    }

    /// <summary>The proposing unit takes it back.</summary>
    /// <exception cref="RuleViolation"><c>transfer.wrongState</c>.</exception>
    public void Withdraw(Actor actor)
    {
        if (State != TransferState.Accepted)
        {
            Require(TransferState.Proposed);
        }

        (State, DueAt) = (TransferState.Withdrawn, null);
        Changed(actor);
    }

    /// <summary>Nobody answered in time.</summary>
    /// <returns>False when it needs no answer any more.</returns>
    public bool Lapse(Actor actor)
    {
        DueAt = null;
        if (State != TransferState.Proposed)
        {
            return false;
        }

        State = TransferState.Lapsed;
        Changed(actor);
        return true;
    }

    /// <summary>A coordinator confirms what both units agreed on, or not.</summary>
    /// <exception cref="RuleViolation"><c>transfer.wrongState</c>, <c>transfer.ownProposal</c>, <c>transfer.overtaken</c> when the lead has
    /// changed hands meanwhile.</exception>
    public void Decide(bool confirmed, Lead lead, string? note, Actor actor)
    {
        Require(TransferState.Accepted);
        RefuseOwn(actor, ProposedBy, AnsweredBy);
        if (confirmed && (lead.OwnerId != FromOwnerId || lead.UnitId != FromUnitId))
        {
            throw new RuleViolation("transfer.overtaken");
        }

        State = confirmed ? TransferState.Confirmed : TransferState.Refused;
        (DecidedBy, DecidedAt, DecisionNote) = (actor.By, actor.At, note);
        Changed(actor);
    }

    /// <summary>Four eyes: nobody answers the own proposal, and nobody who proposed or answered confirms.</summary>
    private static void RefuseOwn(Actor actor, params ReadOnlySpan<Guid?> before)
    {
        if (before.Contains(actor.By))
        {
            throw new RuleViolation("transfer.ownProposal");
        }
    }

    private void Require(TransferState state)
    {
        if (State != state)
        {
            throw new RuleViolation("transfer.wrongState");
        }
    }

    private void Changed(Actor actor)
    {
        UpdatedAt = actor.At;
        Touch();
    }
}
