namespace Qibin.Crm.Pipeline.Targets;

/// <summary>The projects that are left out, with the reasons; or all entries as they were made.</summary>
internal static class ListExclusions
{
    public static readonly Listing<ExclusionAnswer> Listing = new Listing<ExclusionAnswer>(e => e.Id, "-enteredAt")
        .Sort("enteredAt", e => e.EnteredAt)
        .Sort("year", e => e.Year);

    internal static async Task<Ok<Page<ExclusionAnswer>>> Handle(
        [AsParameters] ExclusionsQuery query, [AsParameters] PageQuery page, HttpRequest request, PipelineDb db, Caller caller,
        CancellationToken ct)
    {
        var lead = query.LeadId;
        var rows = (query.History == true ? db.Exclusions : db.Exclusions.Newest().Where(e => e.Excluded)).Meant(query)
            .Where(e => lead == null || e.LeadId == lead)
            .Join(db.AllJourneys.ReadableBy(caller), e => e.LeadId, j => j.LeadId, (e, _) => e);
        return TypedResults.Ok(await Listing.PageAsync(rows, page, request, e => e, ct));
    }
}

/// <summary>Which exclusions are listed.</summary>
public sealed record ExclusionsQuery : EntriesQuery
{
    public Guid? LeadId { get; init; }

    /// <summary>True for those too that were taken back, and the entries that took them back.</summary>
    public bool? History { get; init; }
}
