using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Qibin.Crm.Contracts;
using Qibin.Crm.Messaging.EventLog;
using Qibin.Crm.Messaging.Queries;
using Qibin.Crm.Messaging.Tests.Host;
using Qibin.Crm.Messaging.Transport;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Messaging.Tests;

/// <summary>Questions between services: answered from the database, kept nowhere.</summary>
public sealed class QuestionTests : IAsyncLifetime
{
    private TestService _service = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await TallyService.StartAsync();
        // A service serves before its link stands.
        await Eventually.TrueAsync(() => Task.FromResult(_service.Services.GetRequiredService<Broker>().IsUp));
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    private Questions Questions => _service.Services.GetRequiredService<Questions>();

    [Fact]
    public async Task States_are_told_in_portions_in_the_order_of_ids_and_one_by_one()
    {
        var told = new List<Guid>();
        for (var raises = 0; raises < 5; raises++)
        {
            told.Add(await _service.TellAsync(raises));
        }

        var first = await AskAsync(new StatesQuery { Most = 3 });
        var rest = await AskAsync(new StatesQuery { After = first[^1].Id, Most = 3 });
        Assert.Equal(told.Order(), first.Concat(rest).Select(s => s.Id));
        Assert.Equal([3, 2], [first.Length, rest.Length]);
        var one = Assert.Single(
            await AskAsync(new StatesQuery { Most = 9, Ids = [told[4], Guid.CreateVersion7(TimeProvider.System.GetUtcNow())] }));
        Assert.Equal((told[4], 5L, $$"""{"id":"{{told[4]}}"}"""), (one.Id, one.Version, one.State));
    }

    [Fact]
    public async Task Who_is_not_there_and_a_broker_that_is_away_give_no_answer_and_the_next_one_is_given()
    {
        await Assert.ThrowsAsync<TimeoutException>(
            () => Questions.AskAsync<StatesQuery, StatesReply>("nobody", new StatesQuery { Most = 1 }, default));

        // Questions under way when the link is lost are cancelled by MassTransit, others refused: to who asks it is one and the same.
        var node = await TestBroker.NodeAsync();
        var asking = UntilNoAnswer();
        await node.KillAsync();
        await Task.WhenAll(asking);
        await Assert.ThrowsAsync<TimeoutException>(() => AskAsync(new StatesQuery { Most = 1 }));
        await node.StartAgainAsync();

        var told = await _service.TellAsync(raises: 0);
        var answered = await Eventually.GetAsync(async () =>
        {
            try
            {
                return await AskAsync(new StatesQuery { Most = 9 });
            }
            catch (TimeoutException)
            {
                return null;
            }
        }, states => states is not null, TimeSpan.FromSeconds(30));
        Assert.Equal(told, Assert.Single(answered!).Id);
    }

    [Fact]
    public async Task A_question_that_is_asked_while_the_link_is_lost_ends_all_the_same()
    {
        var link = _service.Services.GetRequiredService<Broker>();
        for (var time = 0; time < 10; time++)
        {
            await Eventually.TrueAsync(async () => link.IsUp && await AnsweredAsync());
            var asking = UntilNoAnswer();
            link.Relink("given up by the test");
            await Task.WhenAll(asking);
        }
    }

    [Fact]
    public void A_question_that_the_transport_cancels_has_no_answer_and_one_that_the_asker_stops_is_cancelled()
    {
        Assert.True(Questions.IsNoAnswer(new RequestCanceledException(), stopped: false));
        Assert.False(Questions.IsNoAnswer(new RequestCanceledException(), stopped: true));
        Assert.False(Questions.IsNoAnswer(new InvalidOperationException(), stopped: false));
    }

    [Fact]
    public async Task N4_A_log_is_complete_up_to_an_instant_for_which_nothing_can_be_recorded_any_more()
    {
        await _service.TellAsync(raises: 2);
        var told = await LogAsync(null);
        Assert.Equal(3, told.Events.Length);
        Assert.Empty((await LogAsync(told.Next)).Events);

        // One that has recorded an event and not ended holds the log back.
        var (held, late) = (Tellings.NewId(), Tellings.NewId());
        var recorded = DateTimeOffset.MinValue;
        await _service.InDbAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            recorded = await OpenAsync(db, held);
            await Assert.ThrowsAsync<TimeoutException>(() => LogAsync(told.Next));
            await transaction.CommitAsync();
        });
        var after = await LogAsync(told.Next);
        Assert.Equal(held, Assert.Single(after.Events).StreamId);
        Assert.True(after.CompleteUntil >= recorded);

        // One that began before and has recorded nothing yet holds nothing up: its events will be of a later instant, and all of one.
        await _service.InDbAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            var began = await db.Database.SqlQuery<DateTimeOffset>($"""select now() as "Value" """).SingleAsync();
            var complete = (await LogAsync(after.Next)).CompleteUntil!.Value;
            Assert.True(began < complete);
            recorded = await OpenAsync(db, late);
            Assert.True(recorded > complete, $"{recorded:O} {complete:O}");
            Assert.Equal(recorded, await OpenAsync(db, Tellings.NewId()));
            await transaction.CommitAsync();
        });
        var last = await LogAsync(after.Next);
        Assert.Contains(late, last.Events.Select(e => e.StreamId));
        Assert.True(last.CompleteUntil >= recorded);

        Task<LogReply> LogAsync(string? position) =>
            Questions.AskAsync<LogQuery, LogReply>("tally", new LogQuery { After = position }, default);

        static async Task<DateTimeOffset> OpenAsync(TallyDb db, Guid id)
        {
            var tally = Tally.Open(id);
            db.Add(tally);
            db.Publish(tally, new TallyOpened { Name = "tally" });
            await db.SaveChangesAsync();
            return db.ChangeTracker.Entries<EventRow>().Single(e => e.Entity.StreamId == id).Entity.RecordedAt;
        }
    }

    /// <summary>Fifty who ask, each until it gets no answer.</summary>
    private List<Task> UntilNoAnswer() => [.. Enumerable.Range(0, 50).Select(async _ =>
    {
        while (await AnsweredAsync())
        {
        }
    })];

    private async Task<bool> AnsweredAsync()
    {
        try
        {
            await AskAsync(new StatesQuery { Most = 1 });
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task<AggregateState[]> AskAsync(StatesQuery question)
    {
        // Longer, it hangs: that is no answer in time, but a failure.
        using var longest = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return (await Questions.AskAsync<StatesQuery, StatesReply>("tally", question, default).WaitAsync(longest.Token)).States;
    }
}
