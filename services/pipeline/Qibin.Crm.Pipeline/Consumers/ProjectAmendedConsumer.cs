using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class ProjectAmendedConsumer(PipelineDb db) : IConsume<ProjectAmended>
{
    public Task ConsumeAsync(ProjectAmended happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery).Project(happened.Project, happened).Gathered();
}
