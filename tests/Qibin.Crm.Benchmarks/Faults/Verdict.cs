using System.Globalization;
using Npgsql;
using Qibin.Crm.Benchmarks.Measure;
using Qibin.Crm.Local;
using Qibin.Crm.Local.Demo;

namespace Qibin.Crm.Benchmarks.Faults;

/// <summary>
/// What became of a run, read from the databases themselves; the totals alone are read as leadership reads them, to be held against a
/// recount.
/// </summary>
/// <param name="Acknowledged">Writes in the journal.</param>
/// <param name="Lost">Acknowledged writes that are not there.</param>
/// <param name="Doubled">Keys whose effect is there more than once.</param>
/// <param name="Disordered">Aggregates whose newest version the pipeline does not have, whose events go back, or, of the run itself, skip a
/// version.</param>
/// <param name="Waiting">Events not delivered, or parked.</param>
/// <param name="Differences">Figures in which the totals differ from a recount.</param>
internal sealed record Verdict(int Acknowledged, int Lost, int Doubled, int Disordered, int Waiting, int Differences)
{
    public bool Kept => Lost == 0 && Doubled == 0 && Disordered == 0 && Waiting == 0 && Differences == 0;

    public override string ToString() =>
        $"{Acknowledged} acknowledged · {Lost} lost · {Doubled} doubled · {Disordered} out of order · {Waiting} waiting or parked · "
            + $"{Differences} figures of the totals differ from a recount";

    /// <summary>
    /// Waits until every outbox is empty, then judges. A wait that gets nowhere for <paramref name="patience"/> is part of the verdict.
    /// </summary>
    public static async Task<Verdict> ReachAsync(LocalSystem system, IReadOnlyList<Told> told, string run, TimeSpan patience)
    {
        var waiting = await DrainAsync(system, patience);
        var journeys = await JourneysAsync(system);
        return new Verdict(
            told.Count,
            await LostAsync(system, told),
            await DoubledAsync(system, run),
            await DisorderedAsync(system, journeys, run),
            waiting,
            await DifferencesAsync(system));
    }

    /// <summary>Events that still wait after no progress for so long; and messages that a consumer has parked.</summary>
    private static async Task<int> DrainAsync(LocalSystem system, TimeSpan patience)
    {
        var (last, since) = (int.MaxValue, TimeProvider.System.GetTimestamp());
        while (true)
        {
            var waiting = await Delivery.WaitingAsync(system);
            if (waiting == 0)
            {
                return 0;
            }

            if (waiting < last)
            {
                (last, since) = (waiting, TimeProvider.System.GetTimestamp());
            }
            else if (TimeProvider.System.GetElapsedTime(since) > patience)
            {
                return waiting;
            }

            await Task.Delay(200);
        }
    }

    private static async Task<int> LostAsync(LocalSystem system, IReadOnlyList<Told> told)
    {
        var lost = 0;
        lost += await MissingAsync(system, "leads", "lead", told.Where(t => t.Kind == "firstContact").Select(t => t.Id));
        lost += await MissingAsync(system, "leads", "contact", told.Where(t => t.Kind == "contact").Select(t => t.Id));
        lost += await MissingAsync(system, "projects", "project", told.Where(t => t.Kind == "conversion").Select(t => t.Id));
        lost += await MissingAsync(system, "projects", "submission", told.Where(t => t.Kind == "stage").Select(t => t.Id));
        lost += await MissingAsync(system, "projects", "amount_entry", told.Where(t => t.Kind == "funds").Select(t => t.Id));
        // Moves have no row of their own that the answer names: the lead must stand where the last one put it.
        lost += await Delivery.NumberAsync(system, "leads",
            "select count(*) from unnest($1::uuid[]) moved(id) left join lead on lead.id = moved.id where lead.id is null or lead.stage "
                + "<> 3",
            told.Where(t => t.Kind == "conversion").Select(t => t.Parent!.Value).ToArray());
        return lost;
    }

    private static Task<int> MissingAsync(LocalSystem system, string service, string table, IEnumerable<Guid> ids) =>
        Delivery.NumberAsync(
            system, service, $"select count(*) from unnest($1::uuid[]) told(id) where not exists (select 1 from {table} t where t.id = "
                + $"told.id)", ids.ToArray());

    private static async Task<int> DoubledAsync(LocalSystem system, string run) =>
        await Delivery.NumberAsync(
            system, "leads", "select count(*) from (select name from investor where name like $1 group by name having count(*) > 1) twice",
            run + "-%")
        + await Delivery.NumberAsync(
            system, "leads", "select count(*) from (select summary from contact where summary like $1 group by summary having count(*) > "
                + "1) twice", run + "-%")
        + await Delivery.NumberAsync(
            system, "projects", "select count(*) from (select name from project where name like $1 group by name having count(*) > 1) "
                + "twice", run + "-%")
        + await Delivery.NumberAsync(system, "projects",
            "select count(*) from (select project_id from amount_entry where kind = 0 group by project_id having count(*) > 1 and "
                + "project_id in (select id from project where name like $1)) twice", run + "-%");

