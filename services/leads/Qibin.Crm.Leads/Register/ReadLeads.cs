using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Investors;
using Qibin.Crm.Leads.Responses;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Register;

/// <summary>Filters of the leads.</summary>
public sealed record LeadQuery
{
    /// <summary>Stages, separated by commas.</summary>
    public Words<LeadStage>? Stage { get; init; }

    public Guid? OwnerId { get; init; }

    /// <summary>Leads whose owner is active, or whose owner was deactivated.</summary>
    public bool? OwnerActive { get; init; }

    public Guid? UnitId { get; init; }

    /// <summary>Code of an industry chain.</summary>
    public string? Chain { get; init; }

    /// <summary>Code of a chain node.</summary>
    public string? Node { get; init; }

    /// <summary>Division code: six digits, or the first two or four for all of a province or city.</summary>
    public string? SourceRegion { get; init; }

    /// <summary>An investor; for one that was merged, the one that it is part of now.</summary>
    public Guid? InvestorId { get; init; }

    /// <summary>Leads that continue this one, each with a further project.</summary>
    public Guid? OriginLeadId { get; init; }

    /// <summary>Open leads by their next step: <c>none</c>, <c>planned</c>, <c>overdue</c>.</summary>
    public Words<NextStepLight>? NextStep { get; init; }

    /// <summary>
    /// By the response clock: <c>running</c>, <c>paused</c>, <c>breached</c> (a deadline has passed and its task is open), <c>ended</c>.
    /// </summary>
    public Words<ClockLight>? Clock { get; init; }

    /// <summary>Kept leads to come back to by this day.</summary>
    public DateOnly? RevisitTo { get; init; }

    public DateOnly? FirstContactFrom { get; init; }
    public DateOnly? FirstContactTo { get; init; }
    public DateTimeOffset? UpdatedSince { get; init; }

    /// <summary>
    /// Part of the investor's name: two characters or more, pinyin (<c>hangtian</c>), or the initials of its pinyin (<c>htht</c>). Also
    /// the lead's code, part of its title or of the name of one of the investor's people, and a phone or its last seven digits or more,
    /// where the caller sees it in full.
    /// </summary>
    public string? Q { get; init; }
}

/// <summary>Reads leads.</summary>
internal static class ReadLeads
{
    internal static readonly Listing<Lead> Listing = new Listing<Lead>(l => l.Id, "-updatedAt")
        .Sort("updatedAt", l => l.UpdatedAt)
        .Sort("createdAt", l => l.CreatedAt)
        .Sort("firstContactOn", l => l.FirstContactOn)
        .Sort("lastContactOn", l => l.LastContactOn)
        .Sort("stageOn", l => l.StageOn)
        .Sort("code", l => l.Code)
        .Sort("investorName", l => l.InvestorName);

    public static void MapRegister(this RouteGroupBuilder api)
    {
        api.MapGet("/leads", List).AllowEverybody(Scopes.LeadsRead).WithMetadata(Listing)
            .WithName("listLeads").WithSummary("线索列表 · Leads");
        api.MapGet("/leads/{leadId:guid}", Read).AllowEverybody(Scopes.LeadsRead)
            .WithName("readLead").WithSummary("线索详情 · One lead");
        api.MapPatch("/leads/{leadId:guid}", AmendLead.Handle).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("amendLead").WithSummary("修改线索 · Amend a lead");
        api.MapPost("/leads/confidential-access", OpenConfidential.Handle).Allow(null, Roles.Coordinator)
            .WithName("openConfidentialLead")
            .WithSummary("应急开启涉密线索（记入审计）· Become a reader of a confidential journey in an emergency, audited");
    }

    private static async Task<Ok<Page<LeadRow>>> List(
        [AsParameters] LeadQuery query, [AsParameters] PageQuery page, LeadsDb db, SearchLeads search, Caller caller, HttpRequest request,
        TimeProvider clock,
        CancellationToken ct)
    {
        query = await ResolvedAsync(query, db, ct);
        var today = clock.Today();
        var beside = await SearchBeside.LookAsync(db, caller, query.Q, clock, ct);
        var leads = db.Leads.AsNoTracking();
        var parts = leads.ReadablePartsBy(caller);
        if (query.Q is not { } q)
        {
            return TypedResults.Ok(await Listing.PageAsync(
                [.. parts.Select(part => Filter(part, query, db, today, beside))], page, request, lead => LeadRow.From(lead, today), ct));
        }

        return TypedResults.Ok(await Listing.PageAsync(
            [.. parts.Select(part => Filter(part, query, db, today, beside))],
            turn => FindAsync(turn, query, q, db, search, caller, today, beside, ct),
            page, request, lead => LeadRow.From(lead, today), ct));
    }

    /// <summary>Reads leads that a text finds.</summary>
    internal static Task<List<Lead>> FindAsync(
        Listing<Lead>.Turn turn, LeadQuery query, string q, LeadsDb db, SearchLeads search, Caller caller, DateOnly today,
        SearchBeside beside, CancellationToken ct)
    {
        var leads = db.Leads.AsNoTracking();
        var unnamed = query with { Q = null };
        // Whose leads and which unit's are asked for narrows the walk, since an index begins with them.
        var narrow = new LeadQuery { OwnerId = query.OwnerId, UnitId = query.UnitId };
        var within = leads.PartsWithin(caller).Select(part => Filter(part, narrow, db, today, beside)).ToList();
        var visible = leads.ReadablePartsBy(caller).Select(part => Filter(part, unnamed, db, today, beside)).ToList();
        return search.ReadAsync(turn, within, Filter(leads.DisclosedTo(caller), unnamed, db, today, beside), visible, q, beside, ct);
    }

