namespace Qibin.Crm.Projects.Domain;

/// <summary>Where paid-in funds come from: 内资, 外资.</summary>
public enum FundsOrigin { Domestic, Foreign }

/// <summary>Funds paid in 到位资金.</summary>
internal sealed class FundsEntry : LedgerEntry
{
    /// <summary>Business date of the payment; a reversal has its entry's, so that each year's sum comes right.</summary>
    public required DateOnly PaidOn { get; init; }

    public required FundsOrigin Origin { get; init; }
}
