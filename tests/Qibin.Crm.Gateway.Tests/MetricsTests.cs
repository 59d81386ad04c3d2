using Microsoft.AspNetCore.Http;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Gateway.Tests;

public class MetricsTests
{
    private static readonly TestCaller Officer = TestCaller.Officer();

    [Fact]
    public async Task Metrics_are_served_at_their_own_address_alone()
    {
        var address = $"http://127.0.0.1:{RunningGateway.UnusedPort()}";
        await using var gateway = await RunningGateway.BeforeAsync(http => http.Response.WriteAsync("leads"),
            ("Telemetry:MetricsAddress", address));
        using var officer = gateway.As(Officer);
        (await officer.GetAsync("/api/v1/leads")).Is(200);

        var metrics = await Metrics.ScrapeAsync(new Uri(address));
        Assert.True(metrics.Of("http_server_request_duration_seconds_count", "/api/v1/leads") >= 1);
        using var http = new HttpClient { BaseAddress = new Uri(address) };
        Assert.Equal(404, (int)(await http.GetAsync(new Uri("/api/v1/leads", UriKind.Relative))).StatusCode);

        // Whatever the request says of its host, the public address has none.
        (await officer.GetAsync("/metrics")).IsProblem(404, "resource.notFound");
        var forged = await gateway.RawAsync($"GET /metrics HTTP/1.1\r\nHost: {new Uri(address).Authority}\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 404 ", forged, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_is_not_ready_shows_at_the_gateway()
    {
        var address = $"http://127.0.0.1:{RunningGateway.UnusedPort()}";
        await using var gateway = await RunningGateway.BeforeAsync(http => http.Response.WriteAsync("ready"),
            ("Telemetry:MetricsAddress", address));

        var metrics = await Eventually.GetAsync(() => Metrics.ScrapeAsync(new Uri(address)), m => m.Of("qibin_service_ready") is not null);

        Assert.Equal(1, metrics.Of("qibin_service_ready", "service=\"leads\""));
        Assert.Equal(0, metrics.Of("qibin_service_ready", "service=\"projects\""));
    }
}
