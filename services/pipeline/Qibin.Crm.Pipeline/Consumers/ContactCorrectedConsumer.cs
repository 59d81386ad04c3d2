using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class ContactCorrectedConsumer(PipelineDb db) : IConsume<ContactCorrected>
{
    public Task ConsumeAsync(ContactCorrected happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery)
            .Lead(happened.Lead, happened, happened.OccurredOn)
            .FirstContactMoved(happened.Lead.FirstContactOn)
            .Reached(happened.Lead.LeadId, MilestoneKind.FirstContact, happened.Lead.FirstContactOn)
            .Gathered();
}
