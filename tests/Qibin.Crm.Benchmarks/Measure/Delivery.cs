using Npgsql;
using Qibin.Crm.Local;

namespace Qibin.Crm.Benchmarks.Measure;

/// <summary>What is on its way between the services.</summary>
internal static class Delivery
{
    /// <summary>
    /// Events in the outboxes, events that the pipeline has not stored yet, and parked messages. While nobody writes, the totals stand
    /// still once this is 0.
    /// </summary>
    public static async Task<int> WaitingAsync(LocalSystem system)
    {
        var waiting = 0;
        foreach (var service in (string[])["identity", "leads", "projects", "enterprises", "pipeline"])
        {
            waiting += await NumberAsync(
                system, service,
                "select (select count(*) from messaging.outbox) + (select count(*) from messaging.parked_message where state = 0)");
        }

        foreach (var service in (string[])["leads", "projects", "enterprises"])
        {
            waiting += await NumberAsync(system, service, "select count(*) from messaging.event");
        }

        return waiting - await NumberAsync(system, "pipeline", "select count(*) from received_event");
    }

    /// <summary>The number that a statement answers in a service's database.</summary>
    public static async Task<int> NumberAsync(LocalSystem system, string service, string sql, params object[] values)
    {
        await using var source = NpgsqlDataSource.Create(system.Database(service));
        await using var command = source.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return (int)(long)(await command.ExecuteScalarAsync())!;
    }
}
