namespace Qibin.Crm.Pipeline.Rates;

/// <summary>Enters rates, one or many at once; a later entry for the same currency and day corrects the earlier one.</summary>
public sealed record EnterRatesRequest
{
    [Needed, Items(1, 5000)]
    public IReadOnlyList<RateEntry>? Rates { get; init; }
}

/// <summary>What one unit of a currency was worth in CNY.</summary>
public sealed record RateEntry
{
    /// <summary>ISO 4217 code other than CNY.</summary>
    [Needed, Line(3, 3)]
    public string Currency { get; init; } = "";

    /// <summary>The day from which on it holds, until a newer one; not after today.</summary>
    [Needed, BusinessDate]
    public DateOnly? On { get; init; }

    /// <summary>CNY for one unit of the currency.</summary>
    [Needed, NumberRange(0.00000001, 1_000_000, 8)]
    public decimal? Rate { get; init; }
}

internal static class EnterRates
{
    internal static async Task<Ok<RatesReceipt>> Handle(
        EnterRatesRequest request, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var entered = new HashSet<(string, DateOnly?)>();
        for (var i = 0; i < request.Rates!.Count; i++)
        {
            var entry = request.Rates[i];
            clock.NotAfterToday(entry.On, $"/rates/{i}/on");
            if (entry.Currency == Conversion.Home || !Currencies.IsKnown(entry.Currency))
            {
                throw Refusal.Invalid($"/rates/{i}/currency", "rate.currency", entry.Currency);
            }

            if (!entered.Add((entry.Currency, entry.On)))
            {
                throw Refusal.Invalid($"/rates/{i}", "rate.repeated");
            }

            db.Add(new RateRow
            {
                Id = Guid.CreateVersion7(now),
                Currency = entry.Currency,
                On = entry.On!.Value,
                Rate = entry.Rate!.Value,
                EnteredAt = now,
                EnteredBy = caller.Id,
            });
        }

        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new RatesReceipt { Entered = request.Rates.Count });
    }

    /// <summary>How many were entered.</summary>
    public sealed record RatesReceipt : IReceipt
    {
        public required int Entered { get; init; }
    }
}
