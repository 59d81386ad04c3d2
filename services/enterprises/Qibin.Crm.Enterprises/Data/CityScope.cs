using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Enterprises.Data;

/// <summary>
/// Row scope of what the whole city shares: the register of enterprises, entry applications and tenancies. Everybody reads a row that is
/// not confidential (<see cref="RowScope.DisclosedTo"/>); the predicates here say which rows a request changes or attaches to. Parks,
/// buildings and spaces are never confidential: there the role of the route decides alone.
/// </summary>
internal static class CityScope
{
    /// <summary>Roles that keep the register, premises, applications and tenancies.</summary>
    public static readonly string[] Writers = [Roles.ServiceOfficer, Roles.Coordinator];

    /// <summary>Whether the caller writes for the whole city, and not for own projects only.</summary>
    public static bool WritesForTheCity(this Caller caller) => caller.IsIntegration || caller.Is(Writers);

    /// <summary>Keeps the rows that a caller with the route's role may change or attach something to.</summary>
    public static IQueryable<T> EditableInCity<T>(this IQueryable<T> rows, Caller caller) where T : class, IConfidential =>
        rows.DisclosedTo(caller);

    /// <summary>
    /// The applications that the caller may amend or withdraw: an officer only those that this officer drafted, as long as the project is
    /// the officer's own.
    /// </summary>
    public static IQueryable<EntryApplication> EditableByDrafter(this EnterprisesDb db, Caller caller)
    {
        var (me, projects) = (caller.Id, db.ProjectLinks.OpenToApplicationsOf(caller));
        var rows = db.EntryApplications.EditableInCity(caller);
        return caller.WritesForTheCity()
            ? rows
            : rows.Where(a => a.DraftedBy == me
                && projects.Any(l => l.EnterpriseId == a.EnterpriseId && (a.ProjectId == null || l.ProjectId == a.ProjectId)));
    }

    /// <summary>
    /// The applications on which the caller decides: with one of these roles all, a unit head those for the projects of the own unit and
    /// the
    /// units below.
    /// </summary>
    public static IQueryable<EntryApplication> DecidableBy(this EnterprisesDb db, Caller caller, params string[] cityWide)
    {
        var (rows, projects) = (db.EntryApplications.EditableInCity(caller), db.ProjectLinks.EditableBy(caller));
        return caller.IsIntegration || caller.Is(cityWide)
            ? rows
            : rows.Where(a => projects.Any(l => l.EnterpriseId == a.EnterpriseId && (a.ProjectId == null || l.ProjectId == a.ProjectId)));
    }

    /// <summary>
    /// Keeps the projects that the caller may start an entry application for: those that the caller may edit, an officer own ones only.
    /// A project that is only shared with the caller's unit is none of them.
    /// </summary>
    public static IQueryable<ProjectLink> OpenToApplicationsOf(this IQueryable<ProjectLink> rows, Caller caller)
    {
        var me = caller.Id;
        rows = rows.EditableBy(caller);
        return caller.WritesForTheCity() ? rows : rows.Where(l => l.OwnerId == me);
    }
}
