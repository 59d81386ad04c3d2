using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class VisitsClashedConsumer(PipelineDb db) : IConsume<VisitsClashed>
{
    public Task ConsumeAsync(VisitsClashed happened, Delivery delivery, CancellationToken ct) =>
        // A fact of no journey: each unit reads its side of it in the leads service.
        new Telling(db, delivery).Fact(happened, happened.LaterOn).Gathered();
}
