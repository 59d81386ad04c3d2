using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Identity.Shapes;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Units;

/// <summary>Adds a unit to the tree.</summary>
public static class DefineUnit
{
    public sealed record Request
    {
        /// <summary>Short and for good, such as <c>sat-1</c>; unique.</summary>
        [Needed, Line(40), CodeShape]
        public string? Code { get; init; }

        [Needed, Line(200)]
        public string? Name { get; init; }

        [Line(200)]
        public string? NameEn { get; init; }

        /// <summary>The unit above; none makes a root.</summary>
        public Guid? ParentId { get; init; }
    }

    internal static async Task<Created<Receipt>> Handle(Request request, IdentityDb db, TimeProvider clock, CancellationToken ct)
    {
        await db.LockDirectoryAsync(ct);
        if (request.ParentId is { } parent && !await db.Units.AnyAsync(u => u.Id == parent, ct))
        {
            throw Refusal.Invalid("/parentId", "unit.unknown");
        }

        await RemoveUnit.RefuseTooManyAsync(db, ct);
        var unit = Unit.Define(Guid.CreateVersion7(clock.GetUtcNow()), request.Code!, request.Name!, request.NameEn, request.ParentId);
        db.Add(unit);
        db.PublishState(unit);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/units/{unit.Id}", new Receipt { Id = unit.Id, Version = unit.Version });
    }
}
