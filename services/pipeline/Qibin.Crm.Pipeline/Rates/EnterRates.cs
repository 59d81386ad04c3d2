using Qibin.Crm.Contracts.Pipeline;
using Qibin.Crm.Messaging;

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

    /// <summary>CNY for one unit of the currency: a decimal above zero, with at most 7 digits before the point and 8 after it.</summary>
    [Needed, DecimalText]
    public string Rate { get; init; } = "";
}

/// <summary>Enters exchange rates to CNY, each from a day on. Earlier entries are kept for answers as of an earlier time.</summary>
internal static class EnterRates
{
    internal static async Task<Ok<EnteredReceipt>> Handle(
        EnterRatesRequest request, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var now = await db.EnteredAtAsync(clock, ct);
        var entered = new HashSet<(string, DateOnly?)>();
        var rows = request.Rates!.Select((entry, i) =>
        {
            var on = clock.NotAfterToday(entry.On, $"/rates/{i}/on");
            var currency = entry.Currency == Money.Home || !Currencies.IsKnown(entry.Currency)
                ? throw Refusal.Invalid($"/rates/{i}/currency", "rate.currency", entry.Currency)
                : !entered.Add((entry.Currency, entry.On)) ? throw Refusal.Invalid($"/rates/{i}", "rate.repeated")
                : entry.Currency;
            return new RateRow(
                Guid.CreateVersion7(now), currency, on, decimal.Parse(entry.Rate, CultureInfo.InvariantCulture), now, caller.Id);
        }).ToList();
        db.AddRange(rows);
        db.Publish(new RateSheet(Guid.CreateVersion7(now)), new RatesEntered
        {
            EnteredAt = now,
            Rates = [.. rows.Select(r => new EnteredRate { Currency = r.Currency, On = r.On, Rate = r.Rate })],
        });
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new EnteredReceipt(rows.Count));
    }
}

/// <summary>Rates that were entered together.</summary>
internal sealed class RateSheet : Aggregate
{
    public RateSheet(Guid id)
    {
        Id = id;
        Touch();
    }
}

/// <summary>How many were entered.</summary>
public sealed record EnteredReceipt(int Entered) : IReceipt;
