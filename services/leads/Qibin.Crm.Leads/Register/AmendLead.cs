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

    /// <summary>Decided by the lead's owner or a unit head.</summary>
    public bool? Confidential { get; init => field = Kept(value); }

    /// <summary>Readers of a confidential lead, in place of the present ones; its owner and whoever sets them always read.</summary>
    [Items(0, 50)]
    public IReadOnlyList<Guid>? Readers { get; init => field = Kept(value); }
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
        if (patch.Gives(nameof(patch.Confidential)) || patch.Gives(nameof(patch.Readers)))
        {
            if (!caller.IsIntegration && lead.OwnerId != caller.Id && !caller.Is(Roles.UnitHead))
            {
                throw new RuleViolation("lead.restrictedToOwner");
            }

            if (patch.Readers is not null && !(patch.Confidential ?? lead.Confidential))
            {
                throw Refusal.Invalid("/readers", "lead.readersOfOpen");
            }

            lead.Restrict(
                patch.Confidential ?? lead.Confidential,
                [.. patch.Readers ?? lead.Readers, .. caller.IsIntegration ? [] : new[] { caller.Id }],
                actor);
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
