using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Pipeline.Reports;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;

namespace Qibin.Crm.Pipeline.Targets;

/// <summary>The projects that are left out, with the reasons; or all entries as they were made.</summary>
internal static class ListExclusions
{
    private static readonly Listing<ExclusionRow> Listing = new Listing<ExclusionRow>(e => e.Id, "-enteredAt")
        .Sort("enteredAt", e => e.EnteredAt)
        .Sort("year", e => e.Year);

    public static void MapListExclusions(this RouteGroupBuilder api) => api.MapGet("/pipeline/exclusions", Handle)
        .AllowEverybody(Scopes.PipelineRead)
        .WithMetadata(Listing)
        .WithName("listExclusions")
        .WithSummary("剔除项目列表 · Projects left out of indicators");

    internal static async Task<Ok<Page<ExclusionAnswer>>> Handle(
        [AsParameters] ExclusionsQuery query, [AsParameters] PageQuery page, HttpRequest request, PipelineDb db, Caller caller,
            CancellationToken ct)
    {
        var rows = db.Exclusions.AsNoTracking().Join(db.AllJourneys.ReadableBy(caller), e => e.LeadId, h => h.LeadId, (e, _) => e);
        if (query.History != true)
        {
            rows = rows.Where(e => e.Excluded
                && !db.Exclusions.Any(
                    n => n.Year == e.Year && n.Indicator == e.Indicator && n.LeadId == e.LeadId && n.EnteredAt > e.EnteredAt));
        }

        if (query.Year is { } year)
        {
            rows = rows.Where(e => e.Year == year);
        }

        if (query.Indicator is { Values: var indicators })
        {
            rows = rows.Where(e => indicators.Contains(e.Indicator));
        }

        if (query.LeadId is { } lead)
        {
            rows = rows.Where(e => e.LeadId == lead);
        }

        return TypedResults.Ok(await Listing.PageAsync(rows, page, request, e => new ExclusionAnswer
        {
            Id = e.Id,
            Year = e.Year,
            Indicator = e.Indicator,
            LeadId = e.LeadId,
            Excluded = e.Excluded,
            Reason = e.Reason,
            EnteredAt = e.EnteredAt,
            EnteredBy = e.EnteredBy,
        }, ct));
    }
}

/// <summary>Which exclusions are listed.</summary>
public sealed record ExclusionsQuery
{
    public int? Year { get; init; }

    /// <summary>Indicators, separated by commas; all when absent.</summary>
    public Words<Indicator>? Indicator { get; init; }

    public Guid? LeadId { get; init; }

    /// <summary>True for those too that were taken back, and the entries that took them back.</summary>
    public bool? History { get; init; }
}

/// <summary>A project is left out of an indicator for a year, or was let in again.</summary>
public sealed record ExclusionAnswer
{
    public required Guid Id { get; init; }
    public required int Year { get; init; }
    public required Indicator Indicator { get; init; }
    public required Guid LeadId { get; init; }

    /// <summary>False where an exclusion was taken back.</summary>
    public required bool Excluded { get; init; }

    public required string Reason { get; init; }
    public required DateTimeOffset EnteredAt { get; init; }
    public required Guid EnteredBy { get; init; }
}
