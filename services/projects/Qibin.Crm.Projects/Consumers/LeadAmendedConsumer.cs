using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Messaging;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Projects.Consumers;

/// <summary>Lets the project follow its lead's investor, which may be renamed, merged or separated again.</summary>
internal sealed class LeadAmendedConsumer(ProjectsDb db, TimeProvider clock) : IConsume<LeadAmended>
{
    public async Task ConsumeAsync(LeadAmended happened, Delivery delivery, CancellationToken ct)
    {
        if (happened.Lead is not { ProjectId: { } projectId } lead)
        {
            return;
        }

        await db.OneAtATimeAsync(projectId, ct);
        var newer = await db.Database.ExecuteSqlAsync(
            $"""
            insert into followed_investor (lead_id, investor_id, investor_name, version)
            values ({lead.LeadId}, {lead.InvestorId}, {lead.InvestorName}, {delivery.Version})
            on conflict (lead_id) do update set investor_id = excluded.investor_id, investor_name = excluded.investor_name, version =
                excluded.version
            where followed_investor.version < excluded.version
            """, ct);
        if (newer > 0 && await db.Projects.ForUpdate(projectId, ct) is { } project
            && project.Follow(lead.InvestorId, lead.InvestorName, clock.GetUtcNow()))
        {
            db.Publish(project, new ProjectAmended { Project = project.State() });
        }
    }
}
