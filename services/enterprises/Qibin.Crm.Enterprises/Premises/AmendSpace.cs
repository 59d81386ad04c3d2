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

/// <summary>Changes of a space.</summary>
public sealed record AmendSpaceRequest : MergePatch
{
    [Line(200)]
    public string? Name { get; init => field = Kept(value); }

    /// <summary>1 upwards above ground, −1 downwards below.</summary>
    [NumberRange(-20, 200)]
    public int? Floor { get; init => field = Kept(value); }

    /// <summary>m².</summary>
    [NumberRange(0.01, 1_000_000, 2)]
    public decimal? Area { get; init => field = Kept(value); }

    /// <summary>Clear height, m.</summary>
    [NumberRange(0.01, 1_000, 2)]
    public decimal? Height { get; init => field = Given(value); }

    /// <summary>kN/m².</summary>
    [NumberRange(0.01, 100_000, 2)]
    public decimal? FloorLoad { get; init => field = Given(value); }

    /// <summary>kVA.</summary>
    [NumberRange(0, 1_000_000, 2)]
    public decimal? Power { get; init => field = Given(value); }

    /// <summary>Per m² and month.</summary>
    [PositiveMoney]
    public Money? Rent { get; init => field = Given(value); }

    public PointOnMap? At { get; init => field = Given(value); }

    /// <summary>The day from which it can be let, from which idle days count.</summary>
    [BusinessDate]
    public DateOnly? ReadyOn { get; init => field = Kept(value); }

    /// <summary>A tenancy that has begun goes on.</summary>
    public PremisesState? State { get; init => field = Kept(value); }
}

/// <summary>Amends a space.</summary>
internal static class AmendSpace
{
    internal static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid spaceId, AmendSpaceRequest request, IfMatch ifMatch, EnterprisesDb db, TimeProvider clock, CancellationToken ct)
    {
        var buildingId = await db.Spaces.Where(u => u.Id == spaceId).Select(u => (Guid?)u.BuildingId).SingleOrDefaultAsync(ct);
        if (buildingId is null)
        {
            return TypedResults.NotFound();
        }

        var building = await db.Buildings.Locked(buildingId.Value).AsNoTracking().SingleAsync(ct);
        var space = await db.Spaces.Locked(spaceId).SingleAsync(ct);
        ifMatch.Check(space);
        space.Amend(building, new SpaceFacts(
            request.Over(space.Name, request.Name)!,
            request.Floor ?? space.Floor,
            request.Area ?? space.Area,
            request.Over(space.Height, request.Height),
            request.Over(space.FloorLoad, request.FloorLoad),
            request.Over(space.Power, request.Power),
            request.Over(space.Rent, request.Rent),
            request.Gives(nameof(request.At)) ? request.At?.Read() : space.At,
            request.ReadyOn ?? space.ReadyOn,
            request.State ?? space.State), clock.GetUtcNow());
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(space.Receipt());
    }
}
