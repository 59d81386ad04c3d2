using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.EventLog;
using Qibin.Crm.Messaging.Tests.Host;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Messaging.Tests;

/// <summary>The feed shows each event once, however late its transaction commits.</summary>
public sealed class ChangeFeedTests : IAsyncLifetime
{
    private const string Feed = "/api/v1/changes/tally";
    private TestService _service = null!;
    private ApiClient _reader = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await TallyService.StartAsync(linked: false);
        _reader = _service.As(TestCaller.Integration("events.read"));
    }

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        return _service.DisposeAsync();
    }

    [Fact]
    public async Task Sixteen_writers_that_commit_late_are_read_without_a_gap_and_in_order()
    {
        const int writers = 16;
        const int each = 12;
        var written = new ConcurrentBag<Guid>();
        var chance = new Random(7);
        var pauses = Enumerable.Range(0, writers * each).Select(_ => chance.NextDouble() < 0.2 ? chance.NextDouble() * 0.6 : 0).ToArray();
        var writing = Task.WhenAll(Enumerable.Range(0, writers).Select(async writer =>
        {
            var stream = await _service.TellAsync();
            for (var i = 0; i < each; i++)
            {
                await _service.InDbAsync(async db =>
                {
                    await using var transaction = await db.Database.BeginTransactionAsync();
                    var tally = await db.Tallies.FromSql($"select * from tally where id = {stream} for update").SingleAsync();
                    tally.Raise(1);
                    db.Publish(tally, new TallyRaised { By = 1 });
                    db.Publish(tally, new TallyRaised { By = 2 });
                    await db.SaveChangesAsync();
                    await db.Database.ExecuteSqlAsync($"select pg_sleep({pauses[(writer * each) + i]})");
                    await transaction.CommitAsync();
                    foreach (var row in db.ChangeTracker.Entries<EventRow>())
                    {
                        written.Add(row.Entity.Id);
                    }
                });
            }
        }));

        var read = new List<(Guid Id, Guid Stream, long Version, int Ordinal)>();
        var cursor = "";
        await Eventually.TrueAsync(async () =>
        {
            var ended = writing.IsCompleted;
            var page = (await _reader.GetAsync($"{Feed}?limit=50{cursor}")).Is(200).Json;
            read.AddRange(page.GetProperty("items").EnumerateArray().Select(i => (i.GetProperty("id").GetGuid(),
                i.GetProperty("streamId").GetGuid(), i.GetProperty("streamVersion").GetInt64(), i.GetProperty("ordinal").GetInt32())));
            cursor = "&cursor=" + page.GetProperty("next").GetString();
            // Asked for once more after the last writer has ended, there is nothing left.
            return ended && read.Count >= (writers * each * 2) + writers && !page.GetProperty("more").GetBoolean();
        }, TimeSpan.FromMinutes(1));

        await writing;
        Assert.Equal((writers * each * 2) + writers, read.Count);
        Assert.Equal(read.Count, read.DistinctBy(e => e.Id).Count());
        Assert.Subset(read.Select(e => e.Id).ToHashSet(), written.ToHashSet());
        foreach (var stream in read.GroupBy(e => e.Stream))
        {
            Assert.Equal(stream.OrderBy(e => e.Version).ThenBy(e => e.Ordinal), stream);
        }
    }

    [Fact]
    public async Task A_page_says_what_happened_and_where_to_go_on()
    {
        var stream = await _service.TellAsync(raises: 2);

        var first = (await _reader.GetAsync(Feed + "?limit=2")).Is(200).Json;
        Assert.True(first.GetProperty("more").GetBoolean());
        Assert.Equal("TallyOpened", first.GetProperty("items")[0].GetProperty("type").GetString());
        Assert.Equal(stream, first.GetProperty("items")[0].GetProperty("streamId").GetGuid());
        Assert.Equal(1, first.GetProperty("items")[1].GetProperty("data").GetProperty("by").GetInt32());
        var second = (await _reader.GetAsync($"{Feed}?cursor={first.GetProperty("next").GetString()}")).Is(200).Json;
        Assert.Equal(1, second.GetProperty("items").GetArrayLength());
        var end = (await _reader.GetAsync($"{Feed}?cursor={second.GetProperty("next").GetString()}")).Is(200).Json;
        Assert.Equal(0, end.GetProperty("items").GetArrayLength());
        Assert.Equal(second.GetProperty("next").GetString(), end.GetProperty("next").GetString());

        await _service.RaiseAsync(stream);
        Assert.Equal(1, (await _reader.GetAsync($"{Feed}?cursor={end.GetProperty("next").GetString()}")).Is(200).Json.GetProperty("items")
            .GetArrayLength());
    }

    [Fact]
    public async Task A6_The_feed_begins_at_an_instant_and_misses_no_transaction_that_began_before_and_recorded_after()
    {
        var before = await _service.TellAsync();
        var recorded = await _service.QueryAsync<DateTime>("select recorded_at from messaging.event where stream_id = $1", before);
        // It began first, and recorded its event after another one had recorded and committed its own.
        var (began, commit) = (new TaskCompletionSource(), new TaskCompletionSource());
        var late = Tellings.NewId();
        var slow = _service.InDbAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            await db.Database.ExecuteSqlAsync($"select pg_current_xact_id()::text");
            began.SetResult();
            await commit.Task;
            var tally = Tally.Open(late, confidential: false);
            db.Add(tally);
            db.Publish(tally, new TallyOpened { Name = "late" });
            await db.SaveChangesAsync();
            await transaction.CommitAsync();
        });
        await began.Task;
        var quick = await _service.TellAsync();
        commit.SetResult();
        await slow;

        var since = new DateTimeOffset(recorded).AddMicroseconds(1);
        Assert.Equal(new[] { quick, late }.Order(), (await StreamsAsync($"?since={Uri.EscapeDataString(since.ToString("O"))}")).Order());
        Assert.Equal(new[] { before, quick, late }.Order(), (await StreamsAsync("?since=1969-01-01T00:00:00Z")).Order());
        Assert.Equal(new[] { before, quick, late }.Order(), (await StreamsAsync("?since=0001-01-01T00:00:00Z")).Order());

        // Nothing yet: from here on.
        var now = Uri.EscapeDataString(TimeProvider.System.GetUtcNow().ToString("O"));
        var page = (await _reader.GetAsync($"{Feed}?since={now}")).Is(200).Json;
        Assert.Empty(page.GetProperty("items").EnumerateArray());
        var next = await _service.TellAsync();
        Assert.Equal([next], await StreamsAsync("?cursor=" + page.GetProperty("next").GetString()));

        (await _reader.GetAsync(Feed + "?since=2999-01-01T00:00:00Z")).IsProblem(400, "request.invalid");
        (await _reader.GetAsync($"{Feed}?since=2026-01-01T00:00:00Z&cursor={page.GetProperty("next").GetString()}"))
            .IsProblem(400, "request.invalid");
        (await _reader.GetAsync(Feed + "?since=yesterday")).IsProblem(400, "request.invalid");

        async Task<Guid[]> StreamsAsync(string query) =>
            [.. (await _reader.GetAsync(Feed + query)).Is(200).Json.GetProperty("items").EnumerateArray()
                .Select(i => i.GetProperty("streamId").GetGuid()).Distinct()];
    }

    [Fact]
    public async Task Transactions_are_ordered_by_number_and_not_by_digits()
    {
        var stream = Tellings.NewId();
        await _service.InDbAsync(db => db.Database.ExecuteSqlAsync(
            $$"""
            insert into messaging.event (id, stream_type, stream_id, stream_version, ordinal, type, schema_version, payload, actor_id,
                confidential, xid)
            select gen_random_uuid(), 'tally', {{stream}}, n, 0, 'TallyRaised', 1, '{"by":1}', {{Guid.Empty}}, false, n::text::xid8
            from unnest(array[100, 9, 99, 10, 8]) n
            """));

        var (versions, cursor) = (new List<long>(), "");
        for (var i = 0; i < 5; i++)
        {
            var page = (await _reader.GetAsync($"{Feed}?limit=1{cursor}")).Is(200).Json;
            versions.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("streamVersion").GetInt64()));
            cursor = "&cursor=" + page.GetProperty("next").GetString();
        }

        Assert.Equal([8L, 9L, 10L, 99L, 100L], versions);
    }

    [Fact]
    public async Task Confidential_streams_are_left_out()
    {
        await _service.TellAsync(confidential: true);
        var open = await _service.TellAsync();

        var page = (await _reader.GetAsync(Feed)).Is(200).Json;

        Assert.Equal([open], page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("streamId").GetGuid()));
    }

    [Fact]
    public async Task S2_What_becomes_confidential_is_withdrawn_and_its_earlier_events_are_shown_to_nobody_any_more()
    {
        var (secret, open) = (await _service.TellAsync(raises: 1), await _service.TellAsync());
        // An event about it by another stream, such as a claim's.
        await _service.InDbAsync(async db =>
        {
            var claim = Tally.Open(Tellings.NewId());
            db.Add(claim);
            db.Publish(claim, new TallyOpened { Name = "about it" }, open, secret);
            await db.SaveChangesAsync();
        });
        var before = (await _reader.GetAsync(Feed)).Is(200).Json;
        Assert.Equal(4, before.GetProperty("items").GetArrayLength());
        var cursor = "?cursor=" + before.GetProperty("next").GetString();

        await SetAsync(secret, confidential: true);
        await _service.RaiseAsync(secret);

        var entry = Assert.Single((await _reader.GetAsync(Feed + cursor)).Is(200).Json.GetProperty("items").EnumerateArray());
        Assert.Equal(
            ("Withdrawn", "tally", secret, "{}"),
            (entry.GetProperty("type").GetString(), entry.GetProperty("streamType").GetString(), entry.GetProperty("streamId").GetGuid(),
                entry.GetProperty("data").GetRawText()));
        Assert.Equal([("TallyOpened", open), ("Withdrawn", secret)], await EntriesAsync(Feed));
        // Page by page it is the same.
        var (walked, at) = (new List<(string?, Guid)>(), Feed + "?limit=1");
        for (var page = 0; page < 3; page++)
        {
            walked.AddRange(await EntriesAsync(at));
            at = $"{Feed}?limit=1&cursor={(await _reader.GetAsync(at)).Is(200).Json.GetProperty("next").GetString()}";
        }

        Assert.Equal([("TallyOpened", open), ("Withdrawn", secret)], walked);

        await SetAsync(secret, confidential: false);
        Assert.Equal([("TallyRaised", secret), ("TallyRaised", secret), ("TallyRaised", secret)], await EntriesAsync(Feed + cursor));
        Assert.Equal(7, (await EntriesAsync(Feed)).Count);
    }

    [Fact]
    public async Task S2_What_was_confidential_from_the_beginning_is_never_mentioned()
    {
        var secret = await _service.TellAsync(raises: 1, confidential: true);
        await _service.InDbAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            await db.WithholdAsync(Tellings.NewId(), "project", confidential: true, CancellationToken.None);
            await db.WithholdAsync(secret, "tally", confidential: true, CancellationToken.None);
            await transaction.CommitAsync();
        });
        Assert.Empty(await EntriesAsync(Feed));
        await SetAsync(secret, confidential: false);
        Assert.Equal(3, (await EntriesAsync(Feed)).Count);
    }

    private Task SetAsync(Guid stream, bool confidential) => _service.InDbAsync(async db =>
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        var tally = await db.Tallies.FromSql($"select * from tally where id = {stream} for update").SingleAsync();
        tally.Restrict(confidential);
        db.Publish(tally, new TallyRaised { By = 0 });
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
    });

    private async Task<List<(string? Type, Guid Stream)>> EntriesAsync(string path) =>
        [.. (await _reader.GetAsync(path)).Is(200).Json.GetProperty("items").EnumerateArray()
            .Select(i => (i.GetProperty("type").GetString(), i.GetProperty("streamId").GetGuid()))];

    [Theory]
    [InlineData("?cursor=abc", "cursor.invalid")]
    [InlineData("?cursor=MS4xLi0x", "cursor.invalid")]
    [InlineData("?limit=0", "value.range")]
    [InlineData("?limit=201", "value.range")]
    [InlineData("?after=1", "query.unknown")]
    public async Task What_is_not_published_is_refused_by_name(string query, string code)
    {
        var refused = (await _reader.GetAsync(Feed + query)).IsProblem(400, "request.invalid");

        Assert.Equal(code, refused.Json.GetProperty("errors")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task The_feed_is_for_those_who_may_read_all()
    {
        using var officer = _service.As(TestCaller.Officer());
        using var other = _service.As(TestCaller.Integration("leads.read"));
        using var auditor = _service.As(TestCaller.Person(Roles.Auditor));

        (await officer.GetAsync(Feed)).IsProblem(403, "auth.forbidden");
        (await other.GetAsync(Feed)).IsProblem(403, "auth.forbidden");
        (await auditor.GetAsync(Feed)).Is(200);
    }
}
