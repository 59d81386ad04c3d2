using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Messaging.Operations;

/// <summary>
/// The events of this service in the order in which their transactions began, with no gap: nothing is shown before every transaction
/// that could still put an event ahead of it has ended. A reader that keeps its cursor misses nothing and gets nothing twice.
/// Confidential 涉密 events are left out.
/// </summary>
public static class ReadChanges
{
    private const int DefaultLimit = 50;
    private const int LargestLimit = 200;

    // Ordered by the column and not by its text, which is what a bare «xid» would mean here: 1000 comes after 999.
    private const string Read =
        """
        select e.xid::text, e.seq, e.id, e.type, e.schema_version, e.stream_type, e.stream_id, e.stream_version, e.ordinal, e.recorded_at,
            e.actor_id,
               e.causation_id, e.payload::text
        from messaging.event e
        where e.xid < pg_snapshot_xmin(pg_current_snapshot()) and (e.xid, e.seq) > ($1::text::xid8, $2) and not e.confidential
        order by e.xid, e.seq limit $3
        """;

    /// <summary>Events after a cursor.</summary>
    public sealed record ChangesPage
    {
        public required IReadOnlyList<Change> Items { get; init; }

        /// <summary>Where to go on, now or later. It is given on every page, the last one too.</summary>
        public required string Next { get; init; }

        /// <summary>Whether more events are there already; otherwise ask again after a while.</summary>
        public required bool More { get; init; }
    }

    /// <summary>One event.</summary>
    public sealed record Change
    {
        /// <summary>The event's id, the same on the broker.</summary>
        public required Guid Id { get; init; }

        /// <summary>The event's name, such as <c>LeadOpened</c>.</summary>
        public required string Type { get; init; }

        public required int SchemaVersion { get; init; }

        /// <summary>The aggregate's type, such as <c>lead</c>.</summary>
        public required string StreamType { get; init; }

        /// <summary>The aggregate.</summary>
        public required Guid StreamId { get; init; }

        /// <summary>The aggregate's version.</summary>
        public required long StreamVersion { get; init; }

        /// <summary>Order among the events of one version, from 0.</summary>
        public required int Ordinal { get; init; }

        public required DateTimeOffset RecordedAt { get; init; }

        /// <summary>Who caused it; all zeros for the system.</summary>
        public required Guid ActorId { get; init; }

        /// <summary>The event that led to it, when it was one.</summary>
        public Guid? CausationId { get; init; }

        /// <summary>What happened, in the event's own shape. Later versions only add members.</summary>
        public required JsonElement Data { get; init; }
    }

    internal static async Task<Ok<ChangesPage>> Handle(string? cursor, int? limit, NpgsqlDataSource database, CancellationToken ct)
    {
        var most = limit ?? DefaultLimit;
        if (most is < 1 or > LargestLimit)
        {
            throw Refusal.Invalid("limit", "value.range", 1, LargestLimit);
        }

        var (xid, seq) = cursor is null ? (0, 0) : Decode(cursor);
        await using var read = database.CreateCommand(Read);
        read.Parameters.Add(new NpgsqlParameter { Value = xid.ToString(CultureInfo.InvariantCulture), NpgsqlDbType = NpgsqlDbType.Text });
        read.Parameters.Add(new NpgsqlParameter { Value = seq });
        read.Parameters.Add(new NpgsqlParameter { Value = most + 1 });
        await using var reader = await read.ExecuteReaderAsync(ct);
        var changes = new List<Change>();
        var more = false;
        while (await reader.ReadAsync(ct))
        {
            if (changes.Count == most)
            {
                more = true;
                break;
            }

            (xid, seq) = (ulong.Parse(reader.GetString(0), CultureInfo.InvariantCulture), reader.GetInt64(1));
            changes.Add(new Change
            {
                Id = reader.GetGuid(2),
                Type = reader.GetString(3),
                SchemaVersion = reader.GetInt16(4),
                StreamType = reader.GetString(5),
                StreamId = reader.GetGuid(6),
                StreamVersion = reader.GetInt64(7),
                Ordinal = reader.GetInt16(8),
                RecordedAt = reader.GetFieldValue<DateTimeOffset>(9),
                ActorId = reader.GetGuid(10),
                CausationId = reader.IsDBNull(11) ? null : reader.GetGuid(11),
                Data = JsonSerializer.Deserialize<JsonElement>(reader.GetString(12)),
            });
        }

        return TypedResults.Ok(new ChangesPage { Items = changes, Next = Encode(xid, seq), More = more });
    }

    private static string Encode(ulong xid, long seq) =>
        Base64Url.EncodeToString(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"1.{xid}.{seq}")));

    private static (ulong Xid, long Seq) Decode(string cursor)
    {
        try
        {
            if (cursor.Length <= 80 && Encoding.ASCII.GetString(Base64Url.DecodeFromChars(cursor))
                .Split('.') is ["1", var first, var second]
                && ulong.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var xid)
                && long.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out var seq))
            {
                return (xid, seq);
            }
        }
        catch (FormatException)
        {
            // Answered below, like every other cursor that is not ours.
        }

        throw Refusal.Invalid("cursor", "cursor.invalid");
    }
}
