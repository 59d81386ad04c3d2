using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts;
using Qibin.Crm.Messaging.EventLog;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Messaging.Queries;

/// <summary>Answers with the events of an aggregate, for a consumer that has others stored than the service has.</summary>
internal sealed class EventsAnswer<TDb>(TDb db) : IAnswer<EventsQuery, EventsReply> where TDb : DbContext, IServiceDb
{
    private const int Most = 500;

    public async Task<EventsReply> AnswerAsync(EventsQuery question, CancellationToken ct) => new()
    {
        Events = await db.Set<EventRow>().AsNoTracking().Where(e => e.StreamId == question.StreamId && e.Seq > question.After)
            .OrderBy(e => e.Seq).Take(Most)
            .Select(e => new LoggedEvent
            {
                Position = e.Seq,
                Version = e.StreamVersion,
                Ordinal = e.Ordinal,
                Type = e.Type,
                RecordedAt = e.RecordedAt,
                ActorId = e.ActorId,
                Event = e.Payload,
            })
            .ToArrayAsync(ct),
    };
}
