using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class LeadReopenedConsumer(PipelineDb db) : IConsume<LeadReopened>
{
    public Task ConsumeAsync(LeadReopened happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery).Lead(happened.Lead, happened, happened.OccurredOn).Gathered();
}
