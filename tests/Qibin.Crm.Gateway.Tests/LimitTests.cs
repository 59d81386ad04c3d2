using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Gateway.Tests;

public class LimitTests
{
    private static readonly TestCaller Officer = TestCaller.Officer();

    private static Task Ok(HttpContext http) => http.Response.WriteAsync("ok");

    [Fact]
    public async Task A_principal_is_limited_whatever_token_it_shows_and_the_next_one_is_not()
    {
        await using var gateway = await RunningGateway.BeforeAsync(Ok, ("Limits:PrincipalPerSecond", "1"));
        var (first, second, other) = (gateway.As(Officer), gateway.WithToken(gateway.Token(Officer, TimeSpan.FromMinutes(3))),
            gateway.As(TestCaller.Officer()));
        var answer = (await first.GetAsync("/api/v1/leads")).Is(200);
        Assert.Equal("\"principal\";q=2;w=2", answer.Headers.GetValues("RateLimit-Policy").Single());
        Assert.StartsWith("\"principal\";r=1;t=", answer.Headers.GetValues("RateLimit").Single(), StringComparison.Ordinal);

        var answers = new List<Answer>();
        for (var i = 0; i < 10; i++)
        {
            answers.Add(await second.GetAsync("/api/v1/leads"));
        }

        var refused = answers.First(a => a.Status != 200).IsProblem(429, "limit.tooMany");
        Assert.True(refused.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        Assert.StartsWith("\"principal\";r=0;", refused.Headers.GetValues("RateLimit").Single(), StringComparison.Ordinal);
        (await other.GetAsync("/api/v1/leads")).Is(200);
    }

    [Fact]
    public async Task Without_a_token_an_address_has_its_own_limit()
    {
        await using var gateway = await RunningGateway.BeforeAsync(Ok, ("Limits:AddressPerSecond", "1"));
        using var anybody = gateway.WithToken(null);
        var statuses = new List<int>();
        for (var i = 0; i < 10; i++)
        {
            statuses.Add((await anybody.GetAsync("/swagger/leads/v1.json")).Status);
        }

        Assert.Equal(200, statuses[0]);
        Assert.Contains(429, statuses);
    }

    [Fact]
    public async Task Made_up_tokens_do_not_reach_a_service()
    {
        var reached = 0;
        await using var gateway = await RunningGateway.BeforeAsync(_ =>
        {
            reached++;
            return Task.CompletedTask;
        });
        foreach (var token in new[]
        {
            null,
            "",
            "nonsense",
            "a.b.c",
            gateway.Token(Officer, TimeSpan.FromMinutes(-5)),
            gateway.Token(Officer)[..^4] + "AAAA",
        })
        {
            using var stranger = gateway.WithToken(token);
            var answer = (await stranger.GetAsync("/api/v1/leads")).IsProblem(401, "auth.required");
            Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
        }

        Assert.Equal(0, reached);
    }

    [Fact]
    public async Task Tokens_that_cannot_be_checked_are_left_to_the_services()
    {
        var nobody = $"http://127.0.0.1:{RunningGateway.UnusedPort()}/";
        await using var gateway = await RunningGateway.BeforeAsync(Ok, ("Identity:MetadataAddress", nobody),
            ("Limits:AddressPerSecond", "1"));
        using var officer = gateway.As(Officer);
        var answer = (await officer.GetAsync("/api/v1/leads")).Is(200);
        Assert.StartsWith("\"address\";", answer.Headers.GetValues("RateLimit").Single(), StringComparison.Ordinal);
        using var anybody = gateway.WithToken(null);
        (await anybody.GetAsync("/api/v1/leads")).IsProblem(401, "auth.required");
    }

    [Theory]
    [InlineData("/connect/token")]
    [InlineData("/account/signin")]
    public async Task Signing_in_is_limited_more_strictly(string path)
    {
        await using var upstream = await Upstream.StartAsync(Ok);
        await using var gateway = await RunningGateway.StartAsync(
            new Dictionary<string, string> { ["identity"] = upstream.Address }, ("Limits:SignInsPerMinute", "3"));
        using var anybody = gateway.WithToken(null);
        for (var i = 0; i < 3; i++)
        {
            (await anybody.PostAsync(path)).Is(200);
        }

        var refused = (await anybody.PostAsync(path)).IsProblem(429, "limit.tooMany");
        Assert.Equal(TimeSpan.FromSeconds(20), refused.Headers.RetryAfter!.Delta);
        (await anybody.GetAsync(path)).Is(200);

        // S16: others at the address do not hold up a browser in which somebody has signed in before.
        (await anybody.SendAsync(HttpMethod.Post, path, null, headers: r => r.Headers.Add("Cookie", "qibin-device=sealed"))).Is(200);
    }

    [Fact]
    public async Task A_service_that_holds_up_its_requests_does_not_hold_up_the_others()
    {
        var leave = new TaskCompletionSource();
        await using var projects = await Upstream.StartAsync(Ok);
        await using var leads = await Upstream.StartAsync(async http =>
        {
            await leave.Task;
            await Ok(http);
        });
        await using var gateway = await RunningGateway.StartAsync(
            new Dictionary<string, string> { ["leads"] = leads.Address, ["projects"] = projects.Address },
            ("Limits:InFlightPerService", "4"));
        using var officer = gateway.As(Officer);
        var sent = Enumerable.Range(0, 6).Select(_ => officer.GetAsync("/api/v1/leads")).ToList();
        await Eventually.TrueAsync(() => Task.FromResult(sent.Count(request => request.IsCompleted) == 2));
        var refused = (await sent.First(request => request.IsCompleted)).IsProblem(503, "service.busy");
        Assert.NotNull(refused.Headers.RetryAfter);
        (await officer.GetAsync("/api/v1/projects")).Is(200);

        leave.SetResult();
        Assert.Equal([200, 200, 200, 200, 503, 503], (await Task.WhenAll(sent)).Select(a => a.Status).Order());
        (await officer.GetAsync("/api/v1/leads")).Is(200);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_a_megabyte_is_refused_whether_its_length_is_told_or_not(bool chunked)
    {
        var received = -1L;
        await using var gateway = await RunningGateway.BeforeAsync(async http =>
        {
            var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            received = body.Length;
        });
        using var http = gateway.Http();
        foreach (var (size, status) in new[] { (1 << 20, 200), ((1 << 20) + 1, 413), (4 << 20, 413) })
        {
            received = -1;
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/leads");
            request.Headers.Authorization = new("Bearer", gateway.Token(Officer));
            request.Content = new ByteArrayContent(new byte[size]);
            request.Headers.TransferEncodingChunked = chunked;
            using var answer = await http.SendAsync(request);
            Assert.Equal(status, (int)answer.StatusCode);
            Assert.Equal(status == 200 ? size : -1, received);
            if (status != 200)
            {
                Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
                Assert.Contains("request.tooLarge", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task The_file_of_an_import_may_be_larger_than_a_megabyte_and_nothing_else_beside_it()
    {
        var received = -1L;
        await using var gateway = await RunningGateway.BeforeAsync(async http =>
        {
            var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            received = body.Length;
        });
        using var http = gateway.Http();
        foreach (var (path, size, status) in new[]
        {
            ("imports/0198a000-0000-7000-8000-000000000000/file", 24 << 20, 200),
            ("imports/0198a000-0000-7000-8000-000000000000/file", (32 << 20) + 1, 413),
            ("imports/0198a000-0000-7000-8000-000000000000/reversal", 2 << 20, 413), ("leads/file", 2 << 20, 413),
        })
        {
            received = -1;
            using var request = new HttpRequestMessage(HttpMethod.Put,
                "/api/v1/" + path)
            { Content = new ByteArrayContent(new byte[size]) };
            request.Headers.Authorization = new("Bearer", gateway.Token(Officer));
            using var answer = await http.SendAsync(request);
            Assert.Equal(status, (int)answer.StatusCode);
            Assert.Equal(status == 200 ? size : -1, received);
        }
    }

    [Fact]
    public async Task Addresses_and_headers_have_a_size()
    {
        await using var gateway = await RunningGateway.BeforeAsync(Ok);
        using var officer = gateway.As(Officer);
        (await officer.GetAsync("/api/v1/leads?q=" + new string('a', 7000))).Is(200);
        (await officer.GetAsync("/api/v1/leads?q=" + new string('a', 8000))).IsProblem(414, "request.targetTooLong");
        (await officer.SendAsync(HttpMethod.Get, "/api/v1/leads", null,
            headers: r => r.Headers.Add("Accept", "text/" + new string('a', 17_000))))
            .IsProblem(431, "request.headersTooLarge");
    }

    [Fact]
    public async Task A_body_that_stalls_is_not_waited_for()
    {
        var reached = false;
        await using var gateway = await RunningGateway.BeforeAsync(_ =>
        {
            reached = true;
            return Task.CompletedTask;
        });
        var answer = await gateway.RawAsync(
            $"POST /api/v1/leads HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {gateway.Token(Officer)}\r\nContent-Length: 100\r\n\r\n{{");
        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.False(reached);
    }

    [Fact]
    public async Task What_is_compressed_or_of_another_kind_reaches_the_service_untouched()
    {
        byte[] received = [];
        await using var gateway = await RunningGateway.BeforeAsync(async http =>
        {
            var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            received = body.ToArray();
            http.Response.StatusCode = http.Request.Headers.ContentEncoding == "gzip" ? 415 : 200;
        });
        using var http = gateway.Http();
        var content = new ByteArrayContent(Encoding.Unicode.GetBytes("{}"));
        content.Headers.ContentEncoding.Add("gzip");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/leads") { Content = content };
        request.Headers.Authorization = new("Bearer", gateway.Token(Officer));
        using var answer = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Equal(Encoding.Unicode.GetBytes("{}"), received);
    }
}
