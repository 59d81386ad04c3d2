using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Qibin.Crm.Work.Resilience;

namespace Qibin.Crm.Work.Scheduling;

/// <summary>Rows that are deleted when their time is over.</summary>
/// <param name="Table">The table, with its schema.</param>
/// <param name="Expired">SQL condition on the table's rows; <c>$1</c> is now, by the service's clock.</param>
/// <param name="Every">Pause between two rounds.</param>
/// <param name="Batch">Most rows of one statement; a round repeats it until fewer are left.</param>
public sealed record CleanupRule(string Table, string Expired, TimeSpan Every, int Batch = 1000)
{
    internal string Statement { get; } =
        $"delete from {Table} where ctid = any (array(select ctid from {Table} where {Expired} limit {Batch} for update skip locked))";
}

/// <summary>Registers rules of the clean-up.</summary>
public static class CleanupRegistration
{
    public static IServiceCollection AddCleanup(this IServiceCollection services, CleanupRule rule)
    {
        services.AddSingleton(rule);
        services.AddHostedService<Cleanup>();
        return services;
    }
}

/// <summary>
/// Deletes what has expired, by every registered rule, first one pause after the start. Several instances may do it at once.
/// </summary>
internal sealed class Cleanup(
    IEnumerable<CleanupRule> rules, NpgsqlDataSource database, DatabaseOutage outage, TimeProvider clock, ILogger<Cleanup> log) :
        BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(rules.Select(rule => outage.EveryAsync(
        rule.Every,
        stop => RoundAsync(rule, stop),
        reason => log.LogWarning("Expired rows of {Table} stay until the next round: {Reason}", rule.Table, reason),
        stoppingToken)));

    /// <summary>Deletes in statements so short that nobody waits for their locks.</summary>
    private async Task RoundAsync(CleanupRule rule, CancellationToken ct)
    {
        int deleted;
        do
        {
            await using var delete = database.CreateCommand(rule.Statement);
            delete.Parameters.Add(new NpgsqlParameter { Value = clock.GetUtcNow().ToUniversalTime() });
            deleted = await delete.ExecuteNonQueryAsync(ct);
        }
        while (deleted == rule.Batch);
    }
}
