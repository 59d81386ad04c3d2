namespace Qibin.Crm.Pipeline.Rates;

/// <summary>Which journeys are meant, and in which currency their amounts are shown.</summary>
public record ConvertedFilter : JourneyFilter
{
    /// <summary>
    /// A currency to show all amounts in as well, converted at the rates of the day: <c>CNY</c>. Amounts per currency are shown always.
    /// </summary>
    public string? ConvertTo { get; init; }
}

/// <summary>Rates by which amounts were converted into one currency.</summary>
public sealed record Conversion
{
    public required string To { get; init; }

    /// <summary>One for each currency that occurs and has a rate, other than the one converted to.</summary>
    public required IReadOnlyList<ConversionRate> Rates { get; init; }

    /// <summary>
    /// Currencies that occur and have no rate for the day or an earlier one: amounts in them stand in no converted figure.
    /// </summary>
    public required IReadOnlyList<string> LeftOut { get; init; }

    /// <exception cref="Refusal">400 <c>convertTo.unknown</c>.</exception>
    internal static void Check(string? convertTo)
    {
        if (convertTo is not (null or Money.Home))
        {
            throw Refusal.Invalid("convertTo", "convertTo.unknown", convertTo);
        }
    }

    internal Money Convert(IEnumerable<Money> amounts)
    {
        var sum = amounts.Where(m => !LeftOut.Contains(m.Currency))
            .Sum(m => m.Amount * (m.Currency == To ? 1 : Rates.Single(r => r.Currency == m.Currency).Number));
        return new Money(Math.Round(sum, 2, MidpointRounding.AwayFromZero), To);
    }
}

/// <summary>What one unit of a currency was worth.</summary>
public sealed record ConversionRate
{
    public required string Currency { get; init; }

    /// <summary>In CNY, as a decimal.</summary>
    public required string Rate { get; init; }

    /// <summary>The day of the rate: the newest on or before the day asked for.</summary>
    public required DateOnly On { get; init; }

    internal decimal Number { get; init; }

    internal static ConversionRate Of(RateRow row) =>
        new() { Currency = row.Currency, Rate = Conversions.Text(row.Rate), On = row.On, Number = row.Rate };
}

/// <summary>Amounts converted into one currency.</summary>
public sealed record ConvertedFigures(Money EstimatedInvestment, Money ContractAmount, Money PaidIn, Money CompletedInvestment);

internal static class Conversions
{
    /// <summary>A rate as the API says it.</summary>
    public static string Text(decimal rate) => rate.ToString("0.########", CultureInfo.InvariantCulture);

    /// <summary>The rates of the day asked for, as known at the instant asked for; null when no conversion is wanted.</summary>
    public static async Task<Conversion?> ConversionAsync(
        this PipelineDb db, string? convertTo, JourneyFilter filter, IEnumerable<string> currencies, TimeProvider clock,
        CancellationToken ct)
    {
        if (convertTo is null)
        {
            return null;
        }

        var foreign = currencies.Where(c => c.Length > 0 && c != Money.Home).Distinct().Order(StringComparer.Ordinal).ToArray();
        var rates = await db.RatesAsync(filter.AsOf, filter.KnownAt, clock, ct);
        return new Conversion
        {
            To = convertTo,
            Rates = [.. foreign.Where(rates.ContainsKey).Select(c => ConversionRate.Of(rates[c]))],
            LeftOut = [.. foreign.Where(c => !rates.ContainsKey(c))],
        };
    }
}
