using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline.Data;

/// <summary>Events as they are stored, and what this version reads of them.</summary>
internal static class StoredEvents
{
    private static readonly Dictionary<string, Type> Known = typeof(IJourneyEvent).Assembly.GetTypes()
        .Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IJourneyEvent)))
            .ToDictionary(t => t.Name, StringComparer.Ordinal);

    /// <summary>The events that carry the state of a lead or a project, from which journeys are folded.</summary>
    public static IReadOnlyList<string> OfJourneys { get; } =
        [.. Known.Values.Where(t => t.IsAssignableTo(typeof(ILeadEvent)) || t.IsAssignableTo(typeof(IProjectEvent))).Select(t => t.Name)];

    /// <summary>The events that carry the state of an enterprise.</summary>
    public static IReadOnlyList<string> OfEnterprises { get; } =
        [.. Known.Values.Where(t => t.IsAssignableTo(typeof(IEnterpriseEvent))).Select(t => t.Name)];

    /// <summary>
    /// The row of an event. What it belongs to is found by the names of its members, also in a type that this version does not
    /// know.
    /// </summary>
    public static ReceivedEvent Row(string type, Delivery delivery)
    {
        using var json = JsonDocument.Parse(delivery.Json);
        var root = json.RootElement;
        var recordedAt = Instants.Kept(delivery.RecordedAt);
        return new ReceivedEvent
        {
            StreamId = delivery.StreamId,
            Version = delivery.Version,
            Ordinal = delivery.Ordinal,
            Type = type,
            LeadId = Id("leadId", "lead", "project"),
            ProjectId = Id("projectId", "project", "lead"),
            EnterpriseId = Id("enterpriseId", "enterprise", "project"),
            OccurredOn = Day(root, "occurredOn") ?? (type == nameof(LeadOpened) ? Day(root.GetProperty("lead"), "firstContactOn") : null)
                ?? recordedAt.OnDay(),
            RecordedAt = recordedAt,
            ActorId = delivery.ActorId,
            Event = delivery.Json,
        };

        Guid? Id(string name, params string[] states) =>
            states.Where(s => root.TryGetProperty(s, out var state) && state.ValueKind == JsonValueKind.Object)
                .Select(s => root.GetProperty(s)).Append(root)
                .Select(
                    of => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.TryGetGuid(out var id)
                    ? id : (Guid?)null)
                .FirstOrDefault(id => id is not null);

        static DateOnly? Day(JsonElement of, string name) =>
            of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            && DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", out var day) ? day : null;
    }

    /// <summary>Reads what this version knows; the rest is left out, and stays stored.</summary>
    public static List<ReadEvent> Read(this IEnumerable<ReceivedEvent> rows) => [.. rows.Select(Read).OfType<ReadEvent>()];

    private static ReadEvent? Read(ReceivedEvent row)
    {
        try
        {
            return Known.TryGetValue(row.Type, out var type)
                && JsonSerializer.Deserialize(row.Event, type, StrictJson.Lenient) is IEvent read
                ? new ReadEvent(row, read)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Stores events; one that is stored already is left as it is.</summary>
    /// <returns>Those that are new.</returns>
    // By the driver: EF Core cannot leave out on conflict.
    public static async Task<IReadOnlyList<ReceivedEvent>> StoreAsync(
        NpgsqlConnection connection, IReadOnlyList<ReceivedEvent> rows, CancellationToken ct)
    {
        await using var store = new NpgsqlCommand(
            """
            insert into received_event (
                stream_id, version, ordinal, type, lead_id, project_id, enterprise_id, occurred_on, recorded_at, actor_id, event)
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            on conflict do nothing returning stream_id, version, ordinal
            """,
            connection)
        {
            Parameters =
            {
                Each(NpgsqlDbType.Uuid, r => r.StreamId), Each(NpgsqlDbType.Bigint, r => r.Version),
                    Each(NpgsqlDbType.Integer, r => r.Ordinal),
                Each(NpgsqlDbType.Text, r => r.Type), Each(NpgsqlDbType.Uuid, r => r.LeadId), Each(NpgsqlDbType.Uuid, r => r.ProjectId),
                Each(NpgsqlDbType.Uuid, r => r.EnterpriseId), Each(NpgsqlDbType.Date, r => r.OccurredOn),
                    Each(NpgsqlDbType.TimestampTz, r => r.RecordedAt),
                Each(NpgsqlDbType.Uuid, r => r.ActorId), Each(NpgsqlDbType.Jsonb, r => r.Event),
            },
        };
        var stored = new HashSet<(Guid, Rank)>();
        await using var reader = await store.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            stored.Add((reader.GetGuid(0), new Rank(reader.GetInt64(1), reader.GetInt32(2))));
        }

        return [.. rows.Where(r => stored.Remove((r.StreamId, new Rank(r.Version, r.Ordinal))))];

        NpgsqlParameter Each<T>(NpgsqlDbType type, Func<ReceivedEvent, T> column) =>
            new() { Value = rows.Select(column).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };
    }
}
