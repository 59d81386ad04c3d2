using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class EnterpriseLeftConsumer(PipelineDb db) : IConsume<EnterpriseLeft>
{
    public Task ConsumeAsync(EnterpriseLeft happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery)
            .Fact(happened, happened.OccurredOn, project: happened.ProjectId, enterprise: happened.Enterprise.EnterpriseId)
            .Enterprise(happened.Enterprise)
            .Gathered();
}
