using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class LeadConvertedConsumer(PipelineDb db) : IConsume<LeadConverted>
{
    public Task ConsumeAsync(LeadConverted happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery)
            .Lead(happened.Lead, happened, happened.OccurredOn)
            .Reached(happened.Lead.LeadId, MilestoneKind.Converted, happened.OccurredOn)
            .Gathered();
}
