namespace Qibin.Crm.Pipeline.Domain;

/// <summary>The newest state of a stream. It was known when it was recorded, and no earlier than the version before it.</summary>
internal sealed record Latest<TState>(Rank Rank, DateTimeOffset KnownAt, TState State);

/// <summary>
/// All that has to be known of one journey to take the next event into account: never the list of the earlier ones, so that an event costs
/// the same however many there were.
/// </summary>
/// <remarks>
/// What an event changed against the version before it in its stream holds from its business day on, until a later version changes the
/// same again. Known at an instant is what had been recorded by then; recorded is when a transaction began, and one that waited for another
/// on the same row was not known before it. The lead's first state holds from the first contact on, where the journey begins; the
/// project's owner, unit, chain, node, stage and status take over on the day of its opening. Funds add up. When the date of a move was
/// corrected, what the move changed holds from the corrected day on; when a contract amount was, the move has it from its day on. What was
/// known before stays.
/// </remarks>
internal sealed record Timeline
{
    /// <summary>Raised when the stored form changes: a journey that was stored in another form is folded again from its events.</summary>
    public const int Format = 4;

    public required Guid LeadId { get; init; }
    public Latest<LeadState>? Lead { get; init; }

    /// <summary>The project that the lead became; of several the one with the lowest id.</summary>
    public Latest<ProjectState>? Project { get; init; }

    public StateSteps LeadSteps { get; init; } = new();
    public StateSteps ProjectSteps { get; init; } = new();

    /// <summary>The lead is in the bin, or its import was undone: the journey has no days until the lead is restored.</summary>
    public bool Removed { get; init; }
    public IReadOnlyList<Interval> Open { get; init; } = [];
    public IReadOnlyList<Milestone> Reached { get; init; } = [];

    /// <summary>Milestones that steps back took back: the date of a step back may be corrected.</summary>
    public IReadOnlyList<Milestone> SteppedBack { get; init; } = [];

    /// <summary>When the newest change of the days was recorded.</summary>
    public DateTimeOffset ChangedAt { get; init; }

    /// <summary>
    /// Intervals that have ended since it was stored: what came instead is known. One of the same instant was never known.
    /// </summary>
    [JsonIgnore]
    public IReadOnlyList<Interval> Closed { get; init; } = [];

    /// <summary>Milestones that were taken back since it was stored.</summary>
    [JsonIgnore]
    public IReadOnlyList<Milestone> TakenBack { get; init; } = [];

    /// <summary>No event has a state of it.</summary>
    [JsonIgnore]
    public bool IsEmpty => Lead is null && Project is null;

    /// <summary>
    /// Takes the next event into account. Null when it has come out of order and changes what was known before: then the journey has to be
    /// folded from all events.
    /// </summary>
    public Timeline? With(ReadEvent e)
    {
        var followed = Project?.State.ProjectId;
        if (followed is not null && e.Event is IProjectEvent { Project.ProjectId: var id } && id != followed)
        {
            return id > followed ? this : null;
        }

        var (rank, known) = e.Event is ILeadEvent ? (Lead?.Rank, Lead?.KnownAt) : (Project?.Rank, Project?.KnownAt);
        if (rank is { } last && e.Rank.CompareTo(last) <= 0)
        {
            return null;
        }

        var at = Later(e.Row.RecordedAt, known);
        var (reached, ended) = Milestones.After(Reached, e);
        var (steppedBack, takenBack) = Milestones.SteppedBack(SteppedBack, ended, e);
        var next = Noting(e, at) with
        {
            Reached = reached,
            SteppedBack = steppedBack,
            TakenBack = [.. TakenBack.Where(m => !takenBack.Any(m.IsThat)), .. takenBack],
        };
        // An array of steps that nothing was changed in is the same array.
        if ((next.LeadSteps, next.ProjectSteps, next.Removed) == (LeadSteps, ProjectSteps, Removed))
        {
            return next;
        }

        if (at < ChangedAt)
        {
            return null;
        }

        var open = next.Days(at).ConvertAll(
            now => Open.FirstOrDefault(was => was.DayFrom == now.DayFrom && was.DayTo == now.DayTo && was.IsSame(now)) ?? now);
        var closed = Open.Where(was => was.KnownFrom < at && !open.Contains(was)).Select(was => was with { KnownTo = at });
        return next with { Open = open, Closed = [.. Closed, .. closed], ChangedAt = at };
    }

