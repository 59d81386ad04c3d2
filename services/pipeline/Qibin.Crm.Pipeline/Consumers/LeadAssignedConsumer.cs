using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class LeadAssignedConsumer(PipelineDb db) : IConsume<LeadAssigned>
{
    public Task ConsumeAsync(LeadAssigned happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery).Lead(happened.Lead, happened, happened.OccurredOn).Gathered();
}
