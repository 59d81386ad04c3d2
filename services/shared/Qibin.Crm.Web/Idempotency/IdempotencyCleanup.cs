using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Qibin.Crm.Web.Idempotency;

/// <summary>Forgets Idempotency-Keys after 72 hours, by the database's clock, in small steps. Several instances may do it at once.</summary>
internal sealed class IdempotencyCleanup(NpgsqlDataSource database, TimeProvider clock, ILogger<IdempotencyCleanup> log) : BackgroundService
{
    private const string Forget =
        """
        delete from api.idempotency where ctid = any (array(
            select ctid from api.idempotency where created_at < now() - interval '72 hours' limit 1000 for update skip locked))
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hourly = new PeriodicTimer(TimeSpan.FromHours(1), clock);
        while (await hourly.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var forget = database.CreateCommand(Forget);
                while (await forget.ExecuteNonQueryAsync(stoppingToken) == 1000)
                {
                }
            }
            catch (NpgsqlException e)
            {
                log.LogWarning(e, "Old idempotency keys were not removed; tried again in an hour");
            }
        }
    }
}
