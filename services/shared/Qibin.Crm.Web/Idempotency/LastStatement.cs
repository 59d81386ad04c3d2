using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Qibin.Crm.Web.Idempotency;

/// <summary>
/// Sends a transaction's last statement and its commit together, one round trip for two. If the statement fails, PostgreSQL skips
/// the commit that follows it in the same message, so nothing is committed without it.
/// </summary>
internal sealed class LastStatement : DbTransactionInterceptor
{
    private readonly ConditionalWeakTable<DbContext, NpgsqlBatchCommand> _last = [];

    /// <summary>The statement to send with the commit of this context's transaction.</summary>
    public void Set(DbContext db, NpgsqlBatchCommand statement) => _last.AddOrUpdate(db, statement);

    public override async ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is not { } db || !_last.TryGetValue(db, out var statement))
        {
            return result;
        }

        _last.Remove(db);
        await using var batch = new NpgsqlBatch((NpgsqlConnection)transaction.Connection!, (NpgsqlTransaction)transaction)
        {
            BatchCommands = { statement, new NpgsqlBatchCommand("commit") },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return InterceptionResult.Suppress();
    }

    public override Task TransactionRolledBackAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is { } db)
        {
            _last.Remove(db);
        }

        return Task.CompletedTask;
    }
}
