using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Projects.Stages;

/// <summary>The decision of an approver.</summary>
public enum SubmissionDecision { Approved, Refused }

/// <summary>An approver's decision on a submission.</summary>
public sealed record DecideSubmissionRequest
{
    [Needed]
    public SubmissionDecision? Decision { get; init; }

    /// <summary>Needed for a refusal.</summary>
    [TextLength(1000)]
    public string? Note { get; init; }
}

/// <summary>
/// Approves a submission, by which the project reaches the stage, a move has its corrected date or the contract its amount, or refuses it
/// with a note.
/// </summary>
internal static class DecideSubmission
{
    public static async Task<Results<Ok<SubmissionReceipt>, NotFound>> Handle(
        Guid projectId, Guid submissionId, DecideSubmissionRequest request, IfMatch ifMatch, ProjectsDb db, Caller caller,
        TimeProvider clock, CancellationToken ct)
    {
        if (request is { Decision: SubmissionDecision.Refused, Note: null })
        {
            throw Refusal.Invalid("/note", "value.required");
        }

        var project = await db.Projects.EditableBy(caller).ForUpdate(projectId, ct);
        var submission = project is null
            ? null
            : await db.Submissions.SingleOrDefaultAsync(c => c.Id == submissionId && c.ProjectId == projectId, ct);
        if (project is null || submission is null)
        {
            return TypedResults.NotFound();
        }

        caller.MustApprove(project, submission.To);
        ifMatch.Check(project);
        var now = clock.GetUtcNow();
        if (request.Decision == SubmissionDecision.Approved)
        {
            await db.ApproveAsync(project, submission, caller.Id, request.Note, now, ct);
        }
        else
        {
            project.Refuse(submission, caller.Id, request.Note, now);
        }

        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(SubmissionReceipt.Of(project, submission));
    }
}
