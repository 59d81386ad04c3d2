using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Messaging;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Projects.Consumers;

/// <summary>
/// Opens the project of a converted lead under the id that the conversion made. If the project exists already, nothing changes.
/// </summary>
internal sealed class LeadConvertedConsumer(ProjectsDb db, PeopleCodes codes, TimeProvider clock) : IConsume<LeadConverted>
{
    public async Task ConsumeAsync(LeadConverted happened, Delivery delivery, CancellationToken ct)
    {
        await db.OneAtATimeAsync(happened.ProjectId, ct);
        if (await db.Projects.AnyAsync(p => p.Id == happened.ProjectId, ct))
        {
            return;
        }

        var now = clock.GetUtcNow();
        // A later event of the lead may have arrived first.
        var later = await db.FollowedLeads.SingleOrDefaultAsync(
            f => f.LeadId == happened.Lead.LeadId && f.Version > delivery.Version, ct);
        var lead = new ConvertedLead
        {
            LeadId = happened.Lead.LeadId,
            InvestorId = later?.InvestorId ?? happened.Lead.InvestorId,
            InvestorName = later?.InvestorName ?? happened.Lead.InvestorName,
            OwnerId = happened.Lead.OwnerId,
            UnitId = happened.Lead.UnitId,
            ChainCode = happened.Lead.ChainCode,
            NodeCode = happened.Lead.NodeCode,
            Confidentiality = (later?.Confidentiality ?? happened.Lead.WhoReads()).ReadBy(happened.Lead.OwnerId),
            SharedWith = happened.Lead.SharedWith,
        };
        var on = later?.ConvertedOn ?? happened.OccurredOn;
        var project = Project.Open(
            happened.ProjectId, await codes.NextAsync("P", ct), happened.ProjectName, lead, on, delivery.ActorId, now);
        db.Add(project);
        db.Publish(project, new ProjectOpened { Project = project.State(), OccurredOn = on });
        // Saved first: tenancies that arrived before this event make a version of their own.
        await db.SaveChangesAsync(ct);
        await db.MoveInAsync(project, delivery.ActorId, now, ct);
    }
}
