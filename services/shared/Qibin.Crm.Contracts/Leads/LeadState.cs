using Qibin.Crm.Kernel;

namespace Qibin.Crm.Contracts.Leads;

/// <summary>The public state of a lead at the version of the event that carries it.</summary>
public sealed record LeadState
{
    public required Guid LeadId { get; init; }

    /// <summary>The code people use, such as <c>L-2026-000123</c>.</summary>
    public required string Code { get; init; }

    public required Guid InvestorId { get; init; }

    /// <summary>Name of the outside organisation, never of a person.</summary>
    public required string InvestorName { get; init; }

    public required LeadStage Stage { get; init; }

    /// <summary>Business date of the present stage; may lie before the event was recorded.</summary>
    public required DateOnly StageOn { get; init; }

    public required DateOnly FirstContactOn { get; init; }
    public required Guid OwnerId { get; init; }
    public required Guid UnitId { get; init; }
    public string? ChainCode { get; init; }
    public string? NodeCode { get; init; }

    /// <summary>Division code GB/T 2260 of the province or city that the investor comes from.</summary>
    public string? SourceRegion { get; init; }

    public Money? EstimatedInvestment { get; init; }
    public Guid? ProjectId { get; init; }

    /// <summary>The day the investor's enterprise was moved into the city first.</summary>
    public DateOnly? MovedInOn { get; init; }

    public required bool Confidential { get; init; }
    public required Guid[] Readers { get; init; }

    /// <summary>
    /// Number of settings of <c>confidential</c> and <c>readers</c>; 0 in events from before they were counted.
    /// </summary>
    public long ConfidentialityRevision { get; init; }

    /// <summary>Who reads the journey by this state.</summary>
    public Confidentiality WhoReads() => new(Confidential, Readers, ConfidentialityRevision);

    /// <summary>Units and officers that read the lead beside its own, such as the unit that it was transferred from.</summary>
    public Guid[] SharedWith { get; init; } = [];
}
