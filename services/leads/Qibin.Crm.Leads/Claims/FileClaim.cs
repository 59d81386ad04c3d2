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

/// <summary>
/// Files a claim. Claims on one investor come one after the other, under the lock of the investor's row: the first has it, every
/// further one is refused while that is in force, and an exclusion constraint of the database guarantees it.
/// </summary>
internal static class FileClaim
{
    internal static async Task<Results<Created<Receipt>, NotFound>> Handle(
        ClaimRequest request, LeadsDb db, Caller caller, TimeProvider clock, ResiliencePipelineProvider<string> pipelines,
        CancellationToken ct)
    {
        var (lead, firstTalk) = await TalkAsync(
            db, caller, request.LeadId!.Value, request.ContactId!.Value, ct,
            investor => LockUnlessClaimedAsync(db, caller, investor, clock, pipelines, ct));
        if (lead is null)
        {
            return TypedResults.NotFound();
        }

        var actor = caller.Actor(clock);
        var rules = await db.RulesAsync<ClaimRules>(ct);
        if (await HoldingAsync(db, lead.InvestorId, rules, actor, ct) is { } other)
        {
            throw await TakenAsync(db, caller, other, ct);
        }

        var claim = Claim.File(clock.NewId(), lead, firstTalk!, request.Note, rules, actor);
        db.Add(claim);
        db.Publish(claim, claim.Moved(null), lead.Confidential);
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
    /// <param name="lockInvestor">Locks the investor's row, or refuses. By default it waits for the row.</param>
    /// <exception cref="Refusal">409 <c>claim.taken</c>.</exception>
    internal static async Task<(Lead? Lead, Contact? FirstTalk)> TalkAsync(
        LeadsDb db, Caller caller, Guid leadId, Guid contactId, CancellationToken ct, Func<Guid, Task>? lockInvestor = null)
    {
        var investor = await db.Leads.EditableBy(caller).Where(l => l.Id == leadId).Select(l => (Guid?)l.InvestorId)
            .SingleOrDefaultAsync(ct);
        if (investor is not { } investorId)
        {
            return default;
        }

        await (lockInvestor?.Invoke(investorId) ?? db.Investors.Locked(investorId).SingleAsync(ct));
        var lead = await db.Leads.EditableBy(caller).ForUpdate(leadId, ct);
        if (lead is not null && lead.InvestorId != investorId)
        {
            // A merge came in between.
            throw Refusal.Busy();
        }

        return lead is null ? default
            : (lead, await db.Contacts.AsNoTracking().SingleOrDefaultAsync(c => c.Id == contactId && c.LeadId == leadId, ct)
            ?? throw new RuleViolation("claim.evidence"));
    }

    /// <summary>
    /// Locks the investor, or refuses as soon as a claim is in force. Of many who file at once one has the lock; the others poll instead
    /// of queueing for it, so that all are refused when the first has committed.
    /// </summary>
    private static async Task LockUnlessClaimedAsync(
        LeadsDb db, Caller caller, Guid investorId, TimeProvider clock, ResiliencePipelineProvider<string> pipelines, CancellationToken ct)
    {
        var locked = await pipelines.GetPipeline<bool>(Pipelines.RowLock).ExecuteAsync(async stop =>
        {
            var now = clock.GetUtcNow();
            var current = await db.Claims.AsNoTracking().SingleOrDefaultAsync(
                c => c.InvestorId == investorId && c.State <= ClaimState.Disputed && (c.DueAt == null || c.DueAt > now), stop);
            if (current is not null)
            {
                throw await TakenAsync(db, caller, current, stop);
            }

            return (await db.Database.SqlQuery<Guid>($"select id as \"Value\" from investor where id = {investorId} for update skip locked")
                .ToListAsync(stop)).Count == 0;
        }, ct);
        if (locked)
        {
            throw Refusal.Busy();
        }
    }

    /// <summary>The claim that protects an investor, locked. One after its period is ended here, so nothing waits for the timer.</summary>
    internal static async Task<Claim?> HoldingAsync(LeadsDb db, Guid investorId, ClaimRules rules, Actor actor, CancellationToken ct)
    {
        var holding = await db.Claims.Where(c => c.InvestorId == investorId && c.State <= ClaimState.Disputed).Select(c => (Guid?)c.Id)
            .SingleOrDefaultAsync(ct);
        if (holding is not { } id)
        {
            return null;
        }

        var claim = await db.Claims.Locked(id).SingleAsync(ct);
        if (!await LapseAsync(db, claim, rules, actor, ct))
        {
            return claim.Holds ? claim : null;
        }

        // The end first: the constraint looks at each statement.
        await db.SaveChangesAsync(ct);
        return null;
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

        db.Publish(claim, claim.Moved(from), lead.Confidential);
        return true;
    }

    /// <summary>The refusal that names the protecting unit and the date; for a confidential lead it names neither.</summary>
    internal static async Task<Refusal> TakenAsync(LeadsDb db, Caller caller, Claim claim, CancellationToken ct)
    {
        var protection = await ProtectionAsync(db, caller, claim, ct);
        return protection.UnitName is { } unit
            ? new Refusal(StatusCodes.Status409Conflict, "claim.taken", unit, protection.ClaimedAt!.Value.OnDay())
            {
                Candidates = protection.ClaimId is { } id
                    ? [new ProblemCandidate { Id = id, Name = claim.InvestorName, Location = $"/api/v1/claims/{id}" }] : [],
            }
            : new Refusal(StatusCodes.Status409Conflict, "claim.takenBySomebody");
    }

    /// <summary>What the caller may know of a claim that holds an investor.</summary>
    internal static async Task<ProtectionAnswer> ProtectionAsync(LeadsDb db, Caller caller, Claim claim, CancellationToken ct)
    {
        var open = await db.Leads.DisclosedTo(caller).AnyAsync(l => l.Id == claim.LeadId, ct);
        if (!open)
        {
            return new ProtectionAnswer { Protected = true };
        }

        var sees = await db.Leads.ReadableBy(caller).AnyAsync(l => l.Id == claim.LeadId, ct);
        var unit = await db.Set<UnitRow>().AsNoTracking().SingleOrDefaultAsync(u => u.UnitId == claim.UnitId, ct);
        return new ProtectionAnswer
        {
            Protected = true,
            UnitId = claim.UnitId,
            UnitName = unit?.Name ?? claim.UnitId.ToString(),
            ClaimedAt = claim.ClaimedAt,
            HeldUntil = claim.HeldUntil,
            ClaimId = sees ? claim.Id : null,
        };
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
