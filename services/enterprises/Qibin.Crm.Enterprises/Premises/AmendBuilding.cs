using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Json;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Enterprises.Premises;

/// <summary>Changes of a building.</summary>
public sealed record AmendBuildingRequest : MergePatch
{
    [Line(200)]
    public string? Name { get; init => field = Kept(value); }

    /// <summary>Floors above ground; a floor with spaces cannot be removed.</summary>
    [NumberRange(0, 200)]
    public int? Floors { get; init => field = Kept(value); }

    /// <summary>Floors below ground; a floor with spaces cannot be removed.</summary>
    [NumberRange(0, 20)]
    public int? Basements { get; init => field = Kept(value); }

    public PointOnMap? At { get; init => field = Given(value); }
    public PremisesState? State { get; init => field = Kept(value); }
}

/// <summary>Amends a building.</summary>
internal static class AmendBuilding
{
    internal static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid buildingId, AmendBuildingRequest request, IfMatch ifMatch, EnterprisesDb db, TimeProvider clock, CancellationToken ct)
    {
        var building = await db.Buildings.ForUpdate(buildingId, ct);
        if (building is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(building);
        var (floors, basements) = (request.Floors ?? building.Floors, request.Basements ?? building.Basements);
        // Adding a space takes the same lock on its building.
        if (await db.Spaces.AnyAsync(u => u.BuildingId == buildingId && (u.Floor > floors || u.Floor < -basements), ct))
        {
            throw new RuleViolation("premises.floorInUse");
        }

        building.Amend(new BuildingFacts(
            request.Over(building.Name, request.Name)!,
            floors,
            basements,
            request.Gives(nameof(request.At)) ? request.At?.Read() : building.At,
            request.State ?? building.State), clock.GetUtcNow());
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(building.Receipt());
    }
}
