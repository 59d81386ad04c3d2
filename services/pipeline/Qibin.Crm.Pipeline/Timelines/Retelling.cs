using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;

namespace Qibin.Crm.Pipeline;

/// <summary>
/// Makes the stretches of journeys again from their facts, and appends what that adds to the totals and takes from them. Whoever
/// calls it holds the lock of each journey and has noted the new facts, in the same transaction.
/// </summary>
internal static class Retelling
{
    /// <summary>The events that carry the state of a lead or a project.</summary>
    private static readonly string[] Telling =
    [
        .. Story.Types.Where(t => t.GetProperties().Any(p => p.PropertyType == typeof(LeadState) || p.PropertyType == typeof(ProjectState))).Select(t => t.Name),
    ];

    private static readonly JsonSerializerOptions Columns = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <param name="connection">The connection with its transaction open.</param>
    /// <param name="leads">The journeys, locked.</param>
    /// <param name="into">The generation to make again; null for all there are.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The journeys that stood otherwise than their facts tell, of the generation.</returns>
    public static async Task<IReadOnlyList<Guid>> RunAsync(NpgsqlConnection connection, IReadOnlyCollection<Guid> leads, int? into, CancellationToken ct)
    {
        var (generations, facts, were, holders) = await ReadAsync(connection, leads, into, ct);
        var (gone, come, deltas, flows) = (new List<StretchRow>(), new List<StretchRow>(), new List<DeltaRow>(), new List<FlowDelta>());
        var (holding, bands) = (new List<HolderRow>(), new List<object>());
        var otherwise = new List<Guid>();
        foreach (var lead in leads)
        {
            var timeline = Timeline.Of(Story.Read(facts[lead]));
            var holder = timeline?.Holder is { } h
                ? new HolderRow { LeadId = lead, OwnerId = h.OwnerId, UnitId = h.UnitId, ChainCode = h.ChainCode, Confidential = h.Confidential, Readers = h.Readers, SharedWith = h.SharedWith }
                : null;
            var was = holders.GetValueOrDefault(lead);
            var changed = false;
            if (holder is not null && (was is null || Text(was) != Text(holder)))
            {
                holding.Add(holder);
                changed = true;
            }

            foreach (var generation in generations)
            {
                var now = (timeline?.Stretches ?? []).Select(s => StretchRow.Of(generation, lead, s)).ToDictionary(Text, StringComparer.Ordinal);
                var before = were[lead].Where(s => s.Gen == generation).ToDictionary(Text, StringComparer.Ordinal);
                gone.AddRange(before.Where(s => !now.ContainsKey(s.Key)).Select(s => s.Value));
                come.AddRange(now.Where(s => !before.ContainsKey(s.Key)).Select(s => s.Value));
                flows.AddRange(FlowDelta.Between(before.Values, was, now.Values, holder ?? was));
                changed |= before.Count != now.Count || before.Keys.Any(k => !now.ContainsKey(k));
                var (old, today) = (before.Values.SingleOrDefault(Present), now.Values.SingleOrDefault(Present));
                if (old is null || today is null || Counted(old) != Counted(today) || was?.Confidential != holder?.Confidential)
                {
                    deltas.AddRange(old is null ? [] : DeltaRow.Of(old, was?.Confidential == true, -1));
                    deltas.AddRange(today is null ? [] : DeltaRow.Of(today, holder!.Confidential, 1));
                    if (today is not null)
                    {
                        bands.Add(new { LeadId = lead, today.Band });
                    }
                }
            }

            if (changed)
            {
                otherwise.Add(lead);
            }
        }

        await WriteAsync(connection, gone, come, deltas, flows, holding, bands, ct);
        return otherwise;
    }

    /// <summary>The journey as it stands now, by all that is known.</summary>
    private static bool Present(StretchRow row) => row.KnownTo is null && row.DayTo is null;

    private static string Text<T>(T row) => JsonSerializer.Serialize(row, Columns);

