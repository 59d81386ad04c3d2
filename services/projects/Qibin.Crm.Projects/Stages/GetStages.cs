using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Projects.Stages;

/// <summary>One move of a project.</summary>
public sealed record StageMoveAnswer
{
    /// <summary>The project's version that it made, by which a correction names it.</summary>
    public required long Version { get; init; }

    public required HistoryKind Kind { get; init; }
    public required ProjectStage From { get; init; }
    public required ProjectStage To { get; init; }
    public required DateOnly OccurredOn { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>The approver of a submission, the caller of other moves; all zeros for the system.</summary>
    [Named]
    public required Guid ActorId { get; init; }

    public Guid? SubmissionId { get; init; }
    public string? Reason { get; init; }

    /// <summary>Of a correction, the version of the move that it corrected; null of a move.</summary>
    public long? MoveVersion { get; init; }

    /// <summary>Date of the move before a correction.</summary>
    public DateOnly? PreviousOn { get; init; }

    /// <summary>Contract amount before a new amount or a correction.</summary>
    public Money? PreviousAmount { get; init; }

    /// <summary>Contract amount of a signing, a new amount or a correction.</summary>
    public Money? Amount { get; init; }
}

/// <summary>The history of a project's stages.</summary>
public sealed record StagesAnswer : IVersioned
{
    public required Guid ProjectId { get; init; }
    public required ProjectStage Stage { get; init; }
    public required DateOnly StageOn { get; init; }
    public required ProjectStatus Status { get; init; }

    /// <summary>Moves in the order in which they were recorded. Steps back remove none.</summary>
    public required IReadOnlyList<StageMoveAnswer> Moves { get; init; }

    /// <summary>Submissions in the order they were recorded.</summary>
    public required IReadOnlyList<SubmissionAnswer> Submissions { get; init; }

    public required long Version { get; init; }
}

/// <summary>Reads the moves of a project between stages, and its submissions.</summary>
internal static class GetStages
{
    public static async Task<Results<Ok<StagesAnswer>, NotFound>> Handle(Guid projectId, ProjectsDb db, Caller caller, CancellationToken ct)
    {
        var project = await db.Projects.AsNoTracking().ReadableBy(caller).SingleOrDefaultAsync(p => p.Id == projectId, ct);
        if (project is null)
        {
            return TypedResults.NotFound();
        }

        // The version covers the whole answer, so moves and submissions that were recorded after the project was read are left out.
        var moves = await db.History.AsNoTracking().Where(h => h.ProjectId == projectId && h.Version <= project.Version)
            .OrderBy(h => h.Version).ThenBy(h => h.Id).ToListAsync(ct);
        var submissions = await db.Submissions.AsNoTracking().Where(c => c.ProjectId == projectId && c.RecordedAt <= project.UpdatedAt)
            .OrderBy(c => c.RecordedAt).ThenBy(c => c.Id).ToListAsync(ct);
        return TypedResults.Ok(new StagesAnswer
        {
            ProjectId = project.Id,
            Stage = project.Stage,
            StageOn = project.StageOn,
            Status = project.Status,
            Moves = moves.ConvertAll(h => new StageMoveAnswer
            {
                Version = h.Version,
                Kind = h.Kind,
                From = h.From,
                To = h.To,
                OccurredOn = h.OccurredOn,
                RecordedAt = h.RecordedAt,
                ActorId = h.ActorId,
                SubmissionId = h.SubmissionId,
                Reason = h.Reason,
                MoveVersion = h.MoveVersion,
                PreviousOn = h.PreviousOn,
                PreviousAmount = h.PreviousAmount,
                Amount = h.Amount,
            }),
            Submissions = submissions.ConvertAll(c => SubmissionAnswer.Of(c, project.Version)),
            Version = project.Version,
        });
    }
}
