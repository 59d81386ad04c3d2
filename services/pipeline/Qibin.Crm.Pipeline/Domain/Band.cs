namespace Qibin.Crm.Pipeline.Domain;

/// <summary>
/// How large a journey's investment is: by its contract, before signing by the estimate. Bounds in 亿元, the lower one included:
/// below 1, 1 to 5, 5 to 10, 10 to 50, 50 and more. An amount in another currency counts at the rate of the day asked for; where there is
/// none it is <c>otherCurrency</c>. One without any amount is <c>none</c>.
/// </summary>
public enum Band { None, Below1, From1, From5, From10, From50, OtherCurrency }

internal static class Bands
{
    public const decimal Yi = 100_000_000;

    /// <summary>The band without any rate.</summary>
    public static Band Of(Money? investment) => investment switch
    {
        null => Band.None,
        { Currency: not "CNY" } => Band.OtherCurrency,
        _ => Of(investment.Amount),
    };

    public static Band Of(decimal yuan) => yuan switch
    {
        < Yi => Band.Below1,
        < 5 * Yi => Band.From1,
        < 10 * Yi => Band.From5,
        < 50 * Yi => Band.From10,
        _ => Band.From50,
    };
}