    private static async Task<Results<Ok<LeadAnswer>, NotFound>> Read(
        Guid leadId, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        // Joins, not subqueries: EF Core turns a subquery of several columns into a window over the whole table.
        var found = await db.Leads.AsNoTracking().ReadableBy(caller).Where(l => l.Id == leadId)
            .LeftJoin(db.NextSteps, l => l.NextStepId, s => (Guid?)s.Id, (l, s) => new { Lead = l, Step = s })
            .LeftJoin(db.Projects, x => x.Lead.ProjectId, p => (Guid?)p.ProjectId, (x, p) => new { x.Lead, x.Step, Project = p })
            .SingleOrDefaultAsync(ct);
        if (found is null)
        {
            return TypedResults.NotFound();
        }

        var originId = found.Lead.OriginLeadId is { } origin && await db.Leads.ReadableBy(caller).AnyAsync(l => l.Id == origin, ct)
            ? origin : (Guid?)null;
        return TypedResults.Ok(LeadAnswer.From(found.Lead, found.Step, found.Project, originId, clock.Today()));
    }

    /// <summary>The filters, with the investor that an investor has become part of in its place.</summary>
    internal static async Task<LeadQuery> ResolvedAsync(LeadQuery query, LeadsDb db, CancellationToken ct) =>
        query.InvestorId is { } id ? query with { InvestorId = await db.FinalInvestorAsync(id, ct) } : query;

    internal static IQueryable<Lead> Filter(IQueryable<Lead> leads, LeadQuery query, LeadsDb db, DateOnly today, SearchBeside beside)
    {
        if (query.Stage is { Values: var stages })
        {
            // One stage by equality: only so does the index give its rows in the order of the list.
            leads = stages is [var stage] ? leads.Where(l => l.Stage == stage) : leads.Where(l => stages.Contains(l.Stage));
        }

        if (query.OwnerId is { } owner)
        {
            leads = leads.Where(l => l.OwnerId == owner);
        }

        if (query.OwnerActive is { } active)
        {
            leads = leads.Where(l => db.Officers.Any(o => o.OfficerId == l.OwnerId && o.Active) == active);
        }

        if (query.UnitId is { } unit)
        {
            leads = leads.Where(l => l.UnitId == unit);
        }

        if (query.Chain is { } chain)
        {
            leads = leads.Where(l => l.ChainCode == chain);
        }

        if (query.Node is { } node)
        {
            leads = leads.Where(l => l.NodeCode == node);
        }

        if (query.SourceRegion is { } region)
        {
            leads = region.Length == 6 ? leads.Where(l => l.SourceRegion == region) : leads.Where(l => l.SourceRegion!.StartsWith(region));
        }

        if (query.InvestorId is { } investor)
        {
            leads = leads.Where(l => l.InvestorId == investor);
        }

        if (query.OriginLeadId is { } origin)
        {
            leads = leads.Where(l => l.OriginLeadId == origin);
        }

        if (query.NextStep is { Values: var lights })
        {
            leads = leads.Where(l => l.Stage != LeadStage.Kept && l.Stage != LeadStage.Invalid);
            var (none, planned, overdue) =
                (lights.Contains(NextStepLight.None), lights.Contains(NextStepLight.Planned), lights.Contains(NextStepLight.Overdue));
            leads = (none, planned, overdue) switch
            {
                (true, false, false) => leads.Where(l => l.NextStepDueOn == null),
                (false, true, false) => leads.Where(l => l.NextStepDueOn >= today),
                (false, false, true) => leads.Where(l => l.NextStepDueOn < today),
                (true, true, false) => leads.Where(l => l.NextStepDueOn == null || l.NextStepDueOn >= today),
                (true, false, true) => leads.Where(l => l.NextStepDueOn == null || l.NextStepDueOn < today),
                (false, true, true) => leads.Where(l => l.NextStepDueOn != null),
                _ => leads,
            };
        }

        if (query.Clock is { Values: [ClockLight.Breached] })
        {
            // As the index has it.
            leads = leads.Where(l => l.OpenBreaches > 0);
        }
        else if (query.Clock is { Values: var clocks })
        {
            var (breached, running, paused, ended) = (
                clocks.Contains(ClockLight.Breached), clocks.Contains(ClockLight.Running), clocks.Contains(ClockLight.Paused),
                clocks.Contains(ClockLight.Ended));
            leads = leads.Where(l => l.OpenBreaches > 0 ? breached
                : l.ClockState == ClockState.Running ? running
                : l.ClockState == ClockState.Paused ? paused : ended);
        }

        if (query.RevisitTo is { } revisit)
        {
            leads = leads.Where(l => l.Stage == LeadStage.Kept && l.RevisitOn <= revisit);
        }

        if (query.FirstContactFrom is { } from)
        {
            leads = leads.Where(l => l.FirstContactOn >= from);
        }

        if (query.FirstContactTo is { } to)
        {
            leads = leads.Where(l => l.FirstContactOn <= to);
        }

        if (query.UpdatedSince?.ToUniversalTime() is { } since)
        {
            leads = leads.Where(l => l.UpdatedAt >= since);
        }

        if (query.Q is { } q)
        {
            var named = db.Investors.Named(SearchInvestors.Parse(q));
            if (beside.IsEmpty)
            {
                return leads.Where(l => named.Any(i => i.Id == l.InvestorId)).PlannedByValues();
            }

            // A union, of which each part has an index; no index serves one or the other.
            var found = db.Leads.Where(l => named.Any(i => i.Id == l.InvestorId)).Select(l => l.Id)
                .Union(db.Leads.Where(beside.Leads).Select(l => l.Id));
            leads = leads.Where(l => found.Contains(l.Id)).PlannedByValues();
        }

        return leads;
    }
}
