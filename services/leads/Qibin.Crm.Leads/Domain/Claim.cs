using Qibin.Crm.Kernel;

namespace Qibin.Crm.Leads.Domain;

/// <summary>Why a claim ended: 到期, 久未联系, 主动放弃, 未获确认, 争议败诉.</summary>
public enum ClaimEnd { Ended, Idle, Withdrawn, Refused, Overturned }

/// <summary>
/// First-report protection 首报首谈: a unit's claim on an investor, with its first talk as evidence. It protects the investor from the
/// server's time of its filing until <see cref="HeldUntil"/>; the database refuses overlapping claims on one name or code.
/// </summary>
internal sealed class Claim : Aggregate
{
    private Claim()
    {
    }

    /// <summary>Ascending in the order in which the database took the claims; given by it.</summary>
    public long Number { get; private set; }

    public Guid InvestorId { get; private set; }

    /// <summary>The investor's name when it was claimed.</summary>
    [Audited]
    public string InvestorName { get; private set; } = "";

    /// <summary>The names and codes that it protects: the <see cref="Investor.Keys"/> of its investor.</summary>
    public string[] Keys { get; private set; } = [];

    public Guid LeadId { get; private set; }

    /// <summary>The unit that claimed; the lead may have another one now.</summary>
    public Guid UnitId { get; private set; }

    public Guid ClaimedBy { get; private set; }

    /// <summary>The logged contact that is the first talk.</summary>
    public Guid ContactId { get; private set; }

    public DateOnly FirstTalkOn { get; private set; }
    public string? Note { get; private set; }
    public ClaimState State { get; private set; }

    /// <summary>The state that a dispute interrupted.</summary>
    public ClaimState? Undisputed { get; private set; }

    public DateTimeOffset ClaimedAt { get; private set; }

    /// <summary>Since when it protects these names and codes: its filing, or the latest rename or merge.</summary>
    public DateTimeOffset HeldFrom { get; private set; }

    /// <summary>End of the period, exclusive; null while a dispute suspends it.</summary>
    public DateTimeOffset? HeldUntil { get; private set; }

    /// <summary>The rest of the period when a dispute suspended it.</summary>
    public TimeSpan? Left { get; private set; }

    /// <summary>The day on which the last dispute was resolved: silence counts from it.</summary>
    public DateOnly? ResumedOn { get; private set; }

    /// <summary>When to look whether it has ended.</summary>
    public DateTimeOffset? DueAt { get; private set; }

    public int Extensions { get; private set; }

    /// <summary>Contacts of the lead when it was claimed or last extended: further ones are progress.</summary>
    public int ContactsCounted { get; private set; }

    public Guid? ConfirmedBy { get; private set; }
    public ClaimEnd? End { get; private set; }
    public string? EndNote { get; private set; }
    public bool FilingRequired { get; private set; }

    /// <summary>The investment's currency while it has no rate, so that nobody knows what its size needs; null otherwise.</summary>
    public string? CurrencyWithoutRate { get; private set; }
    public DateOnly? FiledOn { get; private set; }
    [Audited]
    public string? FilingReference { get; private set; }
    public bool TaskForceRequired { get; private set; }
    public DateOnly? TaskForceOn { get; private set; }
    public string? TaskForceNote { get; private set; }
    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>Whether it protects the investor.</summary>
    public bool Holds => State is ClaimState.Pending or ClaimState.Protected or ClaimState.Extended or ClaimState.Disputed;

    /// <summary>A unit claims an investor.</summary>
    /// <exception cref="RuleViolation"><c>lead.closed</c>.</exception>
    public static Claim File(
        Guid id, Lead lead, string[] keys, Contact firstTalk, string? note, ClaimRules rules, Actor actor, decimal? rate)
    {
        if (lead.IsClosed)
        {
            throw new RuleViolation("lead.closed");
        }

        var claim = new Claim
        {
            Id = id,
            InvestorId = lead.InvestorId,
            InvestorName = lead.InvestorName,
            Keys = keys,
            LeadId = lead.Id,
            UnitId = lead.UnitId,
            ClaimedBy = actor.By,
            ContactId = firstTalk.Id,
            FirstTalkOn = firstTalk.OccurredOn,
            Note = note,
            State = ClaimState.Pending,
            ClaimedAt = actor.At,
            HeldFrom = actor.At,
            HeldUntil = actor.At.AddDays(rules.ProtectionDays),
            ContactsCounted = lead.ContactCount,
        };
        claim.Measure(lead.EstimatedInvestment, rate, rules);
        claim.Look(lead.LastContactOn, rules);
        claim.Changed(actor);
        return claim;
    }

