using Microsoft.Extensions.DependencyInjection;
using Qibin.Crm.Contracts;
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

        var node = await TestBroker.NodeAsync();
        await node.KillAsync();
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

    private async Task<AggregateState[]> AskAsync(StatesQuery question) =>
        (await Questions.AskAsync<StatesQuery, StatesReply>("tally", question, default)).States;
}
