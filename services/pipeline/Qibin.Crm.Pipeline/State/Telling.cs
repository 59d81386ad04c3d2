using System.Text.Json;
using Npgsql;
using Qibin.Crm.Contracts;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

/// <summary>
/// The whole effect of one event, gathered and sent with that of the others of the transaction as one batch: the time from a commit in
/// another service to the totals is mostly round trips, so there is one. Every statement is right when it is repeated and when it
/// comes before or after any other event's.
/// </summary>
internal sealed class Telling(PipelineDb db, Delivery delivery)
{
    private Guid? _leadId;

    public Delivery Delivery => delivery;

    /// <summary>
    /// Events of one journey, the lead's and the project's, take effect one after the other: what the later one joins and compares
    /// is then what the earlier one left.
    /// </summary>
    public Telling OfJourney(Guid leadId)
    {
        _leadId = leadId;
        db.Touch(leadId);
        return Do("select pg_advisory_xact_lock(4, hashtext($1::text))", leadId);
    }

    /// <summary>Notes the event itself.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="on">Its business date; null takes the day of recording.</param>
    /// <param name="lead">The lead that it tells of, when it says so; the project and the enterprise likewise.</param>
    /// <param name="project">The project.</param>
    /// <param name="enterprise">The enterprise.</param>
    /// <param name="backTo">The stage that a project was taken back to.</param>
    public Telling Fact(IEvent happened, DateOnly? on, Guid? lead = null, Guid? project = null, Guid? enterprise = null, JourneyStage? backTo = null) =>
        Do(
            """
            insert into fact (stream_id, version, ordinal, type, lead_id, project_id, enterprise_id, occurred_on, recorded_at, actor_id, back_to, event)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb)
            on conflict do nothing
            """,
            delivery.StreamId, delivery.Version, delivery.Ordinal, happened.GetType().Name, lead, project, enterprise,
            on ?? delivery.RecordedAt.OnDay(), delivery.RecordedAt, delivery.ActorId, (int?)backTo,
            JsonSerializer.Serialize(happened, happened.GetType(), StrictJson.Options));

    /// <summary>Adds a statement with positional parameters.</summary>
    public Telling Do(string sql, params object?[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter
            {
                Value = value is DateTimeOffset at ? at.ToUniversalTime() : value ?? DBNull.Value,
            });
        }

        db.Gather(command);
        return this;
    }

    /// <summary>Makes the journey's row and amounts follow. The inbox sends it all and commits.</summary>
    public Task Gathered()
    {
        if (_leadId is { } leadId)
        {
            this.Refresh(leadId);
        }

        return Task.CompletedTask;
    }
}
