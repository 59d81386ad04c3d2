namespace Qibin.Crm.Pipeline.Targets;

/// <summary>Deductions and their reversals; they add up to what the assessment shows as deducted.</summary>
internal static class ListPenalties
{
    public static readonly Listing<Assessed<PenaltyRow>> Listing = new Listing<Assessed<PenaltyRow>>(p => p.Row.Id, "-enteredAt")
        .Sort("enteredAt", p => p.Row.EnteredAt)
        .Sort("on", p => p.Row.On);

    internal static async Task<Ok<Page<PenaltyAnswer>>> Handle(
        [AsParameters] PenaltiesQuery query, [AsParameters] PageQuery page, HttpRequest request, PipelineDb db, Caller caller,
        CancellationToken ct)
    {
        var units = await db.Units.AsNoTracking().NamesAsync(ct);
        var rows = db.Penalties.Listed(query.Year, query.Indicator, query.Owner ?? query.Unit, caller);
        return TypedResults.Ok(await Listing.PageAsync(rows, page, request, p => new PenaltyAnswer
        {
            Id = p.Row.Id,
            Year = p.Row.Year,
            Indicator = p.Row.Indicator,
            Unit = units.Of(p.Row.UnitId),
            OwnerId = p.Row.OwnerId == Guid.Empty ? null : p.Row.OwnerId,
            Deducted = Measure.Of(p.Row.Indicator, p.Row.Value),
            On = p.Row.On,
            Reason = p.Row.Reason,
            Reverses = p.Row.Reverses,
            EnteredAt = p.Row.EnteredAt,
            EnteredBy = p.Row.EnteredBy,
        }, ct));
    }
}

/// <summary>Which penalties are listed.</summary>
public sealed record PenaltiesQuery
{
    public int? Year { get; init; }

    /// <summary>Indicators, separated by commas; all when absent.</summary>
    public Words<Indicator>? Indicator { get; init; }

    /// <summary>Id of a unit: what is deducted from the unit as a whole.</summary>
    public Guid? Unit { get; init; }

    /// <summary>Id of an owner; it goes before <c>unit</c>.</summary>
    public Guid? Owner { get; init; }
}

/// <summary>A deduction from what a unit or an owner has achieved.</summary>
public sealed record PenaltyAnswer
{
    public required Guid Id { get; init; }
    public required int Year { get; init; }
    public required Indicator Indicator { get; init; }

    /// <summary>The unit, or the one that the owner was placed in when this was entered.</summary>
    public required UnitName Unit { get; init; }

    /// <summary>Null where it is deducted from the unit as a whole.</summary>
    public required Guid? OwnerId { get; init; }

    /// <summary>Below zero in a reversal.</summary>
    public required Measure Deducted { get; init; }

    /// <summary>The business day from which on it is deducted.</summary>
    public required DateOnly On { get; init; }

    public required string Reason { get; init; }

    /// <summary>The penalty that this one takes back.</summary>
    public required Guid? Reverses { get; init; }

    public required DateTimeOffset EnteredAt { get; init; }
    public required Guid EnteredBy { get; init; }
}