    /// <summary>Somebody other than the filer confirms the evidence, or refuses it.</summary>
    /// <exception cref="RuleViolation"><c>claim.wrongState</c>, <c>claim.ownConfirmation</c>.</exception>
    public void Confirm(bool good, string? note, Actor actor)
    {
        if (State != ClaimState.Pending)
        {
            throw new RuleViolation("claim.wrongState");
        }

        if (actor.By == ClaimedBy)
        {
            throw new RuleViolation("claim.ownConfirmation");
        }

        ConfirmedBy = actor.By;
        if (good)
        {
            State = ClaimState.Protected;
            Changed(actor);
        }
        else
        {
            EndAt(actor.At, ClaimEnd.Refused, note, actor);
        }
    }

    /// <summary>Progress lengthens the protection.</summary>
    /// <exception cref="RuleViolation"><c>claim.wrongState</c>, <c>claim.noProgress</c>.</exception>
    public void Extend(Lead lead, ClaimRules rules, Actor actor, decimal? rate)
    {
        if (State is not (ClaimState.Protected or ClaimState.Extended))
        {
            throw new RuleViolation("claim.wrongState");
        }

        if (lead.ContactCount <= ContactsCounted)
        {
            throw new RuleViolation("claim.noProgress");
        }

        State = ClaimState.Extended;
        Extensions++;
        ContactsCounted = lead.ContactCount;
        HeldUntil = HeldUntil!.Value.AddDays(rules.ExtensionDays);
        Measure(lead.EstimatedInvestment, rate, rules);
        Look(lead.LastContactOn, rules);
        Changed(actor);
    }

    /// <summary>The unit gives up the protection.</summary>
    /// <exception cref="RuleViolation"><c>claim.wrongState</c>.</exception>
    public void Release(string reason, Actor actor)
    {
        if (!Holds || State == ClaimState.Disputed)
        {
            throw new RuleViolation("claim.wrongState");
        }

        EndAt(actor.At, ClaimEnd.Withdrawn, reason, actor);
    }

    /// <summary>
    /// Ends the claim when its period is over or no contact was logged for too long; otherwise says when to look again.
    /// </summary>
    /// <returns>Whether it ended.</returns>
    public bool Lapse(DateOnly lastContactOn, ClaimRules rules, Actor actor)
    {
        if (!Holds || State == ClaimState.Disputed)
        {
            DueAt = null;
            return false;
        }

        if (HeldUntil <= actor.At)
        {
            // The period keeps its end, however late this runs.
            (State, End, DueAt) = (ClaimState.Expired, ClaimEnd.Ended, null);
            Changed(actor);
            return true;
        }

        if (IdleAt(lastContactOn, rules) <= actor.At)
        {
            EndAt(actor.At, ClaimEnd.Idle, null, actor);
            return true;
        }

        Look(lastContactOn, rules);
        return false;
    }

    /// <summary>Another unit disputes the claim: its clock stops until a coordinator has resolved that.</summary>
    /// <exception cref="RuleViolation"><c>claim.disputed</c>, <c>claim.wrongState</c>.</exception>
    public void Dispute(Actor actor)
    {
        if (State == ClaimState.Disputed)
        {
            throw new RuleViolation("claim.disputed");
        }

        if (!Holds)
        {
            throw new RuleViolation("claim.wrongState");
        }

        (Undisputed, State) = (State, ClaimState.Disputed);
        (Left, HeldUntil, DueAt) = (HeldUntil - actor.At, null, null);
        Changed(actor);
    }

    /// <summary>The dispute is resolved: the claim goes on with what was left of it, or ends.</summary>
    /// <exception cref="RuleViolation"><c>claim.wrongState</c>.</exception>
    public void Resolve(bool upheld, string note, DateOnly lastContactOn, ClaimRules rules, Actor actor)
    {
        if (State != ClaimState.Disputed)
        {
            throw new RuleViolation("claim.wrongState");
        }

        (State, HeldUntil) = (Undisputed!.Value, actor.At + Left!.Value);
        (Undisputed, Left, ResumedOn) = (null, null, actor.At.OnDay());
        if (upheld)
        {
            Look(lastContactOn, rules);
            Changed(actor);
        }
        else
        {
            EndAt(actor.At, ClaimEnd.Overturned, note, actor);
        }
    }

    /// <summary>
    /// The claim goes where its lead went with a merge, and follows the names and codes of its investor. New keys alone are no change
    /// that anybody reads, so the version stays.
    /// </summary>
    /// <returns>Whether it has another investor now.</returns>
    public bool Follow(Guid investorId, string[] keys, Actor actor)
    {
        if (InvestorId == investorId && Keys.ToHashSet(StringComparer.Ordinal).SetEquals(keys))
        {
            return false;
        }

        var moved = InvestorId != investorId;
        (InvestorId, Keys, HeldFrom) = (investorId, keys, actor.At);
        if (moved)
        {
            Changed(actor);
        }

        return moved;
    }

