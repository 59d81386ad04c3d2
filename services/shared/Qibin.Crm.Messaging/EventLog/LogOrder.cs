using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Messaging.EventLog;

/// <summary>A row's place in the order of a log: the id of the transaction that wrote it, and its number.</summary>
internal readonly record struct LogPlace(ulong Xid, long Seq)
{
    /// <summary>The place as those who read the log keep it.</summary>
    public string Cursor =>
        Base64Url.EncodeToString(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"1.{Xid}.{Seq}")));

    /// <summary>The place of a cursor; without one, before the first row.</summary>
    /// <exception cref="Refusal">400 <c>cursor.invalid</c>.</exception>
    public static LogPlace Of(string? cursor)
    {
        if (cursor is null)
        {
            return default;
        }

        try
        {
            if (cursor.Length <= 80 && Encoding.ASCII.GetString(Base64Url.DecodeFromChars(cursor))
                .Split('.') is ["1", var first, var second]
                && ulong.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var xid)
                && long.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out var seq))
            {
                return new LogPlace(xid, seq);
            }
        }
        catch (FormatException)
        {
            // Answered below, like every other cursor that is not ours.
        }

        throw Refusal.Invalid("cursor", "cursor.invalid");
    }
}

/// <summary>
/// Reads a log in the order in which its transactions began, with no gap: no row is shown before every transaction that could still put
/// another ahead of it has ended. A reader that keeps the place of the last row misses nothing and gets nothing twice.
/// </summary>
internal static class LogOrder
{
    private const string Ended = "pg_snapshot_xmin(pg_current_snapshot())";

    private static readonly TimeSpan LongestTransaction = TimeSpan.FromMinutes(10);

    /// <summary>Rows after the place in $1 and $2, as many as $3 says; the place comes before the columns.</summary>
    /// <param name="columns">The further columns of <c>e</c>.</param>
    /// <param name="table">A table with <c>xid</c> and <c>seq</c>.</param>
    /// <param name="condition">Which rows are meant.</param>
    /// <param name="below">The transaction id below which all have ended.</param>
    // Ordered by the columns and not by their text: 1000 comes after 999.
    public static string Select(string columns, string table, string condition = "true", string below = Ended) =>
        $"""
        select e.xid, e.seq, {columns} from {table} e
        where e.xid < {below} and (e.xid, e.seq) > ($1, $2) and {condition}
        order by e.xid, e.seq limit $3
        """;

    /// <summary>
    /// The place before the first event that was recorded at an instant or later. Ids begin with their time (RFC 9562, version 7), so that
    /// their index finds it. Transactions are over within ten minutes: of those that recorded in the ten minutes after the first event,
    /// the one that began first is where the log goes on.
    /// </summary>
    public static async Task<LogPlace> BeforeAsync(NpgsqlDataSource database, DateTimeOffset since, CancellationToken ct)
    {
        if (since < DateTimeOffset.UnixEpoch.AddDays(1))
        {
            return default;
        }

        await using var first = database.CreateCommand(
            "select recorded_at from messaging.event where id >= $1 and recorded_at >= $2 order by id limit 1");
        first.Parameters.Add(new NpgsqlParameter { Value = FirstIdOf(since - LongestTransaction) });
        first.Parameters.Add(new NpgsqlParameter { Value = since.ToUniversalTime() });
        if (await first.ExecuteScalarAsync(ct) is not DateTime recorded)
        {
            await using var end = database.CreateCommand($"select {Ended}");
            return new LogPlace((ulong)(await end.ExecuteScalarAsync(ct))!, 0);
        }

        await using var place = database.CreateCommand(
            """
            select xid, seq - 1 from messaging.event
            where id >= $1 and id < $2 and recorded_at >= $3
            order by xid, seq limit 1
            """);
        place.Parameters.Add(new NpgsqlParameter { Value = FirstIdOf(since - LongestTransaction) });
        place.Parameters.Add(new NpgsqlParameter { Value = FirstIdOf(new DateTimeOffset(recorded) + LongestTransaction) });
        place.Parameters.Add(new NpgsqlParameter { Value = since.ToUniversalTime() });
        await using var row = await place.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        return new LogPlace(row.GetFieldValue<ulong>(0), row.GetInt64(1));
    }

    /// <summary>The smallest id that can be made at an instant.</summary>
    private static Guid FirstIdOf(DateTimeOffset at)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(at).TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[6..].Clear();
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>Reads so many rows after a place with a statement of <see cref="Select"/>.</summary>
    /// <returns>The rows, each with its place, and whether there are more.</returns>
    public static async Task<(List<(LogPlace Place, T Row)> Rows, bool More)> ReadLogAsync<T>(
        this NpgsqlCommand command, LogPlace after, int most, Func<NpgsqlDataReader, T> row, CancellationToken ct)
    {
        command.Parameters.Insert(0, Xid(after.Xid));
        command.Parameters.Insert(1, new NpgsqlParameter { Value = after.Seq });
        command.Parameters.Insert(2, new NpgsqlParameter { Value = most + 1 });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<(LogPlace Place, T Row)>();
        while (await reader.ReadAsync(ct))
        {
            if (rows.Count == most)
            {
                return (rows, true);
            }

            rows.Add((new LogPlace(reader.GetFieldValue<ulong>(0), reader.GetInt64(1)), row(reader)));
        }

        return (rows, false);
    }

    public static NpgsqlParameter Xid(ulong xid) => new() { Value = xid, NpgsqlDbType = NpgsqlDbType.Xid8 };
}
