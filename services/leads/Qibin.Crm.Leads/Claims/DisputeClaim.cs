using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Rules;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Claims;

/// <summary>Disputes the claim that holds the investor of the caller's own lead.</summary>
public sealed record DisputeRequest
{
    [Needed]
    public Guid? LeadId { get; init; }

    /// <summary>The disputing unit's first talk: a contact logged on that lead.</summary>
    [Needed]
    public Guid? ContactId { get; init; }

    [Needed, TextLength(2000)]
    public string? Reason { get; init; }
}

/// <summary>Resolves a dispute.</summary>
public sealed record DisputeResolutionRequest
{
    /// <summary>Upheld: the claim goes on with what was left of it. Overturned: it ends, and the disputing unit has the investor.</summary>
    [Needed]
    public DisputeDecision? Decision { get; init; }

    [Needed, TextLength(2000)]
    public string? Note { get; init; }
}

/// <summary>Opens and resolves disputes. While one is open the claim's period is suspended and the investor stays protected.</summary>
internal static class DisputeClaim
{
    internal static async Task<Results<Created<Receipt>, NotFound>> Open(
        DisputeRequest request, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var talk = await FileClaim.TalkAsync(db, caller, request.LeadId!.Value, request.ContactId!.Value, ct);
        if (talk is null)
        {
            return TypedResults.NotFound();
        }

        var (actor, lead) = (caller.Actor(clock), talk.Lead);
        var holding = await Protections.HoldingAsync(db, talk.Investor.Keys, [], await db.RulesAsync<ClaimRules>(ct), actor, ct);
        if (holding.Count == 0)
        {
            throw new RuleViolation("claim.none");
        }

        // A name may be one unit's and the code another's: one dispute is about one claim, and the open ones come first.
        var claim = holding.Where(c => c.UnitId != lead.UnitId).OrderBy(c => c.State == ClaimState.Disputed).FirstOrDefault()
            ?? throw new RuleViolation("claim.ownUnit");

        var from = claim.State;
        claim.Dispute(actor);
        var dispute = ClaimDispute.Open(clock.NewId(), claim, lead, talk.FirstTalk, request.Reason!, actor);
        db.Add(dispute);
        db.Publish(claim, claim.Moved(from), claim.LeadId);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/claims/disputes/{dispute.Id}", new Receipt { Id = dispute.Id, Version = dispute.Version });
    }

    internal static async Task<Results<Ok<Receipt>, NotFound>> Resolve(
        Guid disputeId, DisputeResolutionRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock,
        CancellationToken ct)
    {
        var ids = await db.DisputesEditableBy(caller).Where(d => d.Id == disputeId)
            .Join(db.Leads, d => d.LeadId, l => l.Id, (d, l) => new { l.InvestorId, d.ClaimId, d.LeadId, d.ContactId })
            .SingleOrDefaultAsync(ct);
        if (ids is null)
        {
            return TypedResults.NotFound();
        }

        // Investor, lead, keys, claims, dispute: the order of filing.
        var investor = await db.Investors.Locked(ids.InvestorId).SingleAsync(ct);
        var lead = await db.Leads.Locked(ids.LeadId).SingleAsync(ct);
        if (lead.InvestorId != investor.Id)
        {
            // A merge came in between.
            throw Refusal.Busy();
        }

        var (actor, rules) = (caller.Actor(clock), await db.RulesAsync<ClaimRules>(ct));
        var holding = await Protections.HoldingAsync(db, investor.Keys, [], rules, actor, ct);
        var claim = holding.FirstOrDefault(c => c.Id == ids.ClaimId) ?? await db.Claims.Locked(ids.ClaimId).SingleAsync(ct);
        var dispute = await db.Disputes.Locked(disputeId).SingleAsync(ct);
        ifMatch.Check(dispute);
        var lastContactOn = await db.Leads.Where(l => l.Id == claim.LeadId).Select(l => l.LastContactOn).SingleAsync(ct);
        var overturned = request.Decision == DisputeDecision.Overturned;
        if (overturned && holding.FirstOrDefault(c => c != claim) is { } third)
        {
            throw await Protections.TakenAsync(db, caller, third, null, ct);
        }

        var won = overturned ? clock.NewId() : (Guid?)null;
        dispute.Resolve(request.Decision!.Value, request.Note!, won, actor);
        claim.Resolve(!overturned, request.Note!, lastContactOn, rules, actor);
        db.Publish(claim, claim.Moved(ClaimState.Disputed), claim.LeadId);
        // The end first: the constraint looks at each statement.
        await db.SaveChangesAsync(ct);
        if (won is { } id)
        {
            var firstTalk = await db.Contacts.AsNoTracking().SingleAsync(c => c.Id == ids.ContactId, ct);
            // Filed by whom the dispute was opened, and confirmed by the resolution.
            var next = Claim.File(id, lead, investor.Keys, firstTalk, dispute.Reason[..Math.Min(1000, dispute.Reason.Length)], rules,
                actor with { By = dispute.OpenedBy }, await db.RateAsync(lead.EstimatedInvestment, actor.At.OnDay(), ct));
            next.Confirm(good: true, null, actor);
            db.Add(next);
            db.Publish(next, next.Moved(null), lead.Id);
            await db.SaveChangesAsync(ct);
        }

        return TypedResults.Ok(new Receipt { Id = dispute.Id, Version = dispute.Version });
    }
}
