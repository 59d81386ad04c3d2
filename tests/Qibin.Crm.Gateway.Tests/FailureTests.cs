using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Gateway.Tests;

public class FailureTests
{
    private static readonly TestCaller Officer = TestCaller.Officer();

    [Fact]
    public async Task A_read_that_loses_its_service_is_sent_once_more()
    {
        var requests = 0;
        await using var gateway = await RunningGateway.BeforeAsync(http =>
        {
            if (Interlocked.Increment(ref requests) == 1)
            {
                http.Abort();
                return Task.CompletedTask;
            }

            return http.Response.WriteAsync("second");
        });
        using var officer = gateway.As(Officer);
        Assert.Equal("second", (await officer.GetAsync("/api/v1/leads")).Is(200).Body);
        Assert.Equal(2, requests);
    }

    [Theory]
    [InlineData("POST", "{}")]
    [InlineData("POST", null)]
    [InlineData("PATCH", "{}")]
    [InlineData("PUT", "{}")]
    [InlineData("DELETE", null)]
    public async Task A_write_is_never_sent_twice_not_even_on_a_kept_connection(string method, string? body)
    {
        await using var upstream = new BreakingUpstream(answered: 1);
        await using var gateway = await RunningGateway.StartAsync(new Dictionary<string, string> { ["leads"] = upstream.Address });
        using var officer = gateway.As(Officer);
        (await officer.GetAsync("/api/v1/leads")).Is(200);

        var answer = (await officer.SendAsync(new HttpMethod(method), "/api/v1/leads", body)).IsProblem(502, "service.unavailable");
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal(2, upstream.Received);
    }

    [Fact]
    public async Task A_silent_service_is_given_up()
    {
        var gone = new TaskCompletionSource();
        await using var gateway = await RunningGateway.BeforeAsync(
            async http =>
            {
                try
                {
                    await new TaskCompletionSource().Task.WaitAsync(http.RequestAborted);
                }
                catch (OperationCanceledException)
                {
                    gone.SetResult();
                }
            },
            ("Limits:SilenceSeconds", "1"));
        using var officer = gateway.As(Officer);
        var answer = (await officer.PostAsync("/api/v1/leads")).IsProblem(504, "service.timeout");
        Assert.NotNull(answer.Headers.RetryAfter);
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Problems_of_the_services_pass_as_they_are()
    {
        const string Problem = """{"type":"/problems/leads/lead.closed","title":"线索已关闭","status":409,"code":"lead.closed"}""";
        await using var gateway = await RunningGateway.BeforeAsync(http =>
        {
            http.Response.StatusCode = 409;
            http.Response.ContentType = "application/problem+json";
            return http.Response.WriteAsync(Problem);
        });
        using var officer = gateway.As(Officer);
        Assert.Equal(Problem, (await officer.PostAsync("/api/v1/leads")).IsProblem(409, "lead.closed").Body);
    }

    [Theory]
    [InlineData("GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 404)]
    [InlineData("GET /api/v1/leads/%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("GET /api/v1/leads/%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n", 401)]
    [InlineData("GET /api/v1/leads?a=%zz&b=%ff HTTP/1.1\r\nHost: x\r\n\r\n", 401)]
    [InlineData("GET /api/v1/leads HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /api/v1/leads HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400)]
    [InlineData("GET /api/v1/leads HTTP/1.1\r\nHost: x\r\nIdempotency-Key: \u00e9\u0001\r\n\r\n", 400)]
    [InlineData("POST /api/v1/leads HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 401)]
    [InlineData("BREW /api/v1/leads HTTP/1.1\r\nHost: x\r\n\r\n", 401)]
    [InlineData("nonsense\r\n\r\n", 400)]
    public async Task Malformed_requests_are_refused(string request, int status)
    {
        await using var gateway = await RunningGateway.BeforeAsync(http => http.Response.WriteAsync("reached"));
        var answer = await gateway.RawAsync(request);
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strange_characters_reach_the_service_as_they_were_sent()
    {
        var seen = "";
        await using var gateway = await RunningGateway.BeforeAsync(http =>
        {
            seen = $"{http.Request.Path}{http.Request.QueryString} {http.Request.Headers["Idempotency-Key"]}";
            return Task.CompletedTask;
        });
        var token = gateway.Token(Officer);
        var answer = await gateway.RawAsync(
            $"GET /api/v1/leads/%E5%A4%A9%20a?q=%zz&r=%E5%A4%A9+b HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                + $"{token}\r\nIdempotency-Key: a b\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Equal("/api/v1/leads/%E5%A4%A9%20a?q=%25zz&r=%E5%A4%A9+b a b", seen);

        // What is no header text upstream is no fault of ours either.
        answer = await gateway.RawAsync(
            $"GET /api/v1/leads HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: \u00e9\r\n\r\n");
        Assert.Matches("^HTTP/1.1 (200|400) ", answer);
    }

    [Fact]
    public async Task A_stop_lets_running_requests_end()
    {
        var (entered, leave) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var gateway = await RunningGateway.BeforeAsync(async http =>
        {
            entered.SetResult();
            await leave.Task;
            await http.Response.WriteAsync("done");
        });
        using var officer = gateway.As(Officer);
        var running = officer.PostAsync("/api/v1/leads");
        await entered.Task;
        var stopping = gateway.StopAsync();
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                using var late = gateway.WithToken(null);
                await late.GetAsync("/health/live");
                return false;
            }
            catch (HttpRequestException)
            {
                return true;
            }
        });
        Assert.False(stopping.IsCompleted);
        leave.SetResult();
        Assert.Equal("done", (await running).Is(200).Body);
        await stopping.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Problems_have_every_member_and_no_insides()
    {
        await using var gateway = await RunningGateway.StartAsync(new Dictionary<string, string>());
        using var officer = gateway.As(Officer);
        var problem = (await officer.GetAsync("/api/v1/leads/1?x=2")).IsProblem(503, "service.unavailable").Json;
        Assert.Equal(["type", "title", "status", "instance", "code", "traceId"], problem.EnumerateObject().Select(p => p.Name));
        Assert.Equal("/api/v1/leads/1", problem.GetProperty("instance").GetString());
        Assert.DoesNotContain("127.0.0.1", JsonSerializer.Serialize(problem), StringComparison.Ordinal);
    }
}
