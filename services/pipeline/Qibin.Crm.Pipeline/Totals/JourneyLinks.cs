using Microsoft.AspNetCore.WebUtilities;

namespace Qibin.Crm.Pipeline.Totals;

/// <summary>The lists behind figures, as links.</summary>
internal static class JourneyLinks
{
    /// <summary>All that the filter keeps, whatever these dimensions.</summary>
    public static string To(JourneyFilter filter, params Dimension[] but) => To("/api/v1/pipeline/journeys", filter,
        [
            ("status", JourneyFilters.Words(filter.Statuses())),
            .. Enum.GetValues<Dimension>().Select(d => (JourneyFilters.Word(d), but.Contains(d) ? null : filter.Word(d))),
            ("subUnits", filter.SubUnits == true && !but.Contains(Dimension.Unit) ? "true" : null),
            ("reached", JourneyFilters.Words(filter.Reached?.Values)),
            ("reachedIn", filter.ReachedIn),
            ("left", JourneyFilters.Words(filter.Left?.Values)),
        ]);

    /// <summary>A list of the day and instant of a filter.</summary>
    public static string To(string list, JourneyFilter period, IEnumerable<(string Name, string? Value)> query) => Link(
        list, [.. query, ("asOf", Text(period.AsOf)), ("knownAt", Text(period.KnownAt))]);

    /// <summary>One group by these dimensions.</summary>
    public static string To(string kept, Dimension[] by, CellKey group) =>
        Link(kept, by.Select(d => (JourneyFilters.Word(d), (string?)group.Word(d))));

    private static string? Text(IFormattable? value) => value?.ToString("O", CultureInfo.InvariantCulture);

    private static string Link(string to, IEnumerable<(string Name, string? Value)> query) =>
        QueryHelpers.AddQueryString(to, query.Select(q => KeyValuePair.Create(q.Name, q.Value)));
}
