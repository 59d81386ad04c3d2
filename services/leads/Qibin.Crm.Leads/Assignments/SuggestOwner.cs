using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Assignments;

/// <summary>An officer to whom a lead may be given, and what speaks for it.</summary>
public sealed record OwnerCandidate
{
    [Named]
    public required Guid OfficerId { get; init; }

    [Named]
    public required Guid UnitId { get; init; }

    /// <summary>0 to 100; the sum of the three below.</summary>
    public required int Score { get; init; }

    /// <summary>Up to 40: the share of this chain in the officer's leads, or the whole of it for who answers for the chain.</summary>
    public required int ChainPoints { get; init; }

    /// <summary>20 when the officer has leads from the same province.</summary>
    public required int RegionPoints { get; init; }

    /// <summary>Up to 40: the fewer open leads beside the busiest candidate, the more.</summary>
    public required int LoadPoints { get; init; }

    public required int OpenLeads { get; init; }
}

/// <summary>Assigns a lead to the best candidate.</summary>
public sealed record AutomaticAssignmentReceipt : Receipt
{
    [Named]
    public required Guid OwnerId { get; init; }

    public required int Score { get; init; }
}

/// <summary>Whom to give a lead to, by chain, region and load, explained; who is on leave is skipped.</summary>
internal static class SuggestOwner
{
    private const int OfChain = 40;
    private const int OfRegion = 20;
    private const int OfLoad = 40;

    public static void MapSuggestions(this RouteGroupBuilder api)
    {
        api.MapGet("/leads/{leadId:guid}/assignment/candidates", Candidates).Allow(Scopes.LeadsRead, LeadsService.Assigners)
            .WithName("listOwnerCandidates").WithSummary("分派建议（产业链、区域、在手量）· Whom to give a lead to, best first, explained");
        api.MapPost("/leads/{leadId:guid}/assignment/automatic", Assign).Allow(Scopes.LeadsWrite, LeadsService.Assigners)
            .WithName("assignLeadAutomatically").WithSummary("自动分派 · Give a lead to the best candidate");
    }

    private static async Task<Results<Ok<IReadOnlyList<OwnerCandidate>>, NotFound>> Candidates(
        Guid leadId, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var lead = await db.Leads.AsNoTracking().ReadableBy(caller).SingleOrDefaultAsync(l => l.Id == leadId, ct);
        return lead is null ? TypedResults.NotFound()
            : TypedResults.Ok<IReadOnlyList<OwnerCandidate>>(await RankAsync(db, caller, lead, clock.Today(), ct));
    }

    private static async Task<Results<Ok<AutomaticAssignmentReceipt>, NotFound>> Assign(
        Guid leadId, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var lead = await db.Leads.EditableBy(caller).ForUpdate(leadId, ct);
        if (lead is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(lead);
        var today = clock.Today();
        var best = (await RankAsync(db, caller, lead, today, ct)).FirstOrDefault(c => c.OfficerId != lead.OwnerId)
            ?? throw new RuleViolation("assignment.nobody");
        var reason = string.Create(CultureInfo.InvariantCulture,
            $"自动分派：产业链 {best.ChainPoints} 分，区域 {best.RegionPoints} 分，在手线索 {best.OpenLeads} 条 {best.LoadPoints} 分");
        AssignLead.Give(db, lead, new Owner(best.OfficerId, best.UnitId), reason, today, caller.Actor(clock));
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new AutomaticAssignmentReceipt
        {
            Id = lead.Id,
            Code = lead.Code,
            Version = lead.Version,
            OwnerId = best.OfficerId,
            Score = best.Score,
        });
    }

    private static async Task<List<OwnerCandidate>> RankAsync(LeadsDb db, Caller caller, Lead lead, DateOnly today, CancellationToken ct)
    {
        var officers = await Owners.Reachable(db, caller).Where(o => o.Roles.Contains(Roles.Officer)
            && !db.Leaves.Any(l => l.OfficerId == o.OfficerId && l.From <= today && (l.To == null || l.To >= today))).ToListAsync(ct);
        var ids = officers.ConvertAll(o => o.OfficerId);
        var (chain, province) = (lead.ChainCode, lead.SourceRegion?[..2]);
        // Counts, and not leads: what the candidates hold beyond the caller's sight is no secret as a number.
        var held = await db.Leads.Where(l => ids.Contains(l.OwnerId) && l.Id != lead.Id).GroupBy(l => l.OwnerId)
            .Select(g => new
            {
                Owner = g.Key,
                All = g.Count(),
                Open = g.Count(l => l.Stage == LeadStage.New || l.Stage == LeadStage.Assessing || l.Stage == LeadStage.Following),
                OnChain = g.Count(l => l.ChainCode != null && l.ChainCode == chain),
                FromProvince = g.Count(l => province != null && l.SourceRegion!.Substring(0, 2) == province),
            }).ToDictionaryAsync(x => x.Owner, ct);
        var busiest = held.Values.Select(h => h.Open).DefaultIfEmpty(0).Max();
        return
        [
            .. officers.Select(o =>
            {
                var has = held.GetValueOrDefault(o.OfficerId);
                var chains = chain is null ? 0 : o.Chains.Contains(chain) ? OfChain : has is null ? 0 : OfChain * has.OnChain / has.All;
                var region = has is { FromProvince: > 0 } ? OfRegion : 0;
                var load = busiest == 0 ? OfLoad : OfLoad * (busiest - (has?.Open ?? 0)) / busiest;
                return new OwnerCandidate
                {
                    OfficerId = o.OfficerId,
                    UnitId = o.UnitId,
                    Score = chains + region + load,
                    ChainPoints = chains,
                    RegionPoints = region,
                    LoadPoints = load,
                    OpenLeads = has?.Open ?? 0,
                };
            }).OrderByDescending(c => c.Score).ThenBy(c => c.OpenLeads).ThenBy(c => c.OfficerId),
        ];
    }
}
