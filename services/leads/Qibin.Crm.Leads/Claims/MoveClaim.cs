using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Rules;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Claims;

/// <summary>Whether the evidence of a claim is good: 确认, 不予确认.</summary>
public enum ClaimConfirmation { Confirmed, Refused }

/// <summary>Decides on a pending claim; never by whom it was filed.</summary>
public sealed record ConfirmationRequest
{
    [Needed]
    public ClaimConfirmation? Decision { get; init; }

    [TextLength(1000)]
    public string? Note { get; init; }
}

/// <summary>Lengthens a claim on progress: a contact logged since it was filed or last extended.</summary>
public sealed record ExtensionRequest
{
    /// <summary>What has come on; kept in the audit.</summary>
    [Needed, TextLength(1000)]
    public string? Progress { get; init; }
}

/// <summary>Gives the investor free.</summary>
public sealed record ReleaseRequest
{
    [Needed, TextLength(1000)]
    public string? Reason { get; init; }
}

/// <summary>The provincial filing is done.</summary>
public sealed record FilingRequest
{
    [Needed, Line(200)]
    public string? Reference { get; init; }

    /// <summary>Today when left out; never in the future.</summary>
    [BusinessDate]
    public DateOnly? FiledOn { get; init; }
}

/// <summary>The task force is set up.</summary>
public sealed record TaskForceRequest
{
    /// <summary>Its members, by units and posts.</summary>
    [Needed, TextLength(1000)]
    public string? Note { get; init; }

    /// <summary>Today when left out; never in the future.</summary>
    [BusinessDate]
    public DateOnly? SetUpOn { get; init; }
}

/// <summary>Changes a claim; its lead's owner and heads do.</summary>
internal static class MoveClaim
{
    internal static Task<Results<Ok<Receipt>, NotFound>> Confirm(
        Guid claimId, ConfirmationRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct) =>
        MoveAsync(claimId, ifMatch, db, caller, (claim, _, _) =>
            claim.Confirm(request.Decision == ClaimConfirmation.Confirmed, request.Note, caller.Actor(clock)), ct);

    internal static Task<Results<Ok<Receipt>, NotFound>> Extend(
        Guid claimId, ExtensionRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct) =>
        MoveAsync(
            claimId, ifMatch, db, caller,
            async (claim, lead, rules) => claim.Extend(
                lead, rules, caller.Actor(clock), await db.RateAsync(lead.EstimatedInvestment, clock.Today(), ct)), ct);

    internal static Task<Results<Ok<Receipt>, NotFound>> Release(
        Guid claimId, ReleaseRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct) =>
        MoveAsync(claimId, ifMatch, db, caller, (claim, _, _) => claim.Release(request.Reason!, caller.Actor(clock)), ct);

    internal static Task<Results<Ok<Receipt>, NotFound>> File(
        Guid claimId, FilingRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var on = clock.NotAfterToday(request.FiledOn, "/filedOn");
        return MoveAsync(claimId, ifMatch, db, caller, (claim, _, _) => claim.Filed(on, request.Reference!, caller.Actor(clock)), ct);
    }

    internal static Task<Results<Ok<Receipt>, NotFound>> SetUpTaskForce(
        Guid claimId, TaskForceRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var on = clock.NotAfterToday(request.SetUpOn, "/setUpOn");
        return MoveAsync(claimId, ifMatch, db, caller, (claim, _, _) => claim.TaskForceSetUp(on, request.Note!, caller.Actor(clock)), ct);
    }

    /// <summary>The lead's investment was amended, or rates were entered: its claim may now need more.</summary>
    internal static async Task FollowAsync(LeadsDb db, Lead lead, Actor actor, CancellationToken ct)
    {
        if (await db.Claims.Where(c => c.LeadId == lead.Id && c.State <= ClaimState.Disputed).Select(c => (Guid?)c.Id)
            .SingleOrDefaultAsync(ct) is not { } id)
        {
            return;
        }

        var claim = await db.Claims.Locked(id).SingleAsync(ct);
        if (claim.Holds && claim.Follow(
            lead.EstimatedInvestment, await db.RulesAsync<ClaimRules>(ct), actor,
            await db.RateAsync(lead.EstimatedInvestment, actor.At.OnDay(), ct)))
        {
            db.Publish(claim, claim.Moved(claim.State), lead.Id);
        }
    }

    /// <summary>Called by the timer: ends a claim after its period.</summary>
    internal static async Task LapseAsync(LeadsDb db, Guid id, DateTimeOffset now, CancellationToken ct)
    {
        var claim = await db.Claims.SingleAsync(c => c.Id == id, ct);
        await FileClaim.LapseAsync(db, claim, await db.RulesAsync<ClaimRules>(ct), new Actor(Guid.Empty, now), ct);
    }

    private static Task<Results<Ok<Receipt>, NotFound>> MoveAsync(
        Guid claimId, IfMatch ifMatch, LeadsDb db, Caller caller, Action<Claim, Lead, ClaimRules> move, CancellationToken ct) =>
        MoveAsync(
            claimId, ifMatch, db, caller,
            (claim, lead, rules) =>
            {
                move(claim, lead, rules);
                return Task.CompletedTask;
            }, ct);

    private static async Task<Results<Ok<Receipt>, NotFound>> MoveAsync(
        Guid claimId, IfMatch ifMatch, LeadsDb db, Caller caller, Func<Claim, Lead, ClaimRules, Task> move, CancellationToken ct)
    {
        var leadId = await db.Claims.Where(c => c.Id == claimId).Select(c => c.LeadId).SingleOrDefaultAsync(ct);
        // The lead first, as everywhere; locked, so that it is the caller's to act for.
        var lead = await db.Leads.EditableBy(caller).ForUpdate(leadId, ct);
        if (lead is null)
        {
            return TypedResults.NotFound();
        }

        var claim = await db.Claims.Locked(claimId).SingleAsync(ct);
        ifMatch.Check(claim);
        var from = claim.State;
        await move(claim, lead, await db.RulesAsync<ClaimRules>(ct));
        db.Publish(claim, claim.Moved(from), lead.Id);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = claim.Id, Version = claim.Version });
    }
}
