using Qibin.Crm.Kernel;

namespace Qibin.Crm.Contracts.Projects;

/// <summary>The public state of a project at the version of the event that carries it.</summary>
public sealed record ProjectState
{
    public required Guid ProjectId { get; init; }

    /// <summary>The code people use, such as <c>P-2026-000123</c>.</summary>
    public required string Code { get; init; }

    public required string Name { get; init; }
    public required Guid LeadId { get; init; }
    public required Guid InvestorId { get; init; }
    public required ProjectStage Stage { get; init; }
    public required DateOnly StageOn { get; init; }
    public required ProjectStatus Status { get; init; }

    /// <summary>Business date of signing; null before it, and in events from before it was carried.</summary>
    public DateOnly? SignedOn { get; init; }

    public required Guid OwnerId { get; init; }
    public required Guid UnitId { get; init; }
    public string? ChainCode { get; init; }
    public string? NodeCode { get; init; }

    /// <summary>Investment by the signed contract; null before signing.</summary>
    public Money? ContractAmount { get; init; }

    /// <summary>Funds paid in so far 到位资金, one entry per currency.</summary>
    public required Money[] PaidIn { get; init; }

    /// <summary>Investment completed so far 完成投资, one entry per currency; none in events from before it was reported.</summary>
    public Money[] CompletedInvestment { get; init; } = [];

    /// <summary>Unified social credit code of the registered enterprise; null before registration.</summary>
    public string? Uscc { get; init; }

    public string? EnterpriseName { get; init; }
    public Guid? EnterpriseId { get; init; }
    public DateOnly? MovedInOn { get; init; }
    public required bool Confidential { get; init; }
    public required Guid[] Readers { get; init; }

    /// <summary>
    /// Number of settings of <c>confidential</c> and <c>readers</c>; 0 in events from before they were counted.
    /// </summary>
    public long ConfidentialityRevision { get; init; }

    /// <summary>Who reads the journey by this state.</summary>
    public Confidentiality WhoReads() => new(Confidential, Readers, ConfidentialityRevision);
}
