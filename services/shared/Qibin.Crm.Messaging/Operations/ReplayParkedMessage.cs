using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Messaging.EventLog;
using Qibin.Crm.Messaging.Parked;
using Qibin.Crm.Messaging.Transport;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Messaging.Operations;

/// <summary>
/// Processes a parked message after all, with the id it had: a consumer that has processed it in the meantime does not do so again.
/// </summary>
public static class ReplayParkedMessage
{
    internal static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid messageId, IfMatch ifMatch, ScopedDb scoped, Inbox inbox, EventTypes events, Caller caller, TimeProvider clock,
        CancellationToken ct)
    {
        var message = await scoped.Context.Set<ParkedMessage>().ForUpdate(messageId, ct);
        if (message is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(message);
        message.MustBeParked();
        await ProcessAsync(message, inbox, events);
        message.Replay(caller.Id, clock.GetUtcNow());
        await scoped.Context.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = messageId, Version = message.Version });
    }

    /// <summary>
    /// Each consumer commits on its own, before the message is marked: should that fail, the next replay finds them done.
    /// </summary>
    private static async Task ProcessAsync(ParkedMessage message, Inbox inbox, EventTypes events)
    {
        var headers = JsonSerializer.Deserialize<Dictionary<string, string>>(message.Headers)!;
        try
        {
            var (delivery, happened) = Envelope.Open(events, message.MessageId?.ToString(), message.Type, headers, message.Body);
            var consumers = inbox.Subscriptions
                .Where(s => s.Event == happened.GetType() && (message.Consumer is null || s.Consumer.Name == message.Consumer)).ToList();
            if (consumers.Count == 0)
            {
                throw new RuleViolation("parked.nobodyConsumes");
            }

            foreach (var subscription in consumers)
            {
                await inbox.ProcessAsync(subscription, happened, delivery, CancellationToken.None);
            }
        }
        catch (UnreadableMessageException e)
        {
            throw new RuleViolation("parked.unreadable", e.Message);
        }
        catch (Exception e) when (e is not RuleViolation { Code: "parked.nobodyConsumes" } && DatabaseFaults.Of(e) == DatabaseFault.None)
        {
            throw new RuleViolation("parked.failedAgain", e.Message);
        }
    }
}
