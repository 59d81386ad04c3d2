using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Projects.Stages;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Projects.Consumers;

/// <summary>
/// Lets the project follow its lead: the investor, which may be renamed, merged or separated again, who reads the journey, and who
/// has the lead. The date of the conversion is the lead's.
/// </summary>
internal sealed class LeadConsumer(ProjectsDb db, TimeProvider clock) :
    IConsume<LeadAmended>, IConsume<LeadAssigned>, IConsume<LeadStageDateCorrected>
{
    public Task ConsumeAsync(LeadAmended happened, Delivery delivery, CancellationToken ct) =>
        FollowAsync(happened.Lead, null, delivery, ct);

    public Task ConsumeAsync(LeadAssigned happened, Delivery delivery, CancellationToken ct) =>
        FollowAsync(happened.Lead, happened.WithProject == false ? null : happened.PreviousOwnerId, delivery, ct);

    public Task ConsumeAsync(LeadStageDateCorrected happened, Delivery delivery, CancellationToken ct) =>
        FollowAsync(happened.Lead, null, delivery, ct);

    // The previous owner is given when the project goes along.
    private async Task FollowAsync(LeadState lead, Guid? previousOwner, Delivery delivery, CancellationToken ct)
    {
        if (lead.ProjectId is not { } projectId)
        {
            return;
        }

        DateOnly? convertedOn = lead.Stage == LeadStage.Converted ? lead.StageOn : null;
        await db.OneAtATimeAsync(projectId, ct);
        var newer = await db.Database.ExecuteSqlAsync(
            $"""
            insert into followed_lead
                (lead_id, investor_id, investor_name, confidential, readers, confidentiality_revision, converted_on, version)
            values ({lead.LeadId}, {lead.InvestorId}, {lead.InvestorName}, {lead.Confidential}, {lead.Readers},
                {lead.ConfidentialityRevision}, {convertedOn}, {delivery.Version})
            on conflict (lead_id) do update set investor_id = excluded.investor_id, investor_name = excluded.investor_name,
                confidential = excluded.confidential, readers = excluded.readers,
                confidentiality_revision = excluded.confidentiality_revision, converted_on = excluded.converted_on,
                version = excluded.version
            where followed_lead.version < excluded.version
            """, ct);
        if (newer == 0 || await db.Projects.ForUpdate(projectId, ct) is not { } project)
        {
            return;
        }

        var now = clock.GetUtcNow();
        if (convertedOn is { } on && project.FollowConversion(on, delivery.ActorId, now) is { } previous)
        {
            db.PublishDate(project, ProjectStage.Negotiating, Project.OpeningVersion, previous, null);
            // A version of its own: what else changes holds from another day on.
            await db.SaveChangesAsync(ct);
        }

        if (project.Follow(lead.InvestorId, lead.InvestorName, lead.WhoReads(), now)
            | (previousOwner is { } from && project.HandOver(from, lead.OwnerId, lead.UnitId, now)))
        {
            db.Publish(project, new ProjectAmended { Project = project.State() });
        }
    }
}
