namespace Qibin.Crm.Contracts.Leads;

/// <summary>A lead will go into the pool 公海 on a day unless a contact is logged before.</summary>
public sealed record PoolWarned : IJourneyEvent
{
    public required Guid LeadId { get; init; }
    public required Guid OwnerId { get; init; }
    public required Guid UnitId { get; init; }

    /// <summary>The day on which it goes into the pool.</summary>
    public required DateOnly PoolOn { get; init; }
}

/// <summary>
/// A lead went into the pool, for want of contacts or released by hand. Until it is picked it stands with its last
/// owner.
/// </summary>
public sealed record LeadPooled : IJourneyEvent
{
    public required Guid LeadId { get; init; }
    public required Guid OwnerId { get; init; }
    public required Guid UnitId { get; init; }

    /// <summary>As a word: <c>idle</c> or <c>released</c>.</summary>
    public required string Reason { get; init; }

    public required DateOnly OccurredOn { get; init; }
}

/// <summary>A lead left the pool: picked by an officer, or followed again by whom it was with.</summary>
public sealed record LeadLeftPool : IJourneyEvent
{
    public required Guid LeadId { get; init; }

    /// <summary>Who picked it; null when it left otherwise.</summary>
    public Guid? PickedBy { get; init; }

    public required DateOnly OccurredOn { get; init; }
}
