using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Assignments;

/// <summary>An officer and the officer's unit.</summary>
/// <param name="Id">The officer.</param>
/// <param name="UnitId">The unit.</param>
/// <param name="Named">False of who only took the lead down and may yet give it to an officer: a unit head, say, who opens it.</param>
internal readonly record struct Owner(Guid Id, Guid UnitId, bool Named = true);

/// <summary>Who may follow a lead.</summary>
internal static class Owners
{
    /// <summary>The owner of a lead that the caller opens.</summary>
    /// <exception cref="RuleViolation"><c>owner.notAllowed</c>, <c>owner.withoutUnit</c>, <c>officer.unknown</c>.</exception>
    /// <exception cref="Refusal">400 when an integration names none.</exception>
    public static async Task<Owner> ForNewLeadAsync(LeadsDb db, Caller caller, Guid? ownerId, CancellationToken ct)
    {
        if (caller.IsIntegration)
        {
            return await ReachedAsync(db, caller, ownerId ?? throw Refusal.Invalid("/ownerId", "value.required"), ct);
        }

        if (ownerId is null || ownerId == caller.Id)
        {
            return new Owner(caller.Id, caller.UnitId ?? throw new RuleViolation("owner.withoutUnit"), ownerId is not null
                || caller.Is(Roles.Officer));
        }

        return caller.Is(LeadsService.Assigners) ? await ReachedAsync(db, caller, ownerId.Value, ct)
            : throw new RuleViolation("owner.notAllowed");
    }

    /// <summary>
    /// An active officer who may follow leads and to whom the caller may give them: a unit head those of the own units, the others
    /// anyone.
    /// </summary>
    /// <exception cref="RuleViolation"><c>officer.unknown</c>.</exception>
    public static async Task<Owner> ReachedAsync(LeadsDb db, Caller caller, Guid officerId, CancellationToken ct)
    {
        var unit = await Reachable(db, caller).Where(o => o.OfficerId == officerId).Select(o => (Guid?)o.UnitId).SingleOrDefaultAsync(ct);
        return unit is { } known ? new Owner(officerId, known) : throw new RuleViolation("officer.unknown");
    }

    /// <summary>The officers to whom the caller may give leads; none when it gives no leads away.</summary>
    public static IQueryable<OfficerRow> Reachable(LeadsDb db, Caller caller)
    {
        var officers = db.Officers.AsNoTracking().Where(o => o.Active && o.Roles.Any(r => LeadsService.Writers.Contains(r)));
        if (caller.IsIntegration || caller.Is(Roles.Coordinator))
        {
            return officers;
        }

        var units = caller.Is(LeadsService.Assigners) ? caller.UnitIds : [];
        return officers.Where(o => units.Contains(o.UnitId));
    }
}
