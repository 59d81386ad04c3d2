using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Polly.Registry;
using Qibin.Crm.Messaging.EventLog;
using Qibin.Crm.Messaging.Telemetry;
using Qibin.Crm.Messaging.Transport;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Hosting;
using Qibin.Crm.Work.Resilience;

namespace Qibin.Crm.Messaging.Outbox;

/// <summary>
/// Hands the outbox to the broker, in order. One relay per database leads, by an advisory lock of the session that also claims and
/// deletes: who has lost the lock can do neither. A leader that has said nothing on that session for 5 seconds, because its process is
/// frozen, loses it to a standby; it sends nothing itself once it was silent for 4, so that it does no harm when it goes on. An event
/// of a stream is sent when the one before it is confirmed; streams go side by side. A crash between confirm and delete sends an event
/// twice, which the inbox absorbs.
/// </summary>
internal sealed class Relay(
    IOptions<DatabaseSettings> database, Broker broker, EventTypes events, OutboxSignal signal,
    ResiliencePipelineProvider<string> pipelines,
    DatabaseOutage outage, MessagingTelemetry telemetry, ILogger<Relay> log) : BackgroundService
{
    private const int Batch = 200;

    // Streams with an earlier row that is held wait behind it. The partial index on attempts > 0 answers that.
    private const string Claim =
        """
        select o.seq, o.stream_id, e.id, e.type, e.stream_type, e.stream_version, e.ordinal, e.schema_version, e.recorded_at, e.actor_id,
               e.causation_id, e.trace_parent, e.payload::text
        from messaging.outbox o join messaging.event e on e.seq = o.seq
        where not exists (select from messaging.outbox held where held.stream_id = o.stream_id and held.seq <= o.seq
                          and held.attempts > 0 and (held.parked_at is not null or held.available_at > now()))
        order by o.seq limit 200
        """;

    // Eight attempts within 51 seconds.
    private const string Hold =
        """
        update messaging.outbox set attempts = attempts + 1, last_error = $2, available_at = now() + power(2, attempts) * interval
            '400 milliseconds',
               parked_at = case when attempts + 1 >= 8 then now() end
        where seq = $1 returning parked_at is not null
        """;

    // The outbox grows and empties faster than it is analyzed: taken for an empty one, all that waits was joined and sorted for each batch.
    // In order by the indexes is right at any size. Set once the session is open: the driver's own look at the types needs its joins.
    private const string ByIndex =
        "set enable_seqscan = off; set enable_bitmapscan = off; set enable_sort = off; set enable_hashjoin = off; set enable_mergejoin = "
            + "off";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(database.Value.Database)
        {
            Pooling = false,
            GssEncryptionMode = GssEncryptionMode.Disable,
            Timeout = 4,
            CommandTimeout = 5,
            MaxAutoPrepare = 10,
            AutoPrepareMinUsages = 2,
            ApplicationName = "qibin-relay",
        };
        // A leader that was killed in the middle of a statement gives the lock back within a second.
        settings.Options =
            $"{settings.Options} -c client_connection_check_interval=1000 -c statement_timeout=4000 -c lock_timeout=3000".Trim();
        await using var sessions = new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = "relay" }.Build();
        var lost = false;
        await pipelines.GetPipeline(Pipelines.RelaySession).ExecuteAsync(async stop =>
        {
            try
            {
                await using var session = await sessions.OpenConnectionAsync(stop);
                lost = false;
                await LeadAsync(session, stop);
            }
            catch (Exception e) when (!stop.IsCancellationRequested && !outage.Report(e) && !lost)
            {
                lost = true;
                log.LogWarning("The relay lost its session: {Reason}", e.GetBaseException().Message);
                throw;
            }
        }, stoppingToken);
    }

    private async Task LeadAsync(NpgsqlConnection session, CancellationToken ct)
    {
        await pipelines.GetPipeline<bool>(Pipelines.RelayStandby).ExecuteAsync(
            async stop => await AdvisoryLocks.TryRelayAsync(session, stop), ct);
        var leader = new Leadership(session);
        await leader.SpeakAsync(ByIndex, ct);
        log.LogInformation("This process relays the outbox");
        var publishing = pipelines.GetPipeline<bool>(Pipelines.RelayPublish);
        while (true)
        {
            // The broker going away is nobody's fault: everything pauses, nothing is counted.
            await publishing.ExecuteAsync(async stop => await RelayAsync(leader, stop), ct);
        }
    }

    /// <summary>Sends one batch, or waits for a signal when there is none or the broker is away.</summary>
    /// <returns>Whether the broker went away meanwhile.</returns>
    private async Task<bool> RelayAsync(Leadership leader, CancellationToken ct)
    {
        var claimed = new List<Outgoing>();
        if (broker.IsUp)
        {
            claimed = await leader.SpeakAsync(session => ClaimAsync(session, ct));
        }
        else
        {
            await leader.SpeakAsync("select 1", ct);
        }

        if (claimed.Count == 0)
        {
            await signal.WaitAsync(Leadership.Pause, ct);
            return false;
        }

        var sent = new Sent();
        await leader.DuringAsync(stop => SendAsync(claimed, leader, sent, stop), ct);
        // What is confirmed is deleted even while the service stops; it would be sent once more otherwise.
        await CompleteAsync(leader.Session, sent, CancellationToken.None);
        return sent.Away;
    }

    private static async Task<List<Outgoing>> ClaimAsync(NpgsqlConnection session, CancellationToken ct)
    {
        await using var claim = new NpgsqlCommand(Claim, session);
        await using var reader = await claim.ExecuteReaderAsync(ct);
        var claimed = new List<Outgoing>(Batch);
        while (await reader.ReadAsync(ct))
        {
            claimed.Add(new Outgoing
            {
                Seq = reader.GetInt64(0),
                StreamId = reader.GetGuid(1),
                MessageId = reader.GetGuid(2),
                Type = reader.GetString(3),
                StreamType = reader.GetString(4),
                Version = reader.GetInt64(5),
                Ordinal = reader.GetInt16(6),
                SchemaVersion = reader.GetInt16(7),
                RecordedAt = reader.GetFieldValue<DateTimeOffset>(8),
                ActorId = reader.GetGuid(9),
                CausationId = reader.IsDBNull(10) ? null : reader.GetGuid(10),
                TraceParent = reader.IsDBNull(11) ? null : reader.GetString(11),
                Payload = reader.GetString(12),
            });
        }

        return claimed;
    }

    private Task SendAsync(List<Outgoing> claimed, Leadership leader, Sent sent, CancellationToken ct) =>
        Task.WhenAll(claimed.GroupBy(o => o.StreamId).Select(stream => SendStreamAsync(stream, leader, sent, ct)));

    private async Task SendStreamAsync(IEnumerable<Outgoing> stream, Leadership leader, Sent sent, CancellationToken ct)
    {
        foreach (var outgoing in stream.TakeWhile(_ => leader.IsCertain && !ct.IsCancellationRequested))
        {
            string? refused;
            using var activity = MessagingTelemetry.Publish(outgoing);
            try
            {
                refused = events.Find(outgoing.Type) is { } type
                    ? await broker.PublishAsync(outgoing, EventTypes.ExchangeOf(type))
                    : "There is no event of this name.";
            }
            catch (BrokerAwayException)
            {
                sent.Away = true;
                return;
            }

            if (refused is not null)
            {
                sent.Refuse(outgoing.Seq, refused);
                return;
            }

            telemetry.Published();
            sent.Confirm(outgoing.Seq);
        }
    }

    private async Task CompleteAsync(NpgsqlConnection session, Sent sent, CancellationToken ct)
    {
        if (sent.Confirmed.Count > 0)
        {
            await using var delete = new NpgsqlCommand("delete from messaging.outbox where seq = any ($1)", session);
            delete.Parameters.Add(new NpgsqlParameter
            {
                Value = sent.Confirmed.ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint,
            });
            await delete.ExecuteNonQueryAsync(ct);
        }

        foreach (var (seq, reason) in sent.Refused)
        {
            await using var hold = new NpgsqlCommand(Hold, session);
            hold.Parameters.Add(new NpgsqlParameter { Value = seq });
            hold.Parameters.Add(new NpgsqlParameter { Value = reason });
            var parked = await hold.ExecuteScalarAsync(ct) is true;
            log.Log(parked ? LogLevel.Error : LogLevel.Warning, "Event {Seq} {State}: {Reason}", seq, parked ? "is parked" : "is held",
                reason);
        }
    }

    /// <summary>What became of a batch. Streams report side by side.</summary>
    private sealed class Sent
    {
        private readonly Lock _gate = new();

        public List<long> Confirmed { get; } = new(Batch);

        public List<(long Seq, string Reason)> Refused { get; } = [];

        public bool Away { get; set; }

        public void Confirm(long seq)
        {
            lock (_gate)
            {
                Confirmed.Add(seq);
            }
        }

        public void Refuse(long seq, string reason)
        {
            lock (_gate)
            {
                Refused.Add((seq, reason));
            }
        }
    }
}

/// <summary>An event on its way to the broker.</summary>
internal sealed class Outgoing
{
    public required long Seq { get; init; }
    public required Guid StreamId { get; init; }
    public required Guid MessageId { get; init; }
    public required string Type { get; init; }
    public required string StreamType { get; init; }
    public required long Version { get; init; }
    public required short Ordinal { get; init; }
    public required short SchemaVersion { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
    public required Guid ActorId { get; init; }
    public Guid? CausationId { get; init; }
    public string? TraceParent { get; init; }
    public required string Payload { get; init; }
}
