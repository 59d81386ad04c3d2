using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class ClaimMovedConsumer(PipelineDb db) : IConsume<ClaimMoved>
{
    public Task ConsumeAsync(ClaimMoved happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery).Fact(happened, null, lead: happened.LeadId).Gathered();
}
