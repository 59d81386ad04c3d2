using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Projects;

/// <summary>The common start of the use cases that change a project.</summary>
internal static class Working
{
    /// <summary>
    /// The project that the caller may edit, locked; null when there is none. An officer works on own projects only, however far the
    /// officer's other roles see.
    /// </summary>
    /// <exception cref="Refusal">403 <c>project.notOwner</c>.</exception>
    public static async Task<Project?> ForWorkAsync(this ProjectsDb db, Guid projectId, Caller caller, CancellationToken ct)
    {
        var project = await db.Projects.EditableBy(caller).ForUpdate(projectId, ct);
        return project is null || caller.Id == project.OwnerId || caller.WorksForOthers()
            ? project
            : throw new Refusal(StatusCodes.Status403Forbidden, "project.notOwner");
    }

    /// <summary>The projects that <see cref="ForWorkAsync(ProjectsDb, Guid, Caller, CancellationToken)"/> gives the caller.</summary>
    public static IQueryable<Project> WorkableBy(this IQueryable<Project> projects, Caller caller)
    {
        var (me, rows) = (caller.Id, projects.EditableBy(caller));
        return caller.WorksForOthers() ? rows : rows.Where(p => p.OwnerId == me);
    }

    private static bool WorksForOthers(this Caller caller) =>
        caller.IsIntegration || caller.Is(Roles.UnitHead, Roles.ProjectOfficer, Roles.Coordinator);

    /// <summary>As <see cref="ForWorkAsync(ProjectsDb, Guid, Caller, CancellationToken)"/>, at the version that the caller read.</summary>
    /// <exception cref="Refusal">403 <c>project.notOwner</c>, 412 <c>ifMatch.stale</c>.</exception>
    public static async Task<Project?> ForWorkAsync(
        this ProjectsDb db, Guid projectId, Caller caller, IfMatch ifMatch, CancellationToken ct)
    {
        var project = await db.ForWorkAsync(projectId, caller, ct);
        if (project is not null)
        {
            ifMatch.Check(project);
        }

        return project;
    }

    /// <summary>The id of a user who is active.</summary>
    /// <exception cref="RuleViolation"><c>project.officerUnknown</c>.</exception>
    public static async Task<Guid> ActiveOfficerAsync(this ProjectsDb db, Guid officerId, CancellationToken ct) =>
        await db.Officers.FindAsync([officerId], ct) is { Active: true }
            ? officerId
            : throw new RuleViolation("project.officerUnknown", officerId);

    public static Receipt Receipt(this Project project) => new() { Id = project.Id, Code = project.Code, Version = project.Version };
}
