namespace Qibin.Crm.Pipeline.Targets;

/// <summary>The targets that hold, or all as they were entered.</summary>
internal static class ListTargets
{
    public static readonly Listing<Assessed<TargetRow>> Listing = new Listing<Assessed<TargetRow>>(t => t.Row.Id, "-enteredAt")
        .Sort("enteredAt", t => t.Row.EnteredAt)
        .Sort("year", t => t.Row.Year);

    internal static async Task<Ok<Page<TargetAnswer>>> Handle(
        [AsParameters] TargetsQuery query, [AsParameters] PageQuery page, HttpRequest request, PipelineDb db, Caller caller,
        CancellationToken ct)
    {
        var units = await db.Units.AsNoTracking().NamesAsync(ct);
        var rows = (query.History == true ? db.Targets : db.Targets.Newest())
            .Listed(query.Year, query.Indicator, query.Owner ?? query.Unit, caller);
        return TypedResults.Ok(await Listing.PageAsync(rows, page, request, t => new TargetAnswer
        {
            Id = t.Row.Id,
            Year = t.Row.Year,
            Indicator = t.Row.Indicator,
            Unit = units.Of(t.Row.UnitId),
            OwnerId = t.Row.OwnerId == Guid.Empty ? null : t.Row.OwnerId,
            Target = Measure.Of(t.Row.Indicator, t.Row.Value),
            Note = t.Row.Note,
            EnteredAt = t.Row.EnteredAt,
            EnteredBy = t.Row.EnteredBy,
        }, ct));
    }
}

/// <summary>Which targets are listed.</summary>
public sealed record TargetsQuery
{
    public int? Year { get; init; }

    /// <summary>Indicators, separated by commas; all when absent.</summary>
    public Words<Indicator>? Indicator { get; init; }

    /// <summary>Id of a unit: the targets of the unit as a whole.</summary>
    public Guid? Unit { get; init; }

    /// <summary>Id of an owner; it goes before <c>unit</c>.</summary>
    public Guid? Owner { get; init; }

    /// <summary>True for those too that a later entry has taken the place of.</summary>
    public bool? History { get; init; }
}

/// <summary>What a unit or an owner is to achieve in a year.</summary>
public sealed record TargetAnswer
{
    public required Guid Id { get; init; }
    public required int Year { get; init; }
    public required Indicator Indicator { get; init; }

    /// <summary>The unit, or the one that the owner was placed in when this was entered.</summary>
    public required UnitName Unit { get; init; }

    /// <summary>Null where it is the target of the unit as a whole.</summary>
    public required Guid? OwnerId { get; init; }

    public required Measure Target { get; init; }
    public required string? Note { get; init; }
    public required DateTimeOffset EnteredAt { get; init; }
    public required Guid EnteredBy { get; init; }
}
