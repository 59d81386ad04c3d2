using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Enterprises.Premises;

/// <summary>A space to add.</summary>
public sealed record OpenSpaceRequest
{
    [Needed]
    public Guid? BuildingId { get; init; }

    /// <summary>Unique in its building, such as <c>A-301</c>.</summary>
    [Needed, Line(200)]
    public string? Name { get; init; }

    /// <summary>1 upwards above ground, −1 downwards below; the building must have it.</summary>
    [Needed, NumberRange(-20, 200)]
    public int? Floor { get; init; }

    /// <summary>m².</summary>
    [Needed, NumberRange(0.01, 1_000_000, 2)]
    public decimal? Area { get; init; }

    /// <summary>Clear height, m.</summary>
    [NumberRange(0.01, 1_000, 2)]
    public decimal? Height { get; init; }

    /// <summary>kN/m².</summary>
    [NumberRange(0.01, 100_000, 2)]
    public decimal? FloorLoad { get; init; }

    /// <summary>kVA.</summary>
    [NumberRange(0, 1_000_000, 2)]
    public decimal? Power { get; init; }

    /// <summary>Per m² and month.</summary>
    [PositiveMoney]
    public Money? Rent { get; init; }

    /// <summary>When the building's own point is too coarse.</summary>
    public PointOnMap? At { get; init; }

    /// <summary>The day from which it can be let, from which idle days count; today when left out.</summary>
    [BusinessDate]
    public DateOnly? ReadyOn { get; init; }

    /// <summary>Available when left out.</summary>
    public PremisesState? State { get; init; }
}

/// <summary>Adds a space to a building.</summary>
internal static class OpenSpace
{
    internal static async Task<Created<Receipt>> Handle(
        OpenSpaceRequest request, EnterprisesDb db, PeopleCodes codes, TimeProvider clock, CancellationToken ct)
    {
        var building = await db.Buildings.Locked(request.BuildingId!.Value).AsNoTracking().SingleOrDefaultAsync(ct)
            ?? throw Refusal.Invalid("/buildingId", "premises.buildingUnknown");
        var facts = new SpaceFacts(
            request.Name!, request.Floor!.Value, request.Area!.Value, request.Height, request.FloorLoad, request.Power, request.Rent,
            request.At?.Read(),
            request.ReadyOn ?? clock.Today(), request.State ?? PremisesState.Available);
        var space = Space.Open(building, await codes.NextAsync("S", ct), facts, clock.GetUtcNow());
        db.Add(space);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/premises/spaces/{space.Id}", space.Receipt());
    }

    internal static async Task<Ok<BatchAnswer>> HandleBatch(
        BatchRequest<OpenSpaceRequest> batch, HttpContext http, EnterprisesDb db, PeopleCodes codes, TimeProvider clock,
        CancellationToken ct) =>
        TypedResults.Ok(await Batch.RunAsync(http, batch, async item => await Handle(item, db, codes, clock, ct)));
}