    /// <summary>Updates what the investment's size needs, by the rate of the day; a need never ends.</summary>
    /// <returns>Whether there is a new need, or it is newly known or unknown whether there is one.</returns>
    public bool Follow(Money? investment, ClaimRules rules, Actor actor, decimal? rate)
    {
        if (!Measure(investment, rate, rules))
        {
            return false;
        }

        Changed(actor);
        return true;
    }

    /// <summary>The provincial filing is done.</summary>
    /// <exception cref="RuleViolation"><c>claim.notAsked</c>.</exception>
    public void Filed(DateOnly on, string reference, Actor actor)
    {
        if (!FilingRequired)
        {
            throw new RuleViolation("claim.notAsked");
        }

        (FiledOn, FilingReference) = (on, reference);
        Changed(actor);
    }

    /// <summary>The task force is set up.</summary>
    /// <exception cref="RuleViolation"><c>claim.notAsked</c>.</exception>
    public void TaskForceSetUp(DateOnly on, string note, Actor actor)
    {
        if (!TaskForceRequired)
        {
            throw new RuleViolation("claim.notAsked");
        }

        (TaskForceOn, TaskForceNote) = (on, note);
        Changed(actor);
    }

    private bool Measure(Money? investment, decimal? rate, ClaimRules rules)
    {
        var before = (FilingRequired, TaskForceRequired, CurrencyWithoutRate);
        CurrencyWithoutRate = rate is null ? investment?.Currency : null;
        // The limits are in yuan.
        var yuan = investment?.Amount * rate;
        FilingRequired |= yuan >= rules.FilingFrom;
        TaskForceRequired |= yuan >= rules.TaskForceFrom;
        return before != (FilingRequired, TaskForceRequired, CurrencyWithoutRate);
    }

    private void Look(DateOnly lastContactOn, ClaimRules rules)
    {
        var idle = IdleAt(lastContactOn, rules);
        DueAt = idle < HeldUntil ? idle : HeldUntil;
    }

    private DateTimeOffset IdleAt(DateOnly lastContactOn, ClaimRules rules) =>
        new[] { lastContactOn, ClaimedAt.OnDay(), ResumedOn ?? DateOnly.MinValue }.Max().AddDays(rules.IdleReleaseDays + 1).Begins();

    private void EndAt(DateTimeOffset at, ClaimEnd end, string? note, Actor actor)
    {
        (State, HeldUntil, End, EndNote, DueAt) = (ClaimState.Released, HeldUntil < at ? HeldUntil : at, end, note, null);
        Changed(actor);
    }

    private void Changed(Actor actor)
    {
        UpdatedAt = actor.At;
        Touch();
    }
}

/// <summary>How a dispute was resolved: 维持, 改判.</summary>
public enum DisputeDecision { Upheld, Overturned }

/// <summary>Another unit disputes 争议 a claim; a coordinator resolves it.</summary>
internal sealed class ClaimDispute : Aggregate
{
    private ClaimDispute()
    {
    }

    public Guid ClaimId { get; private set; }

    /// <summary>The disputing unit's own lead with the investor.</summary>
    public Guid LeadId { get; private set; }

    public Guid UnitId { get; private set; }
    public Guid ContactId { get; private set; }
    public DateOnly FirstTalkOn { get; private set; }
    public string Reason { get; private set; } = "";
    public Guid OpenedBy { get; private set; }
    public DateTimeOffset OpenedAt { get; private set; }
    public DisputeDecision? Decision { get; private set; }
    public string? DecisionNote { get; private set; }
    public Guid? DecidedBy { get; private set; }
    public DateTimeOffset? DecidedAt { get; private set; }

    /// <summary>The claim that the disputing unit got.</summary>
    public Guid? WonClaimId { get; private set; }

    public static ClaimDispute Open(Guid id, Claim claim, Lead lead, Contact firstTalk, string reason, Actor actor)
    {
        var dispute = new ClaimDispute
        {
            Id = id,
            ClaimId = claim.Id,
            LeadId = lead.Id,
            UnitId = lead.UnitId,
            ContactId = firstTalk.Id,
            FirstTalkOn = firstTalk.OccurredOn,
            Reason = reason,
            OpenedBy = actor.By,
            OpenedAt = actor.At,
        };
        dispute.Touch();
        return dispute;
    }

    /// <exception cref="RuleViolation"><c>claim.resolved</c>, <c>claim.ownDispute</c>.</exception>
    public void Resolve(DisputeDecision decision, string note, Guid? wonClaimId, Actor actor)
    {
        if (Decision is not null || OpenedBy == actor.By)
        {
            throw new RuleViolation(Decision is not null ? "claim.resolved" : "claim.ownDispute");
        }

        (Decision, DecisionNote, WonClaimId, DecidedBy, DecidedAt) = (decision, note, wonClaimId, actor.By, actor.At);
        Touch();
    }
}
