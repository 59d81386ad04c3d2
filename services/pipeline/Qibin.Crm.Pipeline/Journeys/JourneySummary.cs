using Qibin.Crm.Kernel;

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
    public required Guid OwnerId { get; init; }

    public required UnitName Unit { get; init; }
    public required ChainName? Chain { get; init; }
    public required string? NodeCode { get; init; }

    /// <summary>Division code GB/T 2260 of where the investor comes from.</summary>
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

    internal static JourneySummary Of(JourneyRow row, UnitName unit) => new()
    {
        LeadId = row.LeadId,
        Code = row.Code,
        InvestorId = row.InvestorId,
        InvestorName = row.InvestorName,
        ProjectId = row.ProjectId,
        ProjectCode = row.ProjectCode,
        ProjectName = row.ProjectName,
        Stage = row.Stage,
        StageOn = row.StageOn,
        Status = row.Status,
        FirstContactOn = row.FirstContactOn,
        MovedInOn = row.MovedInOn,
        OwnerId = row.OwnerId,
        Unit = unit,
        Chain = ChainName.Of(row.ChainCode),
        NodeCode = row.NodeCode,
        SourceRegion = row.SourceRegion,
        Confidential = row.Confidential,
        EstimatedInvestment = row.Amounts.Money(a => a.Estimated).FirstOrDefault(),
        ContractAmount = row.Amounts.Money(a => a.Contract).FirstOrDefault(),
        PaidIn = [.. row.Amounts.Money(a => a.PaidIn)],
        CompletedInvestment = [.. row.Amounts.Money(a => a.Completed)],
        ChangedAt = row.ChangedAt,
    };

    internal static JourneySummary Of(PastJourney row, UnitName unit) => Of(row.Now, unit) with
    {
        ProjectId = row.Then.ProjectId,
        ProjectCode = row.Then.ProjectId is null ? null : row.Now.ProjectCode,
        ProjectName = row.Then.ProjectId is null ? null : row.Now.ProjectName,
        Stage = row.Then.Stage,
        StageOn = row.Then.StageOn,
        Status = row.Then.Status,
        FirstContactOn = row.Then.FirstContactOn,
        MovedInOn = row.Then.MovedInOn,
        OwnerId = row.Then.OwnerId,
        Chain = ChainName.Of(row.Then.ChainCode),
        NodeCode = row.Then.NodeCode,
        SourceRegion = row.Then.SourceRegion,
        EstimatedInvestment = row.Then.Amounts.Money(a => a.Estimated).FirstOrDefault(),
        ContractAmount = row.Then.Amounts.Money(a => a.Contract).FirstOrDefault(),
        PaidIn = [.. row.Then.Amounts.Money(a => a.PaidIn)],
        CompletedInvestment = [.. row.Then.Amounts.Money(a => a.Completed)],
        ChangedAt = row.Then.KnownFrom,
    };
}

internal static class AmountLists
{
    /// <summary>One measure as money, per currency, without what comes to nothing.</summary>
    public static IEnumerable<Money> Money(this IEnumerable<Amount> amounts, Func<Amount, decimal> measure) =>
        amounts.OrderBy(a => a.Currency, StringComparer.Ordinal).Select(a => new Money(measure(a), a.Currency)).Where(m => m.Amount != 0);
}
