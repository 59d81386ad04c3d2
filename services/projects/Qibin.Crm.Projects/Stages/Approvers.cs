using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Projects.Stages;

/// <summary>A submission with its project.</summary>
internal sealed class SubmissionOfProject
{
    public required Submission Submission { get; init; }
    public required Project Project { get; init; }
}

/// <summary>Who may approve a stage of a project.</summary>
internal static class Approvers
{
    /// <summary>
    /// The caller has one of the gate's roles. Where a project officer in charge is named, no other project officer approves.
    /// </summary>
    /// <exception cref="Refusal">403 <c>stage.approverRole</c>.</exception>
    public static void MustApprove(this Caller caller, Project project, ProjectStage stage)
    {
        var gate = StageGates.ApproversAt(stage);
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
        var roles = approver is { Active: true }
            ? Roles(StageGates.ApproversAt(submission.To), project, approverId).Intersect(approver.Roles).ToList() : [];
        if (roles.Count == 0 || (project.Confidential && !project.Readers.Contains(approverId))
            || (roles is [Kernel.Roles.UnitHead] && !(await db.UnitsAboveAsync(project.UnitId, ct)).Contains(approver!.UnitId)))
        {
            throw new RuleViolation("stage.approverUnfit", approverId, Names.Of(submission.To));
        }
    }

    /// <summary>The submissions that wait for the caller's approval: by the same rule, of the projects that the caller may edit.</summary>
    public static IQueryable<SubmissionOfProject> SubmissionsFor(this ProjectsDb db, Caller caller)
    {
        var me = caller.Id;
        var all = Enum.GetValues<ProjectStage>();
        var stages = all.Where(s => StageGates.ApproversAt(s).Approvers.Any(r => r != Kernel.Roles.ProjectOfficer && caller.Is(r)))
            .ToArray();
        var inCharge = caller.Is(Kernel.Roles.ProjectOfficer)
            ? all.Where(s => StageGates.ApproversAt(s).Approvers.Contains(Kernel.Roles.ProjectOfficer)).ToArray() : [];
        return from submission in db.Submissions.AsNoTracking()
               join project in db.Projects.EditableBy(caller) on submission.ProjectId equals project.Id
               where submission.State == SubmissionState.Open && submission.SubmittedBy != me && submission.RecordedBy != me
                   && (stages.Contains(submission.To)
                       || (inCharge.Contains(submission.To) && (project.ProjectOfficerId == null || project.ProjectOfficerId == me)))
               select new SubmissionOfProject { Submission = submission, Project = project };
    }

    private static IEnumerable<string> Roles(StageGate gate, Project project, Guid approverId) =>
        gate.Approvers.Where(role => role != Kernel.Roles.ProjectOfficer
            || project.ProjectOfficerId is null || project.ProjectOfficerId == approverId);
}
