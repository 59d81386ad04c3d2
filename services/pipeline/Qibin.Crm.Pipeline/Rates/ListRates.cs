namespace Qibin.Crm.Pipeline.Rates;

/// <summary>The rates as they were entered, corrections included.</summary>
internal static class ListRates
{
    public static readonly Listing<RateRow> Listing = new Listing<RateRow>(r => r.Id, "-on")
        .Sort("on", r => r.On)
        .Sort("currency", r => r.Currency)
        .Sort("enteredAt", r => r.EnteredAt);

    internal static async Task<Ok<Page<RateAnswer>>> Handle(
        [AsParameters] RatesQuery query, [AsParameters] PageQuery page, HttpRequest request, PipelineDb db, CancellationToken ct)
    {
        var currency = query.Currency;
        var rows = db.Rates.AsNoTracking().Where(r => currency == null || r.Currency == currency);
        return TypedResults.Ok(await Listing.PageAsync(rows, page, request, r => new RateAnswer
        {
            Id = r.Id,
            Currency = r.Currency,
            On = r.On,
            Rate = Conversions.Text(r.Rate),
            EnteredAt = r.EnteredAt,
            EnteredBy = r.EnteredBy,
        }, ct));
    }
}

/// <summary>Which rates are listed.</summary>
public sealed record RatesQuery
{
    /// <summary>ISO 4217 code; all when absent.</summary>
    public string? Currency { get; init; }
}

/// <summary>What one unit of a currency was worth in CNY from a day on.</summary>
public sealed record RateAnswer
{
    public required Guid Id { get; init; }
    public required string Currency { get; init; }
    public required DateOnly On { get; init; }

    /// <summary>A decimal.</summary>
    public required string Rate { get; init; }
    public required DateTimeOffset EnteredAt { get; init; }

    [Named]
    public required Guid EnteredBy { get; init; }
}
