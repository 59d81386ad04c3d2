using Microsoft.AspNetCore.Http;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Gateway.Tests;

public class RoutingTests
{
    private static readonly TestCaller Officer = TestCaller.Officer();

    [Fact]
    public async Task Each_address_of_the_table_reaches_its_service_whole()
    {
        var upstreams = new List<Upstream>();
        foreach (var service in Routes.Services)
        {
            upstreams.Add(await Upstream.StartAsync(
                http => http.Response.WriteAsync($"{service.Name} {http.Request.Path}{http.Request.QueryString}")));
        }

        await using var gateway = await RunningGateway.StartAsync(
            Routes.Services.Zip(upstreams).ToDictionary(p => p.First.Name, p => p.Second.Address));
        using var officer = gateway.As(Officer);
        foreach (var service in Routes.Services)
        {
            foreach (var path in service.Resources.Select(r => "/api/v1/" + r).Concat(service.Pages))
            {
                Assert.Equal($"{service.Name} {path}", (await officer.GetAsync(path)).Is(200).Body);
                Assert.Equal($"{service.Name} {path}/a/b?c=%E5%A4%A9&d=1%2C2",
                    (await officer.GetAsync(path + "/a/b?c=%E5%A4%A9&d=1%2C2")).Is(200).Body);
            }

            Assert.Equal($"{service.Name} /swagger/v1.json", (await officer.GetAsync($"/swagger/{service.Name}/v1.json")).Is(200).Body);
        }

        foreach (var upstream in upstreams)
        {
            await upstream.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/metrics")]
    [InlineData("/api/v1")]
    [InlineData("/api/v1/nothing")]
    [InlineData("/api/v2/leads")]
    [InlineData("/api/v1/leadsx")]
    [InlineData("/api/v1/ops/nobody/outbox")]
    [InlineData("/swagger/nobody/v1.json")]
    [InlineData("/api/v1/leads%2F..%2Fusers")]
    public async Task Any_other_address_is_not_found(string path)
    {
        await using var gateway = await RunningGateway.BeforeAsync(http => http.Response.WriteAsync("reached"));
        using var officer = gateway.As(Officer);
        var chinese = (await officer.GetAsync(path)).IsProblem(404, "resource.notFound");
        var english = (await officer.GetAsync(path, language: "en-GB")).IsProblem(404, "resource.notFound");
        Assert.Equal(("未找到", "Not found"), (chinese.Json.GetProperty("title").GetString(), english.Json.GetProperty("title").GetString()));
    }

    [Fact]
    public async Task A_service_that_is_down_takes_nothing_else_with_it()
    {
        await using var gateway = await RunningGateway.BeforeAsync(http => http.Response.WriteAsync("leads"));
        using var officer = gateway.As(Officer);
        (await officer.GetAsync("/api/v1/leads")).Is(200);
        foreach (var path in new[] { "/api/v1/projects", "/swagger/projects/v1.json" })
        {
            var answer = (await officer.GetAsync(path)).IsProblem(502, "service.unavailable");
            Assert.Equal("服务暂不可用，请稍后再试", answer.Json.GetProperty("title").GetString());
            Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        }
    }

    [Fact]
    public async Task A_service_with_several_instances_is_served_by_those_that_live()
    {
        await using var upstream = await Upstream.StartAsync(http => http.Response.WriteAsync("leads"));
        var dead = "http://127.0.0.1:" + RunningGateway.UnusedPort();
        await using var gateway = await RunningGateway.StartAsync(
            new Dictionary<string, string> { ["leads"] = $"{dead}, {upstream.Address}" });
        using var officer = gateway.As(Officer);
        for (var i = 0; i < 20; i++)
        {
            (await officer.GetAsync("/api/v1/leads")).Is(200);
        }

        await Eventually.TrueAsync(
            async () => (await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => officer.PostAsync("/api/v1/leads")))).All(
                a => a.Status == 200));
    }

    [Fact]
    public async Task The_gateway_is_ready_when_all_services_are_and_says_which_are_not()
    {
        await using var upstream = await Upstream.StartAsync(http => http.Response.WriteAsync("ready"));
        await using var partly = await RunningGateway.StartAsync(new Dictionary<string, string> { ["leads"] = upstream.Address });
        await using var whole = await RunningGateway.StartAsync(Routes.Services.ToDictionary(s => s.Name, _ => upstream.Address));
        using (var anybody = partly.WithToken(null))
        {
            (await anybody.GetAsync("/health/live")).Is(200);
            var checks = (await anybody.GetAsync("/health/ready")).Is(503).Json.GetProperty("checks");
            Assert.Equal(("healthy", "unhealthy"), (checks.GetProperty("leads").GetString(), checks.GetProperty("projects").GetString()));
        }

        using (var anybody = whole.WithToken(null))
        {
            Assert.Equal("healthy", (await anybody.GetAsync("/health/ready")).Is(200).Json.GetProperty("status").GetString());
        }
    }
}
