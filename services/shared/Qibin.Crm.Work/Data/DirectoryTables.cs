using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Work.Data;

/// <summary>
/// An officer as the identity service last published it: name, unit and roles, so that no service asks another one while it serves a
/// request.
/// </summary>
public sealed class OfficerRow
{
    public required Guid OfficerId { get; init; }
    public required string Name { get; set; }
    public required Guid UnitId { get; set; }
    public required string[] Roles { get; set; }
    public required string[] Chains { get; set; }
    public required bool Active { get; set; }

    /// <summary>Version of the last event applied.</summary>
    public required long Version { get; set; }
}

/// <summary>A unit of the tree as the identity service last published it.</summary>
public sealed class UnitRow
{
    public required Guid UnitId { get; init; }
    public Guid? ParentId { get; set; }
    public required string Code { get; set; }
    public required string Name { get; set; }
    public string? NameEn { get; set; }

    /// <summary>It was defined by mistake. Its name stays for what was entered of it.</summary>
    public required bool Removed { get; set; }

    public required long Version { get; set; }
}

/// <summary>A sign-in or an integration whose tokens are refused, kept until the last of them has expired.</summary>
public sealed class EndedAccessRow
{
    /// <summary>What tokens name as <c>sid</c> or <c>sub</c>.</summary>
    public required Guid EndedId { get; init; }

    public required DateTimeOffset Until { get; init; }
}

/// <summary>Schema <c>directory</c>: this service's copy of units and officers, and whose tokens it refuses.</summary>
public static class DirectoryTables
{
    /// <summary>Ids and names of all units and officers, the removed and inactive ones included.</summary>
    public const string Names = "select officer_id as id, name from directory.officer union all select unit_id, name from directory.unit";

    /// <summary>A unit and all above it, the nearest first; the heads of these have its rows in their subtree.</summary>
    public static async Task<IReadOnlyList<Guid>> UnitsAboveAsync(this DbContext db, Guid unitId, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        return await db.Database.SqlQuery<Guid>(
            $"""
            with recursive up(unit_id, height) as (
                select {unitId}::uuid, 0
                union all
                select u.parent_id, up.height + 1 from directory.unit u join up on u.unit_id = up.unit_id
                where u.parent_id is not null and up.height < 20)
            select unit_id as "Value" from up order by height
            """).ToListAsync(ct);
    }

    /// <summary>A unit and all below it.</summary>
    public static async Task<IReadOnlyList<Guid>> UnitsBelowAsync(this DbContext db, Guid unitId, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        return await db.Database.SqlQuery<Guid>(
            $"""
            with recursive down(unit_id) as (
                select {unitId}::uuid
                union
                select u.unit_id from directory.unit u join down on u.parent_id = down.unit_id)
            select unit_id as "Value" from down
            """).ToListAsync(ct);
    }

    /// <summary>
    /// Those of these people who are active, as their own requests would come: for asking what somebody else may read by the predicates of
    /// <c>RowScope</c>.
    /// </summary>
    public static async Task<IReadOnlyList<Caller>> CallersAsync(this DbContext db, IReadOnlyCollection<Guid> people, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        var active = db.Set<OfficerRow>().AsNoTracking().Where(o => o.Active && people.Contains(o.OfficerId));
        var callers = new List<Caller>();
        foreach (var person in await active.ToListAsync(ct))
        {
            var reach = Roles.ReachOf(person.Roles);
            callers.Add(Caller.From(new CallerClaims
            {
                Id = person.OfficerId,
                UnitId = person.UnitId,
                UnitIds = reach == Reach.Subtree ? [.. await db.UnitsBelowAsync(person.UnitId, ct)] : [person.UnitId],
                Chains = person.Chains,
                Reach = reach,
                Roles = person.Roles,
                Scopes = [],
            }));
        }

        return callers;
    }

    /// <summary>
    /// The readers of a confidential journey. Where none of them is active and has an approving role, one is added: the head of the unit or
    /// the nearest one above it, else a coordinator, else a leader.
    /// </summary>
    /// <param name="db">The service's DbContext.</param>
    /// <param name="readers">Whom somebody named.</param>
    /// <param name="unitId">The unit that the journey belongs to.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="except">Somebody who no longer counts, whatever the service's copy of the directory says yet.</param>
    /// <exception cref="RuleViolation">409 <c>confidential.approverNeeded</c>: there is nobody who could be added.</exception>
    public static async Task<IReadOnlyList<Guid>> WithApproverAsync(
        this DbContext db, IReadOnlyList<Guid> readers, Guid unitId, CancellationToken ct, Guid? except = null)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(readers);
        string[] approving = [.. Roles.Approving];
        var approvers = db.Set<OfficerRow>().AsNoTracking()
            .Where(o => o.Active && o.OfficerId != except && o.Roles.Any(r => approving.Contains(r)));
        if (await approvers.AnyAsync(o => readers.Contains(o.OfficerId), ct))
        {
            return readers;
        }

        Guid[] units = [.. await db.UnitsAboveAsync(unitId, ct)];
        var found = await approvers.Where(
            o => units.Contains(o.UnitId) || o.Roles.Contains(Roles.Coordinator) || o.Roles.Contains(Roles.Leader)).ToListAsync(ct);
        var nearest = found.OrderBy(o => o.Roles.Contains(Roles.UnitHead) && units.Contains(o.UnitId) ? Array.IndexOf(units, o.UnitId)
                : o.Roles.Contains(Roles.Coordinator) ? units.Length : units.Length + 1)
            .ThenBy(o => o.OfficerId).FirstOrDefault() ?? throw new RuleViolation("confidential.approverNeeded");
        return [.. readers, nearest.OfficerId];
    }

    public static ModelBuilder AddDirectoryTables(this ModelBuilder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Entity<OfficerRow>(row =>
        {
            row.ToTable("officer", "directory");
            row.HasKey(x => x.OfficerId);
            row.Property(x => x.Name).HasMaxLength(100);
            row.HasIndex(x => x.UnitId);
        });
        model.Entity<UnitRow>(row =>
        {
            row.ToTable("unit", "directory");
            row.HasKey(x => x.UnitId);
            row.Property(x => x.Code).HasMaxLength(40);
            row.Property(x => x.Name).HasMaxLength(200);
            row.Property(x => x.NameEn).HasMaxLength(200);
        });
        model.Entity<EndedAccessRow>(row =>
        {
            row.ToTable("ended_access", "directory");
            row.HasKey(x => x.EndedId);
        });
        return model;
    }
}
