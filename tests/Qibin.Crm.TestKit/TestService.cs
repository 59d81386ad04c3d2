using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Qibin.Crm.Contracts;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Web.Hosting;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Scheduling;

namespace Qibin.Crm.TestKit;

/// <summary>An event as a service logged it.</summary>
public sealed record LoggedEvent(string Type, long Version, int Ordinal, Guid ActorId, JsonElement Payload);

/// <summary>
/// A whole service on a real port and a database of its own, without a broker: what it tells is read from its event log, and what
/// it hears is delivered through its inbox.
/// </summary>
public sealed class TestService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TestAuthority _authority;
    private readonly string _name;

    private TestService(string name, WebApplication app, TestAuthority authority, TestClock clock, string database)
    {
        _name = name;
        _app = app;
        _authority = authority;
        Clock = clock;
        Database = database;
    }

    public TestClock Clock { get; }

    /// <summary>Connection string of the service's database.</summary>
    public string Database { get; }

    public IServiceProvider Services => _app.Services;

    public Uri Address => new(_app.Urls.First());

    /// <param name="name">The service's name, as in its database's.</param>
    /// <param name="build">The service's <c>Program.Build</c>.</param>
    /// <param name="adjust">Further configuration.</param>
    public static async Task<TestService> StartAsync(
        string name, Func<string[], Action<WebApplicationBuilder>?, WebApplication> build, Action<WebApplicationBuilder>? adjust = null)
    {
        ArgumentNullException.ThrowIfNull(build);
        var authority = await TestAuthority.SharedAsync();
        var clock = new TestClock();
        var database = await TestDatabases.MigratedAsync(name, async template =>
        {
            await using var migration = Build(template);
            await migration.MigrateAsync(CancellationToken.None);
        });
        var app = Build(database);
        app.CloseEndpoints();
        await app.StartAsync();
        return new TestService(name, app, authority, clock, database);

        WebApplication Build(string connection) => build([], builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ConnectionStrings:Database"] = connection,
                ["Identity:Issuer"] = authority.Issuer,
                // What is due is done when the test says so.
                ["Timers:EverySeconds"] = "0",
                ["Stopping:DrainSeconds"] = "0",
            });
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            // Why a token was refused, which no answer says.
            builder.Logging.AddFilter("Qibin.Crm.Web.Identity.TokenValidation", LogLevel.Information);
            builder.Services.AddSingleton<TimeProvider>(clock);
            adjust?.Invoke(builder);
        });
    }

    /// <summary>A client that calls as somebody.</summary>
    public ApiClient As(TestCaller caller) => WithToken(_authority.Token(caller));

    /// <summary>An access token of somebody.</summary>
    public string TokenOf(TestCaller caller) => _authority.Token(caller);

    /// <summary>A client with this token, or without any.</summary>
    public ApiClient WithToken(string? token) =>
        new(new HttpClient(new DocumentedProblems(_name, Services)) { BaseAddress = Address }, token);

    /// <summary>Delivers an event to all of the service's consumers of it, as the broker would.</summary>
    /// <returns>Whether any of them took it for the first time.</returns>
    public async Task<bool> DeliverAsync(
        IEvent happened, Guid streamId, long version, Guid? actorId = null, Guid? messageId = null, int ordinal = 0)
    {
        ArgumentNullException.ThrowIfNull(happened);
        var inbox = Services.GetRequiredService<Inbox>();
        var now = Clock.GetUtcNow();
        var delivery = new Delivery(
            messageId ?? Guid.CreateVersion7(now), streamId, version, ordinal, now, actorId ?? Guid.Empty,
            JsonSerializer.Serialize(happened, happened.GetType(), StrictJson.Options));
        var taken = false;
        foreach (var subscription in inbox.Subscriptions.Where(s => s.Event == happened.GetType()))
        {
            taken |= await ProcessAsync(subscription);
        }

        return taken;

        // As often as the consumers' pipeline, whose pauses would wait for the test's clock.
        async Task<bool> ProcessAsync(Subscription subscription, int attempt = 1)
        {
            try
            {
                return await inbox.ProcessAsync(subscription, happened, delivery, CancellationToken.None);
            }
            catch (Exception e) when (attempt < 10 && DatabaseFaults.Of(e) == DatabaseFault.Contended)
            {
                return await ProcessAsync(subscription, attempt + 1);
            }
        }
    }

    /// <summary>Does what is due by the service's clock.</summary>
    /// <returns>Number of rows worked on.</returns>
    public Task<int> RunDueAsync() => Services.GetRequiredService<Timers>().RunDueAsync(CancellationToken.None);

    /// <summary>What the service logged of one aggregate, in order.</summary>
    public async Task<IReadOnlyList<LoggedEvent>> EventsAsync(Guid streamId)
    {
        await using var source = NpgsqlDataSource.Create(Database);
        await using var command = source.CreateCommand(
            "select type, stream_version, ordinal, actor_id, payload::text from messaging.event where stream_id = $1 order by "
                + "stream_version, ordinal");
        command.Parameters.Add(new NpgsqlParameter { Value = streamId });
        await using var reader = await command.ExecuteReaderAsync();
        var events = new List<LoggedEvent>();
        while (await reader.ReadAsync())
        {
            events.Add(new LoggedEvent(
                reader.GetString(0), reader.GetInt64(1), reader.GetInt16(2), reader.GetGuid(3),
                JsonSerializer.Deserialize<JsonElement>(reader.GetString(4))));
        }

        return events;
    }

    /// <summary>One number from the service's database.</summary>
    public async Task<long> CountAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Database);
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>One text from the service's database; null when there is none.</summary>
    public async Task<string?> TextAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Database);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync() as string;
    }

    /// <summary>Changes something in the service's database that no operation changes.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Database);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
