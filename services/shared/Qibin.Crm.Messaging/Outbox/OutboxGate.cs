using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Messaging.Outbox;

/// <summary>Closed at 500,000 waiting events, open again below 450,000: a broker that stays away must not fill the disk.</summary>
internal sealed class OutboxGate(NpgsqlDataSource database, TimeProvider clock, ILogger<OutboxGate> log) : BackgroundService, IWriteGate
{
    private const long Closes = 500_000;
    private const long Opens = 450_000;

    // The table's statistics say at no cost whether counting is worth while; they lag, so it begins far below the limit.
    private const string Count =
        """
        select case when (select greatest(s.n_live_tup, c.reltuples::bigint) from pg_stat_user_tables s join pg_class c on c.oid = s.relid
                          where s.schemaname = 'messaging' and s.relname = 'outbox') < 100000 then 0
               else (select count(*) from (select from messaging.outbox limit 500000) waiting) end
        """;

    private volatile bool _closed;

    public bool IsOpen => !_closed;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var often = new PeriodicTimer(TimeSpan.FromSeconds(2), clock);
        do
        {
            try
            {
                await using var count = database.CreateCommand(Count);
                Judge(Convert.ToInt64(await count.ExecuteScalarAsync(stoppingToken), System.Globalization.CultureInfo.InvariantCulture));
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                // Without the database there are no writes to refuse.
                log.LogDebug(e, "The outbox was not counted");
            }
        }
        while (await often.WaitForNextTickAsync(stoppingToken));
    }

    private void Judge(long waiting)
    {
        var closed = _closed ? waiting >= Opens : waiting >= Closes;
        if (closed != _closed)
        {
            _closed = closed;
            log.LogWarning("Writes are {State}: {Waiting} events wait for the broker", closed ? "refused" : "taken again", waiting);
        }
    }
}
