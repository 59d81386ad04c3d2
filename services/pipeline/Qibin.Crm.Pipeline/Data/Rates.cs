namespace Qibin.Crm.Pipeline.Data;

/// <summary>
/// What one unit of a currency was worth in CNY from a day on. Rows are only added: of several for one day the one entered last
/// holds, and what was known before can be asked for.
/// </summary>
internal sealed record RateRow(Guid Id, string Currency, DateOnly On, decimal Rate, DateTimeOffset EnteredAt, Guid EnteredBy);

/// <summary>What one unit of a currency was worth in CNY on the day.</summary>
internal sealed record DayRate(string Currency, decimal Rate);

/// <summary>A journey with its band at the rates of a day.</summary>
internal sealed record Banded<T>
{
    public required T Row { get; init; }
    public required Band Band { get; init; }

    /// <summary>The amount that the band is of, in CNY; 0 without one, or without a rate.</summary>
    public required decimal Yuan { get; init; }
}

internal static class BandedRows
{
    /// <summary>By currency the rate that holds on a day, as known at an instant.</summary>
    public static Task<Dictionary<string, RateRow>> RatesAsync(
        this PipelineDb db, DateOnly? on, DateTimeOffset? knownAt, TimeProvider clock, CancellationToken ct)
    {
        var known = knownAt ?? clock.GetUtcNow();
        var day = on ?? known.OnDay();
        return db.Rates.AsNoTracking().Where(r => r.On <= day && r.EnteredAt <= known).GroupBy(r => r.Currency)
            .Select(g => g.OrderByDescending(r => r.On).ThenByDescending(r => r.EnteredAt).ThenByDescending(r => r.Id).First())
            .ToDictionaryAsync(r => r.Currency, ct);
    }

    /// <summary>The rates for a statement that tells the bands of amounts in other currencies.</summary>
    public static IQueryable<DayRate> In(this Dictionary<string, RateRow> rates, PipelineDb db)
    {
        var (currencies, values) = (rates.Keys.ToArray(), rates.Values.Select(r => r.Rate).ToArray());
        return db.Database.SqlQuery<DayRate>($"select r.currency, r.rate from unnest({currencies}, {values}) as r (currency, rate)");
    }

    public static Band BandOf(this Dictionary<string, RateRow> rates, JourneyState journey) =>
        journey.InvestmentCurrency is { } currency && rates.TryGetValue(currency, out var rate)
            ? Bands.Of(journey.Investment!.Value * rate.Rate) : journey.Band;

    /// <summary>Where there are no rates, amounts in other currencies have no band.</summary>
    public static IQueryable<Banded<T>> InBands<T>(this IQueryable<T> rows, IQueryable<DayRate>? rates) where T : JourneyState =>
        rates is null
        ? rows.Select(r => new Banded<T> { Row = r, Band = r.Band, Yuan = r.Band == Band.OtherCurrency ? 0 : r.Investment ?? 0 })
        : from r in rows
          join rate in rates on r.InvestmentCurrency equals rate.Currency into found
          from rate in found.DefaultIfEmpty()
          let yuan = r.Band == Band.OtherCurrency ? r.Investment * (decimal?)rate.Rate : r.Investment
          select new Banded<T>
          {
              Row = r,
              Band = r.Band != Band.OtherCurrency || yuan == null ? r.Band
                  : yuan < Bands.Yi ? Band.Below1
                  : yuan < 5 * Bands.Yi ? Band.From1
                  : yuan < 10 * Bands.Yi ? Band.From5
                  : yuan < 50 * Bands.Yi ? Band.From10 : Band.From50,
              Yuan = yuan ?? 0,
          };
}
