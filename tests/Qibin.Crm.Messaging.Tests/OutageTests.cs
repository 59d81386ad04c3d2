using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Tests.Host;
using Qibin.Crm.Messaging.Transport;
using Qibin.Crm.Servers;
using Qibin.Crm.TestKit;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Xunit.Sdk;
using Xunit.v3;

[assembly: Parallelization(Mode = ParallelMode.None)]

namespace Qibin.Crm.Messaging.Tests;

/// <summary>Broken parts stop only what needs them, and nothing is lost.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    private const string Leader = "select pid from pg_locks where locktype = 'advisory' and granted and database = (select oid from "
        + "pg_database where datname = current_database())";

    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TallyService.StartAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_broker_that_is_killed_and_comes_back_loses_nothing_and_writes_go_on()
    {
        var node = await TestBroker.NodeAsync();
        using var administrator = _service.As(TestCaller.Person(Roles.Administrator));
        var before = await _service.TellAsync(raises: 1);
        await _service.HearsAsync(before, "1.0 2.0");
        (await administrator.GetAsync("/health/ready")).Is(200);

        await node.KillAsync();
        var during = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _service.TellAsync(raises: 9)));
        (await administrator.PostAsync("/api/v1/tallies")).Is(201);
        var degraded = await Eventually.GetAsync(() => administrator.GetAsync("/health/ready"),
            ready => ready.Json.GetProperty("checks").GetProperty("messaging").GetString() == "degraded");
        degraded.Is(200);
        Assert.True(await _service.QueryAsync<long>("select count(*) from messaging.outbox") >= 100);
        Assert.Equal(0, await _service.QueryAsync<long>("select count(*) from messaging.outbox where attempts > 0"));
        await node.StartAgainAsync();

        foreach (var stream in during)
        {
            await _service.HearsAsync(stream, string.Join(' ', Enumerable.Range(1, 10).Select(v => $"{v}.0")),
                within: TimeSpan.FromSeconds(12));
        }

        await _service.DrainedAsync();
        await Eventually.TrueAsync(
            async () => (await administrator.GetAsync("/health/ready")).Json.GetProperty("status").GetString() == "healthy");
        Assert.Equal(0, await _service.QueryAsync<long>("select count(*) from messaging.parked_message"));
    }

    [Fact]
    public async Task A_service_starts_and_serves_while_the_broker_is_away()
    {
        var node = await TestBroker.NodeAsync();
        // Only one of several instances consumes, and this one has another database.
        await _service.DisposeAsync();
        await node.StopAsync();
        await using var service = await TallyService.StartAsync();
        using var administrator = service.As(TestCaller.Person(Roles.Administrator));

        var stream = (await administrator.PostAsync("/api/v1/tallies")).Is(201).Id;
        (await administrator.GetAsync("/health/ready")).Is(200);
        await node.StartAgainAsync();

        await service.HearsAsync(stream, "1.0");
    }

    [Fact]
    public async Task When_the_leading_relay_is_cut_off_another_one_takes_over()
    {
        await using var second = await StandbyAsync();
        var first = await Eventually.GetAsync(LeaderAsync, pid => pid != 0);

        Assert.True(await _service.QueryAsync<bool>("select pg_terminate_backend($1)", first));

        await Eventually.GetAsync(LeaderAsync, pid => pid != 0 && pid != first);
        var stream = await _service.TellAsync(raises: 5);
        await _service.HearsAsync(stream, "1.0 2.0 3.0 4.0 5.0 6.0");
        await _service.DrainedAsync();
    }

    [Fact]
    public async Task When_the_leading_process_stops_the_standby_relays()
    {
        await using var second = await StandbyAsync();
        await Eventually.GetAsync(LeaderAsync, pid => pid != 0);
        await _service.DisposeAsync();

        var stream = await second.TellAsync();

        await second.HearsAsync(stream, "1.0");
    }

    [Fact]
    public async Task A_database_that_is_away_parks_nothing()
    {
        await using var broker = await RawBroker.ConnectAsync();
        var server = await TestDatabases.ServerAsync();
        var stream = Tellings.NewId();
        await _service.DrainedAsync();

        await server.Node!.StopAsync();
        for (var version = 2; version < 12; version++)
        {
            await broker.RaiseAsync(Tellings.NewId(), stream, version);
        }

        // Taken from the queue, and waited with.
        await Eventually.TrueAsync(async () => await broker.Channel.MessageCountAsync(RawBroker.Queue) == 0);
        await server.Node.StartAgainAsync();

        await Eventually.GetAsync(() => AskAsync(() => _service.HeardAsync(stream)),
            heard => heard == string.Join(' ', Enumerable.Range(2, 10).Select(v => $"{v}.0")));
        Assert.Equal(0, await _service.QueryAsync<long>("select count(*) from messaging.parked_message"));
        var told = await _service.TellAsync();
        await _service.HearsAsync(told, "1.0");
    }

    [Fact]
    public async Task A_link_that_is_given_up_while_its_connection_lives_returns_what_it_holds_once()
    {
        await using var broker = await RawBroker.ConnectAsync();
        var server = await TestDatabases.ServerAsync();
        var link = _service.Services.GetRequiredService<Broker>();
        var streams = Enumerable.Range(0, 100).Select(_ => Tellings.NewId()).ToArray();
        await _service.DrainedAsync();

        await server.Node!.StopAsync();
        foreach (var stream in streams)
        {
            await broker.RaiseAsync(Tellings.NewId(), stream, 2);
        }

        for (var time = 0; time < 8; time++)
        {
            await Eventually.TrueAsync(async () => link.IsUp && await broker.Channel.MessageCountAsync(RawBroker.Queue) == 0);
            link.Relink("given up by the test");
            await Eventually.TrueAsync(() => Task.FromResult(!link.IsUp));
        }

        await Eventually.TrueAsync(async () => link.IsUp && await broker.Channel.MessageCountAsync(RawBroker.Queue) == 0);
        await _service.DisposeAsync();
        var returns = new ConcurrentQueue<long>();
        var reader = new AsyncEventingBasicConsumer(broker.Channel);
        reader.ReceivedAsync += (_, message) =>
        {
            returns.Enqueue((long)message.BasicProperties.Headers!["x-delivery-count"]!);
            return Task.CompletedTask;
        };
        await broker.Channel.BasicConsumeAsync(RawBroker.Queue, autoAck: false, reader);
        await Eventually.TrueAsync(() => Task.FromResult(returns.Count == streams.Length));

        await server.Node.StartAgainAsync();
        // Eight times and the end of the service. A return that was on its way when the closing began counts beside it.
        Assert.True(returns.Max() <= 14, $"A message was returned {returns.Max()} times.");
    }

    [Fact]
    public async Task R4_While_the_database_is_frozen_every_request_is_answered_503_within_five_seconds()
    {
        using var administrator = _service.As(TestCaller.Person(Roles.Administrator));
        var server = await TestDatabases.ServerAsync();
        // Connections in the pool, so that statements hang and not only new connections.
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ => (await administrator.PostAsync("/api/v1/tallies")).Is(201)));
        var before = await _service.QueryAsync<long>("select count(*) from tally");

        ProcessTree.Freeze(server.Node!.ProcessId);
        try
        {
            // More than the pool holds and the service works on at once; then those that come later in the outage.
            await Task.WhenAll(Enumerable.Range(0, 150).Select(_ => RefusedAsync(() => administrator.PostAsync("/api/v1/tallies")))
                .Append(RefusedAsync(() => administrator.GetAsync("/api/v1/ops/tally/outbox")))
                .Append(RefusedAsync(() => administrator.GetAsync("/health/ready"))));
            var since = TimeProvider.System.GetTimestamp();
            while (TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(15))
            {
                await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RefusedAsync(() => administrator.PostAsync("/api/v1/tallies"))));
                await RefusedAsync(() => administrator.GetAsync("/health/ready"));
            }

            // The negative control: the process itself is well.
            (await administrator.GetAsync("/health/live")).Is(200);
        }
        finally
        {
            ProcessTree.Thaw(server.Node.ProcessId);
        }

        await Eventually.TrueAsync(async () => (await administrator.PostAsync("/api/v1/tallies")).Status == 201);
        (await administrator.GetAsync("/health/ready")).Is(200);
        // None of those that were answered 503 is there twice; some may be there.
        Assert.InRange(await _service.QueryAsync<long>("select count(*) from tally") - before, 1, 151);
        await _service.DrainedAsync();

        static async Task RefusedAsync(Func<Task<Answer>> ask)
        {
            var since = TimeProvider.System.GetTimestamp();
            (await ask()).Is(503);
            Assert.True(TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(5), "Answered after more than 5 s.");
        }
    }

    private static async Task<string> AskAsync(Func<Task<string>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Npgsql.NpgsqlException)
        {
            return "";
        }
    }

    private Task<int> LeaderAsync() => _service.QueryAsync<int>($"select coalesce(({Leader}), 0)");

    /// <summary>A second process on the same database, as far as the database and the broker can tell.</summary>
    private Task<TestService> StandbyAsync() => TallyService.StartAsync(adjust: builder => builder.Configuration.AddInMemoryCollection(
        new Dictionary<string, string?> { ["ConnectionStrings:Database"] = _service.Database }));
}
