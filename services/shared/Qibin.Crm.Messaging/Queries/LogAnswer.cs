using Npgsql;
using Qibin.Crm.Contracts;
using Qibin.Crm.Messaging.EventLog;

namespace Qibin.Crm.Messaging.Queries;

/// <summary>
/// Answers which events were logged. An event's instant is read once its transaction has an id. So of two moments, an instant and an id
/// that is drawn after it, each event recorded by the instant has a lower id; when all transactions with lower ids have ended, none of
/// these events can come any more.
/// </summary>
internal sealed class LogAnswer(NpgsqlDataSource database, TimeProvider clock) : IAnswer<LogQuery, LogReply>
{
    private const int Most = 1000;

    private static readonly string Read =
        LogOrder.Select("e.id, e.stream_id, e.stream_version, e.ordinal", "messaging.event", below: "$4");

    /// <summary>Less than the asker waits.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(10);

    public async Task<LogReply> AnswerAsync(LogQuery question, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        var (instant, own) = await DrawAsync(connection, ct);
        await EndedAsync(connection, own, ct);

        var after = LogPlace.Of(question.After);
        if (after.Xid > own)
        {
            // The log was restored into another server, which counts its transactions anew: all of it is gone through again.
            after = default;
        }

        await using var read = new NpgsqlCommand(Read, connection) { Parameters = { LogOrder.Xid(own) } };
        var (rows, more) = await read.ReadLogAsync(
            after,
            Most,
            row => new LoggedKey
            {
                Id = row.GetGuid(2),
                StreamId = row.GetGuid(3),
                Version = row.GetInt64(4),
                Ordinal = row.GetInt16(5),
            },
            ct);
        var next = rows is [.., var last] ? last.Place : after;
        return new LogReply { Events = [.. rows.Select(r => r.Row)], Next = next.Cursor, CompleteUntil = more ? null : instant };
    }

    private static async Task<(DateTimeOffset Instant, ulong Xid)> DrawAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var draw = new NpgsqlCommand(
            "select statement_timestamp() - interval '1 microsecond', pg_current_xact_id()", connection);
        await using var reader = await draw.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return (reader.GetFieldValue<DateTimeOffset>(0), reader.GetFieldValue<ulong>(1));
    }

    /// <summary>Until every transaction with a lower id has ended.</summary>
    /// <exception cref="TimeoutException">One is still under way after three seconds; the asker asks again.</exception>
    private async Task EndedAsync(NpgsqlConnection connection, ulong xid, CancellationToken ct)
    {
        await using var ended = new NpgsqlCommand("select pg_snapshot_xmin(pg_current_snapshot()) >= $1", connection)
        {
            Parameters = { LogOrder.Xid(xid) },
        };
        for (var began = clock.GetTimestamp(); await ended.ExecuteScalarAsync(ct) is false; await Task.Delay(Again, clock, ct))
        {
            if (clock.GetElapsedTime(began) > Patience)
            {
                throw new TimeoutException("A transaction that may have recorded events is still under way.");
            }
        }
    }
}
