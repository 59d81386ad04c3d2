using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Projects.Stages;

/// <summary>
/// Submits another contract amount of a signed project: a new one from a business date on, such as by a supplementary agreement, or with
/// <c>moveVersion</c> the right amount of a signing or of an earlier new amount that was entered wrongly. Until it is approved, the amount
/// stays as it is; the history keeps the former one.
/// </summary>
public sealed record CorrectContractRequest
{
    /// <summary>The amount, in the contract's currency.</summary>
    [Needed, PositiveMoney]
    public Money? Amount { get; init; }

    /// <summary>
    /// The <c>version</c> of the move of the project's history that had the wrong amount: the signing, or a new contract amount since. The
    /// move keeps its date. Null of a new amount.
    /// </summary>
    [NumberRange(1, 1_000_000_000)]
    public long? MoveVersion { get; init; }

    [Needed, TextLength(1000)]
    public string Reason { get; init; } = "";

    /// <summary>
    /// Business date from which a new amount holds; not before signing, not after today. Default: today. Left out with <c>moveVersion</c>.
    /// </summary>
    [BusinessDate]
    public DateOnly? OccurredOn { get; init; }

    /// <summary>Integrations only: the officer for whom the amount is sent. Default: the project's owner.</summary>
    public Guid? SubmitterId { get; init; }

    /// <summary>Integrations only: the user who approved elsewhere. The amount then holds at once.</summary>
    public Guid? ApproverId { get; init; }
}

/// <summary>
/// Submits another contract amount of a signed project, to be approved by whoever approves a signing and did not submit it: totals and
/// targets count it.
/// </summary>
internal static class CorrectContract
{
    public static async Task<Results<Created<SubmissionReceipt>, NotFound>> Handle(
        Guid projectId, CorrectContractRequest request, IfMatch ifMatch, ProjectsDb db, Caller caller, TimeProvider clock,
        CancellationToken ct)
    {
        FileSubmission.CheckNamed(caller, request.SubmitterId, request.ApproverId);
        if (request is { MoveVersion: not null, OccurredOn: not null })
        {
            throw Refusal.Invalid("/occurredOn", "contract.dateOfMove");
        }

        var on = clock.NotAfterToday(request.OccurredOn, "/occurredOn");
        var project = await db.ForWorkAsync(projectId, caller, ifMatch, ct);
        if (project is null)
        {
            return TypedResults.NotFound();
        }

        var now = clock.GetUtcNow();
        var submission = project.SubmitContract(
            Guid.CreateVersion7(now), await db.MovesAsync(project, ct), request.MoveVersion, request.Amount!, on, request.Reason,
            await db.SubmitterAsync(project, caller, request.SubmitterId, ct), caller.Id, now);
        db.Add(submission);
        if (request.ApproverId is { } approver)
        {
            await db.MustApproveAsync(approver, project, submission, ct);
            await db.ApproveContractAsync(project, submission, approver, null, now, ct);
        }

        await db.SaveChangesAsync(ct);
        return TypedResults.Created(
            $"/api/v1/projects/{project.Id}/submissions/{submission.Id}", SubmissionReceipt.Of(project, submission));
    }

    /// <summary>Approves the amount and publishes the event.</summary>
    public static async Task ApproveContractAsync(
        this ProjectsDb db, Project project, Submission submission, Guid approver, string? note, DateTimeOffset now, CancellationToken ct)
    {
        project.ApproveContract(submission, await db.MovesAsync(project, ct), approver, note, now);
        db.Publish(project, new ProjectContractCorrected
        {
            Project = project.State(),
            MoveVersion = submission.MoveVersion,
            PreviousAmount = submission.PreviousAmount,
            Amount = submission.ContractAmount!,
            OccurredOn = submission.OccurredOn,
            ApproverId = approver,
        });
    }
}
