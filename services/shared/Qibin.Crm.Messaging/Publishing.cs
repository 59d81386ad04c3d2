using System.Diagnostics;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Messaging.EventLog;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Messaging;

/// <summary>Publishes events to the other services.</summary>
public static class Publishing
{
    /// <summary>
    /// Writes the event into the log with the change that is saved next: both commit or neither. Call it after the aggregate's
    /// mutator, so that the event carries the aggregate's new version.
    /// </summary>
    /// <param name="db">The service's DbContext.</param>
    /// <param name="aggregate">The aggregate that the event is about.</param>
    /// <param name="happened">The event.</param>
    /// <param name="confidential">True when the event is about something confidential although the aggregate is not.</param>
    public static void Publish<TDb>(this TDb db, Aggregate aggregate, IEvent happened, bool confidential = false)
        where TDb : DbContext, IServiceDb
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(aggregate);
        ArgumentNullException.ThrowIfNull(happened);
        var ordinal = db.ChangeTracker.Entries<EventRow>()
            .Count(e => e.Entity.StreamId == aggregate.Id && e.Entity.StreamVersion == aggregate.Version);
        db.Add(db.EventRowOf(aggregate, happened, ordinal, confidential));
    }

    /// <summary>
    /// The event's row of the log, for bulk inserts (<see cref="RowCopy"/>), which count the order of one version's events themselves.
    /// </summary>
    /// <param name="db">The service's DbContext.</param>
    /// <param name="aggregate">The aggregate that the event is about, at its new version.</param>
    /// <param name="happened">The event.</param>
    /// <param name="ordinal">Order among the events of this version, from 0.</param>
    /// <param name="confidential">True when the event is about something confidential although the aggregate is not.</param>
    public static EventRow EventRowOf<TDb>(this TDb db, Aggregate aggregate, IEvent happened, int ordinal, bool confidential = false)
        where TDb : DbContext, IServiceDb
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(aggregate);
        ArgumentNullException.ThrowIfNull(happened);
        return new EventRow
        {
            Id = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()),
            StreamType = JsonNamingPolicy.CamelCase.ConvertName(aggregate.GetType().Name),
            StreamId = aggregate.Id,
            StreamVersion = aggregate.Version,
            Ordinal = (short)ordinal,
            Type = happened.GetType().Name,
            Payload = JsonSerializer.Serialize(happened, happened.GetType(), StrictJson.Options),
            ActorId = db.ActorId,
            CausationId = CurrentDelivery.MessageId,
            TraceParent = Activity.Current?.Id,
            Confidential = confidential || aggregate is IConfidential { Confidential: true },
        };
    }
}
