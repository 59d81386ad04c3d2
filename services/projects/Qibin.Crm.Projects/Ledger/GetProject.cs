using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Projects.Stages;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Projects.Ledger;

/// <summary>Business dates of the stages reached, and of moving in. A step back sets those of the later stages to null.</summary>
public sealed record MilestonesAnswer
{
    public required DateOnly NegotiatingOn { get; init; }
    public DateOnly? SignedOn { get; init; }
    public DateOnly? RegisteredOn { get; init; }
    public DateOnly? StartedOn { get; init; }
    public DateOnly? CompletedOn { get; init; }
    public DateOnly? ProducingOn { get; init; }
    public DateOnly? AtCapacityOn { get; init; }
    public DateOnly? EfficientOn { get; init; }

    /// <summary>The first tenancy of its enterprise began.</summary>
    public DateOnly? MovedInOn { get; init; }

    /// <summary>The last tenancy of its enterprise ended.</summary>
    public DateOnly? LeftOn { get; init; }
}

/// <summary>A project.</summary>
public sealed record ProjectAnswer : IVersioned
{
    public required Guid Id { get; init; }
    public required string Code { get; init; }
    public required string Name { get; init; }
    public required Guid LeadId { get; init; }
    public required Guid InvestorId { get; init; }
    public required string InvestorName { get; init; }
    public required ProjectStage Stage { get; init; }
    public required DateOnly StageOn { get; init; }
    public required ProjectStatus Status { get; init; }
    public required DateOnly StatusOn { get; init; }
    public string? StatusReason { get; init; }
    public required MilestonesAnswer Milestones { get; init; }

    /// <summary>The gate of the next stage; null when there is none.</summary>
    public StageGateAnswer? Next { get; init; }

    /// <summary>The submission that waits for approval.</summary>
    public Guid? OpenSubmissionId { get; init; }

    [Named]
    public required Guid OwnerId { get; init; }

    [Named]
    public required Guid UnitId { get; init; }

    [Named]
    public Guid? ProjectOfficerId { get; init; }

    [Named]
    public string? ChainCode { get; init; }

    [Named]
    public string? NodeCode { get; init; }

    public required bool Confidential { get; init; }

    [Named]
    public required IReadOnlyList<Guid> Readers { get; init; }

    public ProjectKind? Kind { get; init; }
    public string? Place { get; init; }

    /// <summary>Area in mu 亩, 666.67 m² each.</summary>
    public decimal? AreaMu { get; init; }

    public string? Content { get; init; }
    public DateOnly? PlannedSigningOn { get; init; }
    public DateOnly? PlannedStartOn { get; init; }
    public DateOnly? PlannedCompletionOn { get; init; }
    public DateOnly? PlannedProductionOn { get; init; }

    /// <summary>Promised output of one year.</summary>
    public Money? ExpectedOutput { get; init; }

    /// <summary>Promised tax of one year.</summary>
    public Money? ExpectedTax { get; init; }

    public int? ExpectedJobs { get; init; }

    /// <summary>Annual output from which the project is efficient 达效; the promised one when null.</summary>
    public Money? OutputThreshold { get; init; }

    /// <summary>Annual tax from which the project is efficient 达效; the promised one when null.</summary>
    public Money? TaxThreshold { get; init; }

    public Money? ContractAmount { get; init; }

    /// <summary>One sum per currency; sums of different currencies are never added.</summary>
    public required IReadOnlyList<Money> PaidIn { get; init; }

    /// <summary>Investment completed so far 完成投资, one sum per currency.</summary>
    public required IReadOnlyList<Money> CompletedInvestment { get; init; }

    public string? Uscc { get; init; }
    public string? EnterpriseName { get; init; }
    public Guid? EnterpriseId { get; init; }
    public DateOnly? FirstOutputOn { get; init; }
    public Money? AnnualOutput { get; init; }
    public Money? AnnualTax { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required long Version { get; init; }
}

/// <summary>Reads one project with its milestones, sums and participants.</summary>
internal static class GetProject
{
    public static async Task<Results<Ok<ProjectAnswer>,
        NotFound>> Handle(Guid projectId, ProjectsDb db, Caller caller, CancellationToken ct)
    {
        var project = await db.Projects.AsNoTracking().ReadableBy(caller).SingleOrDefaultAsync(p => p.Id == projectId, ct);
        return project is null ? TypedResults.NotFound() : TypedResults.Ok(Answer(project));
    }

    private static ProjectAnswer Answer(Project project) => new()
    {
        Id = project.Id,
        Code = project.Code,
        Name = project.Name,
        LeadId = project.LeadId,
        InvestorId = project.InvestorId,
        InvestorName = project.InvestorName,
        Stage = project.Stage,
        StageOn = project.StageOn,
        Status = project.Status,
        StatusOn = project.StatusOn,
        StatusReason = project.StatusReason,
        Milestones = Milestones(project),
        Next = StageGates.After(project.Stage) is { } gate ? StageGateAnswer.Of(gate) : null,
        OpenSubmissionId = project.OpenSubmissionId,
        OwnerId = project.OwnerId,
        UnitId = project.UnitId,
        ProjectOfficerId = project.ProjectOfficerId,
        ChainCode = project.ChainCode,
        NodeCode = project.NodeCode,
        Confidential = project.Confidential,
        Readers = project.Readers,
        Kind = project.Kind,
        Place = project.Place,
        AreaMu = project.AreaMu,
        Content = project.Content,
        PlannedSigningOn = project.PlannedSigningOn,
        PlannedStartOn = project.PlannedStartOn,
        PlannedCompletionOn = project.PlannedCompletionOn,
        PlannedProductionOn = project.PlannedProductionOn,
        ExpectedOutput = project.ExpectedOutput,
        ExpectedTax = project.ExpectedTax,
        ExpectedJobs = project.ExpectedJobs,
        OutputThreshold = project.OutputThreshold,
        TaxThreshold = project.TaxThreshold,
        ContractAmount = project.ContractAmount,
        PaidIn = project.PaidIn,
        CompletedInvestment = project.CompletedInvestment,
        Uscc = project.Uscc,
        EnterpriseName = project.EnterpriseName,
        EnterpriseId = project.EnterpriseId,
        FirstOutputOn = project.FirstOutputOn,
        AnnualOutput = project.AnnualOutput,
        AnnualTax = project.AnnualTax,
        CreatedAt = project.CreatedAt,
        UpdatedAt = project.UpdatedAt,
        Version = project.Version,
    };

    private static MilestonesAnswer Milestones(Project project)
    {
        DateOnly? On(ProjectStage stage) => project.Stage >= stage ? project.StageDates[(int)stage] : null;
        return new MilestonesAnswer
        {
            NegotiatingOn = project.StageDates[0],
            SignedOn = On(ProjectStage.Signed),
            RegisteredOn = On(ProjectStage.Registered),
            StartedOn = On(ProjectStage.Started),
            CompletedOn = On(ProjectStage.Completed),
            ProducingOn = On(ProjectStage.Producing),
            AtCapacityOn = On(ProjectStage.AtCapacity),
            EfficientOn = On(ProjectStage.Efficient),
            MovedInOn = project.MovedInOn,
            LeftOn = project.LeftOn,
        };
    }
}
