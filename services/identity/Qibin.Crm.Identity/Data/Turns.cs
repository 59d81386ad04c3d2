using Microsoft.EntityFrameworkCore;

namespace Qibin.Crm.Identity.Data;

/// <summary>
/// Changes whose rule looks at more than one row (the tree has no cycle, an administrator remains) come one after the other.
/// </summary>
internal static class Turns
{
    /// <summary>Waits for this transaction's turn, at most the connection's lock_timeout; the turn ends with the transaction.</summary>
    public static Task TakeAsync(IdentityDb db, CancellationToken ct) =>
        db.Database.ExecuteSqlRawAsync("select pg_advisory_xact_lock(5206, 1)", ct);
}
