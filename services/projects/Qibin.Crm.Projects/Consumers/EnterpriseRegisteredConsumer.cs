using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Messaging;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Projects.Consumers;

/// <summary>
/// Links the enterprise that was made for a registered project. The project's own registration causes this event, so the project exists.
/// If the project stepped back meanwhile, its code differs and nothing changes.
/// </summary>
internal sealed class EnterpriseRegisteredConsumer(ProjectsDb db, TimeProvider clock) : IConsume<EnterpriseRegistered>
{
    public async Task ConsumeAsync(EnterpriseRegistered happened, Delivery delivery, CancellationToken ct)
    {
        var project = await db.Projects.ForUpdate(happened.ProjectId, ct);
        if (project is not null && happened.Enterprise.Uscc is { } uscc
            && project.LinkEnterprise(happened.Enterprise.EnterpriseId, uscc, clock.GetUtcNow()))
        {
            db.Publish(project, new ProjectAmended { Project = project.State() });
        }
    }
}
