namespace Qibin.Crm.Pipeline.Targets;

/// <summary>The projects that are left out, with the reasons; or all entries as they were made.</summary>
internal static class ListExclusions
{
    public static readonly Listing<ExclusionRow> Listing = new Listing<ExclusionRow>(e => e.Id, "-enteredAt")
        .Sort("enteredAt", e => e.EnteredAt)
        .Sort("year", e => e.Year);

    internal static async Task<Ok<Page<ExclusionAnswer>>> Handle(
        [AsParameters] ExclusionsQuery query, [AsParameters] PageQuery page, HttpRequest request, PipelineDb db, Caller caller,
        CancellationToken ct)
    {
        var (year, lead, indicators) = (query.Year, query.LeadId, query.Indicator.OrAll());
        var rows = (query.History == true ? db.Exclusions : db.Exclusions.Newest().Where(e => e.Excluded)).AsNoTracking()
            .Where(e => (year == null || e.Year == year) && indicators.Contains(e.Indicator) && (lead == null || e.LeadId == lead))
            .Join(db.AllJourneys.ReadableBy(caller), e => e.LeadId, j => j.LeadId, (e, _) => e);
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
