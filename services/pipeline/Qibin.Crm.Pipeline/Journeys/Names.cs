namespace Qibin.Crm.Pipeline.Journeys;

/// <summary>An industry chain as it is shown.</summary>
public sealed record ChainName
{
    public required string Code { get; init; }
    public required string Name { get; init; }
    public required string NameEn { get; init; }

    internal static ChainName? Of(string? code) =>
        IndustryChains.All.FirstOrDefault(c => c.Code == code) is { } chain
            ? new() { Code = chain.Code, Name = chain.Name, NameEn = chain.NameEn } : null;
}

/// <summary>A node of an industry chain as it is shown.</summary>
public sealed record NodeName
{
    public required string Code { get; init; }
    public required string Name { get; init; }
    public required string NameEn { get; init; }

    internal static NodeName? Of(string? code) =>
        IndustryChains.All.SelectMany(c => c.Nodes).FirstOrDefault(n => n.Code == code) is { } node
            ? new() { Code = node.Code, Name = node.Name, NameEn = node.NameEn } : null;
}

/// <summary>A unit as it is shown; without names while the directory has not told of it.</summary>
public sealed record UnitName
{
    public required Guid Id { get; init; }
    public string? Code { get; init; }
    public string? Name { get; init; }
    public string? NameEn { get; init; }
}

internal static class UnitNames
{
    /// <summary>The names of all units: a district has tens of them.</summary>
    public static Task<Dictionary<Guid, UnitName>> NamesAsync(this IQueryable<UnitRow> units, CancellationToken ct) =>
        units.Select(u => new UnitName { Id = u.UnitId, Code = u.Code, Name = u.Name, NameEn = u.NameEn }).ToDictionaryAsync(u => u.Id, ct);

    public static UnitName Of(this Dictionary<Guid, UnitName> names, Guid id) => names.GetValueOrDefault(id) ?? new UnitName { Id = id };
}
