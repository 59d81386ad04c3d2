using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class InvestmentCompletedConsumer(PipelineDb db) : IConsume<InvestmentCompleted>
{
    public Task ConsumeAsync(InvestmentCompleted happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery).Project(happened.Project, happened, happened.OccurredOn).Gathered();
}
