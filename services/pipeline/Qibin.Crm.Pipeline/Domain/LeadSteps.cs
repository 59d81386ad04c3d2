using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Pipeline.Domain;

/// <summary>A stage and the business date that it is said to have begun on.</summary>
internal sealed record StageSince(JourneyStage Stage, DateOnly On);

/// <summary>What a lead was on each business day. Its first state holds on all days before the first change.</summary>
internal sealed record LeadSteps
{
    /// <summary>Its first event is known.</summary>
    public bool Opened { get; init; }

    /// <summary>The day on which the journey begins, by all that is known: it has no days before.</summary>
    public Step<DateOnly>[] FirstContactOn { get; init; } = [];

    public Step<StageSince>[] Stage { get; init; } = [];
    public Step<Guid>[] OwnerId { get; init; } = [];
    public Step<Guid>[] UnitId { get; init; } = [];
    public Step<string?>[] ChainCode { get; init; } = [];
    public Step<string?>[] NodeCode { get; init; } = [];
    public Step<string?>[] SourceRegion { get; init; } = [];
    public Step<Money?>[] Estimated { get; init; } = [];

    public LeadSteps With(LeadState? was, LeadState now, DateOnly on, Rank rank)
    {
        var from = was is null ? DateOnly.MinValue : on;
        return this with
        {
            Opened = Opened || was is null,
            FirstContactOn = FirstContactOn.Changed(was, now, l => l.FirstContactOn, DateOnly.MinValue, rank),
            Stage = Stage.Changed(was, now, l => new StageSince(Stages.Of(l.Stage), l.StageOn), from, rank),
            OwnerId = OwnerId.Changed(was, now, l => l.OwnerId, from, rank),
            UnitId = UnitId.Changed(was, now, l => l.UnitId, from, rank),
            ChainCode = ChainCode.Changed(was, now, l => l.ChainCode, from, rank),
            NodeCode = NodeCode.Changed(was, now, l => l.NodeCode, from, rank),
            SourceRegion = SourceRegion.Changed(was, now, l => l.SourceRegion, from, rank),
            Estimated = Estimated.Changed(was, now, l => l.EstimatedInvestment, from, rank),
        };
    }

    /// <summary>The days on which something changes.</summary>
    public IEnumerable<DateOnly> Days() =>
    [
        .. Stage.Select(s => s.From), .. OwnerId.Select(s => s.From), .. UnitId.Select(s => s.From), .. ChainCode.Select(s => s.From),
        .. NodeCode.Select(s => s.From), .. SourceRegion.Select(s => s.From), .. Estimated.Select(s => s.From),
    ];
}
