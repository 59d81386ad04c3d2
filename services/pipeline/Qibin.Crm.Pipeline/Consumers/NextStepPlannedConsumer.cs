using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class NextStepPlannedConsumer(PipelineDb db) : IConsume<NextStepPlanned>
{
    public Task ConsumeAsync(NextStepPlanned happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery).Lead(happened.Lead, happened).Gathered();
}
