using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Pipeline;
using Qibin.Crm.Leads.Claims;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Messaging.DirectoryCopy;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Consumers;

/// <summary>Keeps the rates, and measures the claims that waited for one of them.</summary>
internal sealed class ClaimRateConsumer(LeadsDb db, TimeProvider clock) : IConsume<RatesEntered>
{
    public async Task ConsumeAsync(RatesEntered happened, Delivery delivery, CancellationToken ct)
    {
        await db.KeepRatesAsync(happened, ct);
        var currencies = happened.Rates.Select(r => r.Currency).Distinct().ToArray();
        var waiting = await db.Claims.Where(c => c.CurrencyWithoutRate != null && currencies.Contains(c.CurrencyWithoutRate))
            .OrderBy(c => c.LeadId).Select(c => c.LeadId).Distinct().ToListAsync(ct);
        foreach (var leadId in waiting)
        {
            var lead = await db.Leads.ForUpdate(leadId, ct);
            await MoveClaim.FollowAsync(db, lead!, new Actor(delivery.ActorId, clock.GetUtcNow()), ct);
        }
    }
}
