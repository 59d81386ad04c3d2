using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Pipeline.Projection;

namespace Qibin.Crm.Pipeline.Verifications;

/// <summary>A kind of aggregate of another service whose events are stored here.</summary>
/// <param name="Name">Its word.</param>
/// <param name="Service">The service that holds it.</param>
/// <param name="State">Its public state.</param>
/// <param name="Known">The ids of those whose own events are stored.</param>
internal sealed record Followed(string Name, string Service, Type State, string Known)
{
    public static IReadOnlyList<Followed> All { get; } =
    [
        new("lead", "leads", typeof(LeadState),
            $"{Own("lead_id")} and not exists ("
                + $"select from received_event r where r.stream_id = e.lead_id and r.type = '{nameof(LeadRemoved)}')"),
        new("project", "projects", typeof(ProjectState), Own("project_id")),
        new("enterprise", "enterprises", typeof(EnterpriseState), Own("enterprise_id")),
    ];

    private static string Own(string id) => $"select distinct e.{id} as id from received_event e where e.stream_id = e.{id}";

    /// <summary>
    /// For @ids at @versions: the highest version stored, and the state at the version asked for or the last one before
    /// it.
    /// </summary>
    private string StoredStates =>
        $"""
        select asked.id, (select max(e.version) from received_event e where e.stream_id = asked.id) as version, (
            select e.event -> '{Name}' from received_event e
            where e.stream_id = asked.id and e.version <= asked.version and e.event ? '{Name}'
            order by e.version desc, e.ordinal desc limit 1)::text as state
        from unnest(@ids, @versions) as asked (id, version)
        """;

    /// <summary>The known ones above @after, and up to @last where there is one; @most of them.</summary>
    public string KnownBetween =>
        $"""
        select id as "Value" from ({Known}) known where id > @after and (@last is null or id <= @last) order by id limit @most
        """;

    /// <summary>Those of @ids that are known.</summary>
    public string KnownAmong => $"""select id as "Value" from ({Known}) known where id = any (@ids)""";

    /// <summary>The states by the stored events at the versions that the service has, and the highest version stored.</summary>
    public async Task<Dictionary<Guid,
        (long? Version, string? State)>> StoredAsync(PipelineDb db, IReadOnlyCollection<AggregateState> told, CancellationToken ct)
    {
        Guid[] ids = [.. told.Select(s => s.Id)];
        if (Name == "enterprise")
        {
            // Events of other aggregates carry its state too, with versions of their own.
            var types = StoredEvents.OfEnterprises;
            var events = await db.Received.AsNoTracking().Where(e => ids.Contains(e.EnterpriseId!.Value) && types.Contains(e.Type))
                .ToListAsync(ct);
            return events.Read().GroupBy(e => e.Row.EnterpriseId!.Value)
                .ToDictionary(
                    g => g.Key, g => ((long?)null, (string?)JsonSerializer.Serialize(Enterprises.Newest([.. g]), StrictJson.Lenient)));
        }

        var stored = await db.Database.SqlQueryRaw<Stored>(
            StoredStates,
            new NpgsqlParameter<Guid[]>("ids", ids), new NpgsqlParameter<long[]>("versions", [.. told.Select(s => s.Version)]))
                .ToListAsync(ct);
        return stored.ToDictionary(s => s.Id, s => (s.Version, s.State));
    }

    /// <summary>What differs between the state that the service has and the one that is stored here, by name.</summary>
    public IEnumerable<(string What, string? Expected, string? Found)> Differences(AggregateState told, long? version, string? stored)
    {
        if (stored is null)
        {
            return [("known", "true", null)];
        }

        var differences = Members.Differences(Members.Of(told.State, State), Members.Of(stored, State));
        return version < told.Version ? differences.Append(("version", $"{told.Version}", $"{version}")) : differences;
    }

    private sealed record Stored(Guid Id, long? Version, string? State);
}
