using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Messaging;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Consumers;

/// <summary>
/// Somebody left or lost an approving role: each confidential lead that has no other reader to decide about it gets the nearest head as
/// one,
/// and its project follows.
/// </summary>
internal sealed class ReaderLeftConsumer(LeadsDb db, TimeProvider clock) : IConsume<OfficerPlaced>
{
    public async Task ConsumeAsync(OfficerPlaced happened, Delivery delivery, CancellationToken ct)
    {
        var officer = happened.OfficerId;
        if (happened.Active && happened.Roles.Any(Roles.Approving.Contains))
        {
            return;
        }

        var leads = await db.Leads.Where(l => l.Confidential && l.Readers.Contains(officer)).OrderBy(l => l.Id).Select(l => l.Id)
            .ToListAsync(ct);
        foreach (var id in leads)
        {
            var lead = (await db.Leads.ForUpdate(id, ct))!;
            foreach (var reader in (await db.WithApproverAsync(lead.Readers, lead.UnitId, ct, except: officer)).Except(lead.Readers))
            {
                lead.Admit(reader, new Actor(delivery.ActorId, clock.GetUtcNow()));
                db.Publish(lead, new LeadAmended { Lead = lead.State() });
            }
        }
    }
}
