namespace Qibin.Crm.Pipeline.Targets;

/// <summary>Takes a penalty back.</summary>
public sealed record ReversePenaltyRequest
{
    [Needed, TextLength(500)]
    public string? Reason { get; init; }
}

/// <summary>Takes a penalty back, with a reason; both stay readable.</summary>
internal static class ReversePenalty
{
    internal static async Task<Results<Ok<EntryReceipt>, NotFound>> Handle(
        Guid penaltyId, ReversePenaltyRequest request, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (await db.Penalties.AsNoTracking().SingleOrDefaultAsync(p => p.Id == penaltyId, ct) is not { } penalty)
        {
            return TypedResults.NotFound();
        }

        // That a penalty is reversed once only is the index's to say.
        if (penalty.Reverses is not null)
        {
            throw new RuleViolation("penalty.reversed");
        }

        var now = await db.EnteredAtAsync(clock, ct);
        var row = penalty with
        {
            Id = Guid.CreateVersion7(now),
            Value = -penalty.Value,
            Reason = request.Reason!,
            Reverses = penalty.Id,
            EnteredAt = now,
            EnteredBy = caller.Id,
        };
        db.Add(row);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new EntryReceipt(row.Id));
    }
}
