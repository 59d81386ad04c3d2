using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Qibin.Crm.Web.Telemetry;

namespace Qibin.Crm.Gateway;

/// <summary>Whether a service is ready, as it says itself: of several instances, whether one is. Ready means all services are.</summary>
internal sealed class ServiceHealth(IReadOnlyList<string> addresses) : IHealthCheck
{
    /// <summary>Longest wait for a service's own answer.</summary>
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(3) };

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        foreach (var address in addresses)
        {
            try
            {
                using var answer = await Http.GetAsync(new Uri(address.TrimEnd('/') + "/health/ready"), cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    return HealthCheckResult.Healthy();
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // The next instance may be ready.
            }
        }

        return HealthCheckResult.Unhealthy(addresses.Count == 0 ? "Not configured." : "Not ready.");
    }
}

/// <summary>
/// Keeps what the services said of themselves at the last round as a metric: a service that is gone cannot report itself.
/// </summary>
internal sealed class ReadinessGauge : IHealthCheckPublisher
{
    private Measurement<int>[] _last = [];

    public ReadinessGauge(IMeterFactory meters) => meters.Create("Qibin.Crm.Gateway").CreateObservableGauge(
        "qibin.service.ready", () => Volatile.Read(ref _last), description: "1 while an instance of the service is ready, else 0.");

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _last,
        [
            .. report.Entries.Select(e => new Measurement<int>(
                e.Value.Status == HealthStatus.Unhealthy ? 0 : 1, new KeyValuePair<string, object?>("service", e.Key))),
        ]);
        return Task.CompletedTask;
    }
}

internal static class ServiceHealthRegistration
{
    public static void AddServiceHealth(this WebApplicationBuilder builder)
    {
        if (TelemetryHost.IsGatewayWatched(builder.Configuration))
        {
            builder.Services.AddSingleton<IHealthCheckPublisher, ReadinessGauge>();
            builder.Services.Configure<HealthCheckPublisherOptions>(rounds =>
            {
                rounds.Delay = TimeSpan.FromSeconds(1);
                rounds.Period = TimeSpan.FromSeconds(10);
            });
        }

        foreach (var service in Routes.Services)
        {
            var addresses = Routes.AddressesOf(service, builder.Configuration);
            builder.Services.AddHealthChecks().AddCheck(service.Name, new ServiceHealth(addresses), tags: ["ready"]);
        }
    }
}
