namespace Qibin.Crm.Pipeline.Targets;

/// <summary>Deductions and their reversals; they add up to what the assessment shows as deducted.</summary>
internal static class ListPenalties
{
    public static readonly Listing<PenaltyRow> Listing = new Listing<PenaltyRow>(p => p.Id, "-enteredAt")
        .Sort("enteredAt", p => p.EnteredAt)
        .Sort("on", p => p.On);

    internal static async Task<Ok<Page<PenaltyAnswer>>> Handle(
        [AsParameters] PenaltiesQuery query, [AsParameters] PageQuery page, HttpRequest request, PipelineDb db, Caller caller,
        CancellationToken ct)
    {
        var units = await db.Units.AsNoTracking().NamesAsync(ct);
        var rows = db.Penalties.Listed(query, caller);
        return TypedResults.Ok(await Listing.PageAsync(rows, page, request, p => new PenaltyAnswer(p, units), ct));
    }
}

/// <summary>Which penalties are listed.</summary>
public record PenaltiesQuery : EntriesQuery
{
    /// <summary>Id of a unit: what is entered for the unit as a whole.</summary>
    public Guid? Unit { get; init; }

    /// <summary>Id of an owner; it goes before <c>unit</c>.</summary>
    public Guid? Owner { get; init; }
}

/// <summary>A deduction from what a unit or an owner has achieved.</summary>
public sealed record PenaltyAnswer : SubjectAnswer
{
    [SetsRequiredMembers]
    internal PenaltyAnswer(PenaltyRow row, Dictionary<Guid, UnitName> units) : base(row, units) =>
        (Deducted, On, Reason, Reverses) = (Measure.Of(row.Indicator, row.Value), row.On, row.Reason, row.Reverses);

    /// <summary>Below zero in a reversal.</summary>
    public required Measure Deducted { get; init; }

    /// <summary>The business day from which on it is deducted.</summary>
    public required DateOnly On { get; init; }

    public required string Reason { get; init; }

    /// <summary>The penalty that this one takes back.</summary>
    public required Guid? Reverses { get; init; }
}
