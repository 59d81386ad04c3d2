namespace Qibin.Crm.Pipeline.Journeys;

/// <summary>An industry chain as it is shown.</summary>
public sealed record ChainName(string Code, string Name, string NameEn)
{
    internal static ChainName? Of(string? code) =>
        IndustryChains.All.FirstOrDefault(c => c.Code == code) is { } chain ? new(chain.Code, chain.Name, chain.NameEn) : null;
}

/// <summary>A node of an industry chain as it is shown.</summary>
public sealed record NodeName(string Code, string Name, string NameEn)
{
    internal static NodeName? Of(string? code) =>
        IndustryChains.All.SelectMany(c => c.Nodes).FirstOrDefault(n => n.Code == code) is { } node
            ? new(node.Code, node.Name, node.NameEn) : null;
}

/// <summary>A unit as it is shown; without names while the directory has not told of it.</summary>
public sealed record UnitName(Guid Id, string? Code = null, string? Name = null, string? NameEn = null);

internal static class UnitNames
{
    /// <summary>The names of all units: a district has tens of them.</summary>
    public static Task<Dictionary<Guid, UnitName>> NamesAsync(this IQueryable<UnitRow> units, CancellationToken ct) =>
        units.Select(u => new UnitName(u.UnitId, u.Code, u.Name, u.NameEn)).ToDictionaryAsync(u => u.Id, ct);

    public static UnitName Of(this Dictionary<Guid, UnitName> names, Guid id) => names.GetValueOrDefault(id) ?? new UnitName(id);
}