    /// <summary>The version of each journey's lead and project as the pipeline has them.</summary>
    private static async Task<Dictionary<Guid, long>> JourneysAsync(LocalSystem system)
    {
        var versions = new Dictionary<Guid, long>();
        await using var source = NpgsqlDataSource.Create(system.Database("pipeline"));
        await using var command =
            source.CreateCommand("select stream_id, max(version) from received_event group by stream_id");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            versions[reader.GetGuid(0)] = reader.GetInt64(1);
        }

        return versions;
    }

    private static async Task<int> DisorderedAsync(LocalSystem system, Dictionary<Guid, long> taken, string run)
    {
        var disordered = 0;
        foreach (var (service, type, name) in ((string, string, string)[])[("leads", "lead", "investor_name"),
            ("projects", "project", "name")])
        {
            await using var source = NpgsqlDataSource.Create(system.Database(service));
            // Every change that the run makes tells an event, so that the versions of its own aggregates run from 1 without a gap.
            // Of others, such as a project whose claim waits for its approval, they rise in the order of the log.
            await using var command = source.CreateCommand(
                $"""
                select stream_id, max(stream_version), count(distinct stream_version), bool_and(rising),
                    exists (select from {type} t where t.id = stream_id and t.{name} like $1)
                from (select stream_id, stream_version, stream_version >= lag(stream_version, 1, 0) over (partition by stream_id
                    order by seq) as rising
                      from messaging.event where stream_type = '{type}') e
                group by stream_id
                """);
            command.Parameters.Add(new NpgsqlParameter { Value = run + "-%" });
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                var (id, newest, versions, rising, own) =
                    (reader.GetGuid(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetBoolean(3), reader.GetBoolean(4));
                if (!rising || (own && versions != newest) || taken.GetValueOrDefault(id) != newest)
                {
                    Console.WriteLine(
                        $"{type} {id}: {versions} versions up to {newest}, rising {rising}, the pipeline has "
                            + $"{taken.GetValueOrDefault(id)}");
                    disordered++;
                }
            }
        }

        return disordered;
    }

    /// <summary>
    /// What leadership reads, stage by stage and currency by currency, against a count of the services' own tables. An integration reads
    /// no confidential journey: it is told how many there are.
    /// </summary>
    private static async Task<int> DifferencesAsync(LocalSystem system)
    {
        var recount = new Dictionary<string, decimal>(StringComparer.Ordinal);
        await CountAsync(recount, system.Database("leads"),
            "select 'count ' || (array['new','assessing','following','converted','kept','invalid'])[stage + 1], count(*)::numeric from "
                + "lead where stage <> 3 and not confidential group by 1 "
                + "union all select 'hidden', count(*)::numeric from lead where confidential");
        const string stage =
            "(array['negotiating','signed','registered','started','completed','producing','atCapacity','efficient'])[p.stage + 1]";
        await CountAsync(recount, system.Database("projects"),
            $"""
            select 'count ' || {stage}, count(*)::numeric from project p where not confidential group by 1
            union all
            select 'contractAmount ' || {stage} || ' ' || contract_currency, sum(contract_amount) from project p
                where contract_currency is not null and not confidential group by 1
            union all
            select 'paidIn ' || {stage} || ' ' || entry_currency, sum(entry_amount) from project p join amount_entry f
                on f.project_id = p.id and f.kind = 0 where not confidential group by 1
            """);
        using var api = new Integration(system.Gateway, system.Access.Clients[0].ClientId, system.Access.Clients[0].ClientSecret);
        var totals = await api.GetAsync(
            "/api/v1/pipeline/totals?groupBy=stage&status=active,suspended,terminated,kept,invalid", CancellationToken.None);
        var told = new Dictionary<string, decimal>(StringComparer.Ordinal) { ["hidden"] = totals["hidden"]!.GetValue<int>() };
        foreach (var group in totals["groups"]!.AsArray())
        {
            var name = group!["stage"]!.GetValue<string>();
            told["count " + name] = group["count"]!.GetValue<int>();
            foreach (var figure in (string[])["contractAmount", "paidIn"])
            {
                foreach (var money in group[figure]!.AsArray())
                {
                    told[$"{figure} {name} {money!["currency"]!.GetValue<string>()}"] =
                        decimal.Parse(money["amount"]!.GetValue<string>(), CultureInfo.InvariantCulture);
                }
            }
        }

        return recount.Keys.Union(told.Keys).Count(figure => recount.GetValueOrDefault(figure) != told.GetValueOrDefault(figure));
    }

    private static async Task CountAsync(Dictionary<string, decimal> figures, string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            figures[reader.GetString(0)] = reader.GetDecimal(1);
        }
    }
}
