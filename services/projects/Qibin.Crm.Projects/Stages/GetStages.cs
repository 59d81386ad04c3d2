using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;

using ClaimState = Qibin.Crm.Projects.Domain.ClaimState;

namespace Qibin.Crm.Projects.Stages;

/// <summary>A stage claim with its evidence and what became of it.</summary>
public sealed record StageClaimAnswer : IVersioned
{
    public required Guid Id { get; init; }
    public required Guid ProjectId { get; init; }
    public required ProjectStage From { get; init; }
    public required ProjectStage To { get; init; }
    public required DateOnly OccurredOn { get; init; }
    public required ClaimState State { get; init; }
    public required Guid ClaimedBy { get; init; }

    /// <summary>Who sent it; differs from the claimant when an integration did.</summary>
    public required Guid RecordedBy { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }
    public string? Note { get; init; }
    public Guid? DecidedBy { get; init; }
    public DateTimeOffset? DecidedAt { get; init; }
    public string? DecisionNote { get; init; }
    public Money? ContractAmount { get; init; }
    public string? Uscc { get; init; }
    public string? EnterpriseName { get; init; }
    public DateOnly? FirstOutputOn { get; init; }
    public Money? AnnualOutput { get; init; }
    public Money? AnnualTax { get; init; }
    public required IReadOnlyList<DocumentReference> Documents { get; init; }

    /// <summary>The project's version, to send with a decision.</summary>
    public required long Version { get; init; }

    internal static StageClaimAnswer Of(StageClaim claim, long version) => new()
    {
        Id = claim.Id,
        ProjectId = claim.ProjectId,
        From = claim.From,
        To = claim.To,
        OccurredOn = claim.OccurredOn,
        State = claim.State,
        ClaimedBy = claim.ClaimedBy,
        RecordedBy = claim.RecordedBy,
        RecordedAt = claim.RecordedAt,
        Note = claim.Note,
        DecidedBy = claim.DecidedBy,
        DecidedAt = claim.DecidedAt,
        DecisionNote = claim.DecisionNote,
        ContractAmount = claim.ContractAmount,
        Uscc = claim.Uscc,
        EnterpriseName = claim.EnterpriseName,
        FirstOutputOn = claim.FirstOutputOn,
        AnnualOutput = claim.AnnualOutput,
        AnnualTax = claim.AnnualTax,
        Documents = claim.Documents,
        Version = version,
    };
}

/// <summary>One move of a project.</summary>
public sealed record StageMoveAnswer
{
    public required HistoryKind Kind { get; init; }
    public required ProjectStage From { get; init; }
    public required ProjectStage To { get; init; }
    public required DateOnly OccurredOn { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>The approver of a stage, the caller of other moves; all zeros for the system.</summary>
    public required Guid ActorId { get; init; }

    public Guid? ClaimId { get; init; }
    public string? Reason { get; init; }

    /// <summary>Contract amount before a correction.</summary>
    public Money? PreviousAmount { get; init; }

    /// <summary>Contract amount after a correction.</summary>
    public Money? Amount { get; init; }
}

/// <summary>How a project came to where it is.</summary>
public sealed record StagesAnswer : IVersioned
{
    public required Guid ProjectId { get; init; }
    public required ProjectStage Stage { get; init; }
    public required DateOnly StageOn { get; init; }
    public required ProjectStatus Status { get; init; }

    /// <summary>Moves in the order they were recorded; those taken back stay.</summary>
    public required IReadOnlyList<StageMoveAnswer> Moves { get; init; }

    /// <summary>Claims in the order they were recorded.</summary>
    public required IReadOnlyList<StageClaimAnswer> Claims { get; init; }

    public required long Version { get; init; }
}

internal static class GetStages
{
    public static async Task<Results<Ok<StagesAnswer>, NotFound>> Handle(Guid projectId, ProjectsDb db, Caller caller, CancellationToken ct)
    {
        var project = await db.Projects.AsNoTracking().ReadableBy(caller).SingleOrDefaultAsync(p => p.Id == projectId, ct);
        if (project is null)
        {
            return TypedResults.NotFound();
        }

        // The version stands for all of it, so moves and claims made since the project was read are left for the next reading.
        var moves = await db.History.AsNoTracking().Where(h => h.ProjectId == projectId && h.Version <= project.Version)
            .OrderBy(h => h.Version).ThenBy(h => h.Id).ToListAsync(ct);
        var claims = await db.Claims.AsNoTracking().Where(c => c.ProjectId == projectId && c.RecordedAt <= project.UpdatedAt)
            .OrderBy(c => c.RecordedAt).ThenBy(c => c.Id).ToListAsync(ct);
        return TypedResults.Ok(new StagesAnswer
        {
            ProjectId = project.Id,
            Stage = project.Stage,
            StageOn = project.StageOn,
            Status = project.Status,
            Moves = moves.ConvertAll(h => new StageMoveAnswer
            {
                Kind = h.Kind,
                From = h.From,
                To = h.To,
                OccurredOn = h.OccurredOn,
                RecordedAt = h.RecordedAt,
                ActorId = h.ActorId,
                ClaimId = h.ClaimId,
                Reason = h.Reason,
                PreviousAmount = h.PreviousAmount,
                Amount = h.Amount,
            }),
            Claims = claims.ConvertAll(c => StageClaimAnswer.Of(c, project.Version)),
            Version = project.Version,
        });
    }

    public static async Task<Results<Ok<StageClaimAnswer>, NotFound>> HandleOne(
        Guid projectId, Guid claimId, ProjectsDb db, Caller caller, CancellationToken ct)
    {
        var project = await db.Projects.AsNoTracking().ReadableBy(caller).SingleOrDefaultAsync(p => p.Id == projectId, ct);
        var claim = project is null ? null : await db.Claims.AsNoTracking().SingleOrDefaultAsync(c => c.Id == claimId && c.ProjectId == projectId, ct);
        return claim is null ? TypedResults.NotFound() : TypedResults.Ok(StageClaimAnswer.Of(claim, project!.Version));
    }
}
