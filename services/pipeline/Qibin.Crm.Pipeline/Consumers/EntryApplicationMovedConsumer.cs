using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class EntryApplicationMovedConsumer(PipelineDb db) : IConsume<EntryApplicationMoved>
{
    public Task ConsumeAsync(EntryApplicationMoved happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery)
            .Fact(happened, happened.OccurredOn, project: happened.ProjectId, enterprise: happened.EnterpriseId)
            .Gathered();
}
