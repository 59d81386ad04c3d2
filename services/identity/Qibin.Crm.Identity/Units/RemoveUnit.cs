using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Units;

/// <summary>Puts a unit that was defined by mistake into the bin, restores it, and lists what is there.</summary>
public static class RemoveUnit
{
    internal static readonly Listing<RemovedUnit> Listing =
        new Listing<RemovedUnit>(u => u.Id, "-removedAt").Sort("removedAt", u => u.RemovedAt);

    public sealed record Request
    {
        /// <summary>Why; shown in the bin and kept in the audit.</summary>
        [Needed, TextLength(1000, 2)]
        public string? Reason { get; init; }
    }

    /// <summary>The unit that was removed.</summary>
    public sealed record RemovedReceipt : IReceipt
    {
        public required Guid Id { get; init; }
        public required DateTimeOffset RestorableUntil { get; init; }
    }

    /// <summary>A unit in the bin 回收站.</summary>
    public sealed record RemovedUnitAnswer
    {
        public required Guid Id { get; init; }

        /// <summary>Null at the root.</summary>
        [Named]
        public Guid? ParentId { get; init; }

        public required string Code { get; init; }
        public required string Name { get; init; }
        public string? NameEn { get; init; }
        public required string Reason { get; init; }

        [Named]
        public required Guid RemovedBy { get; init; }

        public required DateTimeOffset RemovedAt { get; init; }

        /// <summary>It is erased then.</summary>
        public required DateTimeOffset RestorableUntil { get; init; }

        internal static RemovedUnitAnswer From(RemovedUnit unit) => new()
        {
            Id = unit.Id,
            ParentId = unit.ParentId,
            Code = unit.Code,
            Name = unit.Name,
            NameEn = unit.NameEn,
            Reason = unit.Reason,
            RemovedBy = unit.RemovedBy,
            RemovedAt = unit.RemovedAt,
            RestorableUntil = unit.DueAt,
        };
    }

    internal static async Task<Results<Ok<RemovedReceipt>, NotFound>> Handle(
        Guid unitId, Request request, IfMatch ifMatch, IdentityDb db, Caller caller, TimeProvider clock, IOptions<BinSettings> settings,
        CancellationToken ct)
    {
        await db.LockDirectoryAsync(ct);
        // Nobody is placed in it meanwhile: a row that refers to it waits for this lock.
        var unit = await db.Units.ForUpdate(unitId, ct);
        if (unit is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(unit);
        var now = clock.GetUtcNow();
        var removed = unit.Remove(
            await db.Units.AnyAsync(u => u.ParentId == unitId, ct), await HadPeopleAsync(db, unitId, ct), request.Reason!, caller.Id, now,
            settings.Value.Until(now));
        db.PublishState(unit, removed: true);
        db.Remove(unit);
        db.Add(removed);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new RemovedReceipt { Id = removed.Id, RestorableUntil = removed.DueAt });
    }

    internal static async Task<Ok<Page<RemovedUnitAnswer>>> List(
        [AsParameters] PageQuery page, IdentityDb db, HttpRequest request, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var removed = db.RemovedUnits.AsNoTracking().Where(u => u.DueAt > now);
        return TypedResults.Ok(await Listing.PageAsync(removed, page, request, RemovedUnitAnswer.From, ct));
    }

    internal static async Task<Results<Created<Receipt>, NotFound>> Restore(
        Guid unitId, IdentityDb db, TimeProvider clock, CancellationToken ct)
    {
        await db.LockDirectoryAsync(ct);
        var now = clock.GetUtcNow();
        var removed = await db.RemovedUnits.SingleOrDefaultAsync(u => u.Id == unitId && u.DueAt > now, ct);
        if (removed is null)
        {
            return TypedResults.NotFound();
        }

        if (removed.ParentId is { } parent && !await db.Units.AnyAsync(u => u.Id == parent, ct))
        {
            throw new RuleViolation("unit.parentRemoved");
        }

        await RefuseTooManyAsync(db, ct);
        var unit = Unit.Of(removed);
        db.Add(unit).Property(u => u.Version).CurrentValue = removed.Version;
        unit.Restore();
        db.Remove(removed);
        db.PublishState(unit);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/units/{unit.Id}", new Receipt { Id = unit.Id, Version = unit.Version });
    }

    /// <exception cref="RuleViolation"><c>unit.tooMany</c>.</exception>
    internal static async Task RefuseTooManyAsync(IdentityDb db, CancellationToken ct)
    {
        if (await db.Units.CountAsync(ct) >= Unit.Most)
        {
            throw new RuleViolation("unit.tooMany", Unit.Most);
        }
    }

    /// <summary>The time to restore it is over.</summary>
    internal static Task EraseAsync(IdentityDb db, Guid id, DateTimeOffset now, CancellationToken ct) =>
        db.RemovedUnits.Where(u => u.Id == id).ExecuteDeleteAsync(ct);

    /// <summary>Whether somebody is or was in it, by the log of all placements.</summary>
    private static async Task<bool> HadPeopleAsync(IdentityDb db, Guid unitId, CancellationToken ct) =>
        await db.Database.SqlQuery<bool>(
            $"""
            select exists (
                select from messaging.event where type = {nameof(OfficerPlaced)} and payload ->> 'unitId' = {unitId.ToString()}) as "Value"
            """).SingleAsync(ct);
}
