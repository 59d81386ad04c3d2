namespace Qibin.Crm.Pipeline.Targets;

/// <summary>
/// Deducts from what a unit or an owner has achieved: <c>unitId</c> or <c>ownerId</c>, <c>count</c> or <c>amount</c> by the indicator.
/// </summary>
public sealed record ImposePenaltyRequest
{
    [Needed, NumberRange(2000, 2100)]
    public int? Year { get; init; }

    [Needed]
    public Indicator? Indicator { get; init; }

    public Guid? UnitId { get; init; }
    public Guid? OwnerId { get; init; }

    /// <summary>Projects, whole or in part.</summary>
    [NumberRange(0.0001, 1_000_000, 4)]
    public decimal? Count { get; init; }

    /// <summary>In CNY.</summary>
    [PositiveMoney]
    public Money? Amount { get; init; }

    /// <summary>The day of the year from which on it is deducted; the last one that has come when absent.</summary>
    [BusinessDate]
    public DateOnly? On { get; init; }

    [Needed, TextLength(500)]
    public string? Reason { get; init; }
}

/// <summary>Deducts from what was achieved in a year, of the district, a unit or an officer, with a reason.</summary>
internal static class ImposePenalty
{
    internal static async Task<Ok<EntryReceipt>> Handle(
        ImposePenaltyRequest request, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var subject = (await Subject.ReadAsync([(request.UnitId, request.OwnerId, "")], db, ct))[0];
        var now = await db.EnteredAtAsync(clock, ct);
        var row = new PenaltyRow
        {
            Id = Guid.CreateVersion7(now),
            Year = request.Year!.Value,
            Indicator = request.Indicator!.Value,
            SubjectId = subject.Id,
            OwnerId = subject.OwnerId,
            UnitId = subject.UnitId,
            On = Period.DayIn(request.Year.Value, request.On, "/year", "/on", clock),
            Value = Measure.Read(request.Indicator.Value, request.Count, request.Amount, ""),
            Reason = request.Reason!,
            EnteredAt = now,
            EnteredBy = caller.Id,
        };
        db.Add(row);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new EntryReceipt(row.Id));
    }
}
