using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.EventLog;

namespace Qibin.Crm.Messaging.Operations;

/// <summary>
/// The events of this service in the order in which their transactions began, with no gap: a reader that keeps its cursor misses nothing
/// and gets nothing twice.
/// Events about what is confidential 涉密 now are left out, those from before it became so too. Where the feed had shown some, an entry of
/// type <c>Withdrawn</c> says at its time that they are to be dropped; an event after it is open again carries the whole state.
/// </summary>
public static class ReadChanges
{
    private const int DefaultLimit = 50;
    private const int LargestLimit = 200;

    /// <summary>The type of an entry that withdraws what the feed has shown about its stream.</summary>
    public const string Withdrawn = "Withdrawn";

    private const string NoActor = "00000000-0000-0000-0000-000000000000";

    private static readonly string Read =
        $$"""
        select * from (
            ({{LogOrder.Select(
                "e.id, e.type, e.schema_version, e.stream_type, e.stream_id, e.stream_version, e.ordinal, e.recorded_at, e.actor_id, "
                    + "e.causation_id, e.payload::text, coalesce(e.subjects, array[e.stream_id])",
                "messaging.event",
                "not exists (select from messaging.withheld w where w.subject_id = any (coalesce(e.subjects, array[e.stream_id])))")}})
            union all
            ({{LogOrder.Select(
                $"e.id, '{Withdrawn}', 1::smallint, e.subject_type, e.subject_id, 0, 0::smallint, e.recorded_at, '{NoActor}'::uuid, null, "
                    + "'{}', array[e.subject_id]",
                "messaging.withheld",
                "e.announced")}})) as entry
        order by xid, seq limit $3
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

        /// <summary>
        /// The event's name, such as <c>LeadOpened</c>; <c>Withdrawn</c> when the stream became confidential: drop whatever names it in
        /// <c>subjectIds</c>.
        /// </summary>
        public required string Type { get; init; }

        public required int SchemaVersion { get; init; }

        /// <summary>The aggregate's type, such as <c>lead</c>.</summary>
        public required string StreamType { get; init; }

        /// <summary>The aggregate.</summary>
        public required Guid StreamId { get; init; }

        /// <summary>The aggregate's version; 0 of a withdrawal.</summary>
        public required long StreamVersion { get; init; }

        /// <summary>Order among the events of one version, from 0.</summary>
        public required int Ordinal { get; init; }

        public required DateTimeOffset RecordedAt { get; init; }

        /// <summary>Who caused it; all zeros for the system.</summary>
        public required Guid ActorId { get; init; }

        /// <summary>The event that led to it, when it was one.</summary>
        public Guid? CausationId { get; init; }

        /// <summary>
        /// The leads, projects or enterprises that it is about; the stream itself unless the event is about something else.
        /// </summary>
        public required IReadOnlyList<Guid> SubjectIds { get; init; }

        /// <summary>What happened, in the event's own shape; empty of a withdrawal. Later versions only add members.</summary>
        public required JsonElement Data { get; init; }
    }

    /// <summary>Where to begin, and how much to give.</summary>
    public sealed record ChangesQuery
    {
        /// <summary>
        /// Goes on after the page that gave it. Without it and without <c>since</c> the feed begins with its first event.
        /// </summary>
        public string? Cursor { get; init; }

        /// <summary>
        /// Begins with what was recorded at this instant or later; what was recorded in the ten minutes before it can come along. Not
        /// together with <c>cursor</c>.
        /// </summary>
        public DateTimeOffset? Since { get; init; }

        /// <summary>Events of a page, from 1 to 200; 50 when left out.</summary>
        public int? Limit { get; init; }
    }

    internal static async Task<Ok<ChangesPage>> Handle(
        [AsParameters] ChangesQuery query, NpgsqlDataSource database, TimeProvider clock, CancellationToken ct)
    {
        var (cursor, limit) = (query.Cursor, query.Limit);
        var most = limit ?? DefaultLimit;
        if (most is < 1 or > LargestLimit)
        {
            throw Refusal.Invalid("limit", "value.range", 1, LargestLimit);
        }

        if (query.Since > clock.GetUtcNow())
        {
            throw Refusal.Invalid("since", "changes.future");
        }

        var after = (cursor, query.Since) switch
        {
            (not null, not null) => throw Refusal.Invalid("since", "changes.start"),
            (null, { } since) => await LogOrder.BeforeAsync(database, since, ct),
            _ => LogPlace.Of(cursor),
        };
        await using var read = database.CreateCommand(Read);
        var (rows, more) = await read.ReadLogAsync(after, most, ChangeOf, ct);
        var next = rows is [.., var last] ? last.Place : after;
        return TypedResults.Ok(new ChangesPage { Items = rows.ConvertAll(r => r.Row), Next = next.Cursor, More = more });
    }

    private static Change ChangeOf(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(2),
        Type = row.GetString(3),
        SchemaVersion = row.GetInt16(4),
        StreamType = row.GetString(5),
        StreamId = row.GetGuid(6),
        StreamVersion = row.GetInt64(7),
        Ordinal = row.GetInt16(8),
        RecordedAt = row.GetFieldValue<DateTimeOffset>(9),
        ActorId = row.GetGuid(10),
        CausationId = row.IsDBNull(11) ? null : row.GetGuid(11),
        SubjectIds = row.GetFieldValue<Guid[]>(13),
        Data = JsonSerializer.Deserialize<JsonElement>(row.GetString(12)),
    };
}
