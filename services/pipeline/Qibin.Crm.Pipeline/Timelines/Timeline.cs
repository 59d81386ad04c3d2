using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Pipeline;

/// <summary>
/// What one journey was on each business day, as it was known at each instant. It is made from the set of its facts alone: in which
/// order they came, and how often, makes no difference.
/// </summary>
/// <remarks>
/// Known at an instant are the facts recorded until then. What an event changed against the version before it holds from its
/// business day on, until a later version changes the same again; the day of recording stands in where an event has no business
/// day. The lead's first known state holds from the first contact on, which is where the journey begins. Funds add up. The lead's
/// stage, status, owner, unit and chain hold until the project's take over on the day it was opened.
/// </remarks>
internal sealed class Timeline
{
    private Timeline(Holder holder, IReadOnlyList<Stretch> stretches) => (Holder, Stretches) = (holder, stretches);

    public Holder Holder { get; }
    public IReadOnlyList<Stretch> Stretches { get; }

    /// <param name="told">All facts of the journey that carry a state of its lead or its project.</param>
    /// <returns>Null while nothing has been told of the lead itself.</returns>
    public static Timeline? Of(IEnumerable<Story> told)
    {
        var inOrder = told.OrderBy(s => s.Fact.Version).ThenBy(s => s.Fact.Ordinal).ToList();
        if (inOrder.LastOrDefault(s => s.Lead is not null)?.Lead is not { } lead)
        {
            return null;
        }

        var project = ProjectFacts(inOrder).LastOrDefault()?.Project;
        var (done, open) = (new List<Stretch>(), new List<Stretch>());
        foreach (var instant in inOrder.Select(s => s.Fact.RecordedAt).Distinct().Order())
        {
            var known = Known(inOrder.Where(s => s.Fact.RecordedAt <= instant).ToList(), instant);
            done.AddRange(open.Where(was => !known.Exists(now => Same(was, now))).Select(was => was with { KnownTo = instant }));
            open = known.ConvertAll(now => open.Find(was => Same(was, now)) ?? now);
        }

        return new Timeline(
            new Holder(
                project?.OwnerId ?? lead.OwnerId, project?.UnitId ?? lead.UnitId, project is null ? lead.ChainCode : project.ChainCode,
                lead.Confidential || project?.Confidential == true, Readers(lead, project), lead.SharedWith),
            [.. done, .. open]);
    }

    private static bool Same(Stretch a, Stretch b) => a.DayFrom == b.DayFrom && a.DayTo == b.DayTo && a.Standing == b.Standing;

    private static Guid[] Readers(LeadState lead, ProjectState? project) =>
        lead.Confidential && project?.Confidential == true ? [.. lead.Readers.Intersect(project.Readers).Order()]
        : project?.Confidential == true ? project.Readers
        : lead.Confidential ? lead.Readers : [];

    private static IEnumerable<Story> ProjectFacts(List<Story> inOrder)
    {
        var id = inOrder.Min(s => s.Project?.ProjectId);
        return inOrder.Where(s => s.Project is { } project && project.ProjectId == id);
    }

    /// <summary>The stretches of days, from what is known.</summary>
    private static List<Stretch> Known(List<Story> known, DateTimeOffset instant)
    {
        var leads = known.Where(s => s.Lead is not null).ToList();
        if (leads.Count == 0 || known.Exists(s => s.Event is LeadRemoved))
        {
            return [];
        }

        var projects = ProjectFacts(known).ToList();
        var begins = leads[^1].Lead!.FirstContactOn;
        DateOnly[] days = [.. leads.Skip(1).Concat(projects).Select(s => s.Fact.OccurredOn).Where(on => on > begins).Append(begins).Distinct().Order()];
        var stretches = new List<Stretch>();
        foreach (var day in days)
        {
            var standing = new Day(day, begins).Take(leads, projects);
            if (stretches.Count > 0)
            {
                if (stretches[^1].Standing == standing)
                {
                    continue;
                }

                stretches[^1] = stretches[^1] with { DayTo = day };
            }

            stretches.Add(new Stretch(instant, null, day, null, standing));
        }

        return stretches;
    }

    /// <summary>One day, while the facts are laid over each other.</summary>
    private sealed class Day(DateOnly day, DateOnly firstContactOn)
    {
        private readonly Dictionary<string, decimal> _paidIn = new(StringComparer.Ordinal);
        private readonly Dictionary<string, decimal> _completed = new(StringComparer.Ordinal);
        private (JourneyStage Stage, DateOnly On, JourneyStatus Status) _lead;
        private Guid _officer, _unit;
        private string? _chain, _node, _region;
        private Money? _estimated, _contract;
        private (ProjectStage Stage, DateOnly On)? _stage;
        private ProjectStatus _status;
        private DateOnly? _movedInOn;
        private Guid? _projectId;

