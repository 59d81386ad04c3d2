using Microsoft.AspNetCore.WebUtilities;

namespace Qibin.Crm.Pipeline.Totals;

/// <summary>The lists behind figures, as links.</summary>
internal static class JourneyLinks
{
    /// <summary>The dimensions in the order in which a link names them, after the stage and the status.</summary>
    private static readonly Dimension[] Named =
        [Dimension.Chain, Dimension.Node, Dimension.Unit, Dimension.Owner, Dimension.SourceRegion, Dimension.Band, Dimension.Month];

    /// <summary>All that the filter keeps, whatever these dimensions.</summary>
    public static string To(JourneyFilter filter, params Dimension[] but)
    {
        return Link("/api/v1/pipeline/journeys",
        [
            Kept(Dimension.Stage),
            ("status", JourneyFilters.Words(filter.Statuses())),
            .. Named.Select(Kept),
            ("subUnits", filter.SubUnits == true && !but.Contains(Dimension.Unit) ? "true" : null),
            ("reached", JourneyFilters.Words(filter.Reached?.Values)),
            ("reachedIn", filter.ReachedIn),
            ("left", JourneyFilters.Words(filter.Left?.Values)),
            ("asOf", filter.AsOf?.ToString("O", CultureInfo.InvariantCulture)),
            ("knownAt", filter.KnownAt?.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture)),
        ]);

        (string, string?) Kept(Dimension d) => (JourneyFilters.Word(d), but.Contains(d) ? null : filter.Word(d));
    }

    /// <summary>One group by these dimensions.</summary>
    public static string To(string kept, Dimension[] by, Cell group) =>
        Link(kept, by.Select(d => (JourneyFilters.Word(d), (string?)group.Word(d))));

    private static string Link(string to, IEnumerable<(string Name, string? Value)> query) =>
        QueryHelpers.AddQueryString(to, query.Where(q => q.Value is not null).Select(q => KeyValuePair.Create(q.Name, q.Value)));
}
