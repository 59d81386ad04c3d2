using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

/// <summary>Notes a transfer with its shares; the lead's own event tells of the change of hands.</summary>
internal sealed class TransferMovedConsumer(PipelineDb db) : IConsume<TransferMoved>
{
    public Task ConsumeAsync(TransferMoved happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery).Fact(happened, happened.OccurredOn, lead: happened.LeadId).Gathered();
}
