namespace Qibin.Crm.Pipeline.Targets;

/// <summary>Leaves a project out of an indicator for a year, or lets it in again.</summary>
public sealed record ExcludeProjectRequest
{
    [Needed, NumberRange(2000, 2100)]
    public int? Year { get; init; }

    [Needed]
    public Indicator? Indicator { get; init; }

    /// <summary>The lead of the project.</summary>
    [Needed]
    public Guid? LeadId { get; init; }

    /// <summary>False takes an exclusion back. Default true.</summary>
    public bool? Excluded { get; init; }

    [Needed, TextLength(500)]
    public string? Reason { get; init; }
}

/// <summary>Leaves a project out of an indicator of a year, or lets it in again, with a reason.</summary>
internal static class ExcludeProject
{
    internal static async Task<Results<Ok<EntryReceipt>, NotFound>> Handle(
        ExcludeProjectRequest request, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var (year, indicator, lead, excluded) =
            (request.Year!.Value, request.Indicator!.Value, request.LeadId!.Value, request.Excluded ?? true);
        if (!await db.Journeys.ReadableBy(caller).AnyAsync(j => j.LeadId == lead, ct))
        {
            return TypedResults.NotFound();
        }

        var entered = db.Exclusions.Where(e => e.Year == year && e.Indicator == indicator && e.LeadId == lead);
        if (await entered.Newest().AnyAsync(e => e.Excluded, ct) == excluded)
        {
            throw new RuleViolation(excluded ? "exclusion.already" : "exclusion.none");
        }

        var now = await db.EnteredAtAsync(clock, ct);
        var row = new ExclusionAnswer
        {
            Id = Guid.CreateVersion7(now),
            Year = year,
            Indicator = indicator,
            LeadId = lead,
            Excluded = excluded,
            Reason = request.Reason!,
            EnteredAt = now,
            EnteredBy = caller.Id,
        };
        db.Add(row);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new EntryReceipt(row.Id));
    }
}

/// <summary>What was entered.</summary>
public sealed record EntryReceipt(Guid Id) : IReceipt;
