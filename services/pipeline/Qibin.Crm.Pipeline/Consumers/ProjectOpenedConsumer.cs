using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class ProjectOpenedConsumer(PipelineDb db) : IConsume<ProjectOpened>
{
    public Task ConsumeAsync(ProjectOpened happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery).Project(happened.Project, happened, happened.OccurredOn).Gathered();
}
