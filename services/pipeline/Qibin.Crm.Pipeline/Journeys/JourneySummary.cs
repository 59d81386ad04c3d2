namespace Qibin.Crm.Pipeline.Journeys;

/// <summary>Where one journey stands.</summary>
public record JourneySummary
{
    public required Guid LeadId { get; init; }

    /// <summary>The lead's code, such as <c>L-2026-000123</c>.</summary>
    public required string Code { get; init; }

    public required Guid InvestorId { get; init; }
    public required string InvestorName { get; init; }

    /// <summary>Null until the lead has opened a project.</summary>
    public required Guid? ProjectId { get; init; }

    public required string? ProjectCode { get; init; }
    public required string? ProjectName { get; init; }
    public required JourneyStage Stage { get; init; }

    /// <summary>Business date of the present stage.</summary>
    public required DateOnly StageOn { get; init; }

    public required JourneyStatus Status { get; init; }
    public required DateOnly FirstContactOn { get; init; }

    /// <summary>When its enterprise moved into the city; null before.</summary>
    public required DateOnly? MovedInOn { get; init; }

    /// <summary>The owner.</summary>
    [Named]
    public required Guid OwnerId { get; init; }

    public required UnitName Unit { get; init; }
    public required ChainName? Chain { get; init; }

    [Named]
    public required string? NodeCode { get; init; }

    /// <summary>Division code GB/T 2260 of where the investor comes from.</summary>
    [Named]
    public required string? SourceRegion { get; init; }

    public required bool Confidential { get; init; }
    public required Money? EstimatedInvestment { get; init; }
    public required Money? ContractAmount { get; init; }

    /// <summary>Funds paid in, one entry per currency.</summary>
    public required IReadOnlyList<Money> PaidIn { get; init; }

    /// <summary>Investment completed, one entry per currency.</summary>
    public required IReadOnlyList<Money> CompletedInvestment { get; init; }

    /// <summary>When its newest state was recorded.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    internal static JourneySummary Of(JourneyRow row, UnitName unit) => Of(row, row, row.ChangedAt, unit);

    internal static JourneySummary Of(JourneyRow now, JourneyState then, DateTimeOffset changedAt, UnitName unit) => new()
    {
        LeadId = now.LeadId,
        Code = now.Code,
        InvestorId = now.InvestorId,
        InvestorName = now.InvestorName,
        ProjectId = then.ProjectId,
        ProjectCode = then.ProjectId is null ? null : now.ProjectCode,
        ProjectName = then.ProjectId is null ? null : now.ProjectName,
        Stage = then.Stage,
        StageOn = then.StageOn,
        Status = then.Status,
        FirstContactOn = then.FirstContactOn,
        MovedInOn = then.MovedInOn,
        OwnerId = then.OwnerId,
        Unit = unit,
        Chain = ChainName.Of(then.ChainCode),
        NodeCode = then.NodeCode,
        SourceRegion = then.SourceRegion,
        Confidential = now.Confidential,
        EstimatedInvestment = then.Amounts.Money(a => a.Estimated).FirstOrDefault(),
        ContractAmount = then.Amounts.Money(a => a.Contract).FirstOrDefault(),
        PaidIn = then.Amounts.Money(a => a.PaidIn),
        CompletedInvestment = then.Amounts.Money(a => a.Completed),
        ChangedAt = changedAt,
    };
}
