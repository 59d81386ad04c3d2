using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class EnterpriseMovedInConsumer(PipelineDb db) : IConsume<EnterpriseMovedIn>
{
    public Task ConsumeAsync(EnterpriseMovedIn happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery)
            .Fact(happened, happened.OccurredOn, happened.LeadId, happened.ProjectId, happened.Enterprise.EnterpriseId)
            .Enterprise(happened.Enterprise)
            .Gathered();
}
