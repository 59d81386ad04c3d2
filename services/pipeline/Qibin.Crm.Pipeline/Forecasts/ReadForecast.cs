using System.Linq.Expressions;

namespace Qibin.Crm.Pipeline.Forecasts;

/// <summary>What is still to be signed and paid in this year, weighed by what history says of each stage.</summary>
internal static class ReadForecast
{
    internal static async Task<Ok<Forecast>> Handle(
        [AsParameters] ForecastQuery query, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        query.CheckPast(clock);
        Conversion.Check(query.ConvertTo);
        var known = Instants.Kept(query.KnownAt ?? clock.GetUtcNow());
        var asked = query with { AsOf = query.AsOf ?? known.OnDay(), KnownAt = known };
        var forecasting = new Forecasting(asked.AsOf.Value, known, Meant(asked), asked.Statuses());

        // Out of one snapshot: all journeys that the caller sees, each with all its intervals.
        var (knownFrom, dayFrom) = (forecasting.KnownFrom, forecasting.DayFrom);
        var intervals = db.Intervals.AsNoTracking()
            .Where(i => i.KnownFrom <= known && (i.KnownTo == null || i.KnownTo > knownFrom) && (i.DayTo == null || i.DayTo > dayFrom));
        var journeys = db.ByBatchesAsync(
            batch =>
            {
                var ofBatch = intervals.Of(batch).OrderBy(i => i.KnownFrom).ThenBy(i => i.DayFrom);
                return db.AllJourneys.AsNoTracking().Of(batch).ReadableBy(caller)
                    .Select(j => new { j.LeadId, Intervals = ofBatch.Where(i => i.LeadId == j.LeadId).ToList() });
            },
            ct);
        await foreach (var journey in journeys)
        {
            forecasting.Take(journey.LeadId, journey.Intervals);
        }

        var hidden = await db.IntervalsOn(asked).Within(db.AllJourneys.HiddenFrom(caller)).CountAsync(ct);
        var conversion = await db.ConversionAsync(query.ConvertTo, asked, forecasting.Currencies, clock, ct);
        return TypedResults.Ok(forecasting.Read(asked, conversion, hidden));
    }

    /// <summary>
    /// The filter of the lists and totals, run here: a journey's history is needed whole, whatever part of it the filter means.
    /// </summary>
    private static Func<Interval, bool> Meant(JourneyFilter filter)
    {
        var conditions = new List<Func<Interval, bool>>();
        var matching = Enumerable.Empty<Interval>().AsQueryable().Matching(filter).Expression;
        for (var e = matching; e is MethodCallExpression where; e = where.Arguments[0])
        {
            conditions.Add(((Expression<Func<Interval, bool>>)((UnaryExpression)where.Arguments[1]).Operand).Compile());
        }

        return row => conditions.TrueForAll(c => c(row));
    }
}
