using Qibin.Crm.Kernel;

namespace Qibin.Crm.Pipeline;

/// <summary>What totals group by and filter by, whatever they are counted from.</summary>
internal interface ICounted
{
    JourneyStage Stage { get; }
    JourneyStatus Status { get; }
    Guid OwnerId { get; }
    Guid UnitId { get; }
    string? ChainCode { get; }
    string? NodeCode { get; }
    string? SourceRegion { get; }
    Band Band { get; }

    /// <summary>Month of the first contact, such as 202611.</summary>
    int Month { get; }
}

/// <summary>Whose a journey is now; it stays when the journey is removed, for those who ask what was known before.</summary>
internal sealed class HolderRow : IShared
{
    public required Guid LeadId { get; init; }
    public required Guid OwnerId { get; init; }
    public required Guid UnitId { get; init; }
    public string? ChainCode { get; init; }
    public required bool Confidential { get; init; }
    public required Guid[] Readers { get; init; }
    public required Guid[] SharedWith { get; init; }
}

/// <summary>A <see cref="Stretch"/> of a journey, in one generation of the contributions.</summary>
internal sealed class StretchRow : ICounted
{
    public required int Gen { get; init; }
    public required Guid LeadId { get; init; }
    public required DateTimeOffset KnownFrom { get; init; }
    public DateTimeOffset? KnownTo { get; init; }
    public required DateOnly DayFrom { get; init; }
    public DateOnly? DayTo { get; init; }
    public required JourneyStage Stage { get; init; }
    public required DateOnly StageOn { get; init; }
    public required JourneyStatus Status { get; init; }

    /// <summary>The responsible officer of these days; unit, chain and node likewise.</summary>
    public required Guid OwnerId { get; init; }

    public required Guid UnitId { get; init; }
    public string? ChainCode { get; init; }
    public string? NodeCode { get; init; }
    public string? SourceRegion { get; init; }
    public required Band Band { get; init; }
    public required int Month { get; init; }
    public required DateOnly FirstContactOn { get; init; }
    public DateOnly? MovedInOn { get; init; }
    public Guid? ProjectId { get; init; }
    public required IReadOnlyList<StandingAmount> Amounts { get; init; }

    public static StretchRow Of(int gen, Guid leadId, Stretch stretch) => new()
    {
        Gen = gen,
        LeadId = leadId,
        KnownFrom = stretch.KnownFrom,
        KnownTo = stretch.KnownTo,
        DayFrom = stretch.DayFrom,
        DayTo = stretch.DayTo,
        Stage = stretch.Standing.Stage,
        StageOn = stretch.Standing.StageOn,
        Status = stretch.Standing.Status,
        OwnerId = stretch.Standing.Officer,
        UnitId = stretch.Standing.Unit,
        ChainCode = stretch.Standing.Chain,
        NodeCode = stretch.Standing.Node,
        SourceRegion = stretch.Standing.SourceRegion,
        Band = stretch.Standing.Band,
        Month = stretch.Standing.Month,
        FirstContactOn = stretch.Standing.FirstContactOn,
        MovedInOn = stretch.Standing.MovedInOn,
        ProjectId = stretch.Standing.ProjectId,
        Amounts = stretch.Standing.Amounts.All,
    };
}

/// <summary>Contributions made from the facts, as often as they were: one generation answers, another one may be in the making.</summary>
internal sealed class GenerationRow
{
    public int Id { get; init; }

    /// <summary>The one that totals are read from; there is exactly one.</summary>
    public required bool Live { get; init; }
}
