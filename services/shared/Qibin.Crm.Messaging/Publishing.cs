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
    /// <param name="about">
    /// What the event is about where that is not the aggregate itself, such as a claim's lead. While one of them is confidential, the
    /// change
    /// feed leaves the event out.
    /// </param>
    public static void Publish<TDb>(this TDb db, Aggregate aggregate, IEvent happened, params Guid[] about)
        where TDb : DbContext, IServiceDb
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(aggregate);
        ArgumentNullException.ThrowIfNull(happened);
        var ordinal = db.ChangeTracker.Entries<EventRow>()
            .Count(e => e.Entity.StreamId == aggregate.Id && e.Entity.StreamVersion == aggregate.Version);
        db.Add(db.EventRowOf(aggregate, happened, ordinal, about));
    }

    /// <summary>
    /// Says whether something is confidential that has no event of its own here, such as a project in the register of enterprises: the
    /// change feed withholds what is published about it, of whatever time.
    /// </summary>
    /// <param name="db">The service's DbContext, in a transaction.</param>
    /// <param name="subject">What is confidential or open.</param>
    /// <param name="type">Its type, such as <c>project</c>.</param>
    /// <param name="confidential">Whether it is confidential now.</param>
    /// <param name="ct">Cancels.</param>
    public static Task WithholdAsync<TDb>(this TDb db, Guid subject, string type, bool confidential, CancellationToken ct)
        where TDb : DbContext, IServiceDb =>
        db.Database.ExecuteSqlAsync($"select messaging.withhold({subject}, {type}, {confidential})", ct);

    /// <summary>
    /// The event's row of the log, for bulk inserts (<see cref="RowCopy"/>), which count the order of one version's events themselves.
    /// </summary>
    /// <param name="db">The service's DbContext.</param>
    /// <param name="aggregate">The aggregate that the event is about, at its new version.</param>
    /// <param name="happened">The event.</param>
    /// <param name="ordinal">Order among the events of this version, from 0.</param>
    /// <param name="about">
    /// What the event is about where that is not the aggregate itself, such as a claim's lead. While one of them is confidential, the
    /// change
    /// feed leaves the event out.
    /// </param>
    public static EventRow EventRowOf<TDb>(this TDb db, Aggregate aggregate, IEvent happened, int ordinal, params Guid[] about)
        where TDb : DbContext, IServiceDb
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(aggregate);
        ArgumentNullException.ThrowIfNull(happened);
        ArgumentNullException.ThrowIfNull(about);
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
            Confidential = aggregate is IConfidential { Confidential: true },
            Subjects = about is [] ? null : about,
        };
    }
}
