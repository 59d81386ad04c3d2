using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Web.Paging;

namespace Qibin.Crm.Identity.Units;

/// <summary>A unit in its place of the tree.</summary>
public sealed record UnitTreeRow
{
    /// <summary>0 at the root.</summary>
    public required int Depth { get; init; }

    /// <summary>Active people of the unit itself.</summary>
    public required int People { get; init; }

    public required UnitAnswer Unit { get; init; }
}

/// <summary>The whole tree, flat: each unit comes right after its parent or its parent's earlier children.</summary>
public sealed record UnitTreeAnswer
{
    public required IReadOnlyList<UnitTreeRow> Units { get; init; }
}

/// <summary>Reads units.</summary>
internal static class ReadUnits
{
    public static readonly Listing<Unit> Listing = new Listing<Unit>(u => u.Id, "code").Sort("code", u => u.Code).Sort("name", u => u.Name);

    public static async Task<Ok<Page<UnitAnswer>>> List(
        [AsParameters] PageQuery page, IdentityDb db, HttpRequest request, CancellationToken ct) =>
        TypedResults.Ok(await Listing.PageAsync(db.Units.AsNoTracking(), page, request, UnitAnswer.From, ct));

    public static async Task<Ok<UnitTreeAnswer>> Tree(IdentityDb db, CancellationToken ct)
    {
        var tree = new UnitTree(await db.Units.AsNoTracking().ToListAsync(ct));
        var people = await db.People.Where(p => p.Active).GroupBy(p => p.UnitId).ToDictionaryAsync(g => g.Key, g => g.Count(), ct);
        return TypedResults.Ok(new UnitTreeAnswer
        {
            Units = [.. tree.Walk().Select(
                x => new UnitTreeRow { Depth = x.Depth, People = people.GetValueOrDefault(x.Unit.Id), Unit = UnitAnswer.From(x.Unit) })],
        });
    }

    public static async Task<Results<Ok<UnitAnswer>, NotFound>> Read(Guid unitId, IdentityDb db, CancellationToken ct) =>
        await db.Units.AsNoTracking().SingleOrDefaultAsync(u => u.Id == unitId, ct) is { } unit
            ? TypedResults.Ok(UnitAnswer.From(unit))
            : TypedResults.NotFound();
}
