using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Validation;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Documents;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

#pragma warning disable ASP0029 // The batch validates its items by this evaluation API.

namespace Qibin.Crm.Projects.Stages;

/// <summary>Submits that a project reached its next stage. <c>GET /projects/stage-gates</c> says what each stage asks for.</summary>
public record FileSubmissionRequest
{
    /// <summary>The stage after the present one.</summary>
    [Needed]
    public ProjectStage? To { get; init; }

    /// <summary>Business date on which it was reached; not before the previous stage's date, not after today. Default: today.</summary>
    [BusinessDate]
    public DateOnly? OccurredOn { get; init; }

    /// <summary>For <c>signed</c>: investment by the contract.</summary>
    [PositiveMoney]
    public Money? ContractAmount { get; init; }

    /// <summary>For <c>registered</c>: unified social credit code of the local legal person.</summary>
    [Uscc]
    public string? Uscc { get; init; }

    /// <summary>For <c>registered</c>: its registered name.</summary>
    [Line(200)]
    public string? EnterpriseName { get; init; }

    /// <summary>For <c>producing</c>: day of the first output or sale; not after <c>occurredOn</c>.</summary>
    [BusinessDate]
    public DateOnly? FirstOutputOn { get; init; }

    /// <summary>For <c>atCapacity</c> and <c>efficient</c>: output of one year, as reached.</summary>
    [PositiveMoney]
    public Money? AnnualOutput { get; init; }

    /// <summary>For <c>efficient</c>: tax of one year, as paid.</summary>
    [PositiveMoney]
    public Money? AnnualTax { get; init; }

    /// <summary>Evidence by reference, at most 20.</summary>
    [Items(0, 20)]
    public IReadOnlyList<DocumentReference>? Documents { get; init; }

    [TextLength(1000)]
    public string? Note { get; init; }

    /// <summary>Integrations only: the officer for whom the submission is sent. Default: the project's owner.</summary>
    public Guid? SubmitterId { get; init; }

    /// <summary>Integrations only: the user who approved elsewhere. The project then reaches its stage at once.</summary>
    public Guid? ApproverId { get; init; }
}

/// <summary>One submission of a batch.</summary>
[ValidatableType] // Items of a batch are validated one by one, so the framework does not meet this type by itself.
public sealed record FileSubmissionItem : FileSubmissionRequest
{
    [Needed]
    public Guid? ProjectId { get; init; }
}

/// <summary>The receipt of a submission; the version is the project's.</summary>
public sealed record SubmissionReceipt : Receipt
{
    public required Guid ProjectId { get; init; }
    public required SubmissionState State { get; init; }

    /// <summary>The project's stage now.</summary>
    public required ProjectStage Stage { get; init; }

    /// <summary>The contract's currency when it has no rate, so that nobody knows whether it needs a provincial filing.</summary>
    public string? CurrencyWithoutRate { get; init; }

    internal static SubmissionReceipt Of(Project project, Submission submission) =>
        new()
        {
            Id = submission.Id,
            ProjectId = project.Id,
            Code = project.Code,
            Version = project.Version,
            State = submission.State,
            Stage = project.Stage,
            CurrencyWithoutRate = submission.CurrencyWithoutRate,
        };
}

/// <summary>
/// Submits the next stage of a project with its evidence, to be approved by somebody else. An integration that names the approver
/// records an approval that was given elsewhere, and the stage is reached at once.
/// </summary>
internal static class FileSubmission
{
    public static async Task<Results<Created<SubmissionReceipt>, NotFound>> Handle(
        Guid projectId, FileSubmissionRequest request, ProjectsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        CheckNamed(caller, request.SubmitterId, request.ApproverId);
        var on = clock.NotAfterToday(request.OccurredOn, "/occurredOn");
        _ = clock.NotAfterToday(request.FirstOutputOn, "/firstOutputOn");
        var documents = DocumentReference.ReadAll(request.Documents, clock, "/documents");
        var project = await db.ForWorkAsync(projectId, caller, ct);
        if (project is null)
        {
            return TypedResults.NotFound();
        }

        var submitter = await db.SubmitterAsync(project, caller, request.SubmitterId, ct);
        var now = clock.GetUtcNow();
        var evidence = new StageEvidence
        {
            ContractAmount = request.ContractAmount,
            ContractRate = await db.RateAsync(request.ContractAmount, on, ct),
            Uscc = request.Uscc is null ? null : Kernel.Uscc.Parse(request.Uscc).Value,
            EnterpriseName = request.EnterpriseName,
            FirstOutputOn = request.FirstOutputOn,
            AnnualOutput = request.AnnualOutput,
            AnnualTax = request.AnnualTax,
            Documents = documents,
        };
        var submission = project.Submit(Guid.CreateVersion7(now), request.To!.Value, on, evidence, request.Note, submitter, caller.Id, now);
        db.Add(submission);
        if (request.ApproverId is { } approver)
        {
            await db.MustApproveAsync(approver, project, submission, ct);
            await db.ApproveAsync(project, submission, approver, null, now, ct);
        }

        await db.SaveChangesAsync(ct);
        return TypedResults.Created(
            $"/api/v1/projects/{project.Id}/submissions/{submission.Id}", SubmissionReceipt.Of(project, submission));
    }

    public static async Task<Ok<BatchAnswer>> HandleBatch(
        BatchRequest<FileSubmissionItem> batch, HttpContext http, ProjectsDb db, Caller caller, TimeProvider clock, CancellationToken ct) =>
        TypedResults.Ok(await Batch.RunAsync(http, batch, async item => await Handle(item.ProjectId!.Value, item, db, caller, clock, ct)));

    /// <summary>Only an integration names who submits and who approved.</summary>
    /// <exception cref="Refusal">400 <c>submission.integrationOnly</c>.</exception>
    public static void CheckNamed(Caller caller, Guid? submitterId, Guid? approverId)
    {
        if (!caller.IsIntegration && (submitterId ?? approverId) is not null)
        {
            throw Refusal.Invalid(submitterId is null ? "/approverId" : "/submitterId", "submission.integrationOnly");
        }
    }

    /// <summary>Who submits: the caller; for an integration the officer whom it names, or else the project's owner.</summary>
    /// <exception cref="RuleViolation"><c>project.officerUnknown</c>.</exception>
    public static async Task<Guid> SubmitterAsync(
        this ProjectsDb db, Project project, Caller caller, Guid? submitterId, CancellationToken ct) =>
        caller.IsIntegration ? await db.ActiveOfficerAsync(submitterId ?? project.OwnerId, ct) : caller.Id;

    /// <summary>Approves a stage, a corrected date or a contract amount, and publishes the event.</summary>
    public static async Task ApproveAsync(
        this ProjectsDb db, Project project, Submission submission, Guid approver, string? note, DateTimeOffset now, CancellationToken ct)
    {
        if (submission.Purpose != SubmissionPurpose.NextStage)
        {
            await (submission.Purpose == SubmissionPurpose.Date
                ? db.ApproveDateAsync(project, submission, approver, note, now, ct)
                : db.ApproveContractAsync(project, submission, approver, note, now, ct));
            return;
        }

        project.Approve(submission, approver, note, now, await db.RateAsync(submission.ContractAmount, submission.OccurredOn, ct));
        db.Publish(project, new ProjectStageReached
        {
            Project = project.State(),
            From = submission.From,
            To = submission.To,
            OccurredOn = submission.OccurredOn,
            ApproverId = approver,
        });
    }
}
