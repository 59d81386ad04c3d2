using System.Linq.Expressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Pipeline.Journeys;
using Qibin.Crm.Pipeline.Rates;
using Qibin.Crm.Pipeline.Reports;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Pipeline.Forecasts;

/// <summary>What is still to be signed and paid in this year, weighed by what history says of each stage.</summary>
internal static class ReadForecast
{
    public static void MapReadForecast(this RouteGroupBuilder api) => api.MapGet("/pipeline/forecast", Handle)
        .AllowEverybody(Scopes.PipelineRead)
        .WithName("readForecast")
        .WithSummary("加权预测 · Expected signings and funds for the rest of the year");

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
        var journey = new List<Interval>();
        await foreach (var stretch in db.ByBatchesAsync(
            batch => db.Intervals.AsNoTracking()
                .Where(s => s.KnownFrom <= known && (s.KnownTo == null || s.KnownTo > knownFrom) && (s.DayTo == null || s.DayTo > dayFrom))
                .Of(batch).Within(db.AllJourneys.Of(batch).ReadableBy(caller))
                .OrderBy(s => s.LeadId).ThenBy(s => s.KnownFrom).ThenBy(s => s.DayFrom),
            ct))
        {
            if (journey.Count > 0 && journey[0].LeadId != stretch.LeadId)
            {
                forecasting.Take(journey[0].LeadId, journey);
                journey.Clear();
            }

            journey.Add(stretch);
        }

        if (journey.Count > 0)
        {
            forecasting.Take(journey[0].LeadId, journey);
        }

        var hidden = await db.IntervalsOn(asked).Within(db.AllJourneys.HiddenFrom(caller)).CountAsync(ct);
        var conversion = await db.ConversionAsync(query.ConvertTo, asked, forecasting.Currencies, clock, ct);
        return TypedResults.Ok(forecasting.Read(asked, conversion, hidden));
    }

    /// <summary>
    /// The filter of the lists and totals, run here: a journey's history is needed whole, whatever part of it the filter
    /// means.
    /// </summary>
    private static Func<Interval, bool> Meant(JourneyFilter filter)
    {
        var conditions = new List<Func<Interval, bool>>();
        for (var e = Enumerable.Empty<Interval>().AsQueryable()
            .Matching(filter).Expression; e is MethodCallExpression where; e = where.Arguments[0])
        {
            conditions.Add(((Expression<Func<Interval, bool>>)((UnaryExpression)where.Arguments[1]).Operand).Compile());
        }

        return row => conditions.TrueForAll(c => c(row));
    }
}
