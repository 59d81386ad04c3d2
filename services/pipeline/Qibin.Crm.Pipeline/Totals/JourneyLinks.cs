using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Qibin.Crm.Pipeline.Journeys;

namespace Qibin.Crm.Pipeline.Totals;

/// <summary>The lists behind figures, as links: what the filter keeps, group by group.</summary>
internal sealed class JourneyLinks(JourneyFilter filter, params Dimension[] by)
{
    // The same for all groups.
    private readonly string _kept = Link("/api/v1/pipeline/journeys",
    [
        ("stage", by.Contains(Dimension.Stage) ? null : Words(filter.Stage?.Values)),
        ("status", Words(filter.Statuses())),
        ("chain", by.Contains(Dimension.Chain) ? null : filter.Chain),
        ("node", by.Contains(Dimension.Node) ? null : filter.Node),
        ("unit", by.Contains(Dimension.Unit) ? null : filter.Unit?.ToString()),
        ("owner", by.Contains(Dimension.Owner) ? null : filter.Owner?.ToString()),
        ("sourceRegion", by.Contains(Dimension.SourceRegion) ? null : filter.SourceRegion),
        ("band", by.Contains(Dimension.Band) ? null : Words(filter.Band?.Values)),
        ("month", by.Contains(Dimension.Month) ? null : filter.Month),
        ("asOf", filter.AsOf?.ToString("O", CultureInfo.InvariantCulture)),
        ("knownAt", filter.KnownAt?.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture)),
    ]);

    /// <summary>All that the filter keeps.</summary>
    public static string To(JourneyFilter filter) => new JourneyLinks(filter)._kept;

    /// <summary>One group of it.</summary>
    public string To(GroupKey key) => Link(_kept, by.Select(dimension => dimension switch
    {
        Dimension.Stage => ("stage", Word(key.Stage!.Value)),
        Dimension.Chain => ("chain", key.Chain ?? JourneyFilters.None),
        Dimension.Unit => ("unit", $"{key.Unit}"),
        Dimension.Owner => ("owner", $"{key.Owner}"),
        Dimension.Node => ("node", key.Node ?? JourneyFilters.None),
        Dimension.SourceRegion => ("sourceRegion", key.SourceRegion ?? JourneyFilters.None),
        Dimension.Band => ("band", Word(key.Band!.Value)),
        _ => ("month", (string?)Months.Text(key.Month!.Value)),
    }));

    private static string Link(string to, IEnumerable<(string Name, string? Value)> query) =>
        QueryHelpers.AddQueryString(to, query.Where(q => q.Value is not null).Select(q => KeyValuePair.Create(q.Name, q.Value)));

    private static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static string? Words<T>(T[]? values) where T : struct, Enum => values is null ? null : string.Join(',', values.Select(Word));
}
