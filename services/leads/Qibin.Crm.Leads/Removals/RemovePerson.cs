using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Removals;

/// <summary>Removes a person whom no contact names: contacts keep with whom they were.</summary>
internal static class RemovePerson
{
    public static async Task<Results<Ok<RemovalReceipt>, NotFound>> Handle(
        Guid investorId, Guid personId, RemovalRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock,
        IOptions<BinSettings> settings, CancellationToken ct)
    {
        // The investor first: it is not merged meanwhile, and of its last two people only one goes.
        var investor = await db.InvestorsEditableBy(caller).ForUpdate(investorId, ct);
        var mine = db.Leads.EditableBy(caller);
        var person = investor is null ? null
            : await db.People.Where(p => p.InvestorId == investorId && mine.Any(l => p.LeadIds.Contains(l.Id))).ForUpdate(personId, ct);
        if (person is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(person);
        // A contact in the bin that names the person would come back without it.
        if (await db.Contacts.AnyAsync(c => c.PersonId == personId, ct) || await BinRows.NameAsync(db, personId, ct))
        {
            throw new RuleViolation("person.met");
        }

        if (!await db.People.AnyAsync(p => p.InvestorId == investorId && p.Id != personId, ct))
        {
            throw new RuleViolation("person.last");
        }

        return await db.RemoveAsync(BinItem.Of(clock.NewId(), person, request.Removal(caller, clock, settings)), ct);
    }
}
