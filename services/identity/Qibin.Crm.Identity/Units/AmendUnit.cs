using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Identity.Account;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Json;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Units;

/// <summary>
/// Renames a unit or moves it, with everything below it. Its code stays. Heads who no longer have it below them sign in again.
/// </summary>
public static class AmendUnit
{
    /// <summary>What may be changed, as a JSON merge patch.</summary>
    public sealed record Request : MergePatch
    {
        [Line(200)]
        public string? Name { get; init => field = Kept(value); }

        [Line(200)]
        public string? NameEn { get; init => field = Given(value); }

        /// <summary>The unit above; null makes it a root.</summary>
        public Guid? ParentId { get; init => field = Given(value); }
    }

    internal static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid unitId, Request request, IfMatch ifMatch, IdentityDb db, TimeProvider clock, CancellationToken ct)
    {
        // Two moves at once could make a cycle that neither of them sees.
        await db.LockDirectoryAsync(ct);
        var unit = await db.Units.ForUpdate(unitId, ct);
        if (unit is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(unit);
        unit.Rename(request.Over(unit.Name, request.Name)!, request.Over(unit.NameEn, request.NameEn));
        if (request.Gives(nameof(request.ParentId)) && request.ParentId != unit.ParentId)
        {
            var tree = new UnitTree(await db.Units.AsNoTracking().ToListAsync(ct));
            if (request.ParentId is { } parent && !tree.Has(parent))
            {
                throw Refusal.Invalid("/parentId", "unit.unknown");
            }

            await EndSessionsAboveAsync(unit, request.ParentId, tree, db, clock, ct);
            unit.Move(request.ParentId, tree);
        }

        db.PublishState(unit);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = unit.Id, Version = unit.Version });
    }

    /// <summary>The tokens of heads above it name the unit as one of theirs, which it no longer is.</summary>
    private static async Task EndSessionsAboveAsync(
        Unit unit, Guid? parentId, UnitTree tree, IdentityDb db, TimeProvider clock, CancellationToken ct)
    {
        var still = parentId is { } parent ? tree.Above(parent).Prepend(parent) : [];
        var above = tree.Above(unit.Id).Except(still).ToArray();
        var heads = db.People.Where(p => above.Contains(p.UnitId) && p.Roles.Contains(Roles.UnitHead));
        foreach (var head in await heads.Locked().ToListAsync(ct))
        {
            await db.EndSessionsAsync(head, clock, ct);
        }
    }
}
