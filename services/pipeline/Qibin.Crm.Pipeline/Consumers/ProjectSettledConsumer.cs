using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class ProjectSettledConsumer(PipelineDb db) : IConsume<ProjectSettled>
{
    public Task ConsumeAsync(ProjectSettled happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery)
            .Project(happened.Project, happened, happened.OccurredOn)
            .Reached(happened.Project.LeadId, MilestoneKind.Settled, happened.OccurredOn)
            .Gathered();
}
