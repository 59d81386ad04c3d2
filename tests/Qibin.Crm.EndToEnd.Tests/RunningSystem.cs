using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Npgsql;
using Qibin.Crm.Benchmarks.Measure;
using Qibin.Crm.Local;
using Qibin.Crm.TestKit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(Qibin.Crm.EndToEnd.Tests.RunningSystem))]

// One system for most of them, one test at a time: some kill parts of it.
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly)]
[assembly: Parallelization(Mode = ParallelMode.None)]
[assembly: TestClassOrderer(typeof(Qibin.Crm.EndToEnd.Tests.LitteringLast))]

namespace Qibin.Crm.EndToEnd.Tests;

/// <summary>The whole system with its demonstration data, as the first command starts it, for all tests of this assembly.</summary>
public class RunningSystem : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("qibin-end-to-end-");
    private readonly ConcurrentDictionary<string, (string Token, long At)> _tokens = new(StringComparer.Ordinal);

    public LocalSystem System { get; private set; } = null!;

    public Uri Gateway => System.Gateway;

    public async ValueTask InitializeAsync()
    {
        System = await LocalSystem.StartAsync(new LocalOptions
        {
            Data = _directory.FullName,
            Port = Servers.Ports.Free(),
            // Tests send more in a minute than any one caller should.
            Settings = new Dictionary<string, string>
            {
                ["Limits:PrincipalPerSecond"] = "1000000",
                ["Limits:AddressPerSecond"] = "1000000",
                ["Limits:SignInsPerMinute"] = "100000",
            },
        });
        await System.FillAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await System.DisposeAsync();
        _directory.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Until the totals count all that was recorded, and know that it is all. What an earlier test wrote can still be on its way, and would
    /// come between two questions.
    /// </summary>
    public async Task SettledAsync()
    {
        await Eventually.GetAsync(() => Delivery.WaitingAsync(System), waiting => waiting == 0);
        var now = TimeProvider.System.GetUtcNow();
        const string Complete = "select count(*) from watermark where complete_until > $1";
        await Eventually.GetAsync(() => Delivery.NumberAsync(System, "pipeline", Complete, now), services => services == 3);
    }

    /// <summary>A connection of its own to a service's database: a pooled one may be from before the server was killed.</summary>
    public async Task<NpgsqlConnection> ConnectAsync(string service)
    {
        var connection = new NpgsqlConnection(System.Database(service) + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>The first person of a role, in a unit where one is named.</summary>
    public AccessUser Person(string role, string? unit = null) =>
        System.Access.Users.First(u => u.Role == role && (unit is null || u.Unit == unit));

    /// <summary>A token of a person, by the sign-in pages; used again while it is fresh.</summary>
    public Task<string> TokenAsync(AccessUser person) =>
        TokenAsync(person.UserName, async () => (await SignIn.AsAsync(Gateway, person.UserName, person.Password)).AccessToken);

    /// <summary>A token of the demonstration's integration: all scopes but <c>identity.write</c>.</summary>
    public Task<string> IntegrationTokenAsync() => TokenAsync("", () =>
        SignIn.AsClientAsync(Gateway, System.Access.Clients[0].ClientId, System.Access.Clients[0].ClientSecret));

    public async Task<ApiClient> AsAsync(string role, string? unit = null) => Client(await TokenAsync(Person(role, unit)));

    public async Task<ApiClient> AsIntegrationAsync() => Client(await IntegrationTokenAsync());

    /// <summary>An HTTP client for a generated client, as a person.</summary>
    public async Task<HttpClient> HttpAsync(AccessUser person)
    {
        var http = new HttpClient { BaseAddress = Gateway };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(person));
        return http;
    }

    private ApiClient Client(string token) => new(new HttpClient { BaseAddress = Gateway, Timeout = TimeSpan.FromMinutes(2) }, token);

    private async Task<string> TokenAsync(string who, Func<Task<string>> signIn)
    {
        if (_tokens.TryGetValue(who, out var known) && TimeProvider.System.GetElapsedTime(known.At) < TimeSpan.FromMinutes(8))
        {
            return known.Token;
        }

        var token = await signIn();
        _tokens[who] = (token, TimeProvider.System.GetTimestamp());
        return token;
    }
}

/// <summary>A class whose requests nobody meant: they make people, units and journeys that other tests would then meet.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class LittersAttribute : Attribute;

/// <summary>Runs the classes that litter the system after all others.</summary>
public sealed class LitteringLast : ITestClassOrderer
{
    public IReadOnlyCollection<TTestClass?> OrderTestClasses<TTestClass>(IReadOnlyCollection<TTestClass?> testClasses)
        where TTestClass : notnull, ITestClass =>
        [.. testClasses.OrderBy(c => c is IXunitTestClass { Class: var type } && type.IsDefined(typeof(LittersAttribute), false))];
}
