using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Messaging;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Projects.Consumers;

/// <summary>Applies the events of tenancies to their project, in any order and any number of times.</summary>
internal static class Tenancies
{
    /// <summary>
    /// Lets the consumers of one project's events run one after the other even before its row exists; a lock on the row comes
    /// too late for that.
    /// </summary>
    public static Task OneAtATimeAsync(this ProjectsDb db, Guid projectId, CancellationToken ct) =>
        db.LockProjectEventsAsync(projectId, ct);

    public static async Task NoteTenancyAsync(
        this ProjectsDb db, Guid tenancyId, Guid projectId, Guid enterpriseId, Action<Tenancy> note, Guid actor, DateTimeOffset now,
        CancellationToken ct)
    {
        await db.OneAtATimeAsync(projectId, ct);
        var tenancy = await db.Tenancies.FindAsync([tenancyId], ct);
        if (tenancy is null)
        {
            tenancy = new Tenancy { TenancyId = tenancyId, ProjectId = projectId, EnterpriseId = enterpriseId };
            db.Add(tenancy);
        }

        note(tenancy);
        await db.SaveChangesAsync(ct);
        if (await db.Projects.ForUpdate(projectId, ct) is { } project)
        {
            await db.MoveInAsync(project, actor, now, ct);
        }
    }

    /// <summary>Derives the project's days from its tenancies and publishes a change.</summary>
    public static async Task MoveInAsync(this ProjectsDb db, Project project, Guid actor, DateTimeOffset now, CancellationToken ct)
    {
        var (movedIn, any) = project.MoveIn(await db.Tenancies.Where(t => t.ProjectId == project.Id).ToListAsync(ct), actor, now);
        if (movedIn)
        {
            db.Publish(project, new ProjectMovedIn
            {
                Project = project.State(),
                EnterpriseId = project.EnterpriseId!.Value,
                OccurredOn = project.MovedInOn!.Value,
            });
        }
        else if (any)
        {
            db.Publish(project, new ProjectAmended { Project = project.State() });
        }
    }
}