        public Standing Take(List<Story> leads, List<Story> projects)
        {
            LeadState? lead = null;
            foreach (var story in leads)
            {
                if (lead is null || story.Fact.OccurredOn <= day)
                {
                    Lead(story.Lead!, lead);
                }

                lead = story.Lead;
            }

            if (projects.Count > 0 && projects[0].Fact.OccurredOn <= day)
            {
                ProjectState? project = null;
                foreach (var story in projects)
                {
                    if (story.Fact.OccurredOn <= day)
                    {
                        Project(story.Project!, project);
                    }

                    project = story.Project;
                }
            }

            return new Standing
            {
                Stage = _stage is { } stage ? Stages.Of(stage.Stage) : _lead.Stage,
                StageOn = _stage?.On ?? _lead.On,
                Status = _stage is null ? _lead.Status : Stages.StatusOf(_status),
                Officer = _officer,
                Unit = _unit,
                Chain = _chain,
                Node = _node,
                SourceRegion = _region,
                Band = Bands.Of(_contract ?? _estimated),
                FirstContactOn = firstContactOn,
                MovedInOn = _movedInOn,
                ProjectId = _projectId,
                Amounts = new StandingAmounts(
                    from currency in _paidIn.Concat(_completed).Where(p => p.Value != 0).Select(p => p.Key)
                        .Concat(new[] { _contract, _estimated }.Where(m => m is { Amount: not 0 }).Select(m => m!.Currency)).Distinct()
                    select new StandingAmount
                    {
                        Currency = currency,
                        Estimated = _estimated?.Currency == currency ? _estimated.Amount : 0,
                        Contract = _contract?.Currency == currency ? _contract.Amount : 0,
                        PaidIn = _paidIn.GetValueOrDefault(currency),
                        Completed = _completed.GetValueOrDefault(currency),
                    }),
            };
        }

        private void Lead(LeadState now, LeadState? was)
        {
            Change(was is null || (now.Stage, now.StageOn) != (was.Stage, was.StageOn), () =>
                _lead = (Stages.Of(now.Stage), now.StageOn, Stages.StatusOf(now.Stage)));
            Change(was is null || now.OwnerId != was.OwnerId, () => _officer = now.OwnerId);
            Change(was is null || now.UnitId != was.UnitId, () => _unit = now.UnitId);
            Change(was is null || now.ChainCode != was.ChainCode, () => _chain = now.ChainCode);
            Change(was is null || now.NodeCode != was.NodeCode, () => _node = now.NodeCode);
            Change(was is null || now.SourceRegion != was.SourceRegion, () => _region = now.SourceRegion);
            Change(was is null || now.EstimatedInvestment != was.EstimatedInvestment, () => _estimated = now.EstimatedInvestment);
        }

        private void Project(ProjectState now, ProjectState? was)
        {
            Change(was is null || (now.Stage, now.StageOn) != (was.Stage, was.StageOn), () => _stage = (now.Stage, now.StageOn));
            Change(was is null || now.Status != was.Status, () => _status = now.Status);
            Change(was is null || now.OwnerId != was.OwnerId, () => _officer = now.OwnerId);
            Change(was is null || now.UnitId != was.UnitId, () => _unit = now.UnitId);
            Change(was is null || now.ChainCode != was.ChainCode, () => _chain = now.ChainCode);
            Change(was is null || now.NodeCode != was.NodeCode, () => _node = now.NodeCode);
            Change(was is null || now.ContractAmount != was.ContractAmount, () => _contract = now.ContractAmount);
            Change(was is null || now.MovedInOn != was.MovedInOn, () => _movedInOn = now.MovedInOn);
            _projectId = now.ProjectId;
            Add(_paidIn, now.PaidIn, was?.PaidIn);
            Add(_completed, now.CompletedInvestment, was?.CompletedInvestment);
        }

        /// <summary>Adds what the sums of now have more than those of before.</summary>
        private static void Add(Dictionary<string, decimal> sums, Money[] now, Money[]? was)
        {
            foreach (var (currency, amount) in now.Select(m => (m.Currency, m.Amount)).Concat((was ?? []).Select(m => (m.Currency, -m.Amount))))
            {
                sums[currency] = sums.GetValueOrDefault(currency) + amount;
            }
        }

        private static void Change(bool changed, Action change)
        {
            if (changed)
            {
                change();
            }
        }
    }
}
