using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class ProjectMovedInConsumer(PipelineDb db) : IConsume<ProjectMovedIn>
{
    public Task ConsumeAsync(ProjectMovedIn happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery)
            .Project(happened.Project, happened, happened.OccurredOn)
            .Reached(happened.Project.LeadId, MilestoneKind.MovedIn, happened.OccurredOn)
            .Gathered();
}
