namespace Qibin.Crm.Pipeline.Domain;

/// <summary>What totals can be grouped by.</summary>
public enum Dimension { Stage, Chain, Unit, Owner, Node, SourceRegion, Band, Month }

/// <summary>What totals group by and filter by, whatever they are counted from.</summary>
internal abstract record Counted
{
    public required JourneyStage Stage { get; init; }
    public required JourneyStatus Status { get; init; }
    public required Guid OwnerId { get; init; }
    public required Guid UnitId { get; init; }
    public string? ChainCode { get; init; }
    public string? NodeCode { get; init; }
    public string? SourceRegion { get; init; }
    public required Band Band { get; init; }

    /// <summary>Month of the first contact, such as 202611.</summary>
    public required int Month { get; init; }
}

/// <summary>What a journey is now, or was during an interval. Owner, unit, chain and node are the project's once it exists.</summary>
internal abstract record JourneyState : Counted
{
    public required Guid LeadId { get; init; }
    public Guid? ProjectId { get; init; }
    public required DateOnly StageOn { get; init; }
    public required DateOnly FirstContactOn { get; init; }
    public DateOnly? MovedInOn { get; init; }

    /// <summary>The amount that the band is of, in its currency.</summary>
    public decimal? Investment { get; init; }
    public string? InvestmentCurrency { get; init; }
    public required List<Amount> Amounts { get; init; }
}
