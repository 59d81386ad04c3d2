using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Leads.Consumers;

/// <summary>Stores the stage of each converted lead's project, to show it with the lead.</summary>
internal sealed class ProjectConsumer(LeadsDb db) :
    IConsume<ProjectOpened>, IConsume<ProjectStageReached>, IConsume<ProjectSteppedBack>, IConsume<ProjectStatusChanged>
{
    public Task ConsumeAsync(ProjectOpened happened, Delivery delivery, CancellationToken ct) => KeepAsync(happened.Project, delivery, ct);

    public Task ConsumeAsync(ProjectStageReached happened, Delivery delivery, CancellationToken ct) =>
        KeepAsync(happened.Project, delivery, ct);

    public Task ConsumeAsync(ProjectSteppedBack happened, Delivery delivery, CancellationToken ct) =>
        KeepAsync(happened.Project, delivery, ct);

    public Task ConsumeAsync(ProjectStatusChanged happened, Delivery delivery, CancellationToken ct) =>
        KeepAsync(happened.Project, delivery, ct);

    private Task<int> KeepAsync(ProjectState project, Delivery delivery, CancellationToken ct) => db.Database.ExecuteSqlAsync(
        $"""
        insert into followed_project (project_id, code, stage, stage_on, status, version)
        values ({project.ProjectId}, {project.Code}, {(int)project.Stage}, {project.StageOn}, {(int)project.Status}, {delivery.Version})
        on conflict (project_id) do update set stage = excluded.stage, stage_on = excluded.stage_on, status = excluded.status,
            version = excluded.version where followed_project.version < excluded.version
        """, ct);
}