    /// <summary>Folds a journey from all of its events, in whichever order they are given: so it has its whole past.</summary>
    public static Timeline Of(Guid leadId, IEnumerable<ReadEvent> events)
    {
        var all = events.Where(e => e.Event is ILeadEvent or IProjectEvent).OrderBy(e => e.Rank).ToList();
        var project = all.Select(e => (e.Event as IProjectEvent)?.Project.ProjectId).Min();
        all.RemoveAll(e => e.Event is IProjectEvent { Project.ProjectId: var id } && id != project);
        // A version is known no earlier than the one before it, so the order of knowing keeps each stream's own.
        var known = new Dictionary<Guid, DateTimeOffset>();
        var inOrder = all.ConvertAll(e => (
            Event: e, At: known[e.Row.StreamId] = Later(e.Row.RecordedAt, known.GetValueOrDefault(e.Row.StreamId))));
        return inOrder.OrderBy(o => o.At).ThenBy(o => o.Event.Row.StreamId).ThenBy(o => o.Event.Rank)
            .Aggregate(new Timeline { LeadId = leadId }, (timeline, o) => timeline.With(o.Event)!);
    }

    private Timeline Noting(ReadEvent e, DateTimeOffset at) => e.Event switch
    {
        ILeadEvent { Lead: var now } => this with
        {
            Lead = new Latest<LeadState>(e.Rank, at, now),
            LeadSteps = (e.Event is LeadStageDateCorrected dated ? LeadSteps.Redated(dated.MoveVersion, dated.OccurredOn) : LeadSteps)
                .With(Lead?.State, now, e.Row.Version, e.Row.OccurredOn),
            Removed = e.Event is LeadRemoved || (Removed && e.Event is not LeadRestored),
        },
        IProjectEvent { Project: var now } => this with
        {
            Project = new Latest<ProjectState>(e.Rank, at, now),
            ProjectSteps = (e.Event switch
            {
                ProjectStageDateCorrected dated => ProjectSteps.Redated(dated.MoveVersion, dated.OccurredOn),
                ProjectMoveDateCorrected dated => ProjectSteps.Moved(dated.MoveVersion, dated.OccurredOn),
                ProjectContractCorrected { MoveVersion: { } version, Amount: var amount } => ProjectSteps.Restated(version, amount),
                _ => ProjectSteps,
            }).With(
                // The right amount of an earlier version is no change of this one.
                e.Event is ProjectContractCorrected { MoveVersion: not null } && Project is { State: var was }
                    ? was with { ContractAmount = now.ContractAmount } : Project?.State,
                now, e.Row.Version, e.Row.OccurredOn),
        },
        _ => this,
    };

    private DateOnly Begins => LeadSteps.FirstContactOn[^1].Value;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset? other) => one < other ? other.Value : one;

    /// <summary>The intervals of days, by all that is known.</summary>
    private List<Interval> Days(DateTimeOffset at)
    {
        if (Removed || LeadSteps.Stage.On(DateOnly.MinValue) is null)
        {
            return [];
        }

        var days = new SortedSet<DateOnly>(LeadSteps.Days().Where(day => day > Begins)) { Begins };
        if (ProjectSteps.OpenedOn is { } opened)
        {
            days.UnionWith(ProjectSteps.Days().Append(opened).Where(day => day > Begins && day >= opened));
        }

        var each = days.Select(day => On(day, at)).ToList();
        var begun = each.Where((interval, i) => i == 0 || !interval.IsSame(each[i - 1])).ToList();
        return [.. begun.Select((interval, i) => i + 1 < begun.Count ? interval with { DayTo = begun[i + 1].DayFrom } : interval)];
    }

    private Interval On(DateOnly day, DateTimeOffset at)
    {
        var isProject = ProjectSteps.OpenedOn <= day;
        var steps = isProject ? ProjectSteps : LeadSteps;
        var stage = steps.Stage.On(day)!.Value;
        var (contract, estimated) = (steps.Contract.On(day)?.Value, LeadSteps.Estimated.On(day)?.Value);
        var investment = contract ?? estimated;
        return new Interval
        {
            LeadId = LeadId,
            KnownFrom = at,
            DayFrom = day,
            Stage = stage.Stage,
            StageOn = stage.On,
            Status = steps.Status.On(day)?.Value ?? Stages.StatusOf(stage.Stage),
            OwnerId = steps.OwnerId.On(day)!.Value,
            UnitId = steps.UnitId.On(day)!.Value,
            ChainCode = steps.ChainCode.On(day)!.Value,
            NodeCode = steps.NodeCode.On(day)!.Value,
            SourceRegion = LeadSteps.SourceRegion.On(day)!.Value,
            Band = Bands.Of(investment),
            Investment = investment?.Amount,
            InvestmentCurrency = investment?.Currency,
            Month = Begins.MonthNumber(),
            FirstContactOn = Begins,
            MovedInOn = steps.MovedInOn.On(day)?.Value,
            ProjectId = isProject ? Project!.State.ProjectId : null,
            Amounts = Amount.Of(estimated, contract, steps.Entries.Where(e => e.From <= day).Select(e => e.Value)),
        };
    }

    /// <summary>The journey as it is now, which it is from its last change on; null while only others than its lead are known.</summary>
    public JourneyRow? Journey() =>
        Lead is null ? null : new JourneyRow(On(DateOnly.MaxValue, Lead.KnownAt), Lead, Project, Removed);
}
