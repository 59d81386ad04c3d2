using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Enterprises.Premises;

/// <summary>Filters of the list of buildings.</summary>
public sealed record BuildingQuery
{
    public Guid? ParkId { get; init; }

    /// <summary>Part of the name, 2 characters or more.</summary>
    [Line(100, 2)]
    public string? Q { get; init; }
}

/// <summary>A building 楼宇.</summary>
public sealed record BuildingAnswer : IVersioned
{
    public required Guid Id { get; init; }
    public required Guid ParkId { get; init; }
    public required string Code { get; init; }
    public required string Name { get; init; }

    /// <summary>Floors above ground.</summary>
    public required int Floors { get; init; }

    /// <summary>Floors below ground.</summary>
    public required int Basements { get; init; }

    public required PointOnMap? At { get; init; }
    public required PremisesState State { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required long Version { get; init; }
}

/// <summary>Reads buildings.</summary>
internal static class ReadBuildings
{
    public static readonly Listing<Building> Listing = PremisesReading.Listing<Building>();

    internal static async Task<Ok<Page<BuildingAnswer>>> List(
        [AsParameters] BuildingQuery query, [AsParameters] PageQuery page, HttpRequest request, EnterprisesDb db, CancellationToken ct)
    {
        var rows = db.Buildings.AsNoTracking().Named(query.Q);
        if (query.ParkId is { } park)
        {
            rows = rows.Where(b => b.ParkId == park);
        }

        return TypedResults.Ok(await Listing.PageAsync(rows, page, request, From, ct));
    }

    internal static async Task<Results<Ok<BuildingAnswer>, NotFound>> Get(Guid buildingId, EnterprisesDb db, CancellationToken ct) =>
        await db.Buildings.AsNoTracking().SingleOrDefaultAsync(b => b.Id == buildingId, ct) is { } building
            ? TypedResults.Ok(From(building)) : TypedResults.NotFound();

    private static BuildingAnswer From(Building building) => new()
    {
        Id = building.Id,
        ParkId = building.ParkId,
        Code = building.Code,
        Name = building.Name,
        Floors = building.Floors,
        Basements = building.Basements,
        At = PointOnMap.From(building.At),
        State = building.State,
        RecordedAt = building.RecordedAt,
        UpdatedAt = building.UpdatedAt,
        Version = building.Version,
    };
}
