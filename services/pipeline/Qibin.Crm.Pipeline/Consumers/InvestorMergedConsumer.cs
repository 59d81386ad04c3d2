using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class InvestorMergedConsumer(PipelineDb db) : IConsume<InvestorMerged>
{
    // The journeys follow their leads, which tell of their investor themselves.
    public Task ConsumeAsync(InvestorMerged happened, Delivery delivery, CancellationToken ct) => new Telling(db, delivery).Fact(happened, null).Gathered();
}
