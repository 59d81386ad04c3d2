using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Parked;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Messaging.Operations;

/// <summary>Gives a parked message up, with a reason. A later copy of it has no effect either.</summary>
public static class DiscardParkedMessage
{
    /// <summary>Why.</summary>
    public sealed record Request
    {
        /// <summary>Kept in the audit log.</summary>
        [Needed, TextLength(500, minimum: 2)]
        public string Reason { get; init; } = "";
    }

    internal static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid messageId, Request request, IfMatch ifMatch, ScopedDb scoped, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var message = await scoped.Context.Set<ParkedMessage>().ForUpdate(messageId, ct);
        if (message is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(message);
        message.Discard(caller.Id, clock.GetUtcNow());
        if (message is { Consumer: { } consumer, MessageId: { } sent })
        {
            await scoped.Context.Database.ExecuteSqlAsync(
                $"insert into messaging.inbox (consumer, message_id) values ({consumer}, {sent}) on conflict do nothing", ct);
        }

        await scoped.Context.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = messageId, Version = message.Version });
    }
}
