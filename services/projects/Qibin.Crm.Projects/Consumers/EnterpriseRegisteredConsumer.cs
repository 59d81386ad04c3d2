using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Messaging;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Projects.Consumers;

/// <summary>
/// Links the enterprise that was made for a registered project. It is caused by the project's own registration, so the project is
/// there; an answer to a registration that was taken back meanwhile carries another code and changes nothing.
/// </summary>
internal sealed class EnterpriseRegisteredConsumer(ProjectsDb db, TimeProvider clock) : IConsume<EnterpriseRegistered>
{
    public async Task ConsumeAsync(EnterpriseRegistered happened, Delivery delivery, CancellationToken ct)
    {
        var project = await db.Projects.ForUpdate(happened.ProjectId, ct);
        if (project is not null && project.LinkEnterprise(happened.Enterprise.EnterpriseId, happened.Enterprise.Uscc, clock.GetUtcNow()))
        {
            db.Publish(project, new ProjectAmended { Project = project.State() });
        }
    }
}
