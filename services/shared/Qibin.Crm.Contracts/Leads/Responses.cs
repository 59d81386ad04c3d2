using Qibin.Crm.Kernel;

namespace Qibin.Crm.Contracts.Leads;

/// <summary>A deadline of a lead's response clock passed without what it asks for. Told once.</summary>
public sealed record ResponseBreached : IJourneyEvent
{
    public required Guid BreachId { get; init; }
    public required Guid LeadId { get; init; }
    public required ResponseKind Kind { get; init; }

    /// <summary>The last day on which it was in time.</summary>
    public required DateOnly DueOn { get; init; }

    /// <summary>With whom the lead was.</summary>
    public required Guid OwnerId { get; init; }

    public required Guid UnitId { get; init; }
    public required DateOnly OccurredOn { get; init; }
}

/// <summary>
/// What a breach was about was done late, or is asked for no more since the lead was closed or went into the pool; open again when an
/// import that had done it was taken back.
/// </summary>
public sealed record ResponseBreachMoved : IJourneyEvent
{
    public required Guid BreachId { get; init; }
    public required Guid LeadId { get; init; }
    public required ResponseKind Kind { get; init; }
    public required BreachState State { get; init; }
    public required DateOnly OccurredOn { get; init; }
}

/// <summary>The response clock of a lead stands still: it waits for the investor.</summary>
public sealed record ResponseClockPaused : ILeadEvent
{
    public required LeadState Lead { get; init; }
    public required DateOnly OccurredOn { get; init; }
}

/// <summary>The response clock of a lead runs again.</summary>
public sealed record ResponseClockResumed : ILeadEvent
{
    public required LeadState Lead { get; init; }
    public required DateOnly OccurredOn { get; init; }
}

/// <summary>What an officer has to do on a working day 今日待办, in numbers of leads.</summary>
public sealed record DigestMade : IJourneyEvent
{
    public required Guid OwnerId { get; init; }
    public required DateOnly On { get; init; }
    public required int Overdue { get; init; }
    public required int DueToday { get; init; }
    public required int Upcoming { get; init; }
    public required int WithoutNextStep { get; init; }
    public required int Revisits { get; init; }

    /// <summary>Leads with an open breach of the response clock.</summary>
    public required int Breaches { get; init; }
}

/// <summary>
/// December has come and the next year's schedule of holidays is not entered: deadlines of that year would count holidays as working days.
/// </summary>
public sealed record CalendarMissing : IJourneyEvent
{
    public required int Year { get; init; }
    public required DateOnly OccurredOn { get; init; }
}

/// <summary>Somebody unmasked as many people's phones and e-mail addresses as are allowed in a day.</summary>
public sealed record UnmaskingLimitReached : IJourneyEvent
{
    public required Guid CallerId { get; init; }
    public required int People { get; init; }
    public required DateOnly OccurredOn { get; init; }
}
