using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Json;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Register;

/// <summary>What may be changed of a lead, as a JSON merge patch.</summary>
public sealed record LeadPatch : MergePatch
{
    [Line(200)]
    public string? Title { get; init => field = Given(value); }

    [TextLength(4000)]
    public string? Summary { get; init => field = Given(value); }

    /// <summary>Node of an industry chain.</summary>
    [ChainNodeCode]
    public string? NodeCode { get; init => field = Given(value); }

    [PositiveMoney]
    public Money? EstimatedInvestment { get; init => field = Given(value); }

    /// <summary>Division code GB/T 2260 of where the investor comes from.</summary>
    [DivisionCode]
    public string? SourceRegion { get; init => field = Given(value); }

    /// <summary>
    /// Decided by a unit head or coordinator, also about its project. The lead's owner proposes it: the lead is confidential at once, and
    /// one
    /// of them confirms it by setting it as well; until then the owner may take it back.
    /// </summary>
    public bool? Confidential { get; init => field = Kept(value); }

    /// <summary>
    /// Readers of a confidential lead, in place of the present ones; its owner and whoever sets them always read. Where none of them is an
    /// active unit head, coordinator or leader, the nearest head is added.
    /// </summary>
    [Items(0, 50)]
    public IReadOnlyList<Guid>? Readers { get; init => field = Kept(value); }

    /// <summary>
    /// Officers who help with the lead, in place of the present ones: they read it, and change nothing. An officer who took part in a
    /// contact is added. A confidential lead is read by its readers alone.
    /// </summary>
    [Items(0, 100)]
    public IReadOnlyList<Guid>? Collaborators { get; init => field = Kept(value); }
}

/// <summary>Corrects or adds facts of a lead.</summary>
internal static class AmendLead
{
    internal static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid leadId, LeadPatch patch, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var lead = await db.Leads.EditableBy(caller).ForUpdate(leadId, ct);
        if (lead is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(lead);
        var actor = caller.Actor(clock);
        lead.Describe(patch.Over(lead.Title, patch.Title), patch.Over(lead.Summary, patch.Summary), actor);
        lead.PlaceOnNode(patch.Over(lead.NodeCode, patch.NodeCode), actor);
        lead.Estimate(patch.Over(lead.EstimatedInvestment, patch.EstimatedInvestment), actor);
        lead.ComeFrom(patch.Over(lead.SourceRegion, patch.SourceRegion), actor);
        if (patch.Collaborators is { } collaborators)
        {
            await Contacts.RecordContact.KnowAsync(db, [.. collaborators.Except(lead.Collaborators)], ct);
            lead.CollaborateWith(collaborators, actor);
        }

        if (patch.Gives(nameof(patch.Confidential)) || patch.Gives(nameof(patch.Readers)))
        {
            var decides = caller.DecidesOnConfidentiality;
            if (!decides && lead.OwnerId != caller.Id)
            {
                throw new RuleViolation("lead.restrictedToOwner");
            }

            if (patch.Readers is not null && !(patch.Confidential ?? lead.Confidential))
            {
                throw Refusal.Invalid("/readers", "lead.readersOfOpen");
            }

            var confidential = patch.Confidential ?? lead.Confidential;
            IReadOnlyList<Guid> readers = [.. patch.Readers ?? lead.Readers, .. caller.IsIntegration ? [] : new[] { caller.Id }];
            readers = confidential ? await db.WithApproverAsync(readers, lead.UnitId, ct) : [];
            if (decides)
            {
                lead.Restrict(confidential, readers, actor);
            }
            else
            {
                lead.ProposeToRestrict(confidential, readers, actor);
            }
        }

        db.Publish(lead, new LeadAmended { Lead = lead.State() });
        if (patch.EstimatedInvestment is not null)
        {
            await Claims.MoveClaim.FollowAsync(db, lead, actor, ct);
        }

        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = lead.Id, Code = lead.Code, Version = lead.Version });
    }
}
