using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class ContactRecordedConsumer(PipelineDb db) : IConsume<ContactRecorded>
{
    public Task ConsumeAsync(ContactRecorded happened, Delivery delivery, CancellationToken ct)
    {
        var telling = new Telling(db, delivery).Lead(happened.Lead, happened, happened.OccurredOn);
        if (happened.OccurredOn == happened.Lead.FirstContactOn)
        {
            // A contact that was entered late may be the first one of all.
            telling.Reached(happened.Lead.LeadId, MilestoneKind.FirstContact, happened.OccurredOn);
        }

        return telling.Gathered();
    }
}
