namespace Qibin.Crm.Pipeline.Reports;

/// <summary>
/// A caller's reach in words that can be compared: whoever has the same words sees the same rows, confidential ones aside, and no
/// confidential row is in a report.
/// </summary>
internal static class ReportScope
{
    public static string Of(Caller caller) => caller.Reach switch
    {
        Reach.All => "all",
        Reach.Chain => "chain " + string.Join(' ', caller.Chains.Order(StringComparer.Ordinal)),
        Reach.Subtree => "units " + string.Join(' ', caller.UnitIds.Order()),
        Reach.Unit => $"units {caller.UnitId}",
        _ => $"own {caller.Id}",
    };

    /// <summary>
    /// Keeps the reports that the caller may read: those made from what it sees itself, and all of them for whoever sees all. So who
    /// has moved to another unit does not take along what the old one saw.
    /// </summary>
    public static IQueryable<ReportRow> ReadableBy(this IQueryable<ReportRow> reports, Caller caller)
    {
        var scope = Of(caller);
        return caller.Reach == Reach.All ? reports : reports.Where(r => r.Scope == scope);
    }

    /// <summary>The scope as people call it.</summary>
    public static string Text(Caller caller, IReadOnlyDictionary<Guid, string> units) => caller.Reach switch
    {
        Reach.All => "全区",
        Reach.Chain => string.Join('、', caller.Chains.Order(StringComparer.Ordinal).Select(c => ChainName.Of(c)?.Name ?? c)),
        Reach.Subtree => string.Join('、', caller.UnitIds.Order().Select(u => units.GetValueOrDefault(u) ?? $"{u}")),
        Reach.Unit => caller.UnitId is { } unit ? units.GetValueOrDefault(unit) ?? $"{unit}" : "无",
        _ => "本人负责",
    };
}
