using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using Qibin.Crm.Pipeline.Journeys;

namespace Qibin.Crm.Pipeline.Totals;

/// <summary>The lists behind figures, as links: what the filter keeps, group by group.</summary>
internal sealed class JourneyLinks
{
    /// <summary>The dimensions in the order in which a link names them, after the stage and the status.</summary>
    private static readonly Dimension[] Named =
    [
        Dimension.Chain, Dimension.Node, Dimension.Unit, Dimension.Owner, Dimension.SourceRegion, Dimension.Band, Dimension.Month,
    ];

    private readonly Dimension[] _by;

    // The same for all groups.
    private readonly string _kept;

    public JourneyLinks(JourneyFilter filter, params Dimension[] by)
    {
        _by = by;
        _kept = Link("/api/v1/pipeline/journeys",
        [
            Kept(Dimension.Stage),
            ("status", JourneyFilters.Words(filter.Statuses())),
            .. Named.Select(Kept),
            ("asOf", filter.AsOf?.ToString("O", CultureInfo.InvariantCulture)),
            ("knownAt", filter.KnownAt?.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture)),
        ]);

        (string, string?) Kept(Dimension dimension) =>
            (JourneyFilters.Word(dimension), by.Contains(dimension) ? null : filter.Word(dimension));
    }

    public static string To(JourneyFilter filter) => new JourneyLinks(filter)._kept;

    public string To(Cell group) => Link(_kept, _by.Select(d => (JourneyFilters.Word(d), (string?)group.Word(d))));

    private static string Link(string to, IEnumerable<(string Name, string? Value)> query) =>
        QueryHelpers.AddQueryString(to, query.Where(q => q.Value is not null).Select(q => KeyValuePair.Create(q.Name, q.Value)));
}
