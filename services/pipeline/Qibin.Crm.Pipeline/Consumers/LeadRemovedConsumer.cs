using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

/// <summary>A lead that an import had opened is no more: its journey leaves the totals, in whatever order its events are told.</summary>
internal sealed class LeadRemovedConsumer(PipelineDb db) : IConsume<LeadRemoved>
{
    public Task ConsumeAsync(LeadRemoved happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery).Lead(happened.Lead, happened).Gathered();
}
