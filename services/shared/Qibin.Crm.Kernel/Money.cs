namespace Qibin.Crm.Kernel;

/// <summary>
/// An amount in one currency. Amounts of different currencies are never added.
/// </summary>
/// <param name="Amount">In the currency's main unit (yuan, not 万元), at most 4 decimals, below 10^15 in absolute value.</param>
/// <param name="Currency">ISO 4217 alphabetic code, upper case.</param>
public sealed record Money(decimal Amount, string Currency)
{
    /// <summary>The currency that the district reports in, and that limits are set in.</summary>
    public const string Home = "CNY";

    /// <summary>Adds an amount of the same currency.</summary>
    /// <exception cref="InvalidOperationException">The currencies differ.</exception>
    public Money Plus(Money other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Currency == Currency
            ? this with { Amount = Amount + other.Amount }
            : throw new InvalidOperationException($"{Currency} and {other.Currency} are never added.");
    }
}
