using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;
using Qibin.Crm.Servers;
using Qibin.Crm.TestKit;
using Qibin.Crm.Web.Tests.Shelf;

namespace Qibin.Crm.Web.Tests;

public class ProblemTests(ShelfFixture shelf) : IClassFixture<ShelfFixture>
{
    [Theory]
    [InlineData(null, "未找到", "zh-CN")]
    [InlineData("fr", "未找到", "zh-CN")]
    [InlineData("zh-CN,zh;q=0.9,en;q=0.8", "未找到", "zh-CN")]
    [InlineData("en", "Not found", "en")]
    [InlineData("zh;q=0.2, en-GB;q=0.7", "Not found", "en")]
    [InlineData("en;q=x;;,", "未找到", "zh-CN")]
    public async Task Problems_speak_the_language_that_is_asked_for(string? language, string title, string spoken)
    {
        using var officer = shelf.AsOfficer();
        using var http = new HttpClient { BaseAddress = shelf.Service.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/things/{Guid.Empty}");
        request.Headers.Authorization = new("Bearer", officer.Token);
        request.Headers.TryAddWithoutValidation("Accept-Language", language);
        using var answer = await http.SendAsync(request);
        Assert.Equal(spoken, answer.Content.Headers.ContentLanguage.Single());
        Assert.Contains($"\"title\":\"{title}\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_tells_nothing_of_the_insides()
    {
        using var officer = shelf.AsOfficer();
        var fault = (await officer.GetAsync("/api/v1/things/fault")).IsProblem(500, "service.fault");
        Assert.DoesNotContain("Secret", fault.Body, StringComparison.Ordinal);
        Assert.Matches("^[0-9a-f]{32}$", fault.Json.GetProperty("traceId").GetString());
    }

    [Fact]
    public async Task A_statement_that_takes_too_long_is_answered_busy()
    {
        using var officer = shelf.AsOfficer();
        Assert.NotNull((await officer.GetAsync("/api/v1/things/sleep")).IsProblem(503, "service.busy").Headers.RetryAfter);
    }

    [Fact]
    public async Task Statuses_without_a_handler_are_problems_too()
    {
        using var officer = shelf.AsOfficer();
        using var stranger = shelf.Service.WithToken(null);
        Assert.Equal("Bearer", (await stranger.GetAsync("/api/v1/things")).IsProblem(401, "auth.required").Headers.WwwAuthenticate
            .Single().Scheme);
        (await officer.PostAsync($"/api/v1/things/{Guid.Empty}/closure", ifMatch: "\"1\"")).IsProblem(403, "auth.forbidden");
        (await officer.GetAsync("/api/v1/nothing")).IsProblem(404, "resource.notFound");
        (await officer.PutAsync("/api/v1/things", new { })).IsProblem(405, "request.method");
        (await officer.PostAsync("/api/v1/things", new { name = "a", material = "wood", count = 666 })).IsProblem(409, "thing.badLuck");
    }

    [Fact]
    public async Task HEAD_is_GET_without_its_content()
    {
        using var officer = shelf.AsOfficer();
        var thing = (await officer.PostAsync("/api/v1/things", new { name = "a", material = "wood" })).Is(201);
        var head = (await officer.SendAsync(HttpMethod.Head, $"/api/v1/things/{thing.Id}", null)).Is(200);
        Assert.Equal(("\"1\"", ""), (head.ETag, head.Body));
        Assert.Equal("", (await officer.SendAsync(HttpMethod.Head, $"/api/v1/things/{Guid.Empty}", null)).Is(404).Body);
    }

    [Theory]
    [InlineData("text/plain", null, 415)]
    [InlineData("application/json; charset=utf-16", null, 415)]
    [InlineData("application/json; charset=nonsense", null, 415)]
    [InlineData("application/json", "gzip", 415)]
    [InlineData("application/json; charset=UTF-8", "identity", 201)]
    public async Task Bodies_are_plain_JSON_in_UTF8(string type, string? encoding, int status)
    {
        using var officer = shelf.AsOfficer();
        using var http = new HttpClient { BaseAddress = shelf.Service.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/things");
        request.Headers.Authorization = new("Bearer", officer.Token);
        request.Headers.Add("Idempotency-Key", type.Replace(' ', '-') + encoding);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"name":"a","material":"wood"}"""));
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (encoding is not null)
        {
            request.Content.Headers.ContentEncoding.Add(encoding);
        }

        using var answer = await http.SendAsync(request);
        Assert.Equal((HttpStatusCode)status, answer.StatusCode);
    }

    [Fact]
    public async Task No_forged_or_stale_token_is_accepted()
    {
        var authority = await TestAuthority.SharedAsync();
        var somebody = TestCaller.Officer();
        var (key, secret) = (new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = "test" },
            new SymmetricSecurityKey(new byte[64]) { KeyId = "test" });
        var good = authority.Token(somebody).Split('.');
        var none = Convert.ToBase64String("""{"alg":"none","typ":"at+jwt"}"""u8).TrimEnd('=');
        string[] forged =
        [
            authority.Token(somebody, audience: "other"), authority.Token(somebody, type: "JWT"),
            authority.Token(somebody, lifetime: TimeSpan.FromMinutes(-1)),
            authority.Token(somebody, key: key), authority.Token(somebody, key: secret, algorithm: SecurityAlgorithms.HmacSha256),
            authority.Token(somebody, issuer: "http://127.0.0.1:1/"),
            $"{none}.{good[1]}.", $"{good[0]}.{good[1]}.", $"{good[0]}.{authority.Token(TestCaller.Officer()).Split('.')[1]}.{good[2]}",
            "a.b.c",
        ];
        foreach (var token in forged)
        {
            using var caller = shelf.Service.WithToken(token);
            (await caller.GetAsync("/api/v1/things")).IsProblem(401, "auth.required");
        }

        using var right = shelf.Service.As(somebody);
        (await right.GetAsync("/api/v1/things")).Is(200);
    }

    [Fact]
    public async Task A_token_that_cannot_be_checked_is_not_called_invalid()
    {
        await using var alone = await TestService.StartAsync("shelf", ShelfService.Build,
            builder => builder.Configuration["Identity:MetadataAddress"] = "http://127.0.0.1:9/nobody");
        using var officer = alone.As(TestCaller.Officer());
        Assert.NotNull((await officer.GetAsync("/api/v1/things")).IsProblem(503, "service.unavailable").Headers.RetryAfter);
        using var stranger = alone.WithToken(null);
        (await stranger.GetAsync("/api/v1/things")).IsProblem(401, "auth.required");
    }

    [Fact]
    public async Task R1_A_valid_token_is_never_refused_for_want_of_keys()
    {
        var authority = await TestAuthority.SharedAsync();
        var address = $"http://127.0.0.1:{Ports.Free()}";
        await using var service = await TestService.StartAsync("shelf", ShelfService.Build,
            builder => builder.Configuration["Identity:MetadataAddress"] = address + "/.well-known/openid-configuration");
        using var officer = service.As(TestCaller.Officer());
        (await officer.GetAsync("/api/v1/things")).IsProblem(503, "service.unavailable");

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(address);
        await using var late = builder.Build();
        late.Run(http =>
        {
            http.Response.Redirect(authority.Issuer.TrimEnd('/') + http.Request.Path);
            return Task.CompletedTask;
        });
        await late.StartAsync();
        var statuses = new List<int>();
        await Eventually.TrueAsync(async () =>
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => officer.GetAsync("/api/v1/things")));
            statuses.AddRange(answers.Select(a => a.Status));
            return statuses[^1] == 200;
        });
        Assert.All(statuses, status => Assert.True(status is 200 or 503, $"{status}"));
    }
}
