using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;

namespace Qibin.Crm.Projects.Stages;

/// <summary>Who may approve a stage of a project.</summary>
internal static class Approvers
{
    /// <summary>
    /// The caller has one of the gate's roles. Where a project officer in charge is named, no other project officer approves.
    /// </summary>
    /// <exception cref="Refusal">403 <c>stage.approverRole</c>.</exception>
    public static void MustApprove(this Caller caller, Project project, ProjectStage stage)
    {
        var gate = StageGates.Into(stage)!;
        if (!Roles(gate, project, caller.Id).Any(role => caller.Is(role)))
        {
            throw new Refusal(StatusCodes.Status403Forbidden, "stage.approverRole", Names.Of(stage), Names.OfRoles(gate.Approvers));
        }
    }

    /// <summary>
    /// Checks an approver whom an integration names: an active user with one of the gate's roles who sees the project. A unit head sees
    /// the units below; the other approving roles see the whole city.
    /// </summary>
    /// <exception cref="RuleViolation"><c>stage.approverUnfit</c>.</exception>
    public static async Task MustApproveAsync(
        this ProjectsDb db, Guid approverId, Project project, Submission submission, CancellationToken ct)
    {
        var approver = await db.Officers.FindAsync([approverId], ct);
        var roles = approver is { Active: true } ? Roles(StageGates.Into(submission.To)!, project, approverId).Intersect(approver.Roles)
            .ToList() : [];
        if (roles.Count == 0 || (project.Confidential && !project.Readers.Contains(approverId))
            || (roles is [Kernel.Roles.UnitHead] && !await IsAboveAsync(db, approver!.UnitId, project.UnitId, ct)))
        {
            throw new RuleViolation("stage.approverUnfit", approverId, Names.Of(submission.To));
        }
    }

    private static IEnumerable<string> Roles(StageGate gate, Project project, Guid approverId) =>
        gate.Approvers.Where(role => role != Kernel.Roles.ProjectOfficer
            || project.ProjectOfficerId is null || project.ProjectOfficerId == approverId);

    private static async Task<bool> IsAboveAsync(ProjectsDb db, Guid above, Guid unitId, CancellationToken ct) =>
        (await db.Database.SqlQuery<Guid>(
            $"""
            with recursive up(unit_id) as (
                select {unitId}
                union
                select u.parent_id from directory.unit u join up on u.unit_id = up.unit_id where u.parent_id is not null)
            select unit_id as "Value" from up
            """).ToListAsync(ct)).Contains(above);
}
