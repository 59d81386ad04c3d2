using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Messaging.EventLog;
using Qibin.Crm.Messaging.Tests.Host;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Messaging.Tests;

/// <summary>How fast a backlog leaves. Run by name (<c>-explicit only</c>): it measures, and machines differ.</summary>
public sealed class BacklogTests(ITestOutputHelper output)
{
    [Theory(Explicit = true)]
    [InlineData(20_000, 2_000)]
    [InlineData(5_000, 1)]
    public async Task A_backlog_leaves_the_outbox(int events, int streams)
    {
        // Once linked, so that its queue is there; then alone, so that a backlog grows.
        await (await TallyService.StartAsync()).DisposeAsync();
        await using var broker = await RawBroker.ConnectAsync();
        await broker.Channel.QueueDeclareAsync("measure", durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
        await broker.Channel.QueueBindAsync("measure", EventTypes.ExchangeOf(typeof(TallyClosed)), "");
        await using var service = await TallyService.StartAsync(linked: false);
        // First what the relay does alone, with an event that a plain queue takes; then the consumers too.
        foreach (var (type, payload, told) in new[]
        {
            ("TallyClosed", "{}", events),
            ("TallyOpened", """{"name":"backlog"}""", events / 10),
        })
        {
            await service.InDbAsync(db => db.Database.ExecuteSqlAsync(
                $$"""
                set statement_timeout = 0;
                insert into messaging.event (id, stream_type, stream_id, stream_version, ordinal, type, schema_version, payload, actor_id,
                    confidential)
                select gen_random_uuid(), 'tally', md5({{type}} || (n % {{streams}})::text)::uuid, n, 0, {{type}}, 1, {{payload}}::jsonb,
                    {{Guid.Empty}}, false
                from generate_series(1, {{told}}) n
                """));
            var (started, worked) = (TimeProvider.System.GetTimestamp(), Process.GetCurrentProcess().TotalProcessorTime);
            await using var relay = await TallyService.StartAsync(
                adjust: builder => builder.Configuration["ConnectionStrings:Database"] = service.Database);
            await relay.DrainedAsync(TimeSpan.FromMinutes(5));
            if (type == "TallyOpened")
            {
                await Eventually.TrueAsync(async () => await relay.QueryAsync<long>("select count(*) from heard") >= told,
                    TimeSpan.FromMinutes(5));
            }

            var (elapsed, work) = (TimeProvider.System.GetElapsedTime(started).TotalSeconds,
                Process.GetCurrentProcess().TotalProcessorTime - worked);
            output.WriteLine(
                $"{told} {type} of {streams} streams: {elapsed:0.0} s ({told / elapsed:0}/s), {work.TotalMilliseconds / told:0.000} ms of "
                    + $"this process each");
        }

        await broker.Channel.QueueDeleteAsync("measure", ifUnused: false, ifEmpty: false);
    }
}
