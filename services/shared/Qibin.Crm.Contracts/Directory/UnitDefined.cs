namespace Qibin.Crm.Contracts.Directory;

/// <summary>A unit 部门 was created, renamed or moved in the tree, or put into the bin or restored.</summary>
public sealed record UnitDefined : IEvent
{
    public required Guid UnitId { get; init; }
    public Guid? ParentId { get; init; }
    public required string Code { get; init; }
    public required string Name { get; init; }
    public string? NameEn { get; init; }

    /// <summary>It was defined by mistake, and nobody was ever in it; false again when it is restored.</summary>
    public bool Removed { get; init; }
}
