using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Investors;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Removals;

/// <summary>Restores what was removed, at a version above the one that it had.</summary>
internal static class RestoreItem
{
    public static async Task<Results<Created<Receipt>, NotFound>> Handle(
        Guid itemId, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var actor = caller.Actor(clock);
        var mine = db.BinEditableBy(caller, actor.At);
        var found = await mine.AsNoTracking().SingleOrDefaultAsync(i => i.Id == itemId, ct);
        if (found is { Kind: BinKind.Lead })
        {
            await OneAtATimeAsync(db, found.InvestorId, ct);
        }

        // What it belongs to first, as when it was removed.
        var investor = found is { Kind: BinKind.Lead or BinKind.Person } ? await db.Investors.ForUpdate(found.InvestorId, ct) : null;
        var lead = found is { Kind: BinKind.Contact or BinKind.NextStep } ? await db.Leads.ForUpdate(found.LeadId!.Value, ct) : null;
        if (found is null || await mine.ForUpdate(itemId, ct) is not { } item)
        {
            return TypedResults.NotFound();
        }

        if (item.InvestorId != found.InvestorId)
        {
            // Another restoration of the same investor came in between.
            throw Refusal.Busy();
        }

        await BinRows.PutBackAsync(db, item, ct);
        var (path, restored) = item.Kind switch
        {
            BinKind.Lead => await LeadAsync(db, caller, item, investor!, clock, actor, ct),
            BinKind.Contact => await ContactAsync(db, item, lead!, actor, ct),
            BinKind.NextStep => await NextStepAsync(db, item, lead!, actor, ct),
            _ => await PersonAsync(db, item, investor!, actor, ct),
        };
        db.Remove(item);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created(
            path, new Receipt { Id = restored.Id, Code = (restored as Lead)?.Code, Version = restored.Version });
    }

    /// <summary>Whoever enters the lead's investor at the same time comes before or after, so that one of both sees the other.</summary>
    private static async Task OneAtATimeAsync(LeadsDb db, Guid investorId, CancellationToken ct)
    {
        var investor = await db.Investors.AsNoTracking().SingleAsync(i => i.Id == investorId, ct);
        await Duplicates.OneAtATimeAsync(db, investor.Name, investor.Uscc, investor.ForeignRegistration, ct);
    }

    private static async Task<(string Path, Aggregate Restored)> LeadAsync(
        LeadsDb db, Caller caller, BinItem item, Investor investor, TimeProvider clock, Actor actor, CancellationToken ct)
    {
        var lead = await db.Leads.SingleAsync(l => l.Id == item.SubjectId, ct);
        // While all of its leads were in the bin, nobody who entered the investor was told that it is there.
        var anew = investor.MergedIntoId is null && !await db.Leads.AnyAsync(l => l.InvestorId == investor.Id && l.Id != lead.Id, ct)
            ? await Duplicates.EnteredAnewAsync(db, caller, investor, item.RemovedAt, clock, ct) : null;
        if (anew is { } id)
        {
            var into = await db.Investors.ForUpdate(id, ct);
            if (into is null or { MergedIntoId: not null })
            {
                // A merge or the reversal of an import came in between.
                throw Refusal.Busy();
            }

            await MergeInvestors.RejoinAsync(db, caller, lead, investor, into, clock, actor, ct);
        }
        else
        {
            lead.Restore(investor, actor);
        }

        (await db.PoolPlaces.SingleAsync(p => p.LeadId == lead.Id, ct)).Restart(actor.At);
        db.Publish(lead, new LeadRestored { Lead = lead.State() });
        return ($"/api/v1/leads/{lead.Id}", lead);
    }

    private static async Task<(string Path, Aggregate Restored)> ContactAsync(
        LeadsDb db, BinItem item, Lead lead, Actor actor, CancellationToken ct)
    {
        var contact = await db.Contacts.SingleAsync(c => c.Id == item.SubjectId, ct);
        contact.Restore();
        lead.ContactRestored(contact.OccurredOn, actor);
        lead.CollaborateWith([.. lead.Collaborators, .. contact.ParticipantIds], actor);
        db.Publish(lead, new ContactRestored
        {
            Lead = lead.State(),
            ContactId = contact.Id,
            Channel = JsonNamingPolicy.CamelCase.ConvertName(contact.Channel.ToString()),
            OccurredOn = contact.OccurredOn,
        });
        return ($"/api/v1/leads/{lead.Id}/contacts/{contact.Id}", contact);
    }

    private static async Task<(string Path, Aggregate Restored)> NextStepAsync(
        LeadsDb db, BinItem item, Lead lead, Actor actor, CancellationToken ct)
    {
        lead.RestoreNextStep(await db.NextSteps.SingleAsync(s => s.Id == item.SubjectId, ct), actor);
        db.Publish(lead, new NextStepPlanned { Lead = lead.State(), DueOn = lead.NextStepDueOn });
        return ($"/api/v1/leads/{lead.Id}", lead);
    }

    private static async Task<(string Path, Aggregate Restored)> PersonAsync(
        LeadsDb db, BinItem item, Investor investor, Actor actor, CancellationToken ct)
    {
        if (investor.MergedIntoId is not null)
        {
            throw new RuleViolation("bin.investorMerged");
        }

        var person = await db.People.SingleAsync(p => p.Id == item.SubjectId, ct);
        person.Restore(actor);
        return ($"/api/v1/investors/{investor.Id}/people/{person.Id}", person);
    }
}
