using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Messaging.Operations;

/// <summary>Sends the held events of one stream anew.</summary>
public static class ReplayStream
{
    /// <summary>What was released.</summary>
    public sealed record StreamReleased : IReceipt
    {
        public required Guid StreamId { get; init; }

        /// <summary>Held events that the relay now tries again.</summary>
        public required int Released { get; init; }
    }

    internal static async Task<Results<Ok<StreamReleased>, NotFound>> Handle(
        Guid streamId, ScopedDb scoped, CancellationToken ct)
    {
        var released = await scoped.Context.Database.ExecuteSqlAsync(
            $"""
            update messaging.outbox set attempts = 0, parked_at = null, available_at = now()
            where stream_id = {streamId} and attempts > 0
            """, ct);
        if (released == 0)
        {
            return TypedResults.NotFound();
        }

        return TypedResults.Ok(new StreamReleased { StreamId = streamId, Released = released });
    }
}
