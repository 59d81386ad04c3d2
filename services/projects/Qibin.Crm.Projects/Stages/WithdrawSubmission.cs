using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Projects.Stages;

/// <summary>Withdraws a submission before it is decided.</summary>
public sealed record WithdrawSubmissionRequest
{
    [TextLength(1000)]
    public string? Note { get; init; }
}

/// <summary>Takes a submission back before it is decided: its submitter, a head or the coordinator.</summary>
internal static class WithdrawSubmission
{
    public static async Task<Results<Ok<SubmissionReceipt>, NotFound>> Handle(
        Guid projectId, Guid submissionId, WithdrawSubmissionRequest request, IfMatch ifMatch, ProjectsDb db, Caller caller,
        TimeProvider clock,
        CancellationToken ct)
    {
        var project = await db.Projects.EditableBy(caller).ForUpdate(projectId, ct);
        var submission = project is null
            ? null
            : await db.Submissions.SingleOrDefaultAsync(c => c.Id == submissionId && c.ProjectId == projectId, ct);
        if (project is null || submission is null)
        {
            return TypedResults.NotFound();
        }

        if (caller.Id != submission.SubmittedBy && caller.Id != submission.RecordedBy && !caller.Is(Roles.UnitHead, Roles.Coordinator))
        {
            throw new Refusal(StatusCodes.Status403Forbidden, "submission.notSubmitter");
        }

        ifMatch.Check(project);
        project.Withdraw(submission, caller.Id, request.Note, clock.GetUtcNow());
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(SubmissionReceipt.Of(project, submission));
    }
}
