using Microsoft.Extensions.Diagnostics.HealthChecks;

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

internal static class ServiceHealthRegistration
{
    public static void AddServiceHealth(this WebApplicationBuilder builder)
    {
        foreach (var service in Routes.Services)
        {
            var addresses = Routes.AddressesOf(service, builder.Configuration);
            builder.Services.AddHealthChecks().AddCheck(service.Name, new ServiceHealth(addresses), tags: ["ready"]);
        }
    }
}
