using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.EventLog;

namespace Qibin.Crm.Messaging.Outbox;

/// <summary>
/// Closes the version of each aggregate that was saved, and signals the relay when the events that were saved with it are committed.
/// </summary>
internal sealed class OutboxInterceptor(OutboxSignal signal) : SaveChangesInterceptor, IDbTransactionInterceptor
{
    private readonly ConditionalWeakTable<DbContext, object> _uncommitted = [];

    public override int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        Saved(eventData.Context!);
        return result;
    }

    public override ValueTask<int> SavedChangesAsync(
        SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        Saved(eventData.Context!);
        return ValueTask.FromResult(result);
    }

    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => Committed(eventData.Context);

    public Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Committed(eventData.Context);
        return Task.CompletedTask;
    }

    private void Saved(DbContext db)
    {
        foreach (var entry in db.ChangeTracker.Entries<Aggregate>())
        {
            entry.Entity.Saved();
        }

        if (db.ChangeTracker.Entries<EventRow>().Any())
        {
            if (db.Database.CurrentTransaction is null)
            {
                signal.Set();
            }
            else
            {
                _uncommitted.AddOrUpdate(db, this);
            }
        }
    }

    private void Committed(DbContext? db)
    {
        if (db is not null && _uncommitted.Remove(db))
        {
            signal.Set();
        }
    }
}
