using Microsoft.AspNetCore.Http;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Gateway.Tests;

public class RoutingTests
{
    private static readonly TestCaller Officer = TestCaller.Officer();

    [Theory]
    [InlineData("CONNECT", 405)]
    [InlineData("TRACE", 405)]
    [InlineData("GET", 401)]
    public async Task S14_A_method_that_is_no_services_to_answer_is_refused_here(string method, int status)
    {
        await using var gateway = await RunningGateway.BeforeAsync(http => http.Response.WriteAsync("{}"));
        var answer = await gateway.RawAsync($"{method} /api/v1/leads HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        if (status == 405)
        {
            Assert.Contains("Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS", answer, StringComparison.Ordinal);
        }
    }

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
            var answer = (await officer.GetAsync(path)).IsProblem(503, "service.unavailable");
            Assert.Equal("服务暂不可用，请稍后再试", answer.Json.GetProperty("title").GetString());
            Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        }
    }

    [Theory]
    [InlineData("GET", null)]
    [InlineData("POST", "{\"a\":1}")]
    [InlineData("PATCH", "{\"a\":1}")]
    [InlineData("PUT", "{\"a\":1}")]
    [InlineData("DELETE", null)]
    public async Task R1_What_one_instance_refuses_goes_whole_to_another(string method, string? body)
    {
        var received = 0;
        await using var upstream = await Upstream.StartAsync(async http =>
        {
            if (http.Request.Path == "/health/ready")
            {
                // None of them is ready, so that the gateway tries all of them.
                http.Response.StatusCode = 503;
                return;
            }

            Interlocked.Increment(ref received);
            using var text = new StreamReader(http.Request.Body);
            await http.Response.WriteAsync(await text.ReadToEndAsync());
        });
        // Two that are gone, so that one more attempt is not enough.
        var dead = string.Join(',', Enumerable.Range(0, 2).Select(_ => "http://127.0.0.1:" + RunningGateway.UnusedPort()));
        await using var gateway = await RunningGateway.StartAsync(
            new Dictionary<string, string> { ["leads"] = $"{dead}, {upstream.Address}" });
        using var officer = gateway.As(Officer);

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(body ?? "", (await officer.SendAsync(new HttpMethod(method), "/api/v1/leads", body)).Is(200).Body);
        }

        Assert.Equal(20, received);
    }

    [Fact]
    public async Task R1_When_every_instance_refuses_the_answer_is_503()
    {
        var dead = string.Join(',', Enumerable.Range(0, 2).Select(_ => "http://127.0.0.1:" + RunningGateway.UnusedPort()));
        await using var gateway = await RunningGateway.StartAsync(new Dictionary<string, string> { ["leads"] = dead });
        using var officer = gateway.As(Officer);
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
        {
            var answer = (await officer.SendAsync(method, "/api/v1/leads", null)).IsProblem(503, "service.unavailable");
            Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        }
    }

    [Fact]
    public async Task R1_An_instance_that_says_it_is_not_ready_gets_nothing_more()
    {
        var (draining, received) = (false, 0);
        await using var leaving = await Upstream.StartAsync(http =>
        {
            if (http.Request.Path == "/health/ready")
            {
                http.Response.StatusCode = Volatile.Read(ref draining) ? 503 : 200;
            }
            else
            {
                Interlocked.Increment(ref received);
            }

            return Task.CompletedTask;
        });
        await using var staying = await Upstream.StartAsync(http => Task.CompletedTask);
        await using var gateway = await RunningGateway.StartAsync(
            new Dictionary<string, string> { ["leads"] = $"{leaving.Address}, {staying.Address}" });
        using var officer = gateway.As(Officer);
        await Eventually.TrueAsync(async () => (await officer.PostAsync("/api/v1/leads")).Is(200).Status == 200 && received > 0);

        Volatile.Write(ref draining, true);

        // Within one probe, which is well within the time that a stopping service goes on.
        await Eventually.TrueAsync(async () =>
        {
            var before = received;
            for (var i = 0; i < 20; i++)
            {
                (await officer.PostAsync("/api/v1/leads")).Is(200);
            }

            return received == before;
        }, TimeSpan.FromSeconds(5));
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
