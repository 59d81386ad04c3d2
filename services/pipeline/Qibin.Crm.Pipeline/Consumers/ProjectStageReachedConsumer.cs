using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class ProjectStageReachedConsumer(PipelineDb db) : IConsume<ProjectStageReached>
{
    public Task ConsumeAsync(ProjectStageReached happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery)
            .Project(happened.Project, happened, happened.OccurredOn)
            .Reached(happened.Project.LeadId, happened.To, happened.OccurredOn)
            .Gathered();
}
