using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

/// <summary>Notes what became of a lead's place in the pool. It stands with its last owner until it is assigned, and so do the totals.</summary>
internal sealed class PoolConsumer(PipelineDb db) : IConsume<PoolWarned>, IConsume<LeadPooled>, IConsume<LeadLeftPool>
{
    public Task ConsumeAsync(PoolWarned happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery).Fact(happened, null, lead: happened.LeadId).Gathered();

    public Task ConsumeAsync(LeadPooled happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery).Fact(happened, happened.OccurredOn, lead: happened.LeadId).Gathered();

    public Task ConsumeAsync(LeadLeftPool happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery).Fact(happened, happened.OccurredOn, lead: happened.LeadId).Gathered();
}
