using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Messaging.Queries;

/// <summary>How an aggregate's public state is read from it.</summary>
internal sealed record StateOf<TAggregate, TState>(Func<TAggregate, TState> Read);

/// <summary>Tells the states of a service's aggregates, for a comparison with what its events have told.</summary>
internal sealed class StatesAnswer<TDb, TAggregate, TState>(TDb db, StateOf<TAggregate, TState> state) : IAnswer<StatesAsked, StatesTold>
    where TDb : DbContext, IServiceDb where TAggregate : Aggregate
{
    /// <summary>States in one answer, whatever is asked for.</summary>
    private const int Most = 1000;

    public async Task<StatesTold> AnswerAsync(StatesAsked question, CancellationToken ct)
    {
        var asked = db.Set<TAggregate>().AsNoTracking();
        asked = question.Ids is { } ids ? asked.Where(a => ids.Contains(a.Id)) : asked.Where(a => a.Id > question.After);
        var states = await asked.OrderBy(a => a.Id).Take(Math.Min(question.Most, Most)).ToListAsync(ct);
        return new StatesTold
        {
            States = [.. states.Select(
                a => new StateTold
                {
                    Id = a.Id,
                    Version = a.Version,
                    State = JsonSerializer.Serialize(state.Read(a), StrictJson.Options),
                })],
        };
    }
}
