using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Pool;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Removals;

/// <summary>Removes a lead with all that was logged on it, and the people whom nobody met on another lead.</summary>
internal static class RemoveLead
{
    public static async Task<Results<Ok<RemovalReceipt>, NotFound>> Handle(
        Guid leadId, RemovalRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock,
        IOptions<BinSettings> settings, CancellationToken ct)
    {
        var mine = db.Leads.EditableBy(caller).Where(l => l.Id == leadId);
        var investorId = await mine.Select(l => (Guid?)l.InvestorId).SingleOrDefaultAsync(ct);
        // In the order in which others lock them: of two leads that are removed at once only one is the investor's last.
        var place = investorId is null ? null : await PoolOperations.PlaceAsync(db, leadId, ct);
        var investor = investorId is { } id ? await db.Investors.ForUpdate(id, ct) : null;
        if (investor is null || place is null || await mine.ForUpdate(leadId, ct) is not { } lead)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(lead);
        if (lead.InvestorId != investor.Id)
        {
            // A merge came in between.
            throw Refusal.Busy();
        }

        var removal = request.Removal(caller, clock, settings);
        lead.Remove(
            await db.Claims.AnyAsync(c => c.LeadId == leadId, ct) || await db.Disputes.AnyAsync(d => d.LeadId == leadId, ct),
            await db.Transfers.Where(t => t.LeadId == leadId).Select(t => t.State).Distinct().ToListAsync(ct),
            place.Holds(lead), removal.Actor);
        db.Publish(lead, new LeadRemoved { Lead = lead.State() });
        return await db.RemoveAsync(BinItem.Of(clock.NewId(), lead, removal), ct);
    }
}
