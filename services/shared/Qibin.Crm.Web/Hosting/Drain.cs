using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Qibin.Crm.Work.Hosting;

namespace Qibin.Crm.Web.Hosting;

/// <summary>How a process stops.</summary>
[Settings("Stopping")]
public sealed record StoppingSettings
{
    /// <summary>
    /// Seconds for which a process that was asked to end goes on serving while it says that it is not ready, so that whoever forwards
    /// requests to it looks and turns to another instance; the gateway looks every 2 seconds. 0 where there is one instance.
    /// </summary>
    [Range(0, 300)]
    public int DrainSeconds { get; init; } = 5;
}

/// <summary>Says at once that a stopping process is not ready, and lets it serve a while longer before anything of it stops.</summary>
internal sealed class Drain(IOptions<StoppingSettings> settings) : IHostedLifecycleService, IHealthCheck
{
    /// <summary>Longest time for requests that are under way when the serving ends, and for everything else that stops.</summary>
    private static readonly TimeSpan Ending = TimeSpan.FromSeconds(8);

    private volatile bool _stopping;

    /// <summary>Longest time from SIGTERM to the end.</summary>
    public static TimeSpan Longest(StoppingSettings settings) => TimeSpan.FromSeconds(settings.DrainSeconds) + Ending;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_stopping ? HealthCheckResult.Unhealthy("Stopping.") : HealthCheckResult.Healthy());

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        // By the machine's clock: it is the others who have to look. Cancelled when the time for the whole stop is over.
        await Task.Delay(TimeSpan.FromSeconds(settings.Value.DrainSeconds), cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
