using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Qibin.Crm.Work.Resilience;

namespace Qibin.Crm.Work.Data;

/// <summary>Brings the service's database to the newest migration.</summary>
internal sealed class DatabaseMigration<TDb>(IDbContextFactory<TDb> factory) : IMigrationStep where TDb : DbContext
{
    public async Task RunAsync(CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        await db.Database.OpenConnectionAsync(ct);
        await db.Database.ExecuteSqlRawAsync("set statement_timeout = 0; set lock_timeout = 0", ct);
        await db.Database.MigrateAsync(ct);
        // Pooled connections are not reset, so this one must not go back with its limits lifted.
        await db.Database.ExecuteSqlRawAsync("set statement_timeout = 5000; set lock_timeout = 2000", ct);
    }
}

/// <summary>Ready when the database answers and has every migration.</summary>
internal sealed class DatabaseHealth<TDb>(IDbContextFactory<TDb> factory, DatabaseOutage outage) : IHealthCheck where TDb : DbContext
{
    /// <summary>Longest wait for the database; whoever asks waits little longer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private bool _migrated;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            return outage.IsAway ? HealthCheckResult.Unhealthy("No answer.")
                : await CheckAsync(cancellationToken).WaitAsync(Patience, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("No connection.", e);
        }
    }

    private async Task<HealthCheckResult> CheckAsync(CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        if (!_migrated)
        {
            _migrated = !(await db.Database.GetPendingMigrationsAsync(ct)).Any();
            return _migrated ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("Migrations are pending.");
        }

        return await db.Database.CanConnectAsync(ct) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("No connection.");
    }
}
