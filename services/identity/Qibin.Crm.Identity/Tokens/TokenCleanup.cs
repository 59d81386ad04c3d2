using Npgsql;
using OpenIddict.Abstractions;

namespace Qibin.Crm.Identity.Tokens;

/// <summary>Removes tokens and authorizations that ended two days ago or earlier, each hour. Several instances may do it at once.</summary>
internal sealed class TokenCleanup(IServiceScopeFactory scopes, TimeProvider clock, ILogger<TokenCleanup> log) : BackgroundService
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hourly = new PeriodicTimer(TimeSpan.FromHours(1), clock);
        while (await hourly.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                var before = clock.GetUtcNow() - Kept;
                await scope.ServiceProvider.GetRequiredService<IOpenIddictTokenManager>().PruneAsync(before, stoppingToken);
                await scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>().PruneAsync(before, stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or AggregateException
                or Microsoft.EntityFrameworkCore.DbUpdateException)
            {
                log.LogWarning(e, "Ended tokens were not removed; tried again in an hour");
            }
        }
    }
}