    /// <summary>Everything of a stretch that totals count, as text.</summary>
    private static string Counted(StretchRow s) => Text(new
    {
        s.Stage,
        s.Status,
        s.OwnerId,
        s.UnitId,
        s.ChainCode,
        s.NodeCode,
        s.SourceRegion,
        s.Band,
        s.Month,
        s.Amounts,
    });

    private static async Task<(List<int> Generations, ILookup<Guid, FactRow> Facts, ILookup<Guid, StretchRow> Were, Dictionary<Guid, HolderRow> Holders)> ReadAsync(
        NpgsqlConnection connection, IReadOnlyCollection<Guid> leads, int? into, CancellationToken ct)
    {
        var ids = leads.ToArray();
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("select id from generation where $1::int is null or id = $1") { Parameters = { Value((object?)into ?? DBNull.Value, NpgsqlDbType.Integer) } },
                new("select stream_id, version, ordinal, type, lead_id, occurred_on, recorded_at, actor_id, event from fact where lead_id = any ($1) and type = any ($2)")
                {
                    Parameters = { Value(ids, NpgsqlDbType.Array | NpgsqlDbType.Uuid), Value(Telling, NpgsqlDbType.Array | NpgsqlDbType.Text) },
                },
                new(
                    """
                    select gen, lead_id, known_from, known_to, day_from, day_to, stage, stage_on, status, owner_id, unit_id, chain_code, node_code, source_region,
                        band, month, first_contact_on, moved_in_on, project_id, amounts
                    from stretch where gen = any (array(select id from generation where $2::int is null or id = $2)) and lead_id = any ($1)
                    """)
                {
                    Parameters = { Value(ids, NpgsqlDbType.Array | NpgsqlDbType.Uuid), Value((object?)into ?? DBNull.Value, NpgsqlDbType.Integer) },
                },
                new("select lead_id, owner_id, unit_id, chain_code, confidential, readers, shared_with from holder where lead_id = any ($1)")
                {
                    Parameters = { Value(ids, NpgsqlDbType.Array | NpgsqlDbType.Uuid) },
                },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var generations = new List<int>();
        while (await reader.ReadAsync(ct))
        {
            generations.Add(reader.GetInt32(0));
        }

        await reader.NextResultAsync(ct);
        var facts = new List<FactRow>();
        while (await reader.ReadAsync(ct))
        {
            facts.Add(new FactRow
            {
                StreamId = reader.GetGuid(0),
                Version = reader.GetInt64(1),
                Ordinal = reader.GetInt32(2),
                Type = reader.GetString(3),
                LeadId = reader.GetGuid(4),
                OccurredOn = reader.GetFieldValue<DateOnly>(5),
                RecordedAt = reader.GetFieldValue<DateTimeOffset>(6),
                ActorId = reader.GetGuid(7),
                Event = reader.GetString(8),
            });
        }

        await reader.NextResultAsync(ct);
        var were = new List<StretchRow>();
        while (await reader.ReadAsync(ct))
        {
            were.Add(new StretchRow
            {
                Gen = reader.GetInt32(0),
                LeadId = reader.GetGuid(1),
                KnownFrom = reader.GetFieldValue<DateTimeOffset>(2),
                KnownTo = Maybe<DateTimeOffset>(reader, 3),
                DayFrom = reader.GetFieldValue<DateOnly>(4),
                DayTo = Maybe<DateOnly>(reader, 5),
                Stage = (JourneyStage)reader.GetInt32(6),
                StageOn = reader.GetFieldValue<DateOnly>(7),
                Status = (JourneyStatus)reader.GetInt32(8),
                OwnerId = reader.GetGuid(9),
                UnitId = reader.GetGuid(10),
                ChainCode = reader.IsDBNull(11) ? null : reader.GetString(11),
                NodeCode = reader.IsDBNull(12) ? null : reader.GetString(12),
                SourceRegion = reader.IsDBNull(13) ? null : reader.GetString(13),
                Band = (Band)reader.GetInt32(14),
                Month = reader.GetInt32(15),
                FirstContactOn = reader.GetFieldValue<DateOnly>(16),
                MovedInOn = Maybe<DateOnly>(reader, 17),
                ProjectId = Maybe<Guid>(reader, 18),
                Amounts = JsonSerializer.Deserialize<List<StandingAmount>>(reader.GetString(19), Columns)!,
            });
        }

        await reader.NextResultAsync(ct);
        var holders = new Dictionary<Guid, HolderRow>();
        while (await reader.ReadAsync(ct))
        {
            holders.Add(reader.GetGuid(0), new HolderRow
            {
                LeadId = reader.GetGuid(0),
                OwnerId = reader.GetGuid(1),
                UnitId = reader.GetGuid(2),
                ChainCode = reader.IsDBNull(3) ? null : reader.GetString(3),
                Confidential = reader.GetBoolean(4),
                Readers = reader.GetFieldValue<Guid[]>(5),
                SharedWith = reader.GetFieldValue<Guid[]>(6),
            });
        }

        return (generations, facts.ToLookup(f => f.LeadId!.Value), were.ToLookup(s => s.LeadId), holders);

        static T? Maybe<T>(NpgsqlDataReader reader, int column) where T : struct => reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);
    }

    private static async Task WriteAsync(
        NpgsqlConnection connection, List<StretchRow> gone, List<StretchRow> come, List<DeltaRow> deltas, List<FlowDelta> flows, List<HolderRow> holding,
        List<object> bands, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        Add(gone,
            """
            delete from stretch s using jsonb_populate_recordset(null::stretch, $1) gone
            where s.gen = gone.gen and s.lead_id = gone.lead_id and s.known_from = gone.known_from and s.day_from = gone.day_from
            """);
        Add(come, "insert into stretch select * from jsonb_populate_recordset(null::stretch, $1)");
        Add(deltas,
            """
            insert into delta (gen, status, confidential, stage, chain_code, unit_id, owner_id, node_code, source_region, band, month, currency,
                count, estimated, contract, paid_in, completed, readers)
            select gen, status, confidential, stage, chain_code, unit_id, owner_id, node_code, source_region, band, month, currency,
                count, estimated, contract, paid_in, completed, readers
            from jsonb_populate_recordset(null::delta, $1)
            """);
        Add(flows,
            """
            insert into flow_delta (gen, at, status, confidential, stage, then_chain, then_unit, node_code, source_region, band, unit_id, chain_code, day, owner_id,
                currency, count, estimated, contract, paid_in, completed, readers)
            select gen, at, status, confidential, stage, then_chain, then_unit, node_code, source_region, band, unit_id, chain_code, day, owner_id,
                currency, count, estimated, contract, paid_in, completed, readers
            from jsonb_populate_recordset(null::flow_delta, $1)
            """);
        Add(holding,
            """
            insert into holder select * from jsonb_populate_recordset(null::holder, $1)
            on conflict (lead_id) do update set owner_id = excluded.owner_id, unit_id = excluded.unit_id, chain_code = excluded.chain_code,
                confidential = excluded.confidential, readers = excluded.readers, shared_with = excluded.shared_with
            """);
        Add(bands, "update journey j set band = b.band from jsonb_to_recordset($1) as b (lead_id uuid, band int) where j.lead_id = b.lead_id and j.band <> b.band");
        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(ct);
        }

        void Add<T>(List<T> rows, string sql)
        {
            if (rows.Count > 0)
            {
                batch.BatchCommands.Add(new NpgsqlBatchCommand(sql) { Parameters = { Value(Text(rows), NpgsqlDbType.Jsonb) } });
            }
        }
    }

    private static NpgsqlParameter Value(object value, NpgsqlDbType type) => new() { Value = value, NpgsqlDbType = type };
}
