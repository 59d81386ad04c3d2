using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class ProjectStatusChangedConsumer(PipelineDb db) : IConsume<ProjectStatusChanged>
{
    public Task ConsumeAsync(ProjectStatusChanged happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery).Project(happened.Project, happened, happened.OccurredOn).Gathered();
}
