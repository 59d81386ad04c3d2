using System.Collections;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
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
                .. type.GetComplexProperties().Where(p => p.ComplexType.IsMappedToJson())
                    .Select(p => new Column(
                        p.ComplexType.GetContainerColumnName()!, p.ComplexType.GetContainerColumnType() ?? "jsonb", null,
                        row => Json(p, row))),
                .. type.GetProperties().Where(p => p.GetValueGenerationStrategy() == NpgsqlValueGenerationStrategy.None)
                    .Select(p => new Column(
                        p.GetColumnName(store)!, ((RelationalTypeMapping)p.GetTypeMapping()).StoreTypeNameBase,
                        p.GetDefaultValueSql(store) is null ? null : p.Sentinel, Reader(p))),
            ];
            Name = type.GetSchema() is { } schema ? $"\"{schema}\".\"{type.GetTableName()}\"" : $"\"{type.GetTableName()}\"";
        }

        public IReadOnlyList<Column> Columns { get; }

        public string Name { get; }

        /// <summary>The JSON that EF Core would write.</summary>
        private static string Json(IComplexProperty property, object row)
        {
            using var json = new MemoryStream();
            using (var writer = new Utf8JsonWriter(json))
            {
                Write(writer, property, row);
            }

            return Encoding.UTF8.GetString(json.GetBuffer(), 0, (int)json.Length);
        }

        private static void Write(Utf8JsonWriter writer, IComplexProperty property, object of)
        {
            switch (property.GetGetter().GetClrValue(of))
            {
                case null:
                    writer.WriteNullValue();
                    break;
                case IEnumerable several when property.IsCollection:
                    writer.WriteStartArray();
                    foreach (var one in several)
                    {
                        Write(writer, property.ComplexType, one);
                    }

                    writer.WriteEndArray();
                    break;
                case var one:
                    Write(writer, property.ComplexType, one);
                    break;
            }
        }

        private static void Write(Utf8JsonWriter writer, IComplexType type, object one)
        {
            writer.WriteStartObject();
            foreach (var member in type.GetProperties())
            {
                writer.WritePropertyName(member.GetJsonPropertyName()!);
                if (member.GetGetter().GetClrValue(one) is { } value)
                {
                    (member.GetJsonValueReaderWriter() ?? member.GetTypeMapping().JsonValueReaderWriter!).ToJson(writer, value);
                }
                else
                {
                    writer.WriteNullValue();
                }
            }

            foreach (var member in type.GetComplexProperties())
            {
                writer.WritePropertyName(member.GetJsonPropertyName()!);
                Write(writer, member, one);
            }

            writer.WriteEndObject();
        }

        private static Func<object, object?> Reader(IProperty property)
        {
            var (getter, converter) = (property.GetGetter(), property.GetTypeMapping().Converter);
            return row => getter.GetClrValue(row) is { } value ? converter is null ? value : converter.ConvertToProvider(value) : null;
        }
    }
}
