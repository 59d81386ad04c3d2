using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Assignments;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Investors;
using Qibin.Crm.Leads.Rules;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Pool;

/// <summary>Releases a lead into the pool.</summary>
public sealed record PoolReleaseRequest
{
    [Needed]
    public Guid? LeadId { get; init; }

    [Needed, TextLength(1000)]
    public string? Reason { get; init; }
}

/// <summary>Picks a lead out of the pool.</summary>
public sealed record PickRequest
{
    /// <summary>
    /// The officer who follows it from now on; the caller when left out. An integration must give it; a unit head may name officers of
    /// the units below, coordinators anyone.
    /// </summary>
    public Guid? OwnerId { get; init; }
}

/// <summary>Filters of the pool.</summary>
public sealed record PoolQuery
{
    /// <summary>Code of an industry chain.</summary>
    public string? Chain { get; init; }

    /// <summary>The unit that had it last.</summary>
    public Guid? FormerUnitId { get; init; }

    /// <summary>Part of the investor's name, two characters or more.</summary>
    public string? Q { get; init; }
}

/// <summary>A lead in the pool: enough to choose by. Its people and contacts are readable once it is picked.</summary>
public sealed record PoolRow
{
    public required Guid LeadId { get; init; }
    public required string Code { get; init; }
    public required string InvestorName { get; init; }
    public required LeadStage Stage { get; init; }

    [Named]
    public string? ChainCode { get; init; }

    [Named]
    public string? NodeCode { get; init; }

    [Named]
    public string? SourceRegion { get; init; }

    public Money? EstimatedInvestment { get; init; }
    public required DateOnly FirstContactOn { get; init; }
    public required DateOnly LastContactOn { get; init; }
    public required int ContactCount { get; init; }

    [Named]
    public required Guid FormerUnitId { get; init; }

    public required DateTimeOffset PooledAt { get; init; }

    internal static PoolRow From(Pooled row) => new()
    {
        LeadId = row.Lead.Id,
        Code = row.Lead.Code,
        InvestorName = row.Lead.InvestorName,
        Stage = row.Lead.Stage,
        ChainCode = row.Lead.ChainCode,
        NodeCode = row.Lead.NodeCode,
        SourceRegion = row.Lead.SourceRegion,
        EstimatedInvestment = row.Lead.EstimatedInvestment,
        FirstContactOn = row.Lead.FirstContactOn,
        LastContactOn = row.Lead.LastContactOn,
        ContactCount = row.Lead.ContactCount,
        FormerUnitId = row.Lead.UnitId,
        PooledAt = row.Place.PooledAt!.Value,
    };
}

/// <summary>A lead with its place in the pool.</summary>
internal sealed class Pooled
{
    public required Lead Lead { get; init; }
    public required PoolPlace Place { get; init; }
}

/// <summary>The pool 公海: leads without a contact for too long, for every officer to pick.</summary>
internal static class PoolOperations
{
    private static readonly Listing<Pooled> Listing = new Listing<Pooled>(p => p.Lead.Id, "-pooledAt")
        .Sort("pooledAt", p => p.Place.PooledAt!.Value).Sort("lastContactOn", p => p.Lead.LastContactOn)
        .Sort("investorName", p => p.Lead.InvestorName);

    public static void MapPool(this RouteGroupBuilder api)
    {
        api.MapGet("/pool", List).AllowEverybody(Scopes.LeadsRead).WithMetadata(Listing)
            .WithName("listPool").WithSummary("公海线索 · Leads in the pool");
        api.MapPost("/pool", Release).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("releaseToPool").WithSummary("释放到公海 · Release a lead into the pool");
        api.MapPost("/pool/{leadId:guid}/pick", Pick).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("pickFromPool").WithSummary("领取公海线索 · Pick a lead out of the pool");
        api.MapGet("/pool/rules", (LeadsDb db, CancellationToken ct) => RuleSets.ReadAsync<PoolRules>(db, ct))
            .AllowEverybody(Scopes.LeadsRead)
            .WithName("readPoolRules").WithSummary("公海规则 · Rules of the pool");
        api.MapPut("/pool/rules",
            (PoolRulesRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct) =>
                RuleSets.ChangeAsync(request.Rules() with { StartOn = request.StartOn ?? clock.Today() }, ifMatch, db, caller, clock, ct))
                    .Allow(null, Roles.Administrator)
            .WithName("changePoolRules").WithSummary("修改公海规则 · Change the rules of the pool");
    }

    /// <summary>Called by the timer: warns, pools, and removes leads that have an owner again.</summary>
    internal static async Task JudgeAsync(LeadsDb db, Guid id, DateTimeOffset now, CancellationToken ct)
    {
        var place = await db.PoolPlaces.SingleAsync(p => p.Id == id, ct);
        var lead = await db.Leads.AsNoTracking().SingleAsync(l => l.Id == place.LeadId, ct);
        var rules = await db.RulesAsync<PoolRules>(ct);
        switch (place.Judge(lead, rules, now))
        {
            case PoolPlace.Look.Warned:
                db.Publish(place, new PoolWarned
                {
                    LeadId = lead.Id,
                    OwnerId = lead.OwnerId,
                    UnitId = lead.UnitId,
                    PoolOn = place.PoolOn(lead, rules)
                }, lead.Id);
                break;
            case PoolPlace.Look.Pooled:
                (await db.Leads.Locked(lead.Id).SingleAsync(ct)).EnterPool(now);
                db.Publish(place, PooledEvent(lead, "idle", now), lead.Id);
                break;
            case PoolPlace.Look.Left:
                db.Publish(place, new LeadLeftPool { LeadId = lead.Id, OccurredOn = now.OnDay() }, lead.Id);
                break;
        }
    }

