namespace Qibin.Crm.Pipeline.Targets;

/// <summary>Enters targets of a year; a later entry for the same indicator and unit or owner takes the place of the earlier one.</summary>
public sealed record EnterTargetsRequest
{
    /// <summary>The year; it may be one to come.</summary>
    [Needed, NumberRange(2000, 2100)]
    public int? Year { get; init; }

    [Needed, Items(1, 500)]
    public IReadOnlyList<TargetEntry>? Targets { get; init; }

    /// <summary>Why, such as the document that sets them.</summary>
    [TextLength(500)]
    public string? Note { get; init; }
}

/// <summary>
/// What one unit or one owner is to achieve: <c>unitId</c> or <c>ownerId</c>, <c>count</c> or <c>amount</c> by the indicator.
/// </summary>
public sealed record TargetEntry
{
    [Needed]
    public Indicator? Indicator { get; init; }

    /// <summary>The unit as a whole. Units below it have targets of their own.</summary>
    public Guid? UnitId { get; init; }

    public Guid? OwnerId { get; init; }

    /// <summary>Projects; 0 takes the target away.</summary>
    [NumberRange(0, 1_000_000)]
    public decimal? Count { get; init; }

    /// <summary>In CNY; 0 takes the target away.</summary>
    public Money? Amount { get; init; }
}

/// <summary>Enters targets of a year, for the district, units or officers. The last entry of a subject and indicator counts.</summary>
internal static class EnterTargets
{
    internal static async Task<Ok<EnteredReceipt>> Handle(
        EnterTargetsRequest request, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var now = await db.EnteredAtAsync(clock, ct);
        var targets = request.Targets!;
        var subjects = await Subject.ReadAsync([.. targets.Select((t, i) => (t.UnitId, t.OwnerId, $"/targets/{i}"))], db, ct);
        var entered = new HashSet<(Indicator, Guid)>();
        db.AddRange(targets.Select((target, i) => new TargetRow
        {
            Id = Guid.CreateVersion7(now),
            Year = request.Year!.Value,
            Indicator = entered.Add((target.Indicator!.Value, subjects[i].Id)) ? target.Indicator.Value
                : throw Refusal.Invalid($"/targets/{i}", "target.repeated"),
            SubjectId = subjects[i].Id,
            OwnerId = subjects[i].OwnerId,
            UnitId = subjects[i].UnitId,
            Value = Measure.Read(target.Indicator.Value, target.Count, target.Amount, $"/targets/{i}"),
            Note = request.Note,
            EnteredAt = now,
            EnteredBy = caller.Id,
        }));
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new EnteredReceipt(targets.Count));
    }
}
