using System.Net;
using Microsoft.AspNetCore.Http;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Gateway.Tests;

public class EdgeAnswersTests
{
    [Theory]
    [InlineData("br", "application/json", "br")]
    [InlineData("gzip", "application/json", "gzip")]
    [InlineData("gzip;q=0, br", "application/problem+json", "br")]
    [InlineData("identity", "application/json", "")]
    [InlineData("br", "text/html", "")]
    public async Task A5_Answers_of_the_API_are_compressed_for_whoever_asks_and_pages_are_not(string accepted, string type, string coding)
    {
        var body = "\"" + new string('a', 10_000) + "\"";
        await using var gateway = await RunningGateway.BeforeAsync(http =>
        {
            http.Response.ContentType = type;
            return http.Response.WriteAsync(body);
        });
        using var http = gateway.Http();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/leads");
        request.Headers.Authorization = new("Bearer", gateway.Token(TestCaller.Officer()));
        request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        using var answer = await http.SendAsync(request);
        Assert.Equal(coding, string.Join(',', answer.Content.Headers.ContentEncoding));
        var length = (await answer.Content.ReadAsByteArrayAsync()).Length;
        Assert.True(coding == "" ? length == body.Length : length < 1000, $"{length} octets");
        Assert.Equal(type != "text/html", answer.Headers.Vary.Contains("Accept-Encoding"));
    }

    [Fact]
    public async Task A5_Pages_of_allowed_origins_may_call_and_no_others()
    {
        await using var gateway = await RunningGateway.BeforeAsync(http => http.Response.WriteAsync("{}"),
            ("Edge:AllowedOrigins", "https://portal.example"));
        using var http = gateway.Http();
        using var allowed = await PreflightAsync(http, "https://portal.example");
        Assert.Equal(204, (int)allowed.StatusCode);
        Assert.Equal("https://portal.example", allowed.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.False(allowed.Headers.Contains("Access-Control-Allow-Credentials"));
        using var other = await PreflightAsync(http, "https://elsewhere.example");
        Assert.False(other.Headers.Contains("Access-Control-Allow-Origin"));
        using var call = new HttpRequestMessage(HttpMethod.Get, "/api/v1/leads");
        call.Headers.Authorization = new("Bearer", gateway.Token(TestCaller.Officer()));
        call.Headers.Add("Origin", "https://portal.example");
        using var answer = await http.SendAsync(call);
        Assert.Contains("X-Request-Id", string.Join(',', answer.Headers.GetValues("Access-Control-Expose-Headers")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A5_Without_a_setting_no_page_of_another_origin_may_call()
    {
        await using var gateway = await RunningGateway.BeforeAsync(http => http.Response.WriteAsync("{}"));
        using var http = gateway.Http();
        using var answer = await PreflightAsync(http, "https://portal.example");
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A5_The_gateway_tells_a_missing_token_from_one_that_is_none()
    {
        await using var gateway = await RunningGateway.BeforeAsync(http => http.Response.WriteAsync("{}"));
        using var stranger = gateway.WithToken(null);
        using var forger = gateway.WithToken("a.b.c");
        Assert.Equal("Bearer", (await stranger.GetAsync("/api/v1/leads")).Is(401).Headers.WwwAuthenticate.ToString());
        Assert.Equal("Bearer error=\"invalid_token\"", (await forger.GetAsync("/api/v1/leads")).Is(401).Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task A3_Pages_of_common_problems_are_the_gateways_own_and_others_a_services()
    {
        await using var gateway = await RunningGateway.BeforeAsync(http => http.Response.WriteAsync("of leads"));
        using var anybody = gateway.WithToken(null);
        var refused = (await anybody.GetAsync("/api/v1/leads")).IsProblem(401, "auth.required");
        var page = (await anybody.GetAsync(refused.Json.GetProperty("type").GetString()!)).Is(200);
        Assert.Contains("请先登录", WebUtility.HtmlDecode(page.Body), StringComparison.Ordinal);
        Assert.Equal("of leads", (await anybody.GetAsync("/problems/leads/lead.closed")).Is(200).Body);
        (await anybody.GetAsync("/problems/no.such")).IsProblem(404, "resource.notFound");
    }

    private static Task<HttpResponseMessage> PreflightAsync(HttpClient http, string origin)
    {
        var request = new HttpRequestMessage(HttpMethod.Options, "/api/v1/leads");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,idempotency-key,content-type");
        return http.SendAsync(request);
    }
}
