using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Hosting;
using Qibin.Crm.Work.Telemetry;

namespace Qibin.Crm.Work.Scheduling;

/// <summary>Does what is due with one row, which is locked, in a transaction that is committed afterwards.</summary>
/// <param name="db">The service's DbContext, acting for the system.</param>
/// <param name="id">The row.</param>
/// <param name="now">The instant at which it was found due.</param>
/// <param name="ct">Ends with the service.</param>
public delegate Task DoDue<in TDb>(TDb db, Guid id, DateTimeOffset now, CancellationToken ct);

/// <summary>
/// Work that falls due by the clock. Its rows are in a table with the columns <c>id</c> and <c>due_at</c>, indexed by the latter; a
/// row whose time has come is worked on once, over all instances and after any downtime, since only what is done moves or empties
/// <c>due_at</c>.
/// </summary>
/// <param name="Table">The table, in the words of the database.</param>
/// <param name="Do">What to do. It must move <c>due_at</c> into the future or empty it, or the row comes again.</param>
public sealed record DueWork<TDb>(string Table, DoDue<TDb> Do) where TDb : DbContext, IServiceDb
{
    /// <summary>
    /// Locks the row that is due longest, of those that no other instance works on; takes the instant and the ids to leave out.
    /// </summary>
    internal string Claim { get; } =
        $$"""
        select id as "Value" from {{Table}} where due_at <= {0} and id <> all ({1})
        order by due_at, id limit 1 for update skip locked
        """;
}

/// <summary>Registers due work.</summary>
public static class DueWorkRegistration
{
    public static IServiceCollection AddDueWork<TDb>(this IServiceCollection services, string table, DoDue<TDb> work)
        where TDb : DbContext, IServiceDb
    {
        return services.AddDueWork<TDb>(table, _ => work);
    }

    /// <summary>As above, done by a service of the application.</summary>
    public static IServiceCollection AddDueWork<TDb>(
        this IServiceCollection services, string table, Func<IServiceProvider, DoDue<TDb>> work)
        where TDb : DbContext, IServiceDb
    {
        services.AddSingleton(provider => new DueWork<TDb>(table, work(provider)));
        services.AddDatabaseGauge(new DatabaseGauge(
            "qibin.timers.late", "s", "By how much the row that is due longest is late, by table.",
            $"select '{table}', coalesce(extract(epoch from now() - min(due_at)), 0)::float8 from {table} where due_at < now()", "table"));
        services.TryAddSingleton<WorkTelemetry>();
        services.AddSettings<TimerSettings>();
        services.TryAddSingleton<Timers<TDb>>();
        services.TryAddSingleton<Timers>(provider => provider.GetRequiredService<Timers<TDb>>());
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IHostedService, Timers<TDb>>(provider => provider.GetRequiredService<Timers<TDb>>()));
        return services;
    }
}
