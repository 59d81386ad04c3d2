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

/// <summary>
/// Submits that a stage was reached on another date, or that another move happened on one. Until it is approved, the date stays as it is.
/// </summary>
public sealed record CorrectStageDateRequest
{
    /// <summary>
    /// A stage that the project holds, but <c>negotiating</c>: that one has the date of the lead's conversion, which is corrected there.
    /// Either this or <c>moveVersion</c>.
    /// </summary>
    public ProjectStage? Stage { get; init; }

    /// <summary>
    /// The <c>version</c> of a move of the project's history: a step back, a change of status (also of a terminated project), a new
    /// contract amount of the present contract, or a stage that the project holds. Either this or <c>stage</c>.
    /// </summary>
    [NumberRange(1, 1_000_000_000)]
    public long? MoveVersion { get; init; }

    /// <summary>
    /// Business date on which it happened, not after today. Of a stage not before the date of the stage before it, nor after that of the
    /// stage after it; signing is not after any amount of the contract, production not before the first output. A step back is not before
    /// the stage that it left, a change of status between those before and after it, a new contract amount not before signing.
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
/// Submits a correction of the date of a move, to be approved by whoever approves the stage that it is about and did not submit it:
/// contract amounts and targets count by the date.
/// </summary>
internal static class CorrectStageDate
{
    public static async Task<Results<Created<SubmissionReceipt>, NotFound>> Handle(
        Guid projectId, CorrectStageDateRequest request, IfMatch ifMatch, ProjectsDb db, Caller caller, TimeProvider clock,
        CancellationToken ct)
    {
        FileSubmission.CheckNamed(caller, request.SubmitterId, request.ApproverId);
        if ((request.Stage is null) == (request.MoveVersion is null))
        {
            throw Refusal.Invalid(request.Stage is null ? "/stage" : "/moveVersion", "move.stageOrVersion");
        }

        var on = clock.NotAfterToday(request.OccurredOn, "/occurredOn");
        var project = await db.ForWorkAsync(projectId, caller, ifMatch, ct);
        if (project is null)
        {
            return TypedResults.NotFound();
        }

        if (request.Stage > project.Stage)
        {
            throw new RuleViolation("stage.notReached", Names.Of(request.Stage.Value));
        }

        var (now, moves) = (clock.GetUtcNow(), await db.MovesAsync(project, ct));
        var move = request.MoveVersion is { } version ? moves.Of(version) : moves.Reached(request.Stage!.Value);
        var submission = project.SubmitDate(
            Guid.CreateVersion7(now), moves, move, on, await db.FirstAmountOnAsync(project, move, ct), request.Reason,
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

    /// <summary>The project's history.</summary>
    public static async Task<Moves> MovesAsync(this ProjectsDb db, Project project, CancellationToken ct) =>
        new(await db.History.AsNoTracking().Where(h => h.ProjectId == project.Id).ToListAsync(ct));

    /// <summary>Approves the correction and publishes the event.</summary>
    public static async Task ApproveDateAsync(
        this ProjectsDb db, Project project, Submission submission, Guid approver, string? note, DateTimeOffset now, CancellationToken ct)
    {
        var moves = await db.MovesAsync(project, ct);
        var (move, previous) = (moves.Of(submission.MoveVersion!.Value), submission.PreviousOn!.Value);
        project.ApproveDate(submission, moves, await db.FirstAmountOnAsync(project, move, ct), approver, note, now);
        if (move.Kind == HistoryKind.Reached)
        {
            db.PublishDate(project, move.To, move.Version, previous, approver);
            return;
        }

        db.Publish(project, new ProjectMoveDateCorrected
        {
            Project = project.State(),
            MoveVersion = move.Version,
            PreviousOn = previous,
            OccurredOn = submission.OccurredOn,
            ApproverId = approver,
        });
    }

    /// <summary>
    /// Of the signing that the project holds, the day of the first amount that was paid in or completed since. Reversed entries count for
    /// nothing. Null of another move.
    /// </summary>
    private static async Task<DateOnly?> FirstAmountOnAsync(this ProjectsDb db, Project project, HistoryEntry move, CancellationToken ct)
    {
        if (move is not { Kind: HistoryKind.Reached, To: ProjectStage.Signed } || project.Stage < ProjectStage.Signed)
        {
            return null;
        }

        var signedOn = project.StageDates[(int)ProjectStage.Signed];
        return await db.Amounts
            .Where(a => a.ProjectId == project.Id && a.OccurredOn >= signedOn && a.ReversalOf == null
                && !db.Amounts.Any(r => r.ReversalOf == a.Id))
            .MinAsync(a => (DateOnly?)a.OccurredOn, ct);
    }

    /// <summary>Publishes that the date of a stage was corrected.</summary>
    public static void PublishDate(
        this ProjectsDb db, Project project, ProjectStage stage, long moveVersion, DateOnly previous, Guid? approver) =>
        db.Publish(project, new ProjectStageDateCorrected
        {
            Project = project.State(),
            MoveVersion = moveVersion,
            Stage = stage,
            PreviousOn = previous,
            OccurredOn = project.StageDates[(int)stage],
            ApproverId = approver,
        });
}
