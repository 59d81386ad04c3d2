using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Messaging;

namespace Qibin.Crm.Pipeline;

internal sealed class ContactRecordedConsumer(PipelineDb db) : IConsume<ContactRecorded>
{
    public Task ConsumeAsync(ContactRecorded happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery).Lead(happened.Lead, happened, happened.OccurredOn).ApplyAsync(ct);
}
