namespace Qibin.Crm.Pipeline.Domain;

/// <summary>What one or more journeys come to in one currency.</summary>
internal abstract record CurrencyAmounts
{
    public required string Currency { get; init; }
    public decimal Estimated { get; init; }
    public decimal Contract { get; init; }
    public decimal PaidIn { get; init; }
    public decimal Completed { get; init; }
}

/// <summary>Count and amounts of many journeys; the row without a currency counts them.</summary>
internal abstract record Summed : CurrencyAmounts
{
    public long Count { get; init; }
}

internal sealed record Amount : CurrencyAmounts
{
    public static List<Amount> Of(Money? estimated, Money? contract, IEnumerable<Amount> funds) => funds
        .Append(new Amount { Currency = estimated?.Currency ?? "", Estimated = estimated?.Amount ?? 0 })
        .Append(new Amount { Currency = contract?.Currency ?? "", Contract = contract?.Amount ?? 0 })
        .PerCurrency();
}

/// <summary>Sums for each currency that comes to something, in the order of their codes. Never over currencies.</summary>
internal static class Sums
{
    public static IEnumerable<Money> PerCurrency(this IEnumerable<Money> amounts) => amounts
        .GroupBy(m => m.Currency).OrderBy(g => g.Key, StringComparer.Ordinal)
        .Select(g => new Money(g.Sum(m => m.Amount), g.Key)).Where(m => m.Amount != 0);

    /// <summary>The same of all amounts; rows without a currency have none.</summary>
    public static List<Amount> PerCurrency(this IEnumerable<CurrencyAmounts> amounts) => amounts
        .Where(a => a.Currency.Length > 0).GroupBy(a => a.Currency).OrderBy(g => g.Key, StringComparer.Ordinal)
        .Select(g => new Amount
        {
            Currency = g.Key,
            Estimated = g.Sum(a => a.Estimated),
            Contract = g.Sum(a => a.Contract),
            PaidIn = g.Sum(a => a.PaidIn),
            Completed = g.Sum(a => a.Completed),
        })
        .Where(a => a is not { Estimated: 0, Contract: 0, PaidIn: 0, Completed: 0 }).ToList();

    /// <summary>One of the amounts as money, without what comes to nothing.</summary>
    public static List<Money> Money(this IEnumerable<Amount> amounts, Func<Amount, decimal> measure) =>
        [.. amounts.Select(a => new Money(measure(a), a.Currency)).Where(m => m.Amount != 0)];
}
