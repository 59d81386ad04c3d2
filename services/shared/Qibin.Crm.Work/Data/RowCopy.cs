using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

namespace Qibin.Crm.Work.Data;

/// <summary>Inserts many new rows at once, by PostgreSQL's COPY: a tenth of the time of as many INSERTs.</summary>
public static class RowCopy
{
    private static readonly ConcurrentDictionary<IEntityType, Table> Tables = [];

    /// <summary>
    /// Copies rows that the context does not track into their table, in the context's transaction. Columns that the database fills
    /// itself are left to it; constraints and triggers hold as for any insert.
    /// </summary>
    public static async Task CopyAsync<T>(this DbContext db, IReadOnlyCollection<T> rows, CancellationToken ct) where T : class
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Count == 0)
        {
            return;
        }

        var table = Tables.GetOrAdd(db.Model.FindEntityType(typeof(T))!, type => new Table(type));
        // What the database would fill in is left to it, unless a row brings it.
        var columns = table.Columns.Where(c => c.Default is null || rows.Any(row => !Equals(c.Read(row), c.Default))).ToList();
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        await using var copy = await connection.BeginBinaryImportAsync(
            $"copy {table.Name} ({string.Join(", ", columns.Select(c => $"\"{c.Name}\""))}) from stdin (format binary)", ct);
        foreach (var row in rows)
        {
            await copy.StartRowAsync(ct);
            foreach (var column in columns)
            {
                var value = column.Read(row);
                if (value is null)
                {
                    await copy.WriteNullAsync(ct);
                }
                else
                {
                    await copy.WriteAsync(value, column.Type, ct);
                }
            }
        }

        await copy.CompleteAsync(ct);
    }

    /// <param name="Name">In the database.</param>
    /// <param name="Type">Its type there.</param>
    /// <param name="Default">What a row holds that leaves the column to the database; null when it fills in nothing.</param>
    /// <param name="Read">The value of a row.</param>
    private sealed record Column(string Name, string Type, object? Default, Func<object, object?> Read);

    private sealed class Table
    {
        public Table(IEntityType type)
        {
            var store = StoreObjectIdentifier.Table(type.GetTableName()!, type.GetSchema());
            Columns =
            [
                .. type.GetProperties().Where(p => p.GetValueGenerationStrategy() == NpgsqlValueGenerationStrategy.None)
                    .Select(p => new Column(
                        p.GetColumnName(store)!, ((RelationalTypeMapping)p.GetTypeMapping()).StoreTypeNameBase,
                        p.GetDefaultValueSql(store) is null ? null : p.Sentinel, Reader(p))),
            ];
            Name = type.GetSchema() is { } schema ? $"\"{schema}\".\"{type.GetTableName()}\"" : $"\"{type.GetTableName()}\"";
        }

        public IReadOnlyList<Column> Columns { get; }

        public string Name { get; }

        private static Func<object, object?> Reader(IProperty property)
        {
            var (getter, converter) = (property.GetGetter(), property.GetTypeMapping().Converter);
            return row => getter.GetClrValue(row) is { } value ? converter is null ? value : converter.ConvertToProvider(value) : null;
        }
    }
}
