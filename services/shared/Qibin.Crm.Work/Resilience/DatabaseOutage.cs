using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Polly.Registry;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Work.Resilience;

/// <summary>
/// Logs an outage of the database in two lines, whoever notices it first and however many requests, messages and jobs fail meanwhile: one
/// when it goes, one when it is back.
/// </summary>
public sealed class DatabaseOutage(
    [FromKeyedServices(DatabaseHost.Aside)] NpgsqlDataSource database, ResiliencePipelineProvider<string> pipelines,
    IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<DatabaseOutage> log)
{
    private int _probing;
    private long _failures;

    /// <summary>Takes note of a failure, if it is the database's being away.</summary>
    /// <returns>Whether it was.</returns>
    public bool Report(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        if (DatabaseFaults.Of(fault) != DatabaseFault.Away)
        {
            return false;
        }

        Interlocked.Increment(ref _failures);
        if (Interlocked.CompareExchange(ref _probing, 1, 0) == 0)
        {
            log.LogWarning("The database is away: {Reason}. Requests that need it are answered 503", AwayException.ReasonOf(fault));
            _ = Task.Run(ProbeAsync);
        }

        return true;
    }

    /// <summary>Runs work that nobody waits for; while the database is away it is tried again, once a second.</summary>
    public ValueTask RunAsync(Func<CancellationToken, ValueTask> work, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(work);
        return pipelines.GetPipeline(Pipelines.Database).ExecuteAsync(async stop =>
        {
            try
            {
                await work(stop);
            }
            catch (Exception e) when (Report(e))
            {
                throw;
            }
        }, ct);
    }

    private async Task ProbeAsync()
    {
        var since = clock.GetTimestamp();
        try
        {
            await pipelines.GetPipeline(Pipelines.Database).ExecuteAsync(async ct =>
            {
                await using var connection = await database.OpenConnectionAsync(ct);
                await using var ask = new NpgsqlCommand("select 1", connection);
                await ask.ExecuteNonQueryAsync(ct);
            }, lifetime.ApplicationStopping);
            log.LogInformation(
                "The database is back after {Seconds:0.0} s; {Failures} pieces of work failed", clock.GetElapsedTime(since).TotalSeconds,
                Interlocked.Exchange(ref _failures, 0));
        }
        catch (OperationCanceledException)
        {
            // The service stops.
        }
        catch (NpgsqlException e)
        {
            log.LogWarning("The database refuses connections: {Reason}", e.Message);
        }
        finally
        {
            Volatile.Write(ref _probing, 0);
        }
    }
}
