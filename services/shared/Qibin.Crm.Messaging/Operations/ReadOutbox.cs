using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Qibin.Crm.Messaging.EventLog;
using Qibin.Crm.Messaging.Outbox;
using Qibin.Crm.Messaging.Transport;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Messaging.Operations;

/// <summary>How far the events are on their way to the broker.</summary>
public static class ReadOutbox
{
    private const int MostParked = 200;

    /// <summary>The outbox of one service.</summary>
    public sealed record OutboxReport
    {
        /// <summary>Events that wait for the broker, counted up to 500,000.</summary>
        public required long Waiting { get; init; }

        /// <summary>When the oldest of them was recorded.</summary>
        public DateTimeOffset? OldestRecordedAt { get; init; }

        /// <summary>Its age in seconds, by the database's clock.</summary>
        public double? OldestAgeSeconds { get; init; }

        /// <summary>Whether the service is linked to the broker; null in a service without one.</summary>
        public bool? BrokerLinked { get; init; }

        /// <summary>
        /// Events that the broker refused, at most 200, the oldest first. Later events of their streams wait behind them.
        /// </summary>
        public required IReadOnlyList<HeldEvent> Held { get; init; }
    }

    /// <summary>An event that the broker refused.</summary>
    public sealed record HeldEvent
    {
        public required long Seq { get; init; }
        public required Guid EventId { get; init; }
        public required string Type { get; init; }
        public required string StreamType { get; init; }
        public required Guid StreamId { get; init; }
        public required long StreamVersion { get; init; }
        public required DateTimeOffset RecordedAt { get; init; }
        public required int Attempts { get; init; }
        public string? LastError { get; init; }

        /// <summary>Set after 8 attempts: it waits until its stream is replayed. Before, the relay tries again by itself.</summary>
        public DateTimeOffset? ParkedAt { get; init; }
    }

    internal static async Task<Ok<OutboxReport>> Handle(ScopedDb scoped, NpgsqlDataSource database, HttpContext http, CancellationToken ct)
    {
        await using var measure = database.CreateCommand(
            """
            select (select count(*) from (select from messaging.outbox limit 500000) waiting), oldest.recorded_at,
                   extract(epoch from now() - oldest.recorded_at)::float8
            from (select 1) one left join lateral (
                select e.recorded_at from messaging.outbox o join messaging.event e on e.seq = o.seq order by o.seq limit 1) oldest on true
            """);
        await using var reader = await measure.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        var held = await (
            from row in scoped.Context.Set<OutboxRow>()
            join happened in scoped.Context.Set<EventRow>() on row.Seq equals happened.Seq
            where row.Attempts > 0
            orderby row.Seq
            select new HeldEvent
            {
                Seq = row.Seq,
                EventId = happened.Id,
                Type = happened.Type,
                StreamType = happened.StreamType,
                StreamId = row.StreamId,
                StreamVersion = happened.StreamVersion,
                RecordedAt = happened.RecordedAt,
                Attempts = row.Attempts,
                LastError = row.LastError,
                ParkedAt = row.ParkedAt,
            }).Take(MostParked).ToListAsync(ct);
        return TypedResults.Ok(new OutboxReport
        {
            Waiting = reader.GetInt64(0),
            OldestRecordedAt = reader.IsDBNull(1) ? null : reader.GetFieldValue<DateTimeOffset>(1),
            OldestAgeSeconds = reader.IsDBNull(2) ? null : Math.Round(reader.GetDouble(2), 3),
            BrokerLinked = http.RequestServices.GetService<Broker>()?.IsUp,
            Held = held,
        });
    }
}
