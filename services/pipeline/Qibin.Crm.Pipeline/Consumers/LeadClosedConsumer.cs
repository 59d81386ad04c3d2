using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class LeadClosedConsumer(PipelineDb db) : IConsume<LeadClosed>
{
    public Task ConsumeAsync(LeadClosed happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery).Lead(happened.Lead, happened, happened.OccurredOn).Gathered();
}
