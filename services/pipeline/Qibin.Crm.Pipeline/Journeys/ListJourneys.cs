using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;

namespace Qibin.Crm.Pipeline;

/// <summary>The list behind the totals: the same filters, the same scope, the same day and instant, the same count.</summary>
internal static class ListJourneys
{
    private static readonly Listing<JourneyRow> Listing = new Listing<JourneyRow>(j => j.LeadId, "-changedAt")
        .Sort("changedAt", j => j.ChangedAt)
        .Sort("code", j => j.Code)
        .Sort("investorName", j => j.InvestorName)
        .Sort("stage", j => j.Stage)
        .Sort("stageOn", j => j.StageOn)
        .Sort("firstContactOn", j => j.FirstContactOn);

    private static readonly Listing<StoodRow> PastListing = new Listing<StoodRow>(j => j.Stretch.LeadId, "-changedAt")
        .Sort("changedAt", j => j.Stretch.KnownFrom)
        .Sort("code", j => j.Lead.Code)
        .Sort("investorName", j => j.Lead.InvestorName)
        .Sort("stage", j => j.Stretch.Stage)
        .Sort("stageOn", j => j.Stretch.StageOn)
        .Sort("firstContactOn", j => j.Stretch.FirstContactOn);

    public static void MapListJourneys(this RouteGroupBuilder api) => api.MapGet("/pipeline/journeys", Handle)
        .AllowEverybody(Scopes.PipelineRead)
        .WithMetadata(Listing)
        .WithName("listJourneys")
        .WithSummary("全程列表 · The journeys behind the totals");

    internal static async Task<Ok<Page<JourneySummary>>> Handle(
        [AsParameters] JourneysQuery query, [AsParameters] PageQuery page, HttpRequest request, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        query.CheckPast(clock);
        var units = await db.Units.AsNoTracking().NamesAsync(ct);
        var statuses = query.Statuses();
        if (query.IsPast())
        {
            var stood =
                from s in db.StoodAt(query).Within(db.Holders.ReadableBy(caller)).Matching(query).Where(s => statuses.Contains(s.Status))
                join l in db.Set<LeadRow>() on s.LeadId equals l.LeadId
                join p in db.Projects on s.ProjectId equals p.ProjectId into projects
                from p in projects.DefaultIfEmpty()
                select new StoodRow { Stretch = s, Lead = l, Project = p, Confidential = db.Holders.Where(h => h.LeadId == s.LeadId).Select(h => h.Confidential).FirstOrDefault() };
            return TypedResults.Ok(await PastListing.PageAsync(stood, page, request, row => JourneySummary.Of(row, units.Of(row.Stretch.UnitId)), ct));
        }

        var rows = db.Journeys.AsNoTracking().Include(j => j.Amounts).ReadableBy(caller).Matching(query).Where(j => statuses.Contains(j.Status));
        return TypedResults.Ok(await Listing.PageAsync(rows, page, request, row => JourneySummary.Of(row, units.Of(row.UnitId)), ct));
    }
}

/// <summary>What a journey was, with what it is called today.</summary>
internal sealed class StoodRow
{
    public required StretchRow Stretch { get; init; }
    public required LeadRow Lead { get; init; }
    public required ProjectRow? Project { get; init; }
    public required bool Confidential { get; init; }
}

/// <summary>Which journeys are listed.</summary>
public sealed record JourneysQuery : JourneyFilter;
