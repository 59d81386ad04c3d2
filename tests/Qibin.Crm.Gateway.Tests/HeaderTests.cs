using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Gateway.Tests;

public class HeaderTests
{
    [Fact]
    public async Task What_a_caller_claims_about_itself_stays_outside_and_the_gateway_says_its_own()
    {
        Dictionary<string, StringValues> seen = [];
        await using var gateway = await RunningGateway.BeforeAsync(http =>
        {
            seen = http.Request.Headers.ToDictionary(h => h.Key, h => h.Value, StringComparer.OrdinalIgnoreCase);
            return Task.CompletedTask;
        });
        using var officer = gateway.As(TestCaller.Officer());
        string[] forged =
        [
            "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "X-User", "X-User-Id", "X-Roles", "X-Real-IP",
            "Forwarded", "Via", "True-Client-IP", "X_Forwarded_For", "Remote-User", "X-Original-URL",
        ];
        (await officer.SendAsync(HttpMethod.Get, "/api/v1/leads", null, headers: r =>
        {
            foreach (var name in forged)
            {
                Assert.True(r.Headers.TryAddWithoutValidation(name, "6.6.6.6"));
            }

            r.Headers.TryAddWithoutValidation("Cookie", "session=1");
            r.Headers.TryAddWithoutValidation("If-None-Match", "\"7\"");
            r.Headers.Host = "crm.example:8443";
        })).Is(200);

        Assert.DoesNotContain(seen, header => header.Value.ToString().Contains("6.6.6.6", StringComparison.Ordinal));
        Assert.Equal("127.0.0.1", seen["X-Forwarded-For"]);
        Assert.Equal("http", seen["X-Forwarded-Proto"]);
        Assert.Equal("crm.example:8443", seen["X-Forwarded-Host"]);
        Assert.Equal("crm.example:8443", seen["Host"]);
        Assert.Equal("\"7\"", seen["If-None-Match"]);
        Assert.Equal("Bearer " + officer.Token, seen["Authorization"]);
        Assert.False(seen.ContainsKey("Cookie"));
    }

    [Fact]
    public async Task A_header_beyond_ASCII_reaches_the_service_as_it_was_sent()
    {
        var seen = "";
        await using var gateway = await RunningGateway.BeforeAsync(http =>
        {
            seen = http.Request.Headers["Idempotency-Key"];
            return Task.CompletedTask;
        });
        using var officer = gateway.As(TestCaller.Officer());
        using var http = new HttpClient(
            new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 })
        { BaseAddress = gateway.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/leads");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + officer.Token);
        request.Headers.TryAddWithoutValidation("Idempotency-Key", "é天");
        using var answer = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("é天", seen);
    }

    [Fact]
    public async Task Identity_alone_gets_cookies()
    {
        var cookie = "";
        await using var upstream = await Upstream.StartAsync(http =>
        {
            cookie = http.Request.Headers.Cookie;
            return Task.CompletedTask;
        });
        await using var gateway = await RunningGateway.StartAsync(new Dictionary<string, string> { ["identity"] = upstream.Address });
        using var anybody = gateway.WithToken(null);
        (await anybody.SendAsync(HttpMethod.Get, "/account/signin", null,
            headers: r => r.Headers.TryAddWithoutValidation("Cookie", "session=1"))).Is(200);
        Assert.Equal("session=1", cookie);
    }

    [Fact]
    public async Task A_trusted_proxy_in_front_is_believed()
    {
        var seen = "";
        Task Note(HttpContext http)
        {
            seen = $"{http.Request.Headers["X-Forwarded-For"]} {http.Request.Headers["X-Forwarded-Proto"]} {http.Request.Host}";
            return Task.CompletedTask;
        }

        await using var gateway = await RunningGateway.BeforeAsync(Note, ("Edge:TrustedProxies", "10.0.0.0/8, 127.0.0.1"));
        using var officer = gateway.As(TestCaller.Officer());
        (await officer.SendAsync(HttpMethod.Get, "/api/v1/leads", null, headers: r =>
        {
            r.Headers.TryAddWithoutValidation("X-Forwarded-For", "203.0.113.9");
            r.Headers.TryAddWithoutValidation("X-Forwarded-Proto", "https");
            r.Headers.TryAddWithoutValidation("X-Forwarded-Host", "crm.qibin.example");
        })).Is(200);
        Assert.Equal("203.0.113.9 https crm.qibin.example", seen);
    }

    [Theory]
    [InlineData("/api/v1/leads")]
    [InlineData("/api/v1/projects")]
    [InlineData("/nothing")]
    [InlineData("/health/live")]
    public async Task Every_answer_says_what_a_browser_may_do_with_it(string path)
    {
        await using var gateway = await RunningGateway.BeforeAsync(http =>
        {
            http.Response.Headers.Server = "secret/1.0";
            http.Response.Headers.XPoweredBy = "secret";
            return Task.CompletedTask;
        });
        using var officer = gateway.As(TestCaller.Officer());
        var headers = (await officer.GetAsync(path)).Headers;
        Assert.Equal("nosniff", headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("DENY", headers.GetValues("X-Frame-Options").Single());
        Assert.StartsWith("default-src 'none'", headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.False(headers.Contains("Server") || headers.Contains("X-Powered-By"));
    }

    [Fact]
    public async Task A_page_that_brings_its_own_policy_keeps_it()
    {
        await using var gateway = await RunningGateway.BeforeAsync(http =>
        {
            http.Response.Headers.ContentSecurityPolicy = "default-src 'self'";
            return Task.CompletedTask;
        });
        using var officer = gateway.As(TestCaller.Officer());
        Assert.Equal("default-src 'self'", (await officer.GetAsync("/api/v1/leads")).Headers.GetValues("Content-Security-Policy").Single());
    }
}
