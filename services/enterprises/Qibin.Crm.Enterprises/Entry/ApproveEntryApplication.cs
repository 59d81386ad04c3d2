using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Enterprises.Entry;

/// <summary>An approval.</summary>
public sealed record ApprovalRequest
{
    /// <summary>Business date; today when left out, never later, and not before the previous step.</summary>
    [BusinessDate]
    public DateOnly? On { get; init; }

    [TextLength(2000)]
    public string? Opinion { get; init; }

    /// <summary>Integrations only: the active unit head or leader who approved elsewhere.</summary>
    public Guid? ApproverId { get; init; }
}

/// <summary>
/// Approves an application and reserves its spaces from the wanted day on. The database refuses spaces that another application
/// holds in that time.
/// </summary>
internal static class ApproveEntryApplication
{
    internal static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid applicationId, ApprovalRequest request, IfMatch ifMatch, EnterprisesDb db, Caller caller, TimeProvider clock,
        CancellationToken ct)
    {
        var application = await db.DecidableBy(caller, Roles.Leader).WholeForUpdate(applicationId, ct);
        if (application is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(application);
        await ApplyAsync(application, request, db, caller, clock, "", ct);
        return TypedResults.Ok(application.Receipt());
    }

    internal static async Task ApplyAsync(
        EntryApplication application, ApprovalRequest request, EnterprisesDb db, Caller caller, TimeProvider clock, string pointer,
        CancellationToken ct)
    {
        var step = clock.StepOf(caller, request.On, request.Opinion, pointer + "/on");
        if (caller.IsIntegration)
        {
            step = request.ApproverId is { } approver && await MayApproveAsync(db, approver, application, ct)
                ? step with { OfficerId = approver }
                : throw Refusal.Invalid(pointer + "/approverId", "entry.approverNeeded");
        }
        else if (request.ApproverId is not null)
        {
            throw Refusal.Invalid(pointer + "/approverId", "entry.approverOnlyForIntegrations");
        }

        var from = application.Approve(step);
        var wanted = application.SpaceIds;
        var lettable = await db.Spaces.CountAsync(
            u => wanted.Contains(u.Id) && u.State == PremisesState.Available
                && db.Buildings.Any(b => b.Id == u.BuildingId && b.State == PremisesState.Available)
                && db.Parks.Any(p => p.Id == u.ParkId && p.State == PremisesState.Available), ct);
        if (lettable < wanted.Length)
        {
            throw new RuleViolation("premises.spaceNotAvailable");
        }

        await ReserveAsync(application, db, ct);
        db.PublishMove(application, from);
        await db.SaveChangesAsync(ct);
    }

    /// <summary>
    /// Whether somebody whom an integration names decides on the application: a leader, or a head above one of its projects.
    /// </summary>
    private static async Task<bool> MayApproveAsync(EnterprisesDb db, Guid approverId, EntryApplication application, CancellationToken ct)
    {
        var approver = await db.Set<OfficerRow>().AsNoTracking().SingleOrDefaultAsync(o => o.OfficerId == approverId && o.Active, ct);
        if (approver?.Roles.Contains(Roles.UnitHead) != true || approver.Roles.Contains(Roles.Leader))
        {
            return approver?.Roles.Contains(Roles.Leader) == true;
        }

        var units = await db.ProjectLinks.Where(l => l.EnterpriseId == application.EnterpriseId
            && (application.ProjectId == null || l.ProjectId == application.ProjectId)).Select(l => l.UnitId).ToListAsync(ct);
        foreach (var unit in units)
        {
            if ((await db.UnitsAboveAsync(unit, ct)).Contains(approver.UnitId))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Inserts the occupations under the database's exclusion constraint. Plain inserts that meet would wait for each other until
    /// one is killed as a deadlock; with <c>on conflict do nothing</c> all who lose wait for the winner alone, and go at once.
    /// </summary>
    /// <exception cref="RuleViolation"><c>premises.spaceTaken</c>.</exception>
    private static async Task ReserveAsync(EntryApplication application, EnterprisesDb db, CancellationToken ct)
    {
        var reserved = await db.Database.ExecuteSqlAsync(
            $"""
            insert into occupation (application_id, space_id, occupied_from, occupied_until)
            select {application.Id}, space_id, {application.WantedFrom}, {application.WantedTo}::date
            from unnest({application.SpaceIds}) as space_id order by space_id
            on conflict do nothing
            """, ct);
        if (reserved < application.SpaceIds.Length)
        {
            throw new RuleViolation("premises.spaceTaken");
        }

        foreach (var occupation in db.ChangeTracker.Entries<Occupation>().Where(o => o.State == EntityState.Added))
        {
            occupation.State = EntityState.Unchanged;
        }
    }
}
