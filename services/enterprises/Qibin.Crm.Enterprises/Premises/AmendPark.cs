using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Json;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Enterprises.Premises;

/// <summary>Changes of a park.</summary>
public sealed record AmendParkRequest : MergePatch
{
    [Line(200)]
    public string? Name { get; init => field = Kept(value); }

    [TextLength(500)]
    public string? Address { get; init => field = Given(value); }

    public PointOnMap? At { get; init => field = Given(value); }
    public PremisesState? State { get; init => field = Kept(value); }
}

/// <summary>Amends a park.</summary>
internal static class AmendPark
{
    internal static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid parkId, AmendParkRequest request, IfMatch ifMatch, EnterprisesDb db, TimeProvider clock, CancellationToken ct)
    {
        var park = await db.Parks.ForUpdate(parkId, ct);
        if (park is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(park);
        park.Amend(new ParkFacts(
            request.Over(park.Name, request.Name)!,
            request.Over(park.Address, request.Address),
            request.Gives(nameof(request.At)) ? request.At?.Read() : park.At,
            request.State ?? park.State), clock.GetUtcNow());
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(park.Receipt());
    }
}
