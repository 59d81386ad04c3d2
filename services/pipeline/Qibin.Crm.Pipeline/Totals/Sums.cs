using Qibin.Crm.Contracts;

namespace Qibin.Crm.Pipeline;

internal static class Sums
{
    /// <summary>One amount for each currency, in the order of their codes, and none for a currency that comes to nothing. Never over currencies.</summary>
    public static IEnumerable<Money> PerCurrency(this IEnumerable<Money> amounts) => amounts
        .GroupBy(m => m.Currency).OrderBy(g => g.Key, StringComparer.Ordinal)
        .Select(g => new Money(g.Sum(m => m.Amount), g.Key)).Where(m => m.Amount != 0);
}
