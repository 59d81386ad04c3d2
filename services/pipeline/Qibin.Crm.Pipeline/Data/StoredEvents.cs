using System.Text.Json.Nodes;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline.Data;

internal static class StoredEvents
{
    private static readonly Dictionary<string, Type> Known = typeof(IJourneyEvent).Assembly.GetTypes()
        .Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IJourneyEvent)))
        .ToDictionary(t => t.Name, StringComparer.Ordinal);

    /// <summary>The events that carry the state of a lead or a project, from which journeys are folded.</summary>
    public static IReadOnlyList<string> OfJourneys { get; } =
        [.. Known.Values.Where(t => t.IsAssignableTo(typeof(ILeadEvent)) || t.IsAssignableTo(typeof(IProjectEvent))).Select(t => t.Name)];

    public static IReadOnlyList<string> OfEnterprises { get; } =
        [.. Known.Values.Where(t => t.IsAssignableTo(typeof(IEnterpriseEvent))).Select(t => t.Name)];

    /// <summary>
    /// The row of an event. What it belongs to is found by the names of its members, also in a type that this version does not know.
    /// </summary>
    public static ReceivedEvent Row(string type, Delivery delivery)
    {
        var root = JsonNode.Parse(delivery.Json)!.AsObject();
        var recordedAt = Kept(delivery.RecordedAt);
        return new ReceivedEvent
        {
            StreamId = delivery.StreamId,
            Version = delivery.Version,
            Ordinal = delivery.Ordinal,
            Type = type,
            LeadId = Id("leadId", "lead", "project"),
            ProjectId = Id("projectId", "project", "lead"),
            EnterpriseId = Id("enterpriseId", "enterprise", "project"),
            OccurredOn = Day(root["occurredOn"]) ?? (type == nameof(LeadOpened) ? Day(root["lead"]!["firstContactOn"]) : null)
                ?? recordedAt.OnDay(),
            RecordedAt = recordedAt,
            ActorId = delivery.ActorId,
            Event = delivery.Json,
        };

        Guid? Id(string name, params string[] states) => states.Select(s => root[s] as JsonObject).Append(root)
            .Select(of => of?[name] is JsonValue value && value.TryGetValue(out Guid id) ? id : (Guid?)null)
            .FirstOrDefault(id => id is not null);

        static DateOnly? Day(JsonNode? value) =>
            value is JsonValue word && word.TryGetValue(out string? text) && DateOnly.TryParseExact(text, "yyyy-MM-dd", out var day)
                ? day : null;
    }

    /// <summary>The instant as PostgreSQL keeps it, to the microsecond, so that one that is answered can be asked for again.</summary>
    public static DateTimeOffset Kept(DateTimeOffset instant)
    {
        var utc = instant.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    /// <summary>Reads what this version knows; the rest is left out, and stays stored.</summary>
    public static List<ReadEvent> Read(this IEnumerable<ReceivedEvent> rows) => [.. rows.Select(Read).OfType<ReadEvent>()];

    private static ReadEvent? Read(ReceivedEvent row) =>
        Known.TryGetValue(row.Type, out var type) && ReadOrNull(row.Event, type) is IEvent read ? new ReadEvent(row, read) : null;

    /// <summary>What was stored as JSON; null where this version cannot read it.</summary>
    public static object? ReadOrNull(string json, Type type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type, StrictJson.Lenient);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Stores events; one that is stored already is left as it is.</summary>
    /// <returns>Those that are new.</returns>
    // In SQL: EF Core cannot leave out on conflict.
    public static async Task<IReadOnlyList<ReceivedEvent>> StoreAsync(
        PipelineDb db, IReadOnlyList<ReceivedEvent> rows, CancellationToken ct)
    {
        var stored = await db.Database.SqlQuery<Key>(
            $"""
            insert into received_event (
                stream_id, version, ordinal, type, lead_id, project_id, enterprise_id, occurred_on, recorded_at, actor_id, event)
            select s, v, o, t, l, p, e, d, r, a, j::jsonb
            from unnest(
                {Each(r => r.StreamId)}, {Each(r => r.Version)}, {Each(r => r.Ordinal)}, {Each(r => r.Type)}, {Each(r => r.LeadId)},
                {Each(r => r.ProjectId)}, {Each(r => r.EnterpriseId)}, {Each(r => r.OccurredOn)}, {Each(r => r.RecordedAt)},
                {Each(r => r.ActorId)}, {Each(r => r.Event)}) as row (s, v, o, t, l, p, e, d, r, a, j)
            on conflict do nothing returning stream_id, version, ordinal
            """).ToListAsync(ct);
        var added = stored.ToHashSet();
        return [.. rows.Where(r => added.Remove(new Key(r.StreamId, r.Version, r.Ordinal)))];

        T[] Each<T>(Func<ReceivedEvent, T> column) => [.. rows.Select(column)];
    }

    private sealed record Key(Guid StreamId, long Version, int Ordinal);
}
