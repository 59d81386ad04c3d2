using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Messaging;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Consumers;

/// <summary>Stores the stage of each converted lead's project, to show it with the lead, and lets the same people read both.</summary>
internal sealed class ProjectConsumer(LeadsDb db, TimeProvider clock) :
    IConsume<ProjectOpened>, IConsume<ProjectStageReached>, IConsume<ProjectSteppedBack>, IConsume<ProjectStatusChanged>,
    IConsume<ProjectStageDateCorrected>, IConsume<ProjectAmended>
{
    public Task ConsumeAsync(ProjectOpened happened, Delivery delivery, CancellationToken ct) => KeepAsync(happened.Project, delivery, ct);

    public Task ConsumeAsync(ProjectStageReached happened, Delivery delivery, CancellationToken ct) =>
        KeepAsync(happened.Project, delivery, ct);

    public Task ConsumeAsync(ProjectSteppedBack happened, Delivery delivery, CancellationToken ct) =>
        KeepAsync(happened.Project, delivery, ct);

    public Task ConsumeAsync(ProjectStatusChanged happened, Delivery delivery, CancellationToken ct) =>
        KeepAsync(happened.Project, delivery, ct);

    public Task ConsumeAsync(ProjectStageDateCorrected happened, Delivery delivery, CancellationToken ct) =>
        KeepAsync(happened.Project, delivery, ct);

    public async Task ConsumeAsync(ProjectAmended happened, Delivery delivery, CancellationToken ct)
    {
        if (await db.Leads.ForUpdate(happened.Project.LeadId, ct) is { } lead
            && lead.Follow(happened.Project.WhoReads(), new Actor(delivery.ActorId, clock.GetUtcNow())))
        {
            db.Publish(lead, new LeadAmended { Lead = lead.State() });
        }
    }

    private Task<int> KeepAsync(ProjectState project, Delivery delivery, CancellationToken ct) => db.Database.ExecuteSqlAsync(
        $"""
        insert into followed_project (project_id, code, stage, stage_on, status, signed_on, version)
        values ({project.ProjectId}, {project.Code}, {(int)project.Stage}, {project.StageOn}, {(int)project.Status}, {project.SignedOn},
            {delivery.Version})
        on conflict (project_id) do update set stage = excluded.stage, stage_on = excluded.stage_on, status = excluded.status,
            signed_on = excluded.signed_on, version = excluded.version where followed_project.version < excluded.version
        """, ct);
}
