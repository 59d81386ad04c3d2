using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

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
internal sealed class DatabaseHealth<TDb>(IDbContextFactory<TDb> factory) : IHealthCheck where TDb : DbContext
{
    private bool _migrated;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var db = await factory.CreateDbContextAsync(cancellationToken);
            if (!_migrated)
            {
                _migrated = !(await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any();
                return _migrated ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("Migrations are pending.");
            }

            return await db.Database.CanConnectAsync(cancellationToken) ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy("No connection.");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("No connection.", e);
        }
    }
}
