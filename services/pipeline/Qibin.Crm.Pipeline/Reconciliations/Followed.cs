using System.Text.Json;
using System.Text.Json.Nodes;
using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel.Json;

namespace Qibin.Crm.Pipeline;

/// <summary>A kind of aggregate of another service that is followed by its events.</summary>
/// <param name="Name">Its word.</param>
/// <param name="Service">The service that holds it.</param>
/// <param name="State">Its public state.</param>
/// <param name="Heard">
/// For @ids at @versions: the highest version that was told of here, null where another aggregate's events tell of it too, and
/// the state that was told at the version asked for, or is the last one told.
/// </param>
/// <param name="Known">The ids that are known here.</param>
internal sealed record Followed(string Name, string Service, Type State, string Heard, string Known)
{
    public static IReadOnlyList<Followed> All { get; } =
    [
        new("lead", "leads", typeof(LeadState), OfFacts("lead"),
            $"select lead_id as id from lead where not exists (select 1 from fact f where f.stream_id = lead_id and f.type = '{nameof(LeadRemoved)}')"),
        new("project", "projects", typeof(ProjectState), OfFacts("project"), "select project_id as id from project"),
        new("enterprise", "enterprises", typeof(EnterpriseState),
            """
            select asked.id, null::bigint as version, (
                select jsonb_build_object('enterpriseId', e.enterprise_id, 'name', e.name, 'uscc', e.uscc, 'chainCode', e.chain_code, 'nodeCode', e.node_code,
                    'inCity', e.in_city)
                from enterprise e where e.enterprise_id = asked.id)::text as state
            from unnest(@ids, @versions) as asked (id, version)
            """,
            "select enterprise_id as id from enterprise"),
    ];

    /// <summary>The known ones above @after, and up to @last where there is one; @most of them.</summary>
    public string KnownBetween => $"""select id as "Value" from ({Known}) known where id > @after and (@last is null or id <= @last) order by id limit @most""";

    /// <summary>Those of @ids that are known.</summary>
    public string KnownAmong => $"""select id as "Value" from ({Known}) known where id = any (@ids)""";

    /// <summary>What differs between the state that the service tells and what was heard here, by name.</summary>
    public IEnumerable<(string What, string? Told, string? Counted)> Differences(StateTold told, long? version, string? heard)
    {
        if (heard is null)
        {
            return [("known", "true", null)];
        }

        var (there, here) = (Members(told.State), Members(heard));
        var differences =
            from name in there.Keys.Union(here.Keys).Order(StringComparer.Ordinal)
            let was = there.GetValueOrDefault(name)
            let now = here.GetValueOrDefault(name)
            where was != now
            select (name, was, now);
        return version < told.Version ? differences.Append(("version", $"{told.Version}", $"{version}")) : differences;
    }

    private static string OfFacts(string name) =>
        $"""
        select asked.id, (select max(f.version) from fact f where f.stream_id = asked.id) as version, (
            select f.event -> '{name}' from fact f where f.stream_id = asked.id and f.version <= asked.version and f.event ? '{name}'
            order by f.version desc, f.ordinal desc limit 1)::text as state
        from unnest(@ids, @versions) as asked (id, version)
        """;

    /// <summary>
    /// The members that say something, as text. What is read into the state's own type and written again looks the same whichever way it
    /// went; lists have no order.
    /// </summary>
    private Dictionary<string, string> Members(string state)
    {
        var members = JsonSerializer.SerializeToNode(JsonSerializer.Deserialize(state, State, StrictJson.Options), State, StrictJson.Options)!.AsObject();
        return members.Where(m => m.Value is not null).ToDictionary(m => m.Key, m => m.Value switch
        {
            JsonArray list => string.Join(", ", list.Select(Text).Order(StringComparer.Ordinal)),
            var value => Text(value),
        }, StringComparer.Ordinal);

        static string Text(JsonNode? value) => value is JsonValue one && one.TryGetValue<string>(out var text) ? text : value!.ToJsonString(StrictJson.Options);
    }
}
