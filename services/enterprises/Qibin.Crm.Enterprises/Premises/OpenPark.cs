using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Enterprises.Premises;

/// <summary>A park to add.</summary>
public sealed record OpenParkRequest
{
    /// <summary>Unique.</summary>
    [Needed, Line(200)]
    public string? Name { get; init; }

    [TextLength(500)]
    public string? Address { get; init; }

    public PointOnMap? At { get; init; }

    /// <summary>Available when left out.</summary>
    public PremisesState? State { get; init; }
}

/// <summary>Adds a park.</summary>
internal static class OpenPark
{
    internal static async Task<Created<Receipt>> Handle(
        OpenParkRequest request, EnterprisesDb db, PeopleCodes codes, TimeProvider clock, CancellationToken ct)
    {
        var facts = new ParkFacts(request.Name!, request.Address, request.At?.Read(), request.State ?? PremisesState.Available);
        var park = Park.Open(await codes.NextAsync("PK", ct), facts, clock.GetUtcNow());
        db.Add(park);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/premises/parks/{park.Id}", park.Receipt());
    }
}
