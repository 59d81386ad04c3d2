using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Polly.Registry;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Rules;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Resilience;

namespace Qibin.Crm.Leads.Claims;

/// <summary>Claims the investor of a lead for the lead's unit.</summary>
public sealed record ClaimRequest
{
    [Needed]
    public Guid? LeadId { get; init; }

    /// <summary>The first talk: a contact logged on that lead.</summary>
    [Needed]
    public Guid? ContactId { get; init; }

    [TextLength(1000)]
    public string? Note { get; init; }
}

/// <summary>A unit's lead with its investor, and the contact that is evidence of the first talk.</summary>
internal sealed record Talk(Lead Lead, Investor Investor, Contact FirstTalk);

/// <summary>
/// Files a claim. The first on a real investor has it, whichever record it was entered as; every further one is refused while that is in
/// force.
/// </summary>
internal static class FileClaim
{
    internal static async Task<Results<Created<Receipt>, NotFound>> Handle(
        ClaimRequest request, LeadsDb db, Caller caller, TimeProvider clock, ResiliencePipelineProvider<string> pipelines,
        CancellationToken ct)
    {
        var talk = await TalkAsync(
            db, caller, request.LeadId!.Value, request.ContactId!.Value, ct,
            (investor, unit) => LockUnlessClaimedAsync(db, caller, investor, unit, clock, pipelines, ct));
        if (talk is null)
        {
            return TypedResults.NotFound();
        }

        var actor = caller.Actor(clock);
        var rules = await db.RulesAsync<ClaimRules>(ct);
        var (lead, keys) = (talk.Lead, talk.Investor.Keys);
        if (await Protections.HoldingAsync(db, keys, [], rules, actor, ct) is [var other, ..])
        {
            throw await Protections.TakenAsync(db, caller, other, lead.UnitId, ct);
        }

        var rate = await db.RateAsync(lead.EstimatedInvestment, actor.At.OnDay(), ct);
        var claim = Claim.File(clock.NewId(), lead, keys, talk.FirstTalk, request.Note, rules, actor, rate);
        db.Add(claim);
        db.Publish(claim, claim.Moved(null), lead.Id);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/claims/{claim.Id}", new Receipt { Id = claim.Id, Version = claim.Version });
    }

    /// <summary>
    /// The caller's own lead, and the contact on it that is the evidence. The investor and then the lead are locked: claims on one
    /// investor wait for each other, and the lead stays with its unit.
    /// </summary>
    /// <exception cref="RuleViolation"><c>claim.evidence</c> when the lead has no such contact.</exception>
    /// <param name="db">The database.</param>
    /// <param name="caller">Who acts.</param>
    /// <param name="leadId">The lead.</param>
    /// <param name="contactId">The contact.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="lockInvestor">Locks the investor's row for the lead's unit, or refuses. By default it waits for the row.</param>
    /// <exception cref="Refusal">409 <c>claim.taken</c>.</exception>
    internal static async Task<Talk?> TalkAsync(
        LeadsDb db, Caller caller, Guid leadId, Guid contactId, CancellationToken ct, Func<Guid, Guid, Task>? lockInvestor = null)
    {
        var found = await db.Leads.EditableBy(caller).Where(l => l.Id == leadId).Select(l => new { l.InvestorId, l.UnitId })
            .SingleOrDefaultAsync(ct);
        if (found is not { InvestorId: var investorId, UnitId: var unitId })
        {
            return null;
        }

        await (lockInvestor?.Invoke(investorId, unitId) ?? db.Investors.Locked(investorId).SingleAsync(ct));
        var lead = await db.Leads.EditableBy(caller).ForUpdate(leadId, ct);
        if (lead is not null && lead.InvestorId != investorId)
        {
            // A merge came in between.
            throw Refusal.Busy();
        }

        return lead is null ? null : new Talk(
            lead, await db.Investors.AsNoTracking().SingleAsync(i => i.Id == investorId, ct),
            await db.Contacts.AsNoTracking().SingleOrDefaultAsync(c => c.Id == contactId && c.LeadId == leadId, ct)
                ?? throw new RuleViolation("claim.evidence"));
    }

    /// <summary>
    /// Locks the investor, or refuses as soon as a claim is in force. Of many who file at once one has the lock; the others poll instead
    /// of queueing for it, so that all are refused when the first has committed.
    /// </summary>
    private static async Task LockUnlessClaimedAsync(
        LeadsDb db, Caller caller, Guid investorId, Guid unitId, TimeProvider clock, ResiliencePipelineProvider<string> pipelines,
        CancellationToken ct)
    {
        var locked = await pipelines.GetPipeline<bool>(Pipelines.RowLock).ExecuteAsync(async stop =>
        {
            var (now, keys) = (clock.GetUtcNow(), (await db.Investors.AsNoTracking().SingleAsync(i => i.Id == investorId, stop)).Keys);
            var current = await db.Claims.AsNoTracking().Holding(keys).FirstOrDefaultAsync(c => c.DueAt == null || c.DueAt > now, stop);
            if (current is not null)
            {
                throw await Protections.TakenAsync(db, caller, current, unitId, stop);
            }

            return (await db.Database.SqlQuery<Guid>($"select id as \"Value\" from investor where id = {investorId} for update skip locked")
                .ToListAsync(stop)).Count == 0;
        }, ct);
        if (locked)
        {
            throw Refusal.Busy();
        }
    }

    /// <summary>Ends a claim after its period and publishes that.</summary>
    internal static async Task<bool> LapseAsync(LeadsDb db, Claim claim, ClaimRules rules, Actor actor, CancellationToken ct)
    {
        var from = claim.State;
        var lead = await db.Leads.AsNoTracking().SingleAsync(l => l.Id == claim.LeadId, ct);
        if (!claim.Lapse(lead.LastContactOn, rules, actor))
        {
            return false;
        }

        db.Publish(claim, claim.Moved(from), claim.LeadId);
        return true;
    }

    /// <summary>The event of a claim's state.</summary>
    internal static ClaimMoved Moved(this Claim claim, ClaimState? from) => new()
    {
        ClaimId = claim.Id,
        LeadId = claim.LeadId,
        InvestorId = claim.InvestorId,
        UnitId = claim.UnitId,
        From = from,
        State = claim.State,
        ClaimedAt = claim.ClaimedAt,
        HeldUntil = claim.HeldUntil,
        Reason = claim.End is { } end ? JsonNamingPolicy.CamelCase.ConvertName(end.ToString()) : null,
        FilingRequired = claim.FilingRequired,
        FiledOn = claim.FiledOn,
        TaskForceRequired = claim.TaskForceRequired,
        TaskForceOn = claim.TaskForceOn,
    };
}
