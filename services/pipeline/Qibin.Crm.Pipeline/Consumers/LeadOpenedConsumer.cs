using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class LeadOpenedConsumer(PipelineDb db) : IConsume<LeadOpened>
{
    public Task ConsumeAsync(LeadOpened happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery)
            .Lead(happened.Lead, happened, happened.Lead.FirstContactOn)
            .Reached(happened.Lead.LeadId, MilestoneKind.FirstContact, happened.Lead.FirstContactOn)
            .Gathered();
}
