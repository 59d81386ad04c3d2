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

    /// <summary>The unit was defined by mistake: it goes into the bin.</summary>
    /// <param name="hasUnits">Whether there are units below it.</param>
    /// <param name="hadPeople">Whether somebody was ever in it: what is of a unit came by its people.</param>
    /// <param name="reason">Why.</param>
    /// <param name="by">Who.</param>
    /// <param name="at">When.</param>
    /// <param name="until">Until when it can be restored.</param>
    /// <exception cref="RuleViolation"><c>unit.hasUnits</c>, <c>unit.hadPeople</c>.</exception>
    public RemovedUnit Remove(bool hasUnits, bool hadPeople, string reason, Guid by, DateTimeOffset at, DateTimeOffset until)
    {
        if (hasUnits || hadPeople)
        {
            throw new RuleViolation(hasUnits ? "unit.hasUnits" : "unit.hadPeople");
        }

        Touch();
        return new RemovedUnit
        {
            Id = Id,
            ParentId = ParentId,
            Code = Code,
            Name = Name,
            NameEn = NameEn,
            Version = Version,
            Reason = reason,
            RemovedBy = by,
            RemovedAt = at,
            DueAt = until,
        };
    }

    /// <summary>The unit comes back from the bin; before it is saved it gets the version of its removal.</summary>
    public static Unit Of(RemovedUnit removed)
    {
        ArgumentNullException.ThrowIfNull(removed);
        return new()
        {
            Id = removed.Id,
            Code = removed.Code,
            Name = removed.Name,
            NameEn = removed.NameEn,
            ParentId = removed.ParentId,
        };
    }

    /// <summary>It is restored.</summary>
    public void Restore() => Touch();

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

/// <summary>A unit in the bin 回收站.</summary>
public sealed class RemovedUnit
{
    public required Guid Id { get; init; }
    public Guid? ParentId { get; init; }

    [Audited]
    public required string Code { get; init; }

    [Audited]
    public required string Name { get; init; }

    [Audited]
    public string? NameEn { get; init; }

    /// <summary>The unit's version with which it was removed.</summary>
    public required long Version { get; init; }

    public required string Reason { get; init; }
    public required Guid RemovedBy { get; init; }
    public required DateTimeOffset RemovedAt { get; init; }

    /// <summary>Until when it can be restored; then it is erased.</summary>
    public required DateTimeOffset DueAt { get; init; }
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
