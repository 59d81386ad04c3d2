using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

internal sealed class ProjectSteppedBackConsumer(PipelineDb db) : IConsume<ProjectSteppedBack>
{
    public Task ConsumeAsync(ProjectSteppedBack happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery)
            .Project(happened.Project, happened, happened.OccurredOn, backTo: happened.To)
            .SteppedBack(happened.To, happened.OccurredOn)
            .Gathered();
}
