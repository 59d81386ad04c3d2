using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Messaging;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Consumers;

/// <summary>Notes on the lead that its investor's enterprise is in the city.</summary>
internal sealed class EnterpriseMovedInConsumer(LeadsDb db, TimeProvider clock) : IConsume<EnterpriseMovedIn>
{
    public async Task ConsumeAsync(EnterpriseMovedIn happened, Delivery delivery, CancellationToken ct)
    {
        if (happened.LeadId is { } id
            && await db.Leads.ForUpdate(id, ct) is { } lead
            && lead.MovedIn(happened.OccurredOn, new Actor(delivery.ActorId, clock.GetUtcNow())))
        {
            db.Publish(lead, new LeadAmended { Lead = lead.State() });
        }
    }
}
