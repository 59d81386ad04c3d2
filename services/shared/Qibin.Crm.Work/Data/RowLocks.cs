using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Work.Data;

/// <summary>Row locks.</summary>
public static class RowLocks
{
    /// <summary>Marks the queries that lock; a comment in front of the statement.</summary>
    internal const string Tag = "for update";

    /// <summary>
    /// The row with this id, locked until the transaction ends, so that changes of one aggregate come one after the other and none
    /// is lost; null when there is none. A lock gives no authority: narrow the rows to what the caller may edit first.
    /// </summary>
    public static Task<T?> ForUpdate<T>(this IQueryable<T> rows, Guid id, CancellationToken ct) where T : Aggregate =>
        rows.Locked(id).SingleOrDefaultAsync(ct);

    /// <summary>As <see cref="ForUpdate"/>, for a query that goes on. Join nothing to it.</summary>
    public static IQueryable<T> Locked<T>(this IQueryable<T> rows, Guid id) where T : Aggregate =>
        rows.Where(row => row.Id == id).Locked();

    /// <summary>All of these rows locked, in the order of their ids, so that nobody else takes the same ones the other way round.</summary>
    public static IQueryable<T> Locked<T>(this IQueryable<T> rows) where T : Aggregate => rows.OrderBy(row => row.Id).TagWith(Tag);
}

/// <summary>How statements are planned.</summary>
public static class Plans
{
    internal const string Tag = "planned by its values";

    /// <summary>
    /// Plans the query anew for its values each time. Statements are prepared, and PostgreSQL then takes one plan for all values: right
    /// where they are alike, a hundred times too slow where one value fits half the rows and another none, as in a search.
    /// </summary>
    public static IQueryable<T> PlannedByValues<T>(this IQueryable<T> rows) => rows.TagWith(Tag);
}

/// <summary>
/// Ends the statements of <see cref="RowLocks"/> with <c>for update</c>, and keeps those of <see cref="Plans"/> from being prepared.
/// It is not written as SQL around the table, because EF Core then reads the columns of complex properties by names of its own
/// (dotnet/efcore#36847).
/// </summary>
internal sealed class RowLockInterceptor : DbCommandInterceptor
{
    private long _statements;

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default)
    {
        if (command.CommandText.StartsWith("-- " + RowLocks.Tag, StringComparison.Ordinal))
        {
            command.CommandText += "\nFOR UPDATE";
        }
        else if (command.CommandText.StartsWith("-- " + Plans.Tag, StringComparison.Ordinal))
        {
            // A text that does not come back is never prepared.
            command.CommandText += $"\n-- {Interlocked.Increment(ref _statements)}";
        }

        return ValueTask.FromResult(result);
    }
}
