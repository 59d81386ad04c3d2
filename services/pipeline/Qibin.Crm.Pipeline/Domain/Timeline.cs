namespace Qibin.Crm.Pipeline.Domain;

/// <summary>The newest state of a stream. It was known when it was recorded, and no earlier than the version before it.</summary>
internal sealed record Latest<TState>(Rank Rank, DateTimeOffset KnownAt, TState State);

/// <summary>
/// What an event ended: intervals that are no longer known, and milestones that it took back, or took back on another day. All else is in
/// the timeline after it.
/// </summary>
internal sealed record Changes(IReadOnlyList<Interval> Closed, IReadOnlyList<Milestone> TakenBack);

/// <summary>A journey folded from all of its events, with its whole past.</summary>
internal sealed record Folded(Timeline Timeline, IReadOnlyList<Interval> Intervals, IReadOnlyList<Milestone> Milestones)
{
    /// <summary>No event has a state of it.</summary>
    public bool IsEmpty => Timeline is { Lead: null, Project: null };
}

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

    /// <summary>How many intervals there have been.</summary>
    public int Intervals { get; init; }

    /// <summary>
    /// Takes the next event into account. Null when it has come out of order and changes what was known before: then the journey has to be
    /// folded from all events.
    /// </summary>
    public static (Timeline Timeline, Changes Changes)? Apply(Timeline timeline, ReadEvent e)
    {
        var followed = timeline.Project?.State.ProjectId;
        if (followed is not null && e.Event is IProjectEvent { Project.ProjectId: var id } && id != followed)
        {
            return id > followed ? (timeline, new Changes([], [])) : null;
        }

        var (rank, known) = e.Event is ILeadEvent
            ? (timeline.Lead?.Rank, timeline.Lead?.KnownAt)
            : (timeline.Project?.Rank, timeline.Project?.KnownAt);
        if (rank is { } last && e.Rank.CompareTo(last) <= 0)
        {
            return null;
        }

        var at = Later(e.Row.RecordedAt, known);
        var (reached, ended) = Milestones.After(timeline.Reached, e);
        var (steppedBack, takenBack) = Milestones.SteppedBack(timeline.SteppedBack, ended, e);
        var next = timeline.Noting(e, at) with { Reached = reached, SteppedBack = steppedBack };
        // An array of steps that nothing was changed in is the same array.
        if ((next.LeadSteps, next.ProjectSteps, next.Removed) == (timeline.LeadSteps, timeline.ProjectSteps, timeline.Removed))
        {
            return (next, new Changes([], takenBack));
        }

        if (at < timeline.ChangedAt)
        {
            return null;
        }

        var number = timeline.Intervals;
        var open = next.Days(at).ConvertAll(
            now => timeline.Open.FirstOrDefault(was => was.SaysTheSame(now)) ?? (now with { Number = ++number }));
        var closed = timeline.Open.Where(was => !open.Contains(was)).Select(was => was with { KnownTo = at });
        return (next with { Open = open, Intervals = number, ChangedAt = at }, new Changes([.. closed], takenBack));
    }

    /// <summary>Folds a journey from all of its events, in whichever order they are given.</summary>
    public static Folded Of(Guid leadId, IEnumerable<ReadEvent> events)
    {
        var all = events.Where(e => e.Event is ILeadEvent or IProjectEvent).OrderBy(e => e.Rank).ToList();
        var project = all.Select(e => (e.Event as IProjectEvent)?.Project.ProjectId).Min();
        all.RemoveAll(e => e.Event is IProjectEvent { Project.ProjectId: var id } && id != project);
        // A version is known no earlier than the one before it, so the order of knowing keeps each stream's own.
        var known = new Dictionary<Guid, DateTimeOffset>();
        var inOrder = all.ConvertAll(e => (
            Event: e, At: known[e.Row.StreamId] = Later(e.Row.RecordedAt, known.GetValueOrDefault(e.Row.StreamId))));
        var timeline = new Timeline { LeadId = leadId };
        var (intervals, takenBack) = (new List<Interval>(), new List<Milestone>());
        foreach (var (e, _) in inOrder.OrderBy(o => o.At).ThenBy(o => o.Event.Row.StreamId).ThenBy(o => o.Event.Rank))
        {
            (timeline, var changes) = Apply(timeline, e)!.Value;
            intervals.AddRange(changes.Closed.Where(i => i.KnownFrom < i.KnownTo));
            takenBack.Put(changes.TakenBack);
        }

        return new Folded(timeline, [.. intervals, .. timeline.Open], [.. takenBack, .. timeline.Reached]);
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

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset? other) => one < other ? other.Value : one;

    /// <summary>The intervals of days, by all that is known.</summary>
    private List<Interval> Days(DateTimeOffset at)
    {
        var intervals = new List<Interval>();
        if (Removed || LeadSteps.Stage.On(DateOnly.MinValue) is null)
        {
            return intervals;
        }

        var begins = LeadSteps.FirstContactOn[^1].Value;
        var days = new SortedSet<DateOnly>(LeadSteps.Days().Where(day => day > begins)) { begins };
        if (ProjectSteps.OpenedOn is { } opened)
        {
            days.UnionWith(ProjectSteps.Days().Append(opened).Where(day => day > begins && day >= opened));
        }

        foreach (var day in days)
        {
            var interval = On(day, begins, at);
            if (intervals is not [.., var last])
            {
                intervals.Add(interval);
            }
            else if (!last.IsSame(interval))
            {
                intervals[^1] = last with { DayTo = day };
                intervals.Add(interval);
            }
        }

        return intervals;
    }

    private Interval On(DateOnly day, DateOnly begins, DateTimeOffset at)
    {
        var isProject = ProjectSteps.OpenedOn <= day;
        var steps = isProject ? ProjectSteps : LeadSteps;
        var stage = steps.Stage.On(day)!.Value;
        var (contract, estimated) = (steps.Contract.On(day)?.Value, LeadSteps.Estimated.On(day)?.Value);
        var investment = contract ?? estimated;
        return new Interval
        {
            LeadId = LeadId,
            Number = 0,
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
            Month = begins.MonthNumber(),
            FirstContactOn = begins,
            MovedInOn = steps.MovedInOn.On(day)?.Value,
            ProjectId = isProject ? Project!.State.ProjectId : null,
            Amounts = Amount.Of(estimated, contract, steps.Entries.On(day)),
        };
    }

    /// <summary>The journey as it is now; null while only others than its lead are known.</summary>
    public JourneyRow? Journey() => Lead is null ? null : JourneyRow.Of(LeadId, Lead, Project, Removed);
}