    private static async Task<Ok<Page<PoolRow>>> List(
        [AsParameters] PoolQuery query, [AsParameters] PageQuery page, LeadsDb db, Caller caller, HttpRequest request, CancellationToken ct)
    {
        var pooled = InPool(db, caller).AsNoTracking();
        if (query.Chain is { } chain)
        {
            pooled = pooled.Where(p => p.Lead.ChainCode == chain);
        }

        if (query.FormerUnitId is { } unit)
        {
            pooled = pooled.Where(p => p.Lead.UnitId == unit);
        }

        if (query.Q is { } q)
        {
            var named = db.Investors.Named(SearchInvestors.Parse(q));
            pooled = pooled.Where(p => named.Any(i => i.Id == p.Lead.InvestorId));
        }

        return TypedResults.Ok(await Listing.PageAsync(pooled, page, request, PoolRow.From, ct));
    }

    private static async Task<Results<Ok<Receipt>, NotFound>> Release(
        PoolReleaseRequest request, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var place = await PlaceAsync(db, request.LeadId!.Value, ct);
        var lead = await db.Leads.EditableBy(caller).ForUpdate(request.LeadId.Value, ct);
        if (lead is null || place is null)
        {
            return TypedResults.NotFound();
        }

        var now = clock.GetUtcNow();
        place.Release(lead, now);
        lead.EnterPool(now);
        db.Publish(place, PooledEvent(lead, "released", now), lead.Id);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = lead.Id, Code = lead.Code, Version = lead.Version });
    }

    private static async Task<Results<Ok<Receipt>, NotFound>> Pick(
        Guid leadId, PickRequest request, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var (now, rules) = (clock.GetUtcNow(), await db.RulesAsync<PoolRules>(ct));
        var today = now.OnDay();
        if (!await db.Leads.DisclosedTo(caller).AnyAsync(l => l.Id == leadId, ct)
            || (!await InPool(db, caller).AnyAsync(p => p.Lead.Id == leadId, ct) && !await KnownAsync(db, caller, leadId, ct)))
        {
            return TypedResults.NotFound();
        }

        var owner = await Owners.ForNewLeadAsync(db, caller, request.OwnerId, ct);
        // One officer's picks come one after the other, so that no two of them are both the last of the day.
        await db.LockPoolPicksAsync(owner.Id, ct);
        var place = await PlaceAsync(db, leadId, ct) ?? throw new RuleViolation("pool.notPooled");
        var lead = await db.Leads.Locked(leadId).SingleAsync(ct);
        place.Pick(lead, owner.Id, rules, now);
        if (await db.PoolPicks.CountAsync(p => p.OfficerId == owner.Id && p.PickedOn == today, ct) >= rules.DailyPicks)
        {
            throw new RuleViolation("pool.dailyLimit", rules.DailyPicks);
        }

        if (owner.Id != lead.OwnerId || owner.UnitId != lead.UnitId)
        {
            var assignment = lead.Assign(owner.Id, owner.UnitId, "公海领取", today, caller.Actor(clock));
            db.Add(assignment);
            db.Publish(lead, new LeadAssigned { Lead = lead.State(), PreviousOwnerId = assignment.FromOwnerId, OccurredOn = today });
        }
        else
        {
            lead.LeavePool(now);
        }

        db.Add(new PoolPick { Id = clock.NewId(), LeadId = leadId, OfficerId = owner.Id, PickedOn = today, PickedAt = now });
        db.Publish(place, new LeadLeftPool { LeadId = leadId, PickedBy = owner.Id, OccurredOn = today }, leadId);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = lead.Id, Code = lead.Code, Version = lead.Version });
    }

    /// <summary>The pooled leads: everybody reads them, confidential ones excepted.</summary>
    private static IQueryable<Pooled> InPool(LeadsDb db, Caller caller) =>
        from place in db.PoolPlaces
        where place.State == PoolState.Pooled
        join lead in db.Leads.DisclosedTo(caller) on place.LeadId equals lead.Id
        where lead.OwnerId == place.FormerOwnerId && lead.Stage != LeadStage.Converted && lead.Stage != LeadStage.Kept
            && lead.Stage != LeadStage.Invalid
        select new Pooled { Lead = lead, Place = place };

    /// <summary>
    /// Whether the answer may say that a lead is no longer in the pool: to its readers, and when it was picked, because it was visible
    /// then.
    /// </summary>
    private static async Task<bool> KnownAsync(LeadsDb db, Caller caller, Guid leadId, CancellationToken ct) =>
        await db.PoolPicks.AnyAsync(p => p.LeadId == leadId, ct) || await db.Leads.ReadableBy(caller).AnyAsync(l => l.Id == leadId, ct);

    /// <summary>The lead's place, locked: before the lead, as everywhere.</summary>
    internal static async Task<PoolPlace?> PlaceAsync(LeadsDb db, Guid leadId, CancellationToken ct) =>
        await db.PoolPlaces.Where(p => p.LeadId == leadId).Select(p => (Guid?)p.Id).SingleOrDefaultAsync(ct) is { } id
            ? await db.PoolPlaces.ForUpdate(id, ct)
            : null;

    private static LeadPooled PooledEvent(Lead lead, string reason, DateTimeOffset now) =>
        new() { LeadId = lead.Id, OwnerId = lead.OwnerId, UnitId = lead.UnitId, Reason = reason, OccurredOn = now.OnDay() };
}
