using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Leads.Responses;

/// <summary>State of a lead's response clock: 计时中, 等待客商, 有超时未办, 已结束（或在公海）.</summary>
public enum ClockLight { Running, Paused, Breached, Ended }

/// <summary>The times of the response clock, all of them, in working days.</summary>
public sealed record ResponseRulesRequest
{
    /// <summary>The day from which time counts: of leads that were opened before, the clock begins then. As it is when left out.</summary>
    [BusinessDate]
    public DateOnly? StartOn { get; init; }

    /// <summary>From the opening until a named officer has the lead.</summary>
    [Needed, NumberRange(1, 250)]
    public int? OfficerDays { get; init; }

    /// <summary>From the opening until the assessment is concluded; not less.</summary>
    [Needed, NumberRange(1, 250)]
    public int? AssessmentDays { get; init; }

    /// <summary>From the opening until the investor has an answer; not less.</summary>
    [Needed, NumberRange(1, 250)]
    public int? FeedbackDays { get; init; }

    /// <summary>From the answer, and from each report, until the next report.</summary>
    [Needed, NumberRange(1, 250)]
    public int? ReportDays { get; init; }

    internal ResponseRules Rules(ResponseRules present)
    {
        if (AssessmentDays < OfficerDays || FeedbackDays < AssessmentDays)
        {
            throw Refusal.Invalid(AssessmentDays < OfficerDays ? "/assessmentDays" : "/feedbackDays", "clock.order");
        }

        return new ResponseRules
        {
            StartOn = StartOn ?? present.StartOn,
            OfficerDays = OfficerDays!.Value,
            AssessmentDays = AssessmentDays!.Value,
            FeedbackDays = FeedbackDays!.Value,
            ReportDays = ReportDays!.Value,
        };
    }
}

/// <summary>A deadline of the response clock.</summary>
public sealed record ResponseDeadlineAnswer
{
    public required ResponseKind Kind { get; init; }

    /// <summary>The last day that is in time.</summary>
    public required DateOnly DueOn { get; init; }

    public required bool Breached { get; init; }
}

/// <summary>Days on which the clock stood still.</summary>
public sealed record ClockPauseAnswer
{
    /// <summary>The first day that does not count.</summary>
    public required DateOnly From { get; init; }

    /// <summary>The first day that counts again; null while the clock is paused.</summary>
    public DateOnly? To { get; init; }

    public required string Reason { get; init; }

    [Named]
    public required Guid PausedBy { get; init; }
}

/// <summary>The response clock of a lead 响应时限.</summary>
public sealed record ResponseClockAnswer
{
    public required ClockLight Light { get; init; }
    public required ClockState State { get; init; }

    /// <summary>The day from which it counts.</summary>
    public required DateOnly From { get; init; }

    /// <summary>The day on which a named officer had the lead.</summary>
    public DateOnly? OfficerOn { get; init; }

    public DateOnly? AssessedOn { get; init; }
    public DateOnly? FeedbackOn { get; init; }

    /// <summary>The latest report.</summary>
    public DateOnly? ReportedOn { get; init; }

    /// <summary>What is open; none while it waits for the investor, but for what was breached before.</summary>
    public required IReadOnlyList<ResponseDeadlineAnswer> Deadlines { get; init; }

    public required IReadOnlyList<ClockPauseAnswer> Pauses { get; init; }

    /// <summary>For the entity tag: deadlines move with the calendar and pass without a new version of the lead.</summary>
    internal string Tag => $"{State}-{string.Join('-', Deadlines.Select(d => $"{d.DueOn:yyyyMMdd}{(d.Breached ? "b" : "")}"))}";

    internal static ResponseClockAnswer Of(Lead lead) => new()
    {
        Light = LightOf(lead),
        State = lead.Clock.State,
        From = lead.Clock.From,
        OfficerOn = lead.Clock.OfficerOn,
        AssessedOn = lead.Clock.AssessedOn,
        FeedbackOn = lead.Clock.FeedbackOn,
        ReportedOn = lead.Clock.ReportedOn,
        Deadlines = [.. lead.Clock.Deadlines.Select(
        d => new ResponseDeadlineAnswer { Kind = d.Kind, DueOn = d.On, Breached = d.Breached })],
        Pauses = [.. lead.Clock.Pauses.Select(p => new ClockPauseAnswer { From = p.From, To = p.To, Reason = p.Reason, PausedBy = p.By })],
    };

    internal static ClockLight LightOf(Lead lead) => lead switch
    {
        { OpenBreaches: > 0 } => ClockLight.Breached,
        { ClockState: ClockState.Running } => ClockLight.Running,
        { ClockState: ClockState.Paused } => ClockLight.Paused,
        _ => ClockLight.Ended,
    };
}

/// <summary>Filters of the breaches.</summary>
public sealed record BreachQuery
{
    /// <summary>What was not done in time: <c>officer</c>, <c>assessment</c>, <c>feedback</c>, <c>report</c>.</summary>
    public Words<ResponseKind>? Kind { get; init; }

    /// <summary><c>open</c> is not done yet, <c>met</c> was done late, <c>dropped</c> is no longer needed.</summary>
    public Words<BreachState>? State { get; init; }

    /// <summary>The unit that the lead is with now.</summary>
    public Guid? UnitId { get; init; }

    /// <summary>The officer whom the lead is with now.</summary>
    public Guid? OwnerId { get; init; }

    public Guid? LeadId { get; init; }
}

/// <summary>A breach with its lead.</summary>
internal sealed class BreachOfLead
{
    public required ResponseBreach Breach { get; init; }
    public required Lead Lead { get; init; }
}

/// <summary>A deadline that passed.</summary>
public sealed record BreachAnswer
{
    public required Guid Id { get; init; }
    public required ResponseKind Kind { get; init; }

    /// <summary>The last day that would have been in time.</summary>
    public required DateOnly DueOn { get; init; }

    public required BreachState State { get; init; }
    public required DateTimeOffset BreachedAt { get; init; }

    /// <summary>The day on which it was done late, or dropped.</summary>
    public DateOnly? EndedOn { get; init; }

    /// <summary>With whom the lead was when the time ran out.</summary>
    [Named]
    public required Guid BreachedOwnerId { get; init; }

    [Named]
    public required Guid BreachedUnitId { get; init; }

    public required Guid LeadId { get; init; }
    public required string LeadCode { get; init; }
    public required string InvestorName { get; init; }
    public required LeadStage Stage { get; init; }

    /// <summary>With whom the lead is now.</summary>
    [Named]
    public required Guid OwnerId { get; init; }

    [Named]
    public required Guid UnitId { get; init; }

    internal static BreachAnswer From(BreachOfLead found) => new()
    {
        Id = found.Breach.Id,
        Kind = found.Breach.Kind,
        DueOn = found.Breach.DueOn,
        State = found.Breach.State,
        BreachedAt = found.Breach.BreachedAt,
        EndedOn = found.Breach.EndedOn,
        BreachedOwnerId = found.Breach.OwnerId,
        BreachedUnitId = found.Breach.UnitId,
        LeadId = found.Lead.Id,
        LeadCode = found.Lead.Code,
        InvestorName = found.Lead.InvestorName,
        Stage = found.Lead.Stage,
        OwnerId = found.Lead.OwnerId,
        UnitId = found.Lead.UnitId,
    };
}
