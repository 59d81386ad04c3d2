using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Json;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Referrers;

/// <summary>Who brought a lead.</summary>
public sealed record ReferrerRequest
{
    [Needed]
    public ReferrerKind? Kind { get; init; }

    [Needed, Line(200)]
    public string? Name { get; init; }

    /// <summary>How the referrer took part.</summary>
    [TextLength(1000)]
    public string? Note { get; init; }
}

/// <summary>What may be changed of a referrer, as a JSON merge patch.</summary>
public sealed record ReferrerPatch : MergePatch
{
    public ReferrerKind? Kind { get; init => field = Kept(value); }

    [Line(200)]
    public string? Name { get; init => field = Kept(value); }

    [TextLength(1000)]
    public string? Note { get; init => field = Given(value); }

    /// <summary>Why; needed once approved, and kept in the audit.</summary>
    [TextLength(1000)]
    public string? Reason { get; init => field = Given(value); }
}

/// <summary>Who brought a lead.</summary>
public sealed record ReferrerAnswer : IVersioned
{
    public required ReferrerKind Kind { get; init; }
    public required string Name { get; init; }
    public string? Note { get; init; }

    [Named]
    public required Guid ProposedBy { get; init; }

    public required DateTimeOffset ProposedAt { get; init; }

    /// <summary>Who approved it; from then on it is frozen.</summary>
    [Named]
    public Guid? ApprovedBy { get; init; }

    public DateTimeOffset? ApprovedAt { get; init; }
    public required long Version { get; init; }
}

/// <summary>Which leads the reward report counts.</summary>
public sealed record ReferrerReportQuery
{
    public DateOnly? FirstContactFrom { get; init; }
    public DateOnly? FirstContactTo { get; init; }
}

/// <summary>What became of the leads that one referrer brought.</summary>
public sealed record ReferrerReportRow
{
    public required ReferrerKind Kind { get; init; }
    public required string Name { get; init; }
    public required int Leads { get; init; }
    public required int Converted { get; init; }
    public required int MovedIn { get; init; }
}

/// <summary>Who brought a lead, frozen once approved, and the report that rewards are given by.</summary>
internal static class Referrers
{
    public static readonly string[] Approvers = [Roles.UnitHead, Roles.Coordinator];

    public static void MapReferrers(this RouteGroupBuilder api)
    {
        api.MapPost("/leads/{leadId:guid}/referrer", Propose).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("proposeReferrer").WithSummary("登记引荐单位/人 · Say who brought a lead");
        api.MapGet("/leads/{leadId:guid}/referrer", Read).AllowEverybody(Scopes.LeadsRead)
            .WithName("readReferrer").WithSummary("引荐单位/人 · Who brought a lead");
        api.MapPatch("/leads/{leadId:guid}/referrer", Amend).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("amendReferrer").WithSummary("修改引荐单位/人（认定后仅统筹岗）· Amend the referrer; once approved, coordinators alone");
        api.MapPost("/leads/{leadId:guid}/referrer/approval", Approve).Allow(Scopes.LeadsWrite, Approvers)
            .WithName("approveReferrer").WithSummary("认定引荐单位/人 · Approve and freeze the referrer");
        api.MapGet("/referrers/report", Report).AllowEverybody(Scopes.LeadsRead)
            .WithName("reportReferrers").WithSummary("引荐成效（奖励依据）· What became of the leads of each approved referrer");
    }

    private static async Task<Results<Created<Receipt>, NotFound>> Propose(
        Guid leadId, ReferrerRequest request, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (await db.Leads.EditableBy(caller).ForUpdate(leadId, ct) is null)
        {
            return TypedResults.NotFound();
        }

        if (await db.Referrals.AnyAsync(r => r.LeadId == leadId, ct))
        {
            throw new RuleViolation("referrer.exists");
        }

        var referral = Referral.Propose(clock.NewId(), leadId, request.Kind!.Value, request.Name!, request.Note, caller.Actor(clock));
        db.Add(referral);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/leads/{leadId}/referrer", new Receipt { Id = referral.Id, Version = referral.Version });
    }

    private static async Task<Results<Ok<ReferrerAnswer>, NotFound>> Read(Guid leadId, LeadsDb db, Caller caller, CancellationToken ct)
    {
        var referral = await db.Referrals.AsNoTracking()
            .Where(r => r.LeadId == leadId && db.Leads.ReadableBy(caller).Any(l => l.Id == leadId)).SingleOrDefaultAsync(ct);
        return referral is null
            ? TypedResults.NotFound()
            : TypedResults.Ok(new ReferrerAnswer
            {
                Kind = referral.Kind,
                Name = referral.Name,
                Note = referral.Note,
                ProposedBy = referral.ProposedBy,
                ProposedAt = referral.ProposedAt,
                ApprovedBy = referral.ApprovedBy,
                ApprovedAt = referral.ApprovedAt,
                Version = referral.Version,
            });
    }

    private static async Task<Results<Ok<Receipt>, NotFound>> Amend(
        Guid leadId, ReferrerPatch patch, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var referral = await LockedAsync(db, caller, leadId, ct);
        if (referral is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(referral);
        referral.Amend(
            patch.Kind ?? referral.Kind, patch.Name ?? referral.Name, patch.Over(referral.Note, patch.Note),
            caller.Is(Roles.Coordinator), patch.Reason, caller.Actor(clock));
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = referral.Id, Version = referral.Version });
    }

    private static async Task<Results<Ok<Receipt>, NotFound>> Approve(
        Guid leadId, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var referral = await LockedAsync(db, caller, leadId, ct);
        if (referral is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(referral);
        referral.Approve(caller.Actor(clock));
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = referral.Id, Version = referral.Version });
    }

    private static async Task<Ok<IReadOnlyList<ReferrerReportRow>>> Report(
        [AsParameters] ReferrerReportQuery query, LeadsDb db, Caller caller, CancellationToken ct)
    {
        var leads = db.Leads.AsNoTracking().ReadableBy(caller);
        leads = query.FirstContactFrom is { } from ? leads.Where(l => l.FirstContactOn >= from) : leads;
        leads = query.FirstContactTo is { } to ? leads.Where(l => l.FirstContactOn <= to) : leads;
        var rows = await db.Referrals.Where(r => r.ApprovedAt != null)
            .Join(leads, r => r.LeadId, l => l.Id, (r, l) => new { r.Kind, r.Name, l.ProjectId, l.MovedInOn })
            .GroupBy(x => new { x.Kind, x.Name })
            .Select(g => new ReferrerReportRow
            {
                Kind = g.Key.Kind,
                Name = g.Key.Name,
                Leads = g.Count(),
                Converted = g.Count(x => x.ProjectId != null),
                MovedIn = g.Count(x => x.MovedInOn != null),
            }).ToListAsync(ct);
        return TypedResults.Ok<IReadOnlyList<ReferrerReportRow>>(
            [.. rows.OrderByDescending(r => r.MovedIn).ThenByDescending(r => r.Converted).ThenByDescending(r => r.Leads)
            .ThenBy(r => r.Name, StringComparer.Ordinal)]);
    }

    private static async Task<Referral?> LockedAsync(LeadsDb db, Caller caller, Guid leadId, CancellationToken ct)
    {
        // The lead first, so that it stays the caller's to change.
        if (await db.Leads.EditableBy(caller).ForUpdate(leadId, ct) is null)
        {
            return null;
        }

        var id = await db.Referrals.Where(r => r.LeadId == leadId).Select(r => (Guid?)r.Id).SingleOrDefaultAsync(ct);
        return id is { } known ? await db.Referrals.Locked(known).SingleAsync(ct) : null;
    }
}
