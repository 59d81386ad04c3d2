using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Qibin.Crm.Work.Data;

public static class Transactions
{
    /// <summary>
    /// Begins a transaction that a failed save ends. EF Core's savepoints, two round trips for each save, would only serve who goes on
    /// after a failed one; nobody does.
    /// </summary>
    public static Task<IDbContextTransaction> BeginAsync(this DbContext db, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        db.Database.AutoSavepointsEnabled = false;
        return db.Database.BeginTransactionAsync(ct);
    }
}
