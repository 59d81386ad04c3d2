using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Qibin.Crm.Messaging.Consuming;

/// <summary>Forgets processed messages after 30 days, by the database's clock, in small steps. Several instances may do it at once.</summary>
internal sealed class InboxCleanup(NpgsqlDataSource database, TimeProvider clock, ILogger<InboxCleanup> log) : BackgroundService
{
    private const string Forget =
        """
        delete from messaging.inbox where ctid = any (array(
            select ctid from messaging.inbox where processed_at < now() - interval '30 days' limit 1000 for update skip locked))
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
                log.LogWarning(e, "Old inbox rows were not removed; tried again in an hour");
            }
        }
    }
}
