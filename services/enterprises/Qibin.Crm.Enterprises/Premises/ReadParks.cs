using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Enterprises.Premises;

/// <summary>Filters of the list of parks.</summary>
public sealed record ParkQuery
{
    /// <summary>Part of the name, 2 characters or more.</summary>
    [Line(100, 2)]
    public string? Q { get; init; }
}

/// <summary>A park 园区.</summary>
public sealed record ParkAnswer : IVersioned
{
    public required Guid Id { get; init; }
    public required string Code { get; init; }
    public required string Name { get; init; }
    public required string? Address { get; init; }
    public required PointOnMap? At { get; init; }
    public required PremisesState State { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required long Version { get; init; }
}

/// <summary>Reads parks.</summary>
internal static class ReadParks
{
    public static readonly Listing<Park> Listing = PremisesReading.Listing<Park>();

    internal static async Task<Ok<Page<ParkAnswer>>> List(
        [AsParameters] ParkQuery query, [AsParameters] PageQuery page, HttpRequest request, EnterprisesDb db, CancellationToken ct)
    {
        var rows = db.Parks.AsNoTracking().Named(query.Q);
        return TypedResults.Ok(await Listing.PageAsync(rows, page, request, From, ct));
    }

    internal static async Task<Results<Ok<ParkAnswer>, NotFound>> Get(Guid parkId, EnterprisesDb db, CancellationToken ct) =>
        await db.Parks.AsNoTracking()
            .SingleOrDefaultAsync(p => p.Id == parkId, ct) is { } park ? TypedResults.Ok(From(park)) : TypedResults.NotFound();

    private static ParkAnswer From(Park park) => new()
    {
        Id = park.Id,
        Code = park.Code,
        Name = park.Name,
        Address = park.Address,
        At = PointOnMap.From(park.At),
        State = park.State,
        RecordedAt = park.RecordedAt,
        UpdatedAt = park.UpdatedAt,
        Version = park.Version,
    };
}
