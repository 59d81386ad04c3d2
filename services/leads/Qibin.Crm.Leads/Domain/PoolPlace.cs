using System.ComponentModel;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Leads.Domain;

/// <summary>Whether a lead is in the pool 公海: 跟进中, 已预警, 在公海.</summary>
public enum PoolState { Followed, Warned, Pooled }

/// <summary>Rules of the pool 公海.</summary>
public sealed record PoolRules : IRules
{
    static Guid IRules.Id { get; } = new("0191d000-0000-7000-8000-000000000002");

    /// <summary>Whether leads go into the pool by themselves.</summary>
    [DefaultValue(true)]
    public bool Enabled { get; init; } = true;

    /// <summary>
    /// The day from which silence counts, so that switching the rules on pools nothing at once: shipped with the day of installation;
    /// the day of the change when left out.
    /// </summary>
    public DateOnly? StartOn { get; init; }

    /// <summary>Days without a contact after which a lead goes into the pool.</summary>
    [DefaultValue(30)]
    public int IdleDays { get; init; } = 30;

    /// <summary>Days before that on which its owner is warned; 0 warns nobody.</summary>
    [DefaultValue(3)]
    public int WarningDays { get; init; } = 3;

    /// <summary>Leads that one officer may pick on one day.</summary>
    [DefaultValue(3)]
    public int DailyPicks { get; init; } = 3;

    /// <summary>Days for which a lead does not go back to the officer that it was with.</summary>
    [DefaultValue(30)]
    public int ReturnDays { get; init; } = 30;
}

/// <summary>
/// Whether and when a lead is in the pool. A trigger of the database makes one row for each lead. A timer looks at the lead when that is
/// due and not at each contact, so that logging one costs nothing here.
/// </summary>
internal sealed class PoolPlace : Aggregate
{
    private PoolPlace()
    {
    }

    public Guid LeadId { get; private set; }
    public PoolState State { get; private set; }

    /// <summary>When to look at the lead again.</summary>
    public DateTimeOffset? DueAt { get; private set; }

    /// <summary>The last day of contact that a warning was given for: one silence is warned of once.</summary>
    public DateOnly? WarnedOf { get; private set; }

    /// <summary>The owner when it entered the pool. With another owner the lead is no longer in the pool.</summary>
    public Guid? FormerOwnerId { get; private set; }

    public DateTimeOffset? PooledAt { get; private set; }

    /// <summary>The day on which it left the pool.</summary>
    public DateOnly? LeftOn { get; private set; }

    /// <summary>What a look at the lead came to.</summary>
    internal enum Look { Nothing, Warned, Pooled, Left }

    /// <summary>Looks whether the lead has been silent for too long.</summary>
    /// <param name="lead">The lead.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="now">Now.</param>
    public Look Judge(Lead lead, PoolRules rules, DateTimeOffset now)
    {
        if (State == PoolState.Pooled)
        {
            if (Holds(lead))
            {
                DueAt = now.AddDays(1);
                return Look.Nothing;
            }

            Leave(now);
            return Look.Left;
        }

        var open = !lead.IsClosed && lead.Stage != LeadStage.Converted && !lead.Confidential;
        if (!open || !rules.Enabled)
        {
            // A closed or confidential lead may be opened again, and the rules switched on.
            (State, DueAt) = (PoolState.Followed, now.AddDays(7));
            return Look.Nothing;
        }

        var (quietSince, today) = (QuietSince(lead, rules), now.OnDay());
        var poolOn = quietSince.AddDays(rules.IdleDays + 1);
        if (today >= poolOn)
        {
            Enter(lead, now);
            return Look.Pooled;
        }

        var warnOn = poolOn.AddDays(-rules.WarningDays);
        if (rules.WarningDays > 0 && today >= warnOn && WarnedOf != quietSince)
        {
            (State, WarnedOf, DueAt) = (PoolState.Warned, quietSince, Within(poolOn, now));
            Touch();
            return Look.Warned;
        }

        State = WarnedOf == quietSince ? PoolState.Warned : PoolState.Followed;
        DueAt = Within(rules.WarningDays > 0 && WarnedOf != quietSince ? warnOn : poolOn, now);
        return Look.Nothing;
    }

