using Microsoft.EntityFrameworkCore;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Messaging.Tests;

/// <summary>How fast a backlog leaves. Run by name (<c>-explicit only</c>): it measures, and machines differ.</summary>
public sealed class BacklogTests(ITestOutputHelper output)
{
    [Theory(Explicit = true)]
    [InlineData(100_000, 5_000)]
    [InlineData(100_000, 100)]
    [InlineData(5_000, 1)]
    public async Task A_backlog_leaves_the_outbox(int events, int streams)
    {
        await using var service = await TallyService.StartAsync(linked: false);
        await service.InDbAsync(async db =>
        {
            db.Database.SetCommandTimeout(60);
            await db.Database.ExecuteSqlAsync(
                $$"""
                set statement_timeout = 0;
                insert into messaging.event (id, stream_type, stream_id, stream_version, ordinal, type, schema_version, payload, actor_id, confidential)
                select gen_random_uuid(), 'tally', md5((n % {{streams}})::text)::uuid, n, 0, 'TallyOpened', 1, '{"name":"backlog"}', {{Guid.Empty}}, false
                from generate_series(1, {{events}}) n
                """);
        });
        await using var relay = await TallyService.StartAsync(adjust: builder => builder.Configuration["ConnectionStrings:Database"] = service.Database);
        var started = TimeProvider.System.GetTimestamp();
        await relay.DrainedAsync(TimeSpan.FromMinutes(3));
        var sent = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        await Eventually.TrueAsync(async () => await relay.QueryAsync<long>("select count(*) from heard") >= events, TimeSpan.FromMinutes(10));
        var heard = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        output.WriteLine($"{events} events of {streams} streams: sent in {sent:0.0} s ({events / sent:0}/s), heard in {heard:0.0} s ({events / heard:0}/s)");
    }
}
