using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Validation;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

#pragma warning disable ASP0029 // The batch validates its items by this evaluation API.

using ClaimState = Qibin.Crm.Projects.Domain.ClaimState;

namespace Qibin.Crm.Projects.Stages;

/// <summary>A claim that a project reached its next stage. <c>GET /projects/stage-gates</c> says what each stage asks for.</summary>
public record ClaimStageRequest
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
    [TextLength(200)]
    public string? EnterpriseName { get; init; }

    /// <summary>For <c>producing</c>: day of the first output or sale; not after <see cref="OccurredOn"/>.</summary>
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

    /// <summary>Integrations only: the officer for whom the claim is sent. Default: the project's owner.</summary>
    public Guid? ClaimantId { get; init; }

    /// <summary>Integrations only: the officer who approved elsewhere. The project then moves at once.</summary>
    public Guid? ApproverId { get; init; }
}

/// <summary>One claim of a batch.</summary>
[ValidatableType] // Items of a batch are validated one by one, so the framework does not meet this type by itself.
public sealed record ClaimStageItem : ClaimStageRequest
{
    [Needed]
    public Guid? ProjectId { get; init; }
}

/// <summary>What a claim's write answers; the version is the project's.</summary>
public sealed record ClaimReceipt : Receipt
{
    public required Guid ProjectId { get; init; }
    public required ClaimState State { get; init; }

    /// <summary>The project's stage now.</summary>
    public required ProjectStage Stage { get; init; }

    internal static ClaimReceipt Of(Project project, StageClaim claim) =>
        new() { Id = claim.Id, ProjectId = project.Id, Code = project.Code, Version = project.Version, State = claim.State, Stage = project.Stage };
}

internal static class ClaimStage
{
    public static async Task<Results<Created<ClaimReceipt>, NotFound>> Handle(
        Guid projectId, ClaimStageRequest request, ProjectsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (!caller.IsIntegration && (request.ClaimantId ?? request.ApproverId) is not null)
        {
            throw Refusal.Invalid(request.ClaimantId is null ? "/approverId" : "/claimantId", "stage.integrationOnly");
        }

        var on = clock.NotAfterToday(request.OccurredOn, "/occurredOn");
        _ = clock.NotAfterToday(request.FirstOutputOn, "/firstOutputOn");
        var documents = request.Documents ?? [];
        documents.Check(clock, "/documents");
        var project = await db.Projects.EditableBy(caller).ForUpdate(projectId, ct);
        if (project is null)
        {
            return TypedResults.NotFound();
        }

        caller.MustWork(project);
        var claimant = caller.IsIntegration ? await db.ActiveOfficerAsync(request.ClaimantId ?? project.OwnerId, ct) : caller.Id;
        var now = clock.GetUtcNow();
        var evidence = new StageEvidence
        {
            ContractAmount = request.ContractAmount,
            Uscc = request.Uscc is null ? null : Kernel.Uscc.Parse(request.Uscc).Value,
            EnterpriseName = request.EnterpriseName,
            FirstOutputOn = request.FirstOutputOn,
            AnnualOutput = request.AnnualOutput,
            AnnualTax = request.AnnualTax,
            Documents = documents,
        };
        var claim = project.Claim(Guid.CreateVersion7(now), request.To!.Value, on, evidence, request.Note, claimant, caller.Id, now);
        db.Add(claim);
        if (request.ApproverId is { } approver)
        {
            await db.MustApproveAsync(approver, project, claim, ct);
            db.Approve(project, claim, approver, null, now);
        }

        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/projects/{project.Id}/stages/{claim.Id}", ClaimReceipt.Of(project, claim));
    }

    public static async Task<Ok<BatchAnswer>> HandleBatch(
        BatchRequest<ClaimStageItem> batch, HttpContext http, ProjectsDb db, Caller caller, TimeProvider clock, CancellationToken ct) =>
        TypedResults.Ok(await Batch.RunAsync(http, batch, async item => await Handle(item.ProjectId!.Value, item, db, caller, clock, ct)));

    /// <summary>Approves and tells the others.</summary>
    public static void Approve(this ProjectsDb db, Project project, StageClaim claim, Guid approver, string? note, DateTimeOffset now)
    {
        project.Approve(claim, approver, note, now);
        db.Publish(project, new ProjectStageReached { Project = project.State(), From = claim.From, To = claim.To, OccurredOn = claim.OccurredOn });
    }
}
