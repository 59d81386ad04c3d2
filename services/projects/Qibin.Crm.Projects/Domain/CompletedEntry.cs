namespace Qibin.Crm.Projects.Domain;

/// <summary>Investment completed 完成投资: what was built, bought or installed, as it is reported from month to month.</summary>
internal sealed class CompletedEntry : LedgerEntry
{
    /// <summary>Business date up to which it was completed; a reversal has its entry's, so that each month's sum comes right.</summary>
    public required DateOnly CompletedOn { get; init; }
}
