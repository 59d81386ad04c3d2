using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class LeadAmendedConsumer(PipelineDb db) : IConsume<LeadAmended>
{
    public Task ConsumeAsync(LeadAmended happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery).Lead(happened.Lead, happened).Gathered();
}
