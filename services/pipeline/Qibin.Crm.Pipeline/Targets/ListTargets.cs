namespace Qibin.Crm.Pipeline.Targets;

/// <summary>The targets that hold, or all as they were entered.</summary>
internal static class ListTargets
{
    public static readonly Listing<TargetRow> Listing = new Listing<TargetRow>(t => t.Id, "-enteredAt")
        .Sort("enteredAt", t => t.EnteredAt)
        .Sort("year", t => t.Year);

    internal static async Task<Ok<Page<TargetAnswer>>> Handle(
        [AsParameters] TargetsQuery query, [AsParameters] PageQuery page, HttpRequest request, PipelineDb db, Caller caller,
        CancellationToken ct)
    {
        var units = await db.Units.AsNoTracking().NamesAsync(ct);
        var rows = (query.History == true ? db.Targets : db.Targets.Newest()).Listed(query, caller);
        return TypedResults.Ok(await Listing.PageAsync(rows, page, request, t => new TargetAnswer(t, units), ct));
    }
}

/// <summary>Which targets are listed.</summary>
public sealed record TargetsQuery : PenaltiesQuery
{
    /// <summary>True for those too that a later entry has taken the place of.</summary>
    public bool? History { get; init; }
}

/// <summary>What a unit or an owner is to achieve in a year.</summary>
public sealed record TargetAnswer : SubjectAnswer
{
    [SetsRequiredMembers]
    internal TargetAnswer(TargetRow row, Dictionary<Guid, UnitName> units) : base(row, units) =>
        (Target, Note) = (Measure.Of(row.Indicator, row.Value), row.Note);

    public required Measure Target { get; init; }
    public required string? Note { get; init; }
}
