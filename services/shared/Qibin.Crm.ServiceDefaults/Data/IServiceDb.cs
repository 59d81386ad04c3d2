using Microsoft.EntityFrameworkCore;

namespace Qibin.Crm.ServiceDefaults;

/// <summary>A service's DbContext, which knows on whose behalf it saves.</summary>
public interface IServiceDb
{
    /// <summary>The caller, or the actor of the event being consumed; empty for the system itself.</summary>
    Guid ActorId { get; set; }
}

/// <summary>Row locks.</summary>
public static class RowLocks
{
    /// <summary>
    /// The row with this id, locked until the transaction ends, so that changes of one aggregate come one after the other and none
    /// is lost. Use it in every handler that changes an existing aggregate.
    /// </summary>
    public static IQueryable<T> Locked<T>(this DbSet<T> rows, Guid id) where T : Aggregate
    {
        ArgumentNullException.ThrowIfNull(rows);
        var table = rows.EntityType.GetSchemaQualifiedTableName();
#pragma warning disable EF1002 // The table's name comes from the model.
        return rows.FromSqlRaw($"select * from {table} where id = {{0}} for update", id);
#pragma warning restore EF1002
    }
}
