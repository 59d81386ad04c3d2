using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class FundsPaidInConsumer(PipelineDb db) : IConsume<FundsPaidIn>
{
    public Task ConsumeAsync(FundsPaidIn happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery).Project(happened.Project, happened, happened.OccurredOn).Gathered();
}
