using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class LeadAssessedConsumer(PipelineDb db) : IConsume<LeadAssessed>
{
    public Task ConsumeAsync(LeadAssessed happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery).Lead(happened.Lead, happened, happened.OccurredOn).Gathered();
}
