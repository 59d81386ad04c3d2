using Microsoft.Extensions.Logging;
using Npgsql;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Tests.Host;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Messaging.Tests;

/// <summary>What an operator sees of a service.</summary>
public sealed class TelemetryTests : IAsyncLifetime
{
    private readonly LogLines _log = new();
    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TallyService.StartAsync(adjust: builder =>
    {
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.ClearProviders().AddProvider(_log);
    });

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task Metrics_are_served_to_anybody_who_reaches_the_service_itself()
    {
        var stream = await _service.TellAsync();
        await _service.HearsAsync(stream, "1.0");

        var metrics = await Eventually.GetAsync(ScrapeAsync,
            m => m.Of("qibin_queue_depth") is not null && m.Of("qibin_outbox_depth") is not null);

        Assert.True(metrics.Of("qibin_consumer_lag_seconds_count") >= 1);
        Assert.True(metrics.Of("qibin_outbox_published_total") >= 1);
        Assert.Equal(1, metrics.Of("qibin_broker_linked"));
        Assert.NotNull(metrics.Of("qibin_parked_messages"));
        Assert.NotNull(metrics.Of("qibin_outbox_age_seconds"));
        Assert.NotNull(metrics.Of("qibin_outbox_held"));
        Assert.NotNull(metrics.Of("db_client_connection_count", "used"));
        Assert.Null(metrics.Of("qibin_there_is_no_such_metric"));
    }

    [Fact]
    public async Task A_consumer_that_stands_still_shows_within_seconds_and_is_forgotten_when_it_goes_on()
    {
        var stream = Tellings.NewId();
        await using (var blocker = new NpgsqlConnection(_service.Database))
        {
            await blocker.OpenAsync();
            await using var transaction = await blocker.BeginTransactionAsync();
            await using (var block = new NpgsqlCommand("lock table messaging.inbox in access exclusive mode", blocker, transaction))
            {
                await block.ExecuteNonQueryAsync();
            }

            stream = await _service.TellAsync();
            await Eventually.GetAsync(ScrapeAsync, m => m.Of("qibin_consumer_oldest_seconds") > 1.5);
        }

        await _service.HearsAsync(stream, "1.0");
        await Eventually.GetAsync(ScrapeAsync, m => m.Of("qibin_consumer_oldest_seconds") == 0);
    }

    [Fact]
    public async Task A_request_is_one_line_with_its_route_and_its_principal()
    {
        var caller = TestCaller.Person(Roles.Administrator);
        using var administrator = _service.As(caller);

        (await administrator.PostAsync("/api/v1/tallies")).Is(201);
        (await administrator.GetAsync($"/api/v1/ops/tally/parked-messages/{Tellings.NewId()}?x=13800138000")).Is(400);
        (await administrator.GetAsync("/nowhere/13800138000")).Is(404);

        var lines = await Eventually.GetAsync(() => Task.FromResult(Requests()), found => found.Count == 3);
        Assert.Matches($@"^POST /api/v1/tallies 201 \d+\.\d ms {caller.Id}$", lines[0]);
        Assert.Matches($@"^GET /api/v1/ops/tally/parked-messages/{{messageId:guid}} 400 \d+\.\d ms {caller.Id}$", lines[1]);
        Assert.Matches(@"^GET - 404 ", lines[2]);
        Assert.DoesNotContain(_log.All, line => line.Text.Contains("13800138000", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_that_is_given_again_is_marked_in_the_log()
    {
        using var administrator = _service.As(TestCaller.Person(Roles.Administrator));
        var key = Tellings.NewId().ToString();

        (await administrator.PostAsync("/api/v1/tallies", key: key)).Is(201);
        (await administrator.PostAsync("/api/v1/tallies", key: key)).Is(201);

        var lines = await Eventually.GetAsync(() => Task.FromResult(Requests()), found => found.Count == 2);
        Assert.DoesNotContain("replayed", lines[0], StringComparison.Ordinal);
        Assert.EndsWith(" replayed", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task R9_An_outage_of_the_database_is_two_lines_however_much_fails_and_however_often_somebody_looks()
    {
        using var administrator = _service.As(TestCaller.Person(Roles.Administrator));
        var server = await TestDatabases.ServerAsync();

        await server.Node!.StopAsync();
        for (var i = 0; i < 5; i++)
        {
            (await administrator.PostAsync("/api/v1/tallies")).IsProblem(503, "service.unavailable");
            (await administrator.GetAsync("/health/ready")).Is(503);
        }

        await server.Node.StartAgainAsync();
        await Eventually.TrueAsync(() => Task.FromResult(Lines("The database is back").Any()));
        Assert.Single(Lines("The database is away"));
        Assert.DoesNotContain(_log.All, line => line.Exception is NpgsqlException);
        Assert.DoesNotContain(_log.All, line => line.Category.Contains("HealthChecks", StringComparison.Ordinal));
    }

    private Task<IReadOnlyList<Sample>> ScrapeAsync() => Metrics.ScrapeAsync(_service.Address);

    private List<string> Requests() => [.. _log.All.Where(line => line.Category == "Qibin.Crm.Requests").Select(line => line.Text)];

    private IEnumerable<LogLine> Lines(string start) => _log.All.Where(line => line.Text.StartsWith(start, StringComparison.Ordinal));
}
