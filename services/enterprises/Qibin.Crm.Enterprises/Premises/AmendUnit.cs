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

/// <summary>What changes of a unit.</summary>
public sealed record AmendUnitRequest : MergePatch
{
    [TextLength(200)]
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

    /// <summary>What is let already stays let.</summary>
    public PremisesState? State { get; init => field = Kept(value); }
}

/// <summary>Amends a unit.</summary>
internal static class AmendUnit
{
    internal static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid unitId, AmendUnitRequest request, IfMatch ifMatch, EnterprisesDb db, TimeProvider clock, CancellationToken ct)
    {
        var buildingId = await db.Units.Where(u => u.Id == unitId).Select(u => (Guid?)u.BuildingId).SingleOrDefaultAsync(ct);
        if (buildingId is null)
        {
            return TypedResults.NotFound();
        }

        var building = await db.Buildings.Locked(buildingId.Value).AsNoTracking().SingleAsync(ct);
        var unit = await db.Units.Locked(unitId).SingleAsync(ct);
        ifMatch.Check(unit);
        unit.Amend(building, new UnitFacts(
            request.Over(unit.Name, request.Name)!,
            request.Floor ?? unit.Floor,
            request.Area ?? unit.Area,
            request.Over(unit.Height, request.Height),
            request.Over(unit.FloorLoad, request.FloorLoad),
            request.Over(unit.Power, request.Power),
            request.Over(unit.Rent, request.Rent),
            request.Gives(nameof(request.At)) ? request.At?.Read() : unit.At,
            request.ReadyOn ?? unit.ReadyOn,
            request.State ?? unit.State), clock.GetUtcNow());
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = unit.Id, Code = unit.Code, Version = unit.Version });
    }
}
