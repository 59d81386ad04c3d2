using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Qibin.Crm.Kernel;
using Qibin.Crm.Work.Hosting;
using Qibin.Crm.Work.Resilience;

namespace Qibin.Crm.Work.Data;

/// <summary>A service's connections to its database.</summary>
public static class DatabaseHost
{
    /// <summary>
    /// Key of the connections for what a request asks beside its own transaction. From one pool, as many requests as it has
    /// connections, each holding one and wanting a second, would wait for each other until all give up.
    /// </summary>
    public const string Aside = "aside";

    internal static void AddDatabase<TDb>(this IServiceCollection services) where TDb : DbContext, IServiceDb
    {
        services.AddSettings<DatabaseSettings>();
        // The names are what the pools are called in metrics; else it would be the whole connection string.
        services.AddSingleton(provider =>
            new NpgsqlDataSourceBuilder(ConnectionString(provider, connections: 40)) { Name = "requests" }.Build());
        services.AddKeyedSingleton(Aside,
            (provider, _) => new NpgsqlDataSourceBuilder(ConnectionString(provider, connections: 4)) { Name = Aside }.Build());
        services.AddSingleton<IInterceptor, RowLockInterceptor>();
        // The data source is the provider's: given by hand, each database would have models and queries of its own in a process of several.
        services.AddPooledDbContextFactory<TDb>(
            (provider, options) => Configure(options).AddInterceptors(provider.GetServices<IInterceptor>()));
        services.AddScoped(provider =>
        {
            var db = provider.GetRequiredService<IDbContextFactory<TDb>>().CreateDbContext();
            db.ActorId = provider.GetRequiredService<Caller>().Id;
            return db;
        });
        services.AddScoped(provider => new ScopedDb(provider.GetRequiredService<TDb>()));
        services.AddSingleton<PeopleCodes>();
        services.AddSingleton<DatabaseOutage>();
        services.AddHostedService(provider => provider.GetRequiredService<DatabaseOutage>());
        services.AddSingleton<IMigrationStep, DatabaseMigration<TDb>>();
    }

    /// <summary>How every service's DbContext talks to PostgreSQL.</summary>
    public static DbContextOptionsBuilder Configure(DbContextOptionsBuilder options, NpgsqlDataSource? database = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options = database is null ? options.UseNpgsql() : options.UseNpgsql(database);
        return options.UseSnakeCaseNamingConvention();
    }

    private static string ConnectionString(IServiceProvider provider, int connections)
    {
        var settings = new NpgsqlConnectionStringBuilder(provider.GetRequiredService<IOptions<DatabaseSettings>>().Value.Database)
        {
            MaxPoolSize = connections,
            Timeout = 4,
            CommandTimeout = 6,
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,
            // Asking for GSS encryption lets a synchronous open outlive its time-out (npgsql#6655); nobody here uses Kerberos.
            GssEncryptionMode = GssEncryptionMode.Disable,
        };
        // Longest statement and longest wait for a lock of one request; migrations and the relay lift them for themselves. Compiling a
        // statement takes longer than any of these should. Whoever holds locks and says nothing for 8 seconds is frozen: another
        // instance gets the job, the timer or the message within 10.
        settings.Options = string.Join(
            ' ', settings.Options, "-c jit=off -c statement_timeout=5000 -c lock_timeout=2000 -c idle_in_transaction_session_timeout=8000")
                .Trim();
        return settings.ConnectionString;
    }
}
