using Qibin.Crm.Kernel;

namespace Qibin.Crm.Pipeline.Totals;

/// <summary>The amounts of one currency.</summary>
internal readonly record struct CurrencySums(decimal Estimated, decimal Contract, decimal PaidIn, decimal Completed)
{
    public CurrencySums Plus(ISummed more) =>
        new(Estimated + more.Estimated, Contract + more.Contract, PaidIn + more.PaidIn, Completed + more.Completed);
}

internal static class Sums
{
    /// <summary>
    /// One amount for each currency, in the order of their codes, and none for a currency that comes to nothing. Never over
    /// currencies.
    /// </summary>
    public static IEnumerable<Money> PerCurrency(this IEnumerable<Money> amounts) => amounts
        .GroupBy(m => m.Currency).OrderBy(g => g.Key, StringComparer.Ordinal)
        .Select(g => new Money(g.Sum(m => m.Amount), g.Key)).Where(m => m.Amount != 0);

    /// <summary>
    /// The number of journeys, and for each currency, in the order of their codes, all amounts: one pass, as there may be
    /// thousands of rows.
    /// </summary>
    public static (long Count, SortedList<string, CurrencySums> Amounts) PerCurrency(this IEnumerable<ISummed> summed)
    {
        var (count, amounts) = (0L, new SortedList<string, CurrencySums>(StringComparer.Ordinal));
        foreach (var row in summed)
        {
            count += row.Count;
            if (row.Currency.Length > 0)
            {
                amounts[row.Currency] = amounts.GetValueOrDefault(row.Currency).Plus(row);
            }
        }

        return (count, amounts);
    }
}
