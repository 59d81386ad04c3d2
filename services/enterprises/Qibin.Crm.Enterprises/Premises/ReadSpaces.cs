using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Enterprises.Premises;

/// <summary>Filters of the list of spaces.</summary>
public sealed record SpaceQuery
{
    public Guid? ParkId { get; init; }
    public Guid? BuildingId { get; init; }

    public int? Floor { get; init; }

    /// <summary>Whether nobody has or holds it on the day <c>on</c>, and it can be let.</summary>
    public bool? Free { get; init; }

    /// <summary>The day that <c>free</c> asks about; today when left out.</summary>
    [BusinessDate]
    public DateOnly? On { get; init; }

    /// <summary>At least so many m².</summary>
    [NumberRange(0, 1_000_000, 2)]
    public decimal? AreaFrom { get; init; }

    /// <summary>At most so many m².</summary>
    [NumberRange(0, 1_000_000, 2)]
    public decimal? AreaTo { get; init; }

    public Words<PremisesState>? State { get; init; }

    /// <summary>Part of the name, 2 characters or more.</summary>
    [Line(100, 2)]
    public string? Q { get; init; }
}

/// <summary>A space 单元.</summary>
public sealed record SpaceAnswer : IVersioned
{
    public required Guid Id { get; init; }
    public required Guid ParkId { get; init; }
    public required Guid BuildingId { get; init; }
    public required string Code { get; init; }
    public required string Name { get; init; }

    /// <summary>1 upwards above ground, −1 downwards below.</summary>
    public required int Floor { get; init; }

    /// <summary>m².</summary>
    public required decimal Area { get; init; }

    /// <summary>Clear height, m.</summary>
    public required decimal? Height { get; init; }

    /// <summary>kN/m².</summary>
    public required decimal? FloorLoad { get; init; }

    /// <summary>kVA.</summary>
    public required decimal? Power { get; init; }

    /// <summary>Per m² and month.</summary>
    public required Money? Rent { get; init; }

    public required PointOnMap? At { get; init; }
    public required DateOnly ReadyOn { get; init; }
    public required PremisesState State { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required long Version { get; init; }
}

/// <summary>Reads spaces.</summary>
internal static class ReadSpaces
{
    public static readonly Listing<Space> Listing = PremisesReading.Listing<Space>().Sort("area", u => u.Area).Sort("floor", u => u.Floor);

    internal static async Task<Ok<Page<SpaceAnswer>>> List(
        [AsParameters] SpaceQuery query, [AsParameters] PageQuery page, HttpRequest request, EnterprisesDb db, TimeProvider clock,
        CancellationToken ct)
    {
        var rows = db.Spaces.AsNoTracking().Named(query.Q);
        if (query.ParkId is { } park)
        {
            rows = rows.Where(u => u.ParkId == park);
        }

        if (query.BuildingId is { } building)
        {
            rows = rows.Where(u => u.BuildingId == building);
        }

        if (query.Floor is { } floor)
        {
            rows = rows.Where(u => u.Floor == floor);
        }

        if (query.AreaFrom is { } from)
        {
            rows = rows.Where(u => u.Area >= from);
        }

        if (query.AreaTo is { } to)
        {
            rows = rows.Where(u => u.Area <= to);
        }

        if (query.State is { Values: var states })
        {
            rows = rows.Where(u => states.Contains(u.State));
        }

        if (query.Free is { } free)
        {
            var taken = db.TakenOn(query.On ?? clock.Today());
            rows = free
                ? rows.Where(u => u.State == PremisesState.Available && !taken.Contains(u.Id))
                : rows.Where(u => u.State != PremisesState.Available || taken.Contains(u.Id));
        }

        return TypedResults.Ok(await Listing.PageAsync(rows, page, request, From, ct));
    }

    internal static async Task<Results<Ok<SpaceAnswer>, NotFound>> Get(Guid spaceId, EnterprisesDb db, CancellationToken ct) =>
        await db.Spaces.AsNoTracking()
            .SingleOrDefaultAsync(u => u.Id == spaceId, ct) is { } space ? TypedResults.Ok(From(space)) : TypedResults.NotFound();

    private static SpaceAnswer From(Space space) => new()
    {
        Id = space.Id,
        ParkId = space.ParkId,
        BuildingId = space.BuildingId,
        Code = space.Code,
        Name = space.Name,
        Floor = space.Floor,
        Area = space.Area,
        Height = space.Height,
        FloorLoad = space.FloorLoad,
        Power = space.Power,
        Rent = space.Rent,
        At = PointOnMap.From(space.At),
        ReadyOn = space.ReadyOn,
        State = space.State,
        RecordedAt = space.RecordedAt,
        UpdatedAt = space.UpdatedAt,
        Version = space.Version,
    };
}
