using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Claims;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Json;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Investors;

/// <summary>What may be changed of an investor, as a JSON merge patch.</summary>
public sealed record InvestorPatch : MergePatch
{
    [Line(200)]
    public string? Name { get; init => field = Kept(value); }

    /// <summary>Unified social credit code; one that another investor has answers 409.</summary>
    [Uscc]
    public string? Uscc { get; init => field = Given(value); }

    /// <summary>
    /// Registration outside of the mainland, for an investor without a unified social credit code; one that another investor has answers
    /// 409. Country and number are given together.
    /// </summary>
    public ForeignRegistrationRequest? ForeignRegistration { get; init => field = Given(value); }

    /// <summary>Division code GB/T 2260.</summary>
    [DivisionCode]
    public string? SourceRegion { get; init => field = Given(value); }

    /// <summary>Takes a name that another investor has all the same.</summary>
    public DuplicateOverride? DuplicateOverride { get; init => field = Given(value); }
}

/// <summary>Corrects or adds facts of an investor; a new name goes onto all its leads.</summary>
internal static class AmendInvestor
{
    internal static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid investorId, InvestorPatch patch, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        await Duplicates.OneAtATimeAsync(db, patch.Name, patch.Uscc, patch.ForeignRegistration?.Read(), ct);
        var investor = await db.InvestorsEditableBy(caller).ForUpdate(investorId, ct);
        if (investor is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(investor);
        var actor = caller.Actor(clock);
        var (name, compared, keys) = (investor.Name, investor.ComparedName, investor.Keys);
        investor.Amend(
            patch.Over(investor.Name, patch.Name)!, patch.Over(investor.Uscc, patch.Uscc),
            patch.Over(investor.ForeignRegistration, patch.ForeignRegistration?.Read(), nameof(patch.ForeignRegistration)),
            patch.Over(investor.SourceRegion, patch.SourceRegion), actor);
        if (investor.ComparedName == compared)
        {
            await Duplicates.RefuseCodesAsync(db, caller, investor, ct);
        }
        else
        {
            await Duplicates.RefuseAsync(db, caller, investor, patch.DuplicateOverride, clock, ct);
        }

        if (investor.Name != name)
        {
            // In the order of their ids, so that two renames never wait for each other in a ring.
            var leads = await db.Leads.FromSql($"select * from lead where investor_id = {investorId} order by id for update")
                .ToListAsync(ct);
            foreach (var lead in leads)
            {
                lead.RenameInvestor(investor, actor);
                db.Publish(lead, new LeadAmended { Lead = lead.State() });
            }
        }

        if (!investor.Keys.SequenceEqual(keys))
        {
            await Protections.FollowRenameAsync(db, caller, investor, actor, ct);
        }

        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = investor.Id, Version = investor.Version });
    }
}
