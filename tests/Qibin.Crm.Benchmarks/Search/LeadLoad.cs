using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Benchmarks.Search;

/// <summary>Who the loaded leads belong to: the people that ask in the measurement, and invented ones beside them.</summary>
internal sealed record LoadedFor(Guid UnitId, Guid OfficerId);

/// <summary>
/// Loads leads with their investors and persons straight into the leads service's database, by COPY of the service's own aggregates:
/// every column and token is what the service would have written. Events are not told; nothing but searches, lists and duplicates is
/// asked of this data.
/// </summary>
internal static class LeadLoad
{
    private const int Portion = 10_000;
    private const int Units = 20;
    private const int OfficersOfUnit = 10;

    private static readonly string[] Nodes = [.. IndustryChains.All.SelectMany(c => c.Nodes).Select(n => n.Code)];
    private static readonly string[] Provinces = ["11", "31", "41", "44", "32", "33", "42", "51"];

    /// <summary>Brings the number of leads to <paramref name="leads"/>.</summary>
    public static async Task ToAsync(string connection, int leads, LoadedFor asking, Action<string> say)
    {
        var target = new NpgsqlConnectionStringBuilder(
            connection)
        { CommandTimeout = 0, Options = "-c statement_timeout=0 -c maintenance_work_mem=512MB -c synchronous_commit=off" };
        await using var source = NpgsqlDataSource.Create(target);
        var options = new DbContextOptionsBuilder<LeadsDb>();
        DatabaseHost.Configure(options, source);
        await using var db = new LeadsDb((DbContextOptions<LeadsDb>)options.Options);
        var there = await db.Leads.CountAsync();
        if (there >= leads)
        {
            return;
        }

        var started = Stopwatch.GetTimestamp();
        await db.Database.OpenConnectionAsync();
        var indexes = await IndexesAsync(db);
        foreach (var (name, _) in indexes)
        {
            await ExecuteAsync(source, $"drop index \"{name}\"");
        }

        var (units, officers) = Staff(asking);
        var invented = new InventedInvestors(410_611 + there);
        var now = TimeProvider.System.GetUtcNow();
        for (var first = there; first < leads; first += Portion)
        {
            var rows = Enumerable.Range(first, Math.Min(Portion, leads - first)).Select(n => One(n, invented, units, officers, now))
                .ToList();
            await db.CopyAsync(rows.ConvertAll(r => r.Investor), CancellationToken.None);
            await db.CopyAsync(rows.ConvertAll(r => r.Person), CancellationToken.None);
            await db.CopyAsync(rows.ConvertAll(r => r.Lead), CancellationToken.None);
        }

        var copied = Stopwatch.GetElapsedTime(started);
        foreach (var (_, definition) in indexes)
        {
            await ExecuteAsync(source, definition);
        }

        await ExecuteAsync(source, "vacuum analyze investor");
        await ExecuteAsync(source, "vacuum analyze person");
        await ExecuteAsync(source, "vacuum analyze lead");
        await ExecuteAsync(source, "checkpoint");
        say(string.Create(CultureInfo.InvariantCulture,
            $"{leads} leads are there: {leads - there} copied in {copied.TotalSeconds:0} s, indexed and analysed in "
                + $"{(Stopwatch.GetElapsedTime(started) - copied).TotalSeconds:0} s"));
    }

    private static (Guid[] Units, Guid[] Officers) Staff(LoadedFor asking)
    {
        // The same at each load, so that a second one adds to the first.
        Guid Made(int n) => new(n, 0x4106, 0x7011, 0x80, 0, 0, 0, 0, 0, 0, 1);
        Guid[] units = [asking.UnitId, .. Enumerable.Range(1, Units - 1).Select(Made)];
        return (units, [asking.OfficerId, .. Enumerable.Range(Units, (Units * OfficersOfUnit) - 1).Select(Made)]);
    }

    private static (Investor Investor, Person Person, Lead Lead) One(
        int n, InventedInvestors invented, Guid[] units, Guid[] officers, DateTimeOffset now)
    {
        var (region, brand, trade, form) = invented.Next();
        var owner = invented.Below(officers.Length);
        var (ownerId, unitId) = (officers[owner], units[owner / OfficersOfUnit]);
        // Entered over the last five years in this order, changed any time since then; contacts are recent, or the pool would take the
        // leads.
        var createdAt = now.AddMinutes(-2_600_000 + (n * 2.5));
        var changedAt = createdAt + ((now - createdAt) * (invented.Below(1_000_000) / 1_000_000.0));
        var (opened, changed) = (new Actor(ownerId, Whole(createdAt)), new Actor(ownerId, Whole(changedAt)));
        var day = now.OnDay().AddDays(-1 - invented.Below(20));
        var investor = Investor.Register(Id(createdAt), region + brand + trade + form, n % 5 < 3 ? InventedInvestors.Uscc(n) : null,
            Provinces[invented.Below(Provinces.Length)] + "0000", opened);
        var person = Person.Of(
            investor.Id, Id(createdAt),
            new PersonFacts("示例联系人", null, InventedInvestors.Phone(n), n % 2 == 0 ? InventedInvestors.Email(n) : null, null), opened);
        var lead = Lead.Open(
            Id(createdAt), string.Create(CultureInfo.InvariantCulture, $"B-{now.Year}-{n:0000000}"), investor, ownerId, unitId, day,
            opened);
        lead.PlaceOnNode(Nodes[invented.Below(Nodes.Length)], opened);
        lead.Estimate(new Money(1_000_000m * (1 + invented.Below(500)), "CNY"), opened);
        lead.NoteContact(day, opened);
        lead.PlanNextStep(Id(createdAt), "再次联系", day.AddDays(invented.Below(60)), changed);
        var fate = invented.Below(100);
        if (fate >= 40)
        {
            lead.StartAssessment(day, null, changed);
        }

        if (fate >= 65)
        {
            lead.ConcludeAssessment(day, "值得跟进", changed);
        }

        if (fate >= 90)
        {
            lead.Invalidate(ClosureReason.NoAnswer, day, null, changed);
        }

        if (n % 100 == 7)
        {
            lead.Restrict(true, [ownerId], changed);
        }

        return (investor, person, lead);
    }

    private static Guid Id(DateTimeOffset at) => Guid.CreateVersion7(at);

    // PostgreSQL keeps microseconds.
    private static DateTimeOffset Whole(DateTimeOffset at) => at.AddTicks(-(at.Ticks % 10));

    /// <summary>Indexes that stand for no constraint: made anew after the load, in a tenth of the time.</summary>
    private static async Task<List<(string Name, string Definition)>> IndexesAsync(LeadsDb db)
    {
        await using var command = (NpgsqlCommand)db.Database.GetDbConnection().CreateCommand();
        command.CommandText =
            """
            select c.relname, pg_get_indexdef(i.indexrelid) from pg_index i join pg_class c on c.oid = i.indexrelid
            where i.indrelid in ('investor'::regclass, 'person'::regclass, 'lead'::regclass) and not i.indisunique
            """;
        await using var reader = await command.ExecuteReaderAsync();
        var found = new List<(string, string)>();
        while (await reader.ReadAsync())
        {
            found.Add((reader.GetString(0), reader.GetString(1)));
        }

        return found;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
