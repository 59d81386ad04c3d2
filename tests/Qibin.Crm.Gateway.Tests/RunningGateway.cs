using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Gateway.Tests;

/// <summary>The gateway on a real port, before upstreams that a test makes.</summary>
public sealed class RunningGateway : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TestAuthority _authority;
    private readonly List<IAsyncDisposable> _upstreams = [];

    private RunningGateway(WebApplication app, TestAuthority authority)
    {
        _app = app;
        _authority = authority;
    }

    public Uri Address => new(_app.Urls.First());

    /// <param name="services">Base addresses by service; those left out are addresses at which nobody listens.</param>
    /// <param name="settings">Further configuration.</param>
    public static async Task<RunningGateway> StartAsync(
        IReadOnlyDictionary<string, string> services, params (string Key, string? Value)[] settings)
    {
        var authority = await TestAuthority.SharedAsync();
        var nobody = "http://127.0.0.1:" + UnusedPort();
        var app = Program.Build([], builder =>
        {
            var configuration = Routes.Services.ToDictionary(s => "Services:" + s.Name, s => services.GetValueOrDefault(s.Name, nobody))
                .Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)).Append(new("Identity:Issuer", authority.Issuer))
                .Append(new("Stopping:DrainSeconds", "0"))
                .Append(new("Identity:MetadataAddress", authority.Issuer + ".well-known/openid-configuration"));
            builder.Configuration.AddInMemoryCollection(configuration);
            builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, s.Value)));
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.SetMinimumLevel(LogLevel.Critical);
        });
        await app.StartAsync();
        return new RunningGateway(app, authority);
    }

    /// <summary>The gateway with one upstream in the place of the leads service.</summary>
    public static async Task<RunningGateway> BeforeAsync(RequestDelegate leads, params (string Key, string? Value)[] settings)
    {
        var upstream = await Upstream.StartAsync(leads);
        var gateway = await StartAsync(new Dictionary<string, string> { ["leads"] = upstream.Address }, settings);
        gateway._upstreams.Add(upstream);
        return gateway;
    }

    public ApiClient As(TestCaller caller) => WithToken(_authority.Token(caller));

    public ApiClient WithToken(string? token) => new(Http(), token);

    public HttpClient Http() => new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };

    public string Token(TestCaller caller, TimeSpan? lifetime = null) => _authority.Token(caller, lifetime: lifetime);

    public Task StopAsync() => _app.StopAsync();

    /// <summary>Sends octets as they stand and gives what comes back until the gateway closes, or the answer's head is there.</summary>
    public async Task<string> RawAsync(string request, bool wholeHeadOnly = true)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(request));
        var received = new MemoryStream();
        var buffer = new byte[4096];
        int read;
        while ((read = await stream.ReadAsync(buffer)) > 0)
        {
            received.Write(buffer, 0, read);
            var text = System.Text.Encoding.UTF8.GetString(received.ToArray());
            if (wholeHeadOnly && text.Contains("\r\n\r\n", StringComparison.Ordinal))
            {
                return text;
            }
        }

        return System.Text.Encoding.UTF8.GetString(received.ToArray());
    }

    public static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        foreach (var upstream in _upstreams)
        {
            await upstream.DisposeAsync();
        }
    }
}

/// <summary>An HTTP server that does what a test tells it.</summary>
public sealed class Upstream : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Upstream(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    public static async Task<Upstream> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return new Upstream(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <summary>A TCP server that reads requests and breaks the connection instead of answering, but for the first so many.</summary>
public sealed class BreakingUpstream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;
    private readonly int _answered;
    private int _received;

    /// <param name="answered">Requests that are answered before the breaking begins.</param>
    public BreakingUpstream(int answered)
    {
        _answered = answered;
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Address => "http://" + _listener.LocalEndpoint;

    /// <summary>Requests that arrived.</summary>
    public int Received => Volatile.Read(ref _received);

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                _ = ServeAsync(client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            var buffer = new byte[16 * 1024];
            while (await stream.ReadAsync(buffer) > 0)
            {
                if (Interlocked.Increment(ref _received) > _answered)
                {
                    return;
                }

                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}"u8.ToArray());
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _serving;
    }
}
