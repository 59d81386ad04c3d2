namespace Qibin.Crm.Contracts.Directory;

/// <summary>A unit 部门 was created, renamed or moved in the tree.</summary>
public sealed record UnitDefined : IEvent
{
    public required Guid UnitId { get; init; }
    public Guid? ParentId { get; init; }
    public required string Code { get; init; }
    public required string Name { get; init; }
    public string? NameEn { get; init; }
}
