using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Qibin.Crm.Messaging.Tests.Host;
using Qibin.Crm.TestKit;
using Qibin.Crm.Web.Hosting;
using Qibin.Crm.Work.Resilience;

namespace Qibin.Crm.Messaging.Tests;

/// <summary>A start before the parts that it needs.</summary>
public sealed class StartupTests
{
    [Fact]
    public async Task Migrating_waits_for_a_database_that_refuses_connections_and_says_so_once()
    {
        var (database, server, log) = (await TestDatabases.EmptyAsync("tallylate"), await TestDatabases.ServerAsync(), new LogLines());
        await using var service = Build(log, ("ConnectionStrings:Database", database));

        using var retries = new Retries(Pipelines.Startup);

        await server.Node!.StopAsync();
        var migrating = service.MigrateAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => Task.FromResult(retries.Count >= 3));
        Assert.False(migrating.IsCompleted);
        await server.Node.StartAgainAsync();

        await migrating.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Matches(@"^Waiting for the database: Failed to connect to \S+: ", Assert.Single(Waits(log, "the database")).Text);
        Assert.Contains(log.All, line => line.Text.StartsWith("the database answered after ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Migrating_waits_for_a_broker_that_is_not_there_yet()
    {
        var (database, node, log) = (await TestDatabases.EmptyAsync("tallylate"), await TestBroker.NodeAsync(), new LogLines());
        await using var service = Build(log, ("ConnectionStrings:Database", database),
            ("ConnectionStrings:Broker", await TestBroker.AddressAsync()));

        await node.StopAsync();
        var migrating = service.MigrateAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => Task.FromResult(Waits(log, "the broker").Any()));
        await node.StartAgainAsync();

        await migrating.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Single(Waits(log, "the broker"));
    }

    [Fact]
    public async Task Migrating_does_not_wait_for_a_database_that_refuses_the_login()
    {
        var database = await TestDatabases.EmptyAsync("tallylate");
        await using var service = Build(new LogLines(), ("ConnectionStrings:Database", database + ";Database=there_is_none_of_this_name"));

        await Assert.ThrowsAnyAsync<Npgsql.NpgsqlException>(
            () => service.MigrateAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20)));
    }

    private static WebApplication Build(LogLines log, params (string Key, string Value)[] settings) => TallyService.Build([], builder =>
    {
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.Logging.ClearProviders().AddProvider(log);
    });

    private static IEnumerable<LogLine> Waits(LogLines log, string part) =>
        log.All.Where(line => line.Text.StartsWith($"Waiting for {part}: ", StringComparison.Ordinal));

    /// <summary>Retries of one pipeline, as Polly's meter reports them.</summary>
    private sealed class Retries : IDisposable
    {
        private readonly MeterListener _listener = new();
        private int _count;

        public Retries(string pipeline)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Polly" && instrument.Name == "resilience.polly.strategy.events")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<int>((_, count, tags, _) =>
            {
                var of = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value?.ToString());
                if (of["pipeline.name"] == pipeline && of["event.name"] == "OnRetry")
                {
                    Interlocked.Add(ref _count, count);
                }
            });
            _listener.Start();
        }

        public int Count => Volatile.Read(ref _count);

        public void Dispose() => _listener.Dispose();
    }
}
