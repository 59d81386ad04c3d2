namespace Qibin.Crm.Pipeline.Domain;

/// <summary>A stage and the business date that it is said to have begun on; after a step back, the date on which it was reached.</summary>
internal sealed record StageSince(JourneyStage Stage, DateOnly On);

/// <summary>
/// What a lead or a project was on each business day. The first state holds on all days before the first change; what a project was before
/// the day of its opening is asked by nobody.
/// </summary>
internal sealed record StateSteps
{
    /// <summary>The business date of a project's first event; null before it is known.</summary>
    public DateOnly? OpenedOn { get; init; }

    /// <summary>The day on which the journey begins, by all that is known: it has no days before.</summary>
    public Step<DateOnly>[] FirstContactOn { get; init; } = [];

    public Step<StageSince>[] Stage { get; init; } = [];
    public Step<JourneyStatus>[] Status { get; init; } = [];
    public Step<Guid>[] OwnerId { get; init; } = [];
    public Step<Guid>[] UnitId { get; init; } = [];
    public Step<string?>[] ChainCode { get; init; } = [];
    public Step<string?>[] NodeCode { get; init; } = [];
    public Step<string?>[] SourceRegion { get; init; } = [];
    public Step<Money?>[] Estimated { get; init; } = [];
    public Step<Money?>[] Contract { get; init; } = [];
    public Step<DateOnly?>[] MovedInOn { get; init; } = [];

    /// <summary>What there is more of funds and completed investment from a day on: they add up.</summary>
    public Step<Amount>[] Entries { get; init; } = [];

    public StateSteps With(LeadState? was, LeadState now, long version, DateOnly on)
    {
        var from = was is null ? DateOnly.MinValue : on;
        return this with
        {
            FirstContactOn = FirstContactOn.Changed(was, now, l => l.FirstContactOn, DateOnly.MinValue),
            Stage = StageWith(was, now, l => new(Stages.Of(l.Stage), l.StageOn), version, from),
            OwnerId = OwnerId.Changed(was, now, l => l.OwnerId, from),
            UnitId = UnitId.Changed(was, now, l => l.UnitId, from),
            ChainCode = ChainCode.Changed(was, now, l => l.ChainCode, from),
            NodeCode = NodeCode.Changed(was, now, l => l.NodeCode, from),
            SourceRegion = SourceRegion.Changed(was, now, l => l.SourceRegion, from),
            Estimated = Estimated.Changed(was, now, l => l.EstimatedInvestment, from),
        };
    }

    public StateSteps With(ProjectState? was, ProjectState now, long version, DateOnly on)
    {
        var from = was is null ? DateOnly.MinValue : on;
        return this with
        {
            OpenedOn = was is null ? on : OpenedOn,
            Stage = StageWith(was, now, p => new(Stages.Of(p.Stage), p.StageOn), version, from),
            Status = Status.Changed(was, now, p => Stages.StatusOf(p.Status), from, version),
            OwnerId = OwnerId.Changed(was, now, p => p.OwnerId, from),
            UnitId = UnitId.Changed(was, now, p => p.UnitId, from),
            ChainCode = ChainCode.Changed(was, now, p => p.ChainCode, from),
            NodeCode = NodeCode.Changed(was, now, p => p.NodeCode, from),
            Contract = Contract.Changed(was, now, p => p.ContractAmount, from, version),
            MovedInOn = MovedInOn.Changed(was, now, p => p.MovedInOn, from),
            Entries = Added(Entries, was, now, on),
        };
    }

    /// <summary>
    /// The date of a stage was corrected: what changed at that version holds from that day on. A project that stepped back to the stage
    /// later has it since that day, too.
    /// </summary>
    public StateSteps Redated(long version, DateOnly on) =>
        Array.Find(Stage, s => s.Version == version) is not { Value.Stage: var stage } ? this : this with
        {
            OpenedOn = OpenedOn is not null && Stage[0].Version == version ? on : OpenedOn,
            Stage = Array.ConvertAll(
                Stage.Redated(version, on),
                s => s.Version == version || (OpenedOn is not null && s.Version > version && s.Value.Stage == stage)
                    ? s with { Value = new StageSince(stage, on) } : s),
            Contract = Contract.Redated(version, on),
        };

    /// <summary>The date of a step back, of a change of status or of a contract amount was corrected.</summary>
    public StateSteps Moved(long version, DateOnly on)
    {
        return this with { Stage = Later(Stage), Status = Later(Status), Contract = Later(Contract) };

        // The first state holds on all days before, also where the versions before it have not arrived yet.
        Step<T>[] Later<T>(Step<T>[] steps) => steps is [var first, ..] && first.Version == version ? steps : steps.Redated(version, on);
    }

    /// <summary>The contract amount that a version set was another one.</summary>
    public StateSteps Restated(long version, Money amount) =>
        this with { Contract = Array.ConvertAll(Contract, s => s.Version == version ? s with { Value = amount } : s) };

    /// <summary>Of the same stage only its date can differ, as when an earlier first contact is entered: that is no step.</summary>
    private Step<StageSince>[] StageWith<TState>(TState? was, TState now, Func<TState, StageSince> since, long version, DateOnly from)
        where TState : class
    {
        var (before, after) = (was is null ? null : since(was), since(now));
        return before == after ? Stage
            : before?.Stage == after.Stage ? [.. Stage[..^1], Stage[^1] with { Value = after }]
            : [.. Stage, new Step<StageSince>(from, after, version)];
    }

    public IEnumerable<DateOnly> Days() =>
    [
        .. Stage.Select(s => s.From), .. Status.Select(s => s.From), .. OwnerId.Select(s => s.From), .. UnitId.Select(s => s.From),
        .. ChainCode.Select(s => s.From), .. NodeCode.Select(s => s.From), .. SourceRegion.Select(s => s.From),
        .. Estimated.Select(s => s.From), .. Contract.Select(s => s.From), .. MovedInOn.Select(s => s.From),
        .. Entries.Select(e => e.From),
    ];

    /// <summary>Adds what one state of a project has more than the one before it; the same array when that is nothing.</summary>
    private static Step<Amount>[] Added(Step<Amount>[] entries, ProjectState? was, ProjectState now, DateOnly day)
    {
        var more = Of(now, 1).Concat(was is null ? [] : Of(was, -1)).PerCurrency();
        return more.Count == 0 ? entries
            : entries.Concat(more.Select(m => new Step<Amount>(day, m))).GroupBy(e => e.From, e => e.Value).OrderBy(g => g.Key)
                .SelectMany(g => g.PerCurrency().Select(sum => new Step<Amount>(g.Key, sum))).ToArray();

        static IEnumerable<Amount> Of(ProjectState project, int sign) =>
            project.PaidIn.Select(m => new Amount { Currency = m.Currency, PaidIn = sign * m.Amount })
                .Concat(project.CompletedInvestment.Select(m => new Amount { Currency = m.Currency, Completed = sign * m.Amount }));
    }
}
