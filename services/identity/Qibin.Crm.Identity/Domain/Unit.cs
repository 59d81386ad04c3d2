using Qibin.Crm.Kernel;

namespace Qibin.Crm.Identity.Domain;

/// <summary>A unit 部门 of the organisation's tree.</summary>
public sealed class Unit : Aggregate
{
    /// <summary>Most units there may be: a token lists the whole subtree of its bearer, and headers have a limit.</summary>
    public const int Most = 200;

    private Unit()
    {
    }

    /// <summary>Null at the root of a tree.</summary>
    public Guid? ParentId { get; private set; }

    /// <summary>Short and stable, such as <c>sat-1</c>; unique.</summary>
    [Audited]
    public string Code { get; private init; } = "";

    [Audited]
    public string Name { get; private set; } = "";
    [Audited]
    public string? NameEn { get; private set; }

    public static Unit Define(Guid id, string code, string name, string? nameEn, Guid? parentId)
    {
        var unit = new Unit { Id = id, Code = code, Name = name, NameEn = nameEn, ParentId = parentId };
        unit.Touch();
        return unit;
    }

    public void Rename(string name, string? nameEn)
    {
        (Name, NameEn) = (name, nameEn);
        Touch();
    }

    /// <summary>Hangs the unit, with everything below it, under another one.</summary>
    /// <exception cref="RuleViolation"><c>unit.cycle</c>: the new parent is the unit itself or below it.</exception>
    public void Move(Guid? parentId, UnitTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        if (parentId is { } parent && tree.Subtree(Id).Contains(parent))
        {
            throw new RuleViolation("unit.cycle");
        }

        ParentId = parentId;
        Touch();
    }
}

/// <summary>The units with who is below whom.</summary>
public sealed class UnitTree(IReadOnlyCollection<Unit> units)
{
    private readonly ILookup<Guid?, Unit> _children = units.ToLookup(u => u.ParentId);

    /// <summary>Whether there is such a unit.</summary>
    public bool Has(Guid id) => units.Any(u => u.Id == id);

    /// <summary>The unit and all units below it, the unit first.</summary>
    public IReadOnlyList<Guid> Subtree(Guid id) => [id, .. _children[id].SelectMany(child => Subtree(child.Id))];

    /// <summary>The units above this one, the nearest first.</summary>
    public IEnumerable<Guid> Above(Guid id)
    {
        for (var above = ParentOf(id); above is { } unit; above = ParentOf(unit))
        {
            yield return unit;
        }

        Guid? ParentOf(Guid unit) => units.Single(u => u.Id == unit).ParentId;
    }

    /// <summary>All units depth first, siblings by code, with their depth from 0.</summary>
    public IEnumerable<(Unit Unit, int Depth)> Walk() => Walk(null, 0);

    private IEnumerable<(Unit Unit, int Depth)> Walk(Guid? parent, int depth) =>
        _children[parent].OrderBy(u => u.Code, StringComparer.Ordinal).SelectMany(u => Walk(u.Id, depth + 1).Prepend((u, depth)));
}
