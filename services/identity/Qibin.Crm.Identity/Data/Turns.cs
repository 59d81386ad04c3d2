using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Data;

/// <summary>
/// Changes whose rule looks at more than one row (the tree has no cycle, an administrator remains) come one after the other.
/// </summary>
internal static class Turns
{
    /// <summary>Waits for this transaction's turn, at most the connection's lock_timeout; the turn ends with the transaction.</summary>
    public static Task TakeAsync(IdentityDb db, CancellationToken ct) =>
        db.LockDirectoryAsync(ct);
}
