namespace Qibin.Crm.Pipeline.Forecasts;

/// <summary>What is still to be signed and paid in this year, weighed by what history says of each stage.</summary>
/// <remarks>The filter is about what journeys are on the day; history is that of all journeys that the caller sees.</remarks>
internal static class ReadForecast
{
    internal static async Task<Ok<Forecast>> Handle(
        [AsParameters] ConvertedFilter query, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        Conversion.Check(query.ConvertTo);
        var (asked, putBack) = await db.AskedAsync(query with { KnownAt = query.KnownAt ?? clock.GetUtcNow() }, false, clock, ct);
        var known = asked.KnownAt!.Value;
        asked = asked with { AsOf = query.AsOf ?? known.OnDay() };
        var leads = asked.AsksHistory()
            ? await db.IntervalsOn(asked).Matching(db, asked).Select(i => i.LeadId).ToHashSetAsync(ct) : null;
        var forecasting = new Forecasting(asked.AsOf.Value, known, Meant(asked, leads), asked.Statuses());

        // Out of one snapshot: all journeys that the caller sees, each with all its intervals.
        var (knownFrom, dayFrom) = (forecasting.KnownFrom, forecasting.DayFrom);
        var intervals = db.Intervals.AsNoTracking()
            .Where(i => i.KnownFrom <= known && (i.KnownTo == null || i.KnownTo > knownFrom) && (i.DayTo == null || i.DayTo > dayFrom));
        var journeys = db.ByBatchesAsync(batch =>
        {
            var ofBatch = intervals.Of(batch).OrderBy(i => i.KnownFrom).ThenBy(i => i.DayFrom);
            return db.AllJourneys.AsNoTracking().Of(batch).ReadableBy(caller)
                .Select(j => new { j.LeadId, Intervals = ofBatch.Where(i => i.LeadId == j.LeadId).ToList() });
        }, ct);
        await foreach (var journey in journeys)
        {
            forecasting.Take(journey.LeadId, journey.Intervals);
        }

        var conversion = await db.ConversionAsync(query.ConvertTo, asked, forecasting.Currencies, clock, ct);
        var forecast = forecasting.Read(asked, conversion, await db.HiddenAsync(asked, caller, ct));
        return TypedResults.Ok(forecast with { PutBack = query.KnownAt is null ? null : putBack });
    }

    /// <summary>
    /// The filter of the lists and totals, run here: a journey's history is needed whole, whatever part of it the filter means.
    /// </summary>
    private static Func<Interval, bool> Meant(JourneyFilter filter, HashSet<Guid>? leads)
    {
        var meant = (filter with { Band = null }).Meant<Interval>().Compile();
        return row => meant(row) && leads?.Contains(row.LeadId) != false
            && filter.Band?.Values.Contains(filter.Rates?.BandOf(row) ?? row.Band) != false;
    }
}