    /// <summary>The day on which the lead goes into the pool if nothing is logged.</summary>
    public DateOnly PoolOn(Lead lead, PoolRules rules) => QuietSince(lead, rules).AddDays(rules.IdleDays + 1);

    /// <summary>Those who follow the lead give it into the pool.</summary>
    /// <exception cref="RuleViolation"><c>pool.already</c>, <c>lead.closed</c>, <c>lead.converted</c>,
    /// <c>pool.confidential</c>.</exception>
    public void Release(Lead lead, DateTimeOffset now)
    {
        if (Holds(lead))
        {
            throw new RuleViolation("pool.already");
        }

        if (lead.IsClosed || lead.Stage == LeadStage.Converted || lead.Confidential)
        {
            throw new RuleViolation(lead.IsClosed ? "lead.closed" : lead.Confidential ? "pool.confidential" : "lead.converted");
        }

        Enter(lead, now);
    }

    /// <summary>An officer takes the lead out of the pool.</summary>
    /// <exception cref="RuleViolation"><c>pool.notPooled</c>, <c>pool.formerOwner</c>.</exception>
    public void Pick(Lead lead, Guid officerId, PoolRules rules, DateTimeOffset now)
    {
        if (!Holds(lead))
        {
            throw new RuleViolation("pool.notPooled");
        }

        var freeOn = PooledAt!.Value.OnDay().AddDays(rules.ReturnDays);
        if (officerId == FormerOwnerId && now.OnDay() < freeOn)
        {
            throw new RuleViolation("pool.formerOwner", freeOn);
        }

        Leave(now);
    }

    /// <summary>The lead came back from the bin: silence counts from now.</summary>
    public void Restart(DateTimeOffset now) => Leave(now);

    /// <summary>Whether the lead is in the pool, and still as it went in: open, and with nobody new.</summary>
    public bool Holds(Lead lead) =>
        State == PoolState.Pooled && !lead.IsClosed && lead.Stage != LeadStage.Converted && lead.OwnerId == FormerOwnerId;

    /// <summary>The last contact, but not before the rules began, the lead was entered or it left the pool.</summary>
    private DateOnly QuietSince(Lead lead, PoolRules rules) =>
        new[] { lead.LastContactOn, rules.StartOn ?? DateOnly.MinValue, lead.CreatedAt.OnDay(), LeftOn ?? DateOnly.MinValue }.Max();

    /// <summary>The day, or tomorrow if that is sooner: rules that are changed hold within a day.</summary>
    private static DateTimeOffset Within(DateOnly day, DateTimeOffset now) =>
        day.Begins() is var at && at < now.AddDays(1) ? at : now.AddDays(1);

    private void Enter(Lead lead, DateTimeOffset now)
    {
        (State, FormerOwnerId, PooledAt, WarnedOf, DueAt) = (PoolState.Pooled, lead.OwnerId, now, null, now.AddDays(1));
        Touch();
    }

    /// <summary>Silence counts anew from now.</summary>
    private void Leave(DateTimeOffset now)
    {
        (State, WarnedOf, LeftOn) = (PoolState.Followed, null, now.OnDay());
        DueAt = now.AddDays(1);
        Touch();
    }
}

/// <summary>One pick out of the pool, for the daily limit and for the record.</summary>
internal sealed class PoolPick
{
    public required Guid Id { get; init; }
    public required Guid LeadId { get; init; }
    public required Guid OfficerId { get; init; }
    public required DateOnly PickedOn { get; init; }
    public required DateTimeOffset PickedAt { get; init; }
}
