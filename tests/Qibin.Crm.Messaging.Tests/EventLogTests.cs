using Microsoft.EntityFrameworkCore;
using Npgsql;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Tests.Host;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Messaging.Tests;

/// <summary>Events commit with the change they tell of; nothing here needs a broker.</summary>
public sealed class EventLogTests : IAsyncLifetime
{
    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TallyService.StartAsync(linked: false);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_change_and_its_event_commit_together()
    {
        var stream = await _service.TellAsync(raises: 2);

        Assert.Equal(3, await WaitingAsync(stream));
        Assert.Equal(["TallyOpened", "TallyRaised", "TallyRaised"], (await _service.EventsAsync(stream)).Select(e => e.Type));
        Assert.Equal([1L, 2L, 3L], (await _service.EventsAsync(stream)).Select(e => e.Version));
    }

    [Fact]
    public async Task A_rollback_leaves_neither_change_nor_event_nor_anything_waiting()
    {
        var stream = Tellings.NewId();
        await _service.InDbAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            var tally = Tally.Open(stream);
            db.Add(tally);
            db.Publish(tally, new TallyOpened { Name = "never" });
            await db.SaveChangesAsync();
            await transaction.RollbackAsync();
        });

        Assert.Equal(0, await _service.QueryAsync<long>("select count(*) from tally where id = $1", stream));
        Assert.Empty(await _service.EventsAsync(stream));
        Assert.Equal(0, await WaitingAsync(stream));
    }

    [Fact]
    public async Task One_version_of_a_stream_is_told_once()
    {
        var stream = await _service.TellAsync();

        var again = await Assert.ThrowsAsync<DbUpdateException>(() => _service.InDbAsync(db =>
        {
            var other = Tally.Open(stream);
            db.Publish(other, new TallyOpened { Name = "twice" });
            return db.SaveChangesAsync();
        }));

        Assert.Equal(PostgresErrorCodes.UniqueViolation, ((PostgresException)again.InnerException!).SqlState);
        Assert.Equal(1, await WaitingAsync(stream));
    }

    [Fact]
    public async Task Whoever_logs_an_event_puts_it_into_the_outbox()
    {
        var stream = Tellings.NewId();
        await _service.InDbAsync(db => db.Database.ExecuteSqlAsync(
            $$"""
            insert into messaging.event (id, stream_type, stream_id, stream_version, ordinal, type, schema_version, payload, actor_id,
                confidential)
            select gen_random_uuid(), 'tally', {{stream}}, n, 0, 'TallyRaised', 1, '{"by":1}', {{Guid.Empty}}, false
                from generate_series(1, 10) n
            """));

        Assert.Equal(10, await WaitingAsync(stream));
    }

    [Fact]
    public async Task Without_a_broker_the_service_is_ready_and_its_events_wait()
    {
        using var anybody = _service.WithToken(null);
        using var administrator = _service.As(TestCaller.Person(Roles.Administrator));
        await _service.TellAsync();

        (await anybody.GetAsync("/health/ready")).Is(200);
        var outbox = (await administrator.GetAsync("/api/v1/ops/tally/outbox")).Is(200).Json;
        Assert.True(outbox.GetProperty("waiting").GetInt64() >= 1);
        Assert.True(outbox.GetProperty("oldestAgeSeconds").GetDouble() >= 0);
    }

    [Fact]
    public async Task At_half_a_million_waiting_events_writes_are_refused_until_they_are_fewer()
    {
        using var administrator = _service.As(TestCaller.Person(Roles.Administrator));
        (await administrator.PostAsync("/api/v1/tallies")).Is(201);

        await using (var fill = new NpgsqlConnection(_service.Database))
        {
            await fill.OpenAsync();
            await using var command = new NpgsqlCommand(
                "insert into messaging.outbox (seq, stream_id) select n, gen_random_uuid() from generate_series(1000000, 1500000) n; "
                    + "analyze messaging.outbox", fill);
            await command.ExecuteNonQueryAsync();
        }

        var refused = await Eventually.GetAsync(() => administrator.PostAsync("/api/v1/tallies"), answer => answer.Status == 503);
        Assert.NotNull(refused.Headers.RetryAfter);

        await _service.InDbAsync(db => db.Database.ExecuteSqlRawAsync("truncate messaging.outbox"));
        await Eventually.GetAsync(() => administrator.PostAsync("/api/v1/tallies"), answer => answer.Status == 201);
    }

    private Task<long> WaitingAsync(Guid stream) =>
        _service.QueryAsync<long>("select count(*) from messaging.outbox where stream_id = $1", stream);
}
