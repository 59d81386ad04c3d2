using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Messaging.EventLog;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Messaging.Queries;

/// <summary>How an aggregate's public state is read from it.</summary>
internal sealed record StateOf<TAggregate, TState>(Func<TAggregate, TState> Read);

/// <summary>Answers with the states of a service's aggregates, for a comparison with what consumers derived from its events.</summary>
internal sealed class StatesAnswer<TDb, TAggregate, TState>(TDb db, StateOf<TAggregate, TState> state) : IAnswer<StatesQuery, StatesReply>
    where TDb : DbContext, IServiceDb where TAggregate : Aggregate
{
    /// <summary>States in one answer, whatever is asked for.</summary>
    private const int Most = 1000;

    public async Task<StatesReply> AnswerAsync(StatesQuery question, CancellationToken ct)
    {
        var asked = db.Set<TAggregate>().AsNoTracking();
        asked = question.Ids is { } ids ? asked.Where(a => ids.Contains(a.Id)) : asked.Where(a => a.Id > question.After);
        // One statement, so that the version and the state are of one moment.
        var states = await asked.OrderBy(a => a.Id).Take(Math.Min(question.Most, Most))
            .Select(a => new
            {
                Aggregate = a,
                Version = db.Set<EventRow>().Where(e => e.StreamId == a.Id).Max(e => (long?)e.StreamVersion),
            })
            .ToListAsync(ct);
        return new StatesReply
        {
            States = [.. states.Select(
                s => new AggregateState
                {
                    Id = s.Aggregate.Id,
                    Version = s.Version ?? 0,
                    State = JsonSerializer.Serialize(state.Read(s.Aggregate), StrictJson.Options),
                })],
        };
    }
}
