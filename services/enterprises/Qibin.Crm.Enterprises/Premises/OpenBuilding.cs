using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Enterprises.Premises;

/// <summary>A building to add.</summary>
public sealed record OpenBuildingRequest
{
    [Needed]
    public Guid? ParkId { get; init; }

    /// <summary>Unique in its park.</summary>
    [Needed, Line(200)]
    public string? Name { get; init; }

    /// <summary>Floors above ground.</summary>
    [Needed, NumberRange(0, 200)]
    public int? Floors { get; init; }

    /// <summary>Floors below ground; 0 when left out.</summary>
    [NumberRange(0, 20)]
    public int? Basements { get; init; }

    public PointOnMap? At { get; init; }

    /// <summary>Available when left out.</summary>
    public PremisesState? State { get; init; }
}

/// <summary>Adds a building to a park.</summary>
internal static class OpenBuilding
{
    internal static async Task<Created<Receipt>> Handle(
        OpenBuildingRequest request, EnterprisesDb db, PeopleCodes codes, TimeProvider clock, CancellationToken ct)
    {
        if (!await db.Parks.AnyAsync(p => p.Id == request.ParkId, ct))
        {
            throw Refusal.Invalid("/parkId", "premises.parkUnknown");
        }

        var facts = new BuildingFacts(
            request.Name!, request.Floors!.Value, request.Basements ?? 0, request.At?.Read(), request.State ?? PremisesState.Available);
        var building = Building.Open(request.ParkId!.Value, await codes.NextAsync("B", ct), facts, clock.GetUtcNow());
        db.Add(building);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created(
            $"/api/v1/premises/buildings/{building.Id}", building.Receipt());
    }
}
