using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Documents;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Projects.Stages;

/// <summary>A submission of the next stage, with its evidence, of a corrected date or of a contract amount; and its decision.</summary>
public sealed record SubmissionAnswer : IVersioned
{
    public required Guid Id { get; init; }
    public required Guid ProjectId { get; init; }

    public required SubmissionPurpose Purpose { get; init; }

    /// <summary>The stage before; of a correction, the same stage.</summary>
    public required ProjectStage From { get; init; }

    /// <summary>
    /// The stage whose roles approve: the next one; of a correction, the stage that it is about, of a step back the one that was left.
    /// </summary>
    public required ProjectStage To { get; init; }
    public required DateOnly OccurredOn { get; init; }

    /// <summary>
    /// Of a correction, the <c>version</c> of the move in the project's history; null of the next stage and of a new contract amount.
    /// </summary>
    public long? MoveVersion { get; init; }

    /// <summary>The date that it corrects; null where it corrects none.</summary>
    public DateOnly? PreviousOn { get; init; }

    /// <summary>The contract amount in whose place <c>contractAmount</c> comes; null where it replaces none.</summary>
    public Money? PreviousAmount { get; init; }
    public required SubmissionState State { get; init; }

    [Named]
    public required Guid SubmittedBy { get; init; }

    /// <summary>Who sent it; differs from the submitter when an integration did.</summary>
    [Named]
    public required Guid RecordedBy { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>A remark; of a correction, the reason.</summary>
    public string? Note { get; init; }

    [Named]
    public Guid? DecidedBy { get; init; }

    public DateTimeOffset? DecidedAt { get; init; }
    public string? DecisionNote { get; init; }
    public Money? ContractAmount { get; init; }

    /// <summary>
    /// The contract's currency when it had no rate as the submission was filed: nobody knew whether the contract needs a provincial filing.
    /// It is asked again at the approval. Null otherwise.
    /// </summary>
    public string? CurrencyWithoutRate { get; init; }
    public string? Uscc { get; init; }
    public string? EnterpriseName { get; init; }
    public DateOnly? FirstOutputOn { get; init; }
    public Money? AnnualOutput { get; init; }
    public Money? AnnualTax { get; init; }
    public required IReadOnlyList<DocumentReference> Documents { get; init; }

    /// <summary>The project's version, to send with a decision.</summary>
    public required long Version { get; init; }

    internal static SubmissionAnswer Of(Submission submission, long version) => new()
    {
        Id = submission.Id,
        ProjectId = submission.ProjectId,
        Purpose = submission.Purpose,
        From = submission.From,
        To = submission.To,
        OccurredOn = submission.OccurredOn,
        MoveVersion = submission.MoveVersion,
        PreviousOn = submission.PreviousOn,
        PreviousAmount = submission.PreviousAmount,
        State = submission.State,
        SubmittedBy = submission.SubmittedBy,
        RecordedBy = submission.RecordedBy,
        RecordedAt = submission.RecordedAt,
        Note = submission.Note,
        DecidedBy = submission.DecidedBy,
        DecidedAt = submission.DecidedAt,
        DecisionNote = submission.DecisionNote,
        ContractAmount = submission.ContractAmount,
        CurrencyWithoutRate = submission.CurrencyWithoutRate,
        Uscc = submission.Uscc,
        EnterpriseName = submission.EnterpriseName,
        FirstOutputOn = submission.FirstOutputOn,
        AnnualOutput = submission.AnnualOutput,
        AnnualTax = submission.AnnualTax,
        Documents = [.. submission.Documents.Select(DocumentReference.From)],
        Version = version,
    };
}

/// <summary>Reads one submission with its evidence and decision.</summary>
internal static class GetSubmission
{
    public static async Task<Results<Ok<SubmissionAnswer>, NotFound>> Handle(
        Guid projectId, Guid submissionId, ProjectsDb db, Caller caller, CancellationToken ct)
    {
        var project = await db.Projects.AsNoTracking().ReadableBy(caller).SingleOrDefaultAsync(p => p.Id == projectId, ct);
        var submission = project is null ? null : await db.Submissions.AsNoTracking()
            .SingleOrDefaultAsync(c => c.Id == submissionId && c.ProjectId == projectId, ct);
        return submission is null ? TypedResults.NotFound() : TypedResults.Ok(SubmissionAnswer.Of(submission, project!.Version));
    }
}
