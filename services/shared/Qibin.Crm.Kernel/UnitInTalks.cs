namespace Qibin.Crm.Kernel;

/// <summary>A unit that is in talks with an investor, and whom to ring there.</summary>
public sealed record UnitInTalks
{
    public required Guid UnitId { get; init; }
    public required string UnitName { get; init; }

    /// <summary>Who owns the lead.</summary>
    [Named]
    public required Guid OwnerId { get; init; }

    /// <summary>Business date since when: of a lead its first contact, of a claim its filing.</summary>
    public required DateOnly Since { get; init; }
}
