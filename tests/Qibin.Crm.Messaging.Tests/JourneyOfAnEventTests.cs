using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.EventLog;
using Qibin.Crm.Messaging.Tests.Host;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Messaging.Tests;

/// <summary>From the log over the broker to the consumers.</summary>
public sealed class JourneyOfAnEventTests : IAsyncLifetime
{
    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TallyService.StartAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_stream_is_heard_whole_and_in_order_by_each_consumer_once()
    {
        var streams = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _service.TellAsync(raises: 20)));

        foreach (var stream in streams)
        {
            await _service.HearsAsync(stream, string.Join(' ', Enumerable.Range(1, 21).Select(v => $"{v}.0")));
            await _service.HearsAsync(stream, string.Join(' ', Enumerable.Range(2, 20).Select(v => $"{v}.0")), nameof(Mirror));
        }

        await _service.DrainedAsync();
    }

    [Fact]
    public async Task Events_of_one_save_arrive_in_the_order_in_which_they_were_published()
    {
        var stream = Tellings.NewId();
        await _service.InDbAsync(async db =>
        {
            var tally = Tally.Open(stream);
            db.Add(tally);
            db.Publish(tally, new TallyOpened { Name = "many" });
            for (var i = 0; i < 9; i++)
            {
                db.Publish(tally, new TallyRaised { By = i });
            }

            await db.SaveChangesAsync();
        });

        await _service.HearsAsync(stream, string.Join(' ', Enumerable.Range(0, 10).Select(ordinal => $"1.{ordinal}")));
    }

    [Fact]
    public async Task Every_message_three_times_and_shuffled_takes_effect_once_per_consumer()
    {
        await using var broker = await RawBroker.ConnectAsync();
        var streams = Enumerable.Range(0, 20).Select(_ => Tellings.NewId()).ToArray();
        var messages = streams.SelectMany(s => Enumerable.Range(2, 10).Select(v => (Id: Tellings.NewId(), Stream: s, Version: v)))
            .ToArray();
        var deliveries = messages.Concat(messages).Concat(messages).ToArray();
        new Random(20260).Shuffle(deliveries);

        await Task.WhenAll(deliveries.Select(d => broker.RaiseAsync(d.Id, d.Stream, d.Version)));

        await Eventually.TrueAsync(async () => await broker.Channel.MessageCountAsync(RawBroker.Queue) == 0
            && await _service.QueryAsync<long>("select count(*) from heard where stream_id = any ($1)", streams) >= 2 * messages.Length);
        // A last message of each stream comes after all copies of the others have been taken.
        await Task.WhenAll(streams.Select(s => broker.RaiseAsync(Tellings.NewId(), s, 99)));
        await Eventually.TrueAsync(async () =>
            await _service.QueryAsync<long>("select count(*) from heard where stream_id = any ($1) and version = 99",
                streams) == 2 * streams.Length);
        Assert.Equal(2 * messages.Length,
            await _service.QueryAsync<long>("select count(*) from heard where stream_id = any ($1) and version < 99", streams));
        Assert.Equal(2 * messages.Length, await _service.QueryAsync<long>(
            "select count(distinct (consumer, message_id)) from heard where stream_id = any ($1) and version < 99", streams));
    }

    [Fact]
    public async Task Actor_and_trace_of_the_deed_travel_with_the_event()
    {
        var actor = Tellings.NewId();
        var stream = Tellings.NewId();
        using var deed = new Activity("deed").Start();
        await _service.InDbAsync(async db =>
        {
            db.ActorId = actor;
            var tally = Tally.Open(stream);
            db.Add(tally);
            db.Publish(tally, new TallyOpened { Name = "traced" });
            await db.SaveChangesAsync();
        });

        await _service.HearsAsync(stream, "1.0");
        Assert.Equal(1, await _service.QueryAsync<long>(
            "select count(*) from heard where stream_id = $1 and actor_id = $2 and trace_id = $3", stream, actor, deed.TraceId.ToString()));
    }

    [Fact]
    public async Task A_write_by_request_is_heard_without_waiting_for_the_poll()
    {
        using var administrator = _service.As(TestCaller.Person(Roles.Administrator));
        (await administrator.PostAsync("/api/v1/tallies")).Is(201);
        var started = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 20; i++)
        {
            await _service.HearsAsync((await administrator.PostAsync("/api/v1/tallies")).Is(201).Id, "1.0");
        }

        // Twenty polls would take twenty seconds.
        Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 0, 10);
    }

    [Fact]
    public async Task An_event_with_members_that_are_not_known_here_is_read_all_the_same()
    {
        await using var broker = await RawBroker.ConnectAsync();
        var stream = Tellings.NewId();

        await broker.RaiseAsync(Tellings.NewId(), stream, 2, """{"by":1,"reason":"of a later version"}""");

        await _service.HearsAsync(stream, "2.0");
    }

    [Fact]
    public async Task An_event_that_no_queue_takes_holds_its_own_stream_and_is_not_lost()
    {
        using var administrator = _service.As(TestCaller.Person(Roles.Administrator));
        var stream = await _service.TellAsync();
        await _service.HearsAsync(stream, "1.0");
        await _service.InDbAsync(async db =>
        {
            var tally = await db.Tallies.SingleAsync(t => t.Id == stream);
            tally.Raise(0);
            db.Publish(tally, new TallyClosed());
            await db.SaveChangesAsync();
        });
        await _service.RaiseAsync(stream);
        var other = await _service.TellAsync(raises: 3);

        await _service.HearsAsync(other, "1.0 2.0 3.0 4.0");
        await Eventually.TrueAsync(async () => await AttemptsAsync() >= 1);
        await _service.InDbAsync(
            db => db.Database.ExecuteSqlAsync(
                $"update messaging.outbox set attempts = 7, available_at = now() where stream_id = {stream} and attempts > 0"));
        var held = await Eventually.GetAsync(
            async () => (await administrator.GetAsync("/api/v1/ops/tally/outbox")).Is(200).Json.GetProperty("held")[0],
            first => first.GetProperty("parkedAt").ValueKind != System.Text.Json.JsonValueKind.Null);
        Assert.Equal(stream, held.GetProperty("streamId").GetGuid());
        Assert.Equal(8, held.GetProperty("attempts").GetInt32());
        Assert.Equal(2, await WaitingAsync());
        Assert.Equal("1.0", await _service.HeardAsync(stream));

        await using var broker = await RawBroker.ConnectAsync();
        await broker.Channel.QueueDeclareAsync("somebody", durable: false, exclusive: true, autoDelete: true);
        await broker.Channel.QueueBindAsync("somebody", EventTypes.ExchangeOf(typeof(TallyClosed)), "");
        var replayed = (await administrator.PostAsync($"/api/v1/ops/tally/outbox/{stream}/replay")).Is(200).Json;
        Assert.Equal(1, replayed.GetProperty("released").GetInt32());

        await _service.HearsAsync(stream, "1.0 3.0");
        await Eventually.TrueAsync(async () => await WaitingAsync() == 0);
        Assert.Equal(1u, await broker.Channel.MessageCountAsync("somebody"));
        (await administrator.PostAsync($"/api/v1/ops/tally/outbox/{stream}/replay")).IsProblem(404, "resource.notFound");
        Assert.Equal(1, await _service.QueryAsync<long>(
            "select count(*) from api.audit_entry where operation = 'replayTallyStream' and subjects->0->>'id' = $1::text", stream));

        Task<int> AttemptsAsync() =>
            _service.QueryAsync<int>("select coalesce(max(attempts), 0) from messaging.outbox where stream_id = $1", stream);
        Task<long> WaitingAsync() => _service.QueryAsync<long>("select count(*) from messaging.outbox where stream_id = $1", stream);
    }
}
