using Qibin.Crm.Kernel;

namespace Qibin.Crm.Leads.Domain;

/// <summary>Who brought a lead: 单位, 个人, 企业.</summary>
public enum ReferrerKind { Organisation, Person, Enterprise }

/// <summary>
/// Who brought a lead 引荐单位/人. Rewards hang on it, so it is frozen once approved: after that a coordinator alone changes it, with
/// a reason. Stands here and in no event, since it may name a person.
/// </summary>
internal sealed class Referral : Aggregate
{
    private Referral()
    {
    }

    public Guid LeadId { get; private init; }
    public ReferrerKind Kind { get; private set; }
    public string Name { get; private set; } = "";

    /// <summary>How the referrer took part, in words.</summary>
    public string? Note { get; private set; }

    public Guid ProposedBy { get; private set; }
    public DateTimeOffset ProposedAt { get; private set; }
    public Guid? ApprovedBy { get; private set; }
    public DateTimeOffset? ApprovedAt { get; private set; }
    public bool IsFrozen => ApprovedAt is not null;

    public static Referral Propose(Guid id, Guid leadId, ReferrerKind kind, string name, string? note, Actor actor)
    {
        var referral = new Referral { Id = id, LeadId = leadId };
        referral.Take(kind, name, note, actor);
        return referral;
    }

    /// <summary>Changes it. A change after the approval keeps it approved, by whoever changes it.</summary>
    /// <exception cref="RuleViolation"><c>referrer.frozen</c>, <c>referrer.reasonNeeded</c>.</exception>
    public void Amend(ReferrerKind kind, string name, string? note, bool administers, string? reason, Actor actor)
    {
        if (IsFrozen && !administers)
        {
            throw new RuleViolation("referrer.frozen");
        }

        if (IsFrozen && reason is null)
        {
            throw new RuleViolation("referrer.reasonNeeded");
        }

        var frozen = IsFrozen;
        Take(kind, name, note, actor);
        if (frozen)
        {
            (ApprovedBy, ApprovedAt) = (actor.By, actor.At);
        }
    }

    /// <summary>Approves and so freezes it.</summary>
    /// <exception cref="RuleViolation"><c>referrer.frozen</c>, <c>referrer.ownProposal</c>.</exception>
    public void Approve(Actor actor)
    {
        if (IsFrozen)
        {
            throw new RuleViolation("referrer.frozen");
        }

        if (actor.By == ProposedBy)
        {
            throw new RuleViolation("referrer.ownProposal");
        }

        (ApprovedBy, ApprovedAt) = (actor.By, actor.At);
        Touch();
    }

    private void Take(ReferrerKind kind, string name, string? note, Actor actor)
    {
        (Kind, Name, Note, ProposedBy, ProposedAt) = (kind, name, note, actor.By, actor.At);
        Touch();
    }
}
