using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.ServiceDefaults;

namespace Qibin.Crm.Pipeline;

/// <summary>The list behind the totals: the same filters, the same scope, the same count.</summary>
internal static class ListJourneys
{
    private static readonly Listing<JourneyRow> Listing = new Listing<JourneyRow>(j => j.LeadId, "-changedAt")
        .Sort("changedAt", j => j.ChangedAt)
        .Sort("code", j => j.Code)
        .Sort("investorName", j => j.InvestorName)
        .Sort("stage", j => j.Stage)
        .Sort("stageOn", j => j.StageOn)
        .Sort("firstContactOn", j => j.FirstContactOn);

    public static void MapListJourneys(this RouteGroupBuilder api) => api.MapGet("/pipeline/journeys", Handle)
        .AllowEverybody(Scopes.PipelineRead)
        .WithMetadata(Listing)
        .WithName("listJourneys")
        .WithSummary("全程列表 · The journeys behind the totals");

    internal static async Task<Ok<Page<JourneySummary>>> Handle(
        [AsParameters] JourneysQuery query, [AsParameters] PageQuery page, HttpRequest request, PipelineDb db, Caller caller, CancellationToken ct)
    {
        var units = await db.Units.AsNoTracking().NamesAsync(ct);
        var statuses = query.Statuses();
        var rows = db.Journeys.AsNoTracking().Include(j => j.Amounts).VisibleTo(caller).Matching(query).Where(j => statuses.Contains(j.Status));
        return TypedResults.Ok(await Listing.PageAsync(rows, page, request, row => JourneySummary.Of(row, units.Of(row.UnitId)), ct));
    }
}

/// <summary>Which journeys are listed.</summary>
public sealed record JourneysQuery : JourneyFilter;
