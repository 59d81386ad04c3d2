using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Projects.Stages;

/// <summary>Submits that a stage was reached on another date. Until it is approved, the date stays as it is.</summary>
public sealed record CorrectStageDateRequest
{
    /// <summary>
    /// A stage that the project holds, but <c>negotiating</c>: that one has the date of the lead's conversion, which is corrected there.
    /// </summary>
    [Needed]
    public ProjectStage? Stage { get; init; }

    /// <summary>
    /// Business date on which it was reached: not before the date of the stage before it, not after that of the stage after it, not after
    /// today. Signing is not after any amount of the contract, production not before the first output.
    /// </summary>
    [Needed, BusinessDate]
    public DateOnly? OccurredOn { get; init; }

    [Needed, TextLength(1000)]
    public string Reason { get; init; } = "";

    /// <summary>Integrations only: the officer for whom the correction is sent. Default: the project's owner.</summary>
    public Guid? SubmitterId { get; init; }

    /// <summary>Integrations only: the user who approved elsewhere. The date is then corrected at once.</summary>
    public Guid? ApproverId { get; init; }
}

/// <summary>
/// Submits a correction of the date of a stage, to be approved by whoever approves the stage and did not submit it: contract amounts and
/// targets count by the date.
/// </summary>
internal static class CorrectStageDate
{
    public static async Task<Results<Created<SubmissionReceipt>, NotFound>> Handle(
        Guid projectId, CorrectStageDateRequest request, IfMatch ifMatch, ProjectsDb db, Caller caller, TimeProvider clock,
        CancellationToken ct)
    {
        FileSubmission.CheckNamed(caller, request.SubmitterId, request.ApproverId);
        var on = clock.NotAfterToday(request.OccurredOn, "/occurredOn");
        var project = await db.ForWorkAsync(projectId, caller, ifMatch, ct);
        if (project is null)
        {
            return TypedResults.NotFound();
        }

        var (now, stage) = (clock.GetUtcNow(), request.Stage!.Value);
        var submission = project.SubmitDate(
            Guid.CreateVersion7(now), stage, on, await db.FirstAmountOnAsync(project, stage, ct), request.Reason,
            await db.SubmitterAsync(project, caller, request.SubmitterId, ct), caller.Id, now);
        db.Add(submission);
        if (request.ApproverId is { } approver)
        {
            await db.MustApproveAsync(approver, project, submission, ct);
            await db.ApproveDateAsync(project, submission, approver, null, now, ct);
        }

        await db.SaveChangesAsync(ct);
        return TypedResults.Created(
            $"/api/v1/projects/{project.Id}/submissions/{submission.Id}", SubmissionReceipt.Of(project, submission));
    }

    /// <summary>Approves the correction and publishes the event.</summary>
    public static async Task ApproveDateAsync(
        this ProjectsDb db, Project project, Submission submission, Guid approver, string? note, DateTimeOffset now, CancellationToken ct)
    {
        project.ApproveDate(submission, await db.FirstAmountOnAsync(project, submission.To, ct), approver, note, now);
        await db.PublishDateAsync(project, submission.To, submission.PreviousOn!.Value, approver, ct);
    }

    /// <summary>
    /// The day of the first amount that the present contract has: paid in, completed, or corrected to. Reversed entries count for nothing.
    /// Null of another stage than the signing.
    /// </summary>
    private static async Task<DateOnly?> FirstAmountOnAsync(this ProjectsDb db, Project project, ProjectStage stage, CancellationToken ct)
    {
        if (stage != ProjectStage.Signed || project.Stage < stage)
        {
            return null;
        }

        var (signedOn, signedAt) = (project.StageDates[(int)stage], await db.ReachedAtAsync(project, stage, ct));
        var entered = await db.Amounts
            .Where(a => a.ProjectId == project.Id && a.OccurredOn >= signedOn && a.ReversalOf == null
                && !db.Amounts.Any(r => r.ReversalOf == a.Id))
            .MinAsync(a => (DateOnly?)a.OccurredOn, ct);
        var corrected = await db.History
            .Where(h => h.ProjectId == project.Id && h.Kind == HistoryKind.ContractCorrected && h.Version > signedAt)
            .MinAsync(h => (DateOnly?)h.OccurredOn, ct);
        return corrected < entered || entered is null ? corrected : entered;
    }

    /// <summary>Publishes that the date of a stage was corrected.</summary>
    public static async Task PublishDateAsync(
        this ProjectsDb db, Project project, ProjectStage stage, DateOnly previous, Guid? approver, CancellationToken ct) =>
        db.Publish(project, new ProjectStageDateCorrected
        {
            Project = project.State(),
            MoveVersion = await db.ReachedAtAsync(project, stage, ct),
            Stage = stage,
            PreviousOn = previous,
            OccurredOn = project.StageDates[(int)stage],
            ApproverId = approver,
        });

    /// <summary>The project's version at which it reached the stage that it holds; the first of several holds no more.</summary>
    private static Task<long> ReachedAtAsync(this ProjectsDb db, Project project, ProjectStage stage, CancellationToken ct) =>
        db.History
            .Where(h => h.ProjectId == project.Id && h.To == stage && (h.Kind == HistoryKind.Reached || h.Kind == HistoryKind.Opened))
            .MaxAsync(h => h.Version, ct);
}
