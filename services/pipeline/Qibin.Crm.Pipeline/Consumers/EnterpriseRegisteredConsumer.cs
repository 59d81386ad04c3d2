using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class EnterpriseRegisteredConsumer(PipelineDb db) : IConsume<EnterpriseRegistered>
{
    public Task ConsumeAsync(EnterpriseRegistered happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery)
            .Fact(happened, happened.OccurredOn, happened.LeadId, happened.ProjectId, happened.Enterprise.EnterpriseId)
            .Enterprise(happened.Enterprise)
            .Gathered();
}
