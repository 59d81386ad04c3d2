namespace Qibin.Crm.Contracts.Directory;

/// <summary>A person was placed in a unit, named, given roles, activated or deactivated.</summary>
public sealed record OfficerPlaced : IEvent
{
    public required Guid OfficerId { get; init; }

    /// <summary>As colleagues know the person.</summary>
    public required string Name { get; init; }

    public required Guid UnitId { get; init; }
    public required string[] Roles { get; init; }

    /// <summary>Industry chains this person answers for, by code.</summary>
    public string[] Chains { get; init; } = [];

    public required bool Active { get; init; }
}
