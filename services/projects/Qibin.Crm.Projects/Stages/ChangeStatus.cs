using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Projects.Stages;

/// <summary>Suspends, resumes or terminates a project. Its stage does not change.</summary>
public sealed record ChangeStatusRequest
{
    /// <summary>
    /// <c>suspended</c>, <c>terminated</c>, or <c>active</c> to resume. A terminated project resumes by a unit head, coordinator or
    /// administrator only, and has its stage and figures as before.
    /// </summary>
    [Needed]
    public ProjectStatus? Status { get; init; }

    [Needed, TextLength(1000)]
    public string Reason { get; init; } = "";

    /// <summary>Business date; not before the last change of status, not after today. Default: today.</summary>
    [BusinessDate]
    public DateOnly? OccurredOn { get; init; }
}

/// <summary>Suspends, resumes or terminates a project, with a reason.</summary>
internal static class ChangeStatus
{
    public static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid projectId, ChangeStatusRequest request, IfMatch ifMatch, ProjectsDb db, Caller caller, TimeProvider clock,
        CancellationToken ct)
    {
        var on = clock.NotAfterToday(request.OccurredOn, "/occurredOn");
        var project = await db.ForWorkAsync(projectId, caller, ifMatch, ct);
        if (project is null)
        {
            return TypedResults.NotFound();
        }

        if (project.Status == ProjectStatus.Terminated && !caller.IsIntegration && !caller.Is(StageOperations.Supervisors))
        {
            throw new Refusal(StatusCodes.Status403Forbidden, "project.terminationRole");
        }

        var waiting = project.OpenSubmissionId is { } open ? await db.Submissions.FindAsync([open], ct) : null;
        project.ChangeStatus(request.Status!.Value, request.Reason, on, caller.Id, waiting, clock.GetUtcNow());
        db.Publish(project, new ProjectStatusChanged { Project = project.State(), Reason = request.Reason, OccurredOn = on });
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(project.Receipt());
    }
}
