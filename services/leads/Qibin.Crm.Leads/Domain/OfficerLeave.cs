using Qibin.Crm.Kernel;

namespace Qibin.Crm.Leads.Domain;

/// <summary>Days on which an officer is given no leads: leave, or, without an end, not taking part in automatic assignment.</summary>
internal sealed class OfficerLeave : Aggregate
{
    private OfficerLeave()
    {
    }

    public Guid OfficerId { get; private init; }
    public DateOnly From { get; private init; }

    /// <summary>Last day; null until it is withdrawn.</summary>
    public DateOnly? To { get; private init; }

    public string? Note { get; private init; }
    public Guid CreatedBy { get; private init; }
    public DateTimeOffset CreatedAt { get; private init; }

    /// <exception cref="RuleViolation"><c>leave.order</c>.</exception>
    public static OfficerLeave Enter(Guid id, Guid officerId, DateOnly from, DateOnly? to, string? note, Actor actor)
    {
        if (to < from)
        {
            throw new RuleViolation("leave.order");
        }

        var leave = new OfficerLeave
        {
            Id = id,
            OfficerId = officerId,
            From = from,
            To = to,
            Note = note,
            CreatedBy = actor.By,
            CreatedAt = actor.At,
        };
        leave.Touch();
        return leave;
    }
}
