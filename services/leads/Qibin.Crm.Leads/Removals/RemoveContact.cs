using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Contacts;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Removals;

/// <summary>Removes a contact; the lead's first and last contact follow, and who took part in no other one no longer reads it.</summary>
internal static class RemoveContact
{
    public static async Task<Results<Ok<RemovalReceipt>, NotFound>> Handle(
        Guid leadId, Guid contactId, RemovalRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock,
        IOptions<BinSettings> settings, CancellationToken ct)
    {
        var lead = await db.Leads.EditableBy(caller).ForUpdate(leadId, ct);
        var contact = lead is null ? null : await db.Contacts.Where(c => c.LeadId == leadId).ForUpdate(contactId, ct);
        if (lead is null || contact is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(contact);
        var removal = request.Removal(caller, clock, settings);
        contact.RefuseOthers(caller.Is(LeadsService.Assigners), removal.Actor);
        if (await db.Claims.AnyAsync(c => c.ContactId == contactId, ct) || await db.Disputes.AnyAsync(d => d.ContactId == contactId, ct))
        {
            throw new RuleViolation("contact.evidence");
        }

        lead.ContactRemoved(
            await CorrectContact.OtherDaysAsync(db, leadId, contactId, ct), await CorrectContact.MovedOnAsync(db, leadId, ct),
            removal.Actor);
        await CorrectContact.CollaborateAsync(db, lead, contactId, contact.ParticipantIds, [], removal.Actor, ct);
        db.Publish(lead, new ContactRemoved
        {
            Lead = lead.State(),
            ContactId = contactId,
            Channel = JsonNamingPolicy.CamelCase.ConvertName(contact.Channel.ToString()),
            OccurredOn = contact.OccurredOn,
        });
        return await db.RemoveAsync(BinItem.Of(clock.NewId(), lead, contact, removal), ct);
    }
}
