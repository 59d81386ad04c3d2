using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Pipeline.Tests;

/// <summary>An event as the broker would hand it over.</summary>
internal sealed record Told(IEvent Happened, Delivery Delivery);

/// <summary>
/// The three services as far as the pipeline can tell them apart: their aggregates change by the rules of the trade and tell what
/// happened. What the pipeline should answer is read from the aggregates, never from what it was told.
/// </summary>
internal sealed class Trade
{
    private readonly Dictionary<Guid, long> _versions = [];
    private DateTimeOffset _now = new(2026, 1, 5, 1, 0, 0, TimeSpan.Zero);

    public List<Told> Log { get; } = [];
    public Dictionary<Guid, LeadState> Leads { get; } = [];

    /// <summary>By the lead that opened it.</summary>
    public Dictionary<Guid, ProjectState> Projects { get; } = [];

    public Dictionary<Guid, EnterpriseState> Enterprises { get; } = [];

    /// <summary>The leads that are in the bin.</summary>
    public HashSet<Guid> Bin { get; } = [];

    public DateTimeOffset Now => _now;

    public static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    public LeadState Open(
        Guid? owner = null, Guid? unit = null, string? node = "satellite.data", Money? estimated = null, Guid[]? readers = null,
            string? investor = null,
        DateOnly? on = null, Guid? actor = null, string? region = null)
    {
        var id = NewId();
        var lead = new LeadState
        {
            LeadId = id,
            Code = $"L-2026-{Leads.Count + 1:000000}",
            InvestorId = NewId(),
            InvestorName = investor ?? $"客商 {Leads.Count + 1}",
            Stage = LeadStage.New,
            StageOn = on ?? Today,
            FirstContactOn = on ?? Today,
            OwnerId = owner ?? NewId(),
            UnitId = unit ?? NewId(),
            NodeCode = node,
            ChainCode = Chain(node),
            SourceRegion = region,
            EstimatedInvestment = estimated,
            Confidential = readers is not null,
            Readers = readers ?? [],
        };
        return Tell(lead, l => new LeadOpened { Lead = l }, actor);
    }

    public LeadState Tell(LeadState lead, Func<LeadState, IEvent> happened, Guid? actor = null)
    {
        Leads[lead.LeadId] = lead;
        Note(lead.LeadId, happened(lead), actor);
        return lead;
    }

    /// <summary>A lead was entered by mistake.</summary>
    public LeadState Remove(LeadState lead)
    {
        Bin.Add(lead.LeadId);
        return Tell(lead, l => new LeadRemoved { Lead = l });
    }

    /// <summary>It was none after all.</summary>
    public LeadState Restore(LeadState lead)
    {
        Bin.Remove(lead.LeadId);
        return Tell(lead, l => new LeadRestored { Lead = l });
    }

    public ProjectState Convert(LeadState lead, DateOnly? on = null, Guid? actor = null, bool tellProject = true)
    {
        var project = new ProjectState
        {
            ProjectId = NewId(),
            Code = $"P-2026-{Projects.Count + 1:000000}",
            Name = $"{lead.InvestorName}项目",
            LeadId = lead.LeadId,
            InvestorId = lead.InvestorId,
            Stage = ProjectStage.Negotiating,
            StageOn = on ?? Today,
            Status = ProjectStatus.Active,
            OwnerId = lead.OwnerId,
            UnitId = lead.UnitId,
            ChainCode = lead.ChainCode,
            NodeCode = lead.NodeCode,
            PaidIn = [],
            Confidential = lead.Confidential,
            Readers = lead.Readers,
        };
        Tell(
            lead with { Stage = LeadStage.Converted, StageOn = on ?? Today, ProjectId = project.ProjectId },
            l => new LeadConverted { Lead = l, ProjectId = project.ProjectId, ProjectName = project.Name, OccurredOn = on ?? Today },
                actor);
        return tellProject ? Tell(project, p => new ProjectOpened { Project = p, OccurredOn = on ?? Today }, actor) : project;
    }

    public ProjectState Tell(ProjectState project, Func<ProjectState, IEvent> happened, Guid? actor = null)
    {
        Projects[project.LeadId] = project;
        Note(project.ProjectId, happened(project), actor);
        return project;
    }

    public ProjectState Reach(
        ProjectState project, ProjectStage stage, DateOnly? on = null, Money? contract = null, Guid? actor = null, Guid? approver = null) =>
        Tell(
        project with { Stage = stage, StageOn = on ?? Today, ContractAmount = contract ?? project.ContractAmount },
        p => new ProjectStageReached
        {
            Project = p,
            From = project.Stage,
            To = stage,
            OccurredOn = on ?? Today,
            ApproverId = approver,
        }, actor);

    public ProjectState StepBack(ProjectState project, ProjectStage to, DateOnly? on = null, Guid? actor = null) => Tell(
        project with { Stage = to, StageOn = on ?? Today },
        p => new ProjectSteppedBack { Project = p, From = project.Stage, To = to, Reason = "登记有误", OccurredOn = on ?? Today }, actor);

    /// <summary>The date of a stage that a project holds was corrected; of negotiating, that of its opening.</summary>
    public ProjectState Redate(ProjectState project, ProjectStage stage, DateOnly on, Guid? actor = null, Guid? approver = null)
    {
        var (version, previous) = Moved(project.ProjectId, e =>
            stage == ProjectStage.Negotiating ? e is ProjectOpened : e is ProjectStageReached reached && reached.To == stage);
        return Tell(
            project with { StageOn = project.Stage == stage ? on : project.StageOn },
            p => new ProjectStageDateCorrected
            {
                Project = p,
                MoveVersion = version,
                Stage = stage,
                PreviousOn = previous,
                OccurredOn = on,
                ApproverId = approver,
            }, actor);
    }

    /// <summary>The date of a step back, of a change of status or of a new contract amount was corrected.</summary>
    public ProjectState Redate(ProjectState project, long version, DateOnly on) => Tell(project, p => new ProjectMoveDateCorrected
    {
        Project = p,
        MoveVersion = version,
        PreviousOn = Moved(project.ProjectId, version).On,
        OccurredOn = on,
        ApproverId = NewId(),
    });

    /// <summary>The contract has another amount from a day on.</summary>
    public ProjectState Amend(ProjectState project, Money contract, DateOnly? on = null) => Tell(
        project with { ContractAmount = contract },
        p => new ProjectContractCorrected
        {
            Project = p,
            PreviousAmount = project.ContractAmount,
            Amount = contract,
            OccurredOn = on ?? Today,
            ApproverId = NewId(),
        });

    /// <summary>The amount that a signing or a new amount of the present contract set was another one.</summary>
    public ProjectState Restate(ProjectState project, long version, Money contract) => Tell(
        project with
        {
            ContractAmount = version == Corrected.Contracts(Log, project.ProjectId, null)[^1].Version ? contract
            : project.ContractAmount
        },
        p => new ProjectContractCorrected
        {
            Project = p,
            MoveVersion = version,
            PreviousAmount = Corrected.Contracts(Log, project.ProjectId, null).Single(c => c.Version == version).Amount,
            Amount = contract,
            OccurredOn = Moved(project.ProjectId, version).On,
            ApproverId = NewId(),
        });

    /// <summary>The version of the last event of a kind in a project's stream.</summary>
    public long Last<T>(ProjectState project) where T : IProjectEvent =>
        Log.Last(t => t.Delivery.StreamId == project.ProjectId && t.Happened is T).Delivery.Version;

    /// <summary>The date was corrected on which a lead came to a stage last.</summary>
    public LeadState Redate(LeadState lead, LeadStage stage, DateOnly on)
    {
        var (version, previous) = Moved(lead.LeadId, e =>
            e is LeadAssessed or LeadConverted or LeadClosed or LeadReopened && ((ILeadEvent)e).Lead.Stage == stage);
        return Tell(
            lead with { StageOn = lead.Stage == stage ? on : lead.StageOn },
            l => new LeadStageDateCorrected
            {
                Lead = l,
                MoveVersion = version,
                Stage = stage,
                PreviousOn = previous,
                OccurredOn = on,
            });
    }

    /// <summary>The last of such moves in a stream, with its date as it was corrected last.</summary>
    private (long Version, DateOnly On) Moved(Guid stream, Func<IEvent, bool> isMove)
    {
        var version = Log.Last(t => t.Delivery.StreamId == stream && isMove(t.Happened)).Delivery.Version;
        return Moved(stream, version);
    }

    private (long Version, DateOnly On) Moved(Guid stream, long version)
    {
        var move = Log.Single(t => t.Delivery.StreamId == stream && t.Delivery.Version == version);
        return (version, Corrected.Dates(Log, stream, null).GetValueOrDefault(version, Corrected.DayOf(move)));
    }

    public ProjectState PayIn(ProjectState project, Money amount, DateOnly? on = null, Guid? actor = null)
    {
        var known = project.PaidIn.FirstOrDefault(m => m.Currency == amount.Currency);
        return Tell(
            project with { PaidIn = [.. project.PaidIn.Where(m => m != known), known?.Plus(amount) ?? amount] },
            p => new FundsPaidIn { Project = p, Amount = amount, OccurredOn = on ?? Today }, actor);
    }

    public ProjectState Complete(ProjectState project, Money amount, DateOnly? on = null, Guid? actor = null)
    {
        var known = project.CompletedInvestment.FirstOrDefault(m => m.Currency == amount.Currency);
        return Tell(
            project with { CompletedInvestment = [.. project.CompletedInvestment.Where(m => m != known), known?.Plus(amount) ?? amount] },
            p => new InvestmentCompleted { Project = p, Amount = amount, OccurredOn = on ?? Today }, actor);
    }

    public ProjectState Standing(ProjectState project, ProjectStatus status, DateOnly? on = null) => Tell(
        project with { Status = status }, p => new ProjectStatusChanged { Project = p, Reason = "资金安排", OccurredOn = on ?? Today });

    /// <summary>
    /// A transfer of a lead that was confirmed: the lead changes hands, the giving side goes on reading it, and credit is shared.
    /// </summary>
    public LeadState Transfer(LeadState lead, Guid toOwner, Guid toUnit, params (Guid Unit, int Credit)[] shares)
    {
        var moved = Tell(
            lead with
            {
                OwnerId = toOwner,
                UnitId = toUnit,
                SharedWith = [.. lead.SharedWith.Append(lead.UnitId).Append(lead.OwnerId).Distinct()]
            },
            l => new LeadAssigned { Lead = l, PreviousOwnerId = lead.OwnerId, OccurredOn = Today });
        Confirm(lead, moved, shares);
        return moved;
    }

    /// <summary>Tells of the shares that were agreed when a lead changed hands.</summary>
    public void Confirm(LeadState before, LeadState after, params (Guid Unit, int Credit)[] shares)
    {
        var id = NewId();
        Note(id, new TransferMoved
        {
            TransferId = id,
            LeadId = before.LeadId,
            FromUnitId = before.UnitId,
            ToUnitId = after.UnitId,
            ToOwnerId = after.OwnerId,
            From = TransferState.Accepted,
            State = TransferState.Confirmed,
            Shares = [.. shares.Select(s => new TransferShare { UnitId = s.Unit, Credit = s.Credit, Tax = s.Credit })],
            OccurredOn = Today,
        }, null);
    }

    public EnterpriseState Register(ProjectState project, DateOnly? on = null)
    {
        var enterprise = new EnterpriseState
        {
            EnterpriseId = NewId(),
            Name = $"{project.Name}公司",
            Uscc = "91410611MA0000000X",
            ChainCode = project.ChainCode,
            NodeCode = project.NodeCode,
            InCity = false,
        };
        Enterprises[enterprise.EnterpriseId] = enterprise;
        Note(enterprise.EnterpriseId, new EnterpriseRegistered
        {
            Enterprise = enterprise,
            ProjectId = project.ProjectId,
            LeadId = project.LeadId,
            OccurredOn = on ?? Today,
        }, null);
        var linked = Projects[project.LeadId] with
        {
            EnterpriseId = enterprise.EnterpriseId,
            Uscc = enterprise.Uscc,
            EnterpriseName = enterprise.Name
        };
        Tell(linked, p => new ProjectAmended { Project = p });
        return enterprise;
    }

    public (Guid Tenancy, Guid Unit) MoveIn(EnterpriseState enterprise, ProjectState project, DateOnly? on = null, Guid? actor = null)
    {
        var (application, tenancy, unit) = (NewId(), NewId(), NewId());
        var movedIn = Enterprises[enterprise.EnterpriseId] = enterprise with { InCity = true };
        Note(application, new EntryApplicationMoved
        {
            ApplicationId = application,
            EnterpriseId = enterprise.EnterpriseId,
            ProjectId = project.ProjectId,
            From = EntryState.HandedOver,
            To = EntryState.MovedIn,
            OccurredOn = on ?? Today,
        }, actor);
        Note(enterprise.EnterpriseId, new EnterpriseMovedIn
        {
            Enterprise = movedIn,
            ApplicationId = application,
            TenancyId = tenancy,
            SpaceIds = [unit],
            ProjectId = project.ProjectId,
            LeadId = project.LeadId,
            OccurredOn = on ?? Today,
        }, actor);
        Tell(Projects[project.LeadId] with { MovedInOn = on ?? Today },
            p => new ProjectMovedIn { Project = p, EnterpriseId = enterprise.EnterpriseId, OccurredOn = on ?? Today }, actor);
        return (tenancy, unit);
    }

    /// <summary>Time passes between two deeds, so that each was recorded at an instant of its own.</summary>
    private void Note(Guid stream, IEvent happened, Guid? actor)
    {
        _now += TimeSpan.FromMinutes(7);
        var version = _versions[stream] = _versions.GetValueOrDefault(stream) + 1;
        Log.Add(new Told(happened, new Delivery(
            NewId(), stream, version, 0, _now, actor ?? Guid.Empty,
                JsonSerializer.Serialize(happened, happened.GetType(), StrictJson.Options))));
    }

    /// <summary>Nothing happens for a while.</summary>
    public void Pass(TimeSpan time) => _now += time;

    public DateOnly Today => DateOnly.FromDateTime(_now.UtcDateTime);

    private static string? Chain(string? node) => node?.Split('.')[0];
}

/// <summary>The dates and contract amounts that were corrected, read from the log.</summary>
internal static class Corrected
{
    /// <summary>By the versions of a stream whose dates were corrected, the dates that they have, as known at an instant.</summary>
    public static Dictionary<long, DateOnly> Dates(IEnumerable<Told> log, Guid stream, DateTimeOffset? known)
    {
        var dates = new Dictionary<long, DateOnly>();
        foreach (var told in log.Where(t => t.Delivery.StreamId == stream && (known is null || t.Delivery.RecordedAt <= known)))
        {
            switch (told.Happened)
            {
                case LeadStageDateCorrected lead:
                    dates[lead.MoveVersion] = lead.OccurredOn;
                    break;
                case ProjectStageDateCorrected project:
                    dates[project.MoveVersion] = project.OccurredOn;
                    break;
                case ProjectMoveDateCorrected move:
                    dates[move.MoveVersion] = move.OccurredOn;
                    break;
                default:
                    break;
            }
        }

        return dates;
    }

    /// <summary>
    /// The versions of a project that set or ended its contract amount, in their order, with the amount and the date that each has, as
    /// known at an instant.
    /// </summary>
    public static List<(long Version, DateOnly On, Money? Amount)> Contracts(IReadOnlyList<Told> log, Guid project, DateTimeOffset? known)
    {
        var dates = Dates(log, project, known);
        var found = new List<(long Version, DateOnly On, Money? Amount)>();
        Money? before = null;
        foreach (var told in log.Where(t => t.Delivery.StreamId == project && (known is null || t.Delivery.RecordedAt <= known)))
        {
            var now = ((IProjectEvent)told.Happened).Project.ContractAmount;
            if (told.Happened is ProjectContractCorrected { MoveVersion: { } version, Amount: var right })
            {
                var at = found.FindIndex(f => f.Version == version);
                found[at] = found[at] with { Amount = right };
            }
            else if (now != before)
            {
                found.Add((told.Delivery.Version, dates.GetValueOrDefault(told.Delivery.Version, DayOf(told)), now));
            }

            before = now;
        }

        return found;
    }

    /// <summary>The business date of an event, as it came.</summary>
    public static DateOnly DayOf(Told told) =>
        (DateOnly?)told.Happened.GetType().GetProperty("OccurredOn")?.GetValue(told.Happened) ?? told.Delivery.RecordedAt.OnDay();
}

/// <summary>Somebody at random does something that the rules allow, again and again.</summary>
internal sealed class RandomTrade(int seed)
{
    private static readonly string?[] Nodes = ["satellite.data", "xinchuang.chips", "manufacturing.robots", null];
    private static readonly string?[] Regions = ["110000", "410611", null];
    private static readonly string[] Currencies = ["CNY", "USD", "EUR"];
    private readonly Random _dice = new(seed);
    private readonly Random _shares = new(seed + 1);
    private readonly Random _completions = new(seed + 2);
    private readonly Random _dates = new(seed + 3);
    private readonly Random _bins = new(seed + 4);
    private readonly Random _moves = new(seed + 5);

    public Trade Trade { get; } = new();
    public Guid[] Units { get; } = [.. Enumerable.Range(0, 4).Select(_ => Trade.NewId())];
    public Guid[] Officers { get; } = [.. Enumerable.Range(0, 5).Select(_ => Trade.NewId())];

    public RandomTrade Run(int deeds)
    {
        for (var i = 0; i < deeds; i++)
        {
            Deed();
        }

        return this;
    }

    /// <summary>Somebody of each reach, among them readers of what is confidential.</summary>
    public TestCaller[] Callers() =>
    [
        TestCaller.Person(Roles.Leader),
        TestCaller.Person(Roles.Auditor) with { Id = Officers[0] },
        TestCaller.Officer(Units[0]) with { Id = Officers[1] },
        TestCaller.Person(Roles.UnitHead, Reach.Subtree, Units[0]) with { Id = Officers[2], Subtree = Units[..2] },
        TestCaller.Person(Roles.Officer, Reach.Unit, Units[3]),
        TestCaller.Person(Roles.ChainChief, Reach.Chain) with { Chains = ["satellite", "xinchuang"], Id = Officers[3] },
        TestCaller.Integration("pipeline.read"),
    ];

    private void Deed()
    {
        Trade.Pass(TimeSpan.FromHours(_dice.Next(20)));
        if (Trade.Leads.Count == 0 || _dice.Next(6) == 0)
        {
            Trade.Open(
                Pick(Officers), Pick(Units), Pick(Nodes), Money(-1), _dice.Next(5) == 0 ? [Pick(Officers)] : null,
                on: Trade.Today.AddDays(-_dice.Next(100)), region: Pick(Regions));
            return;
        }

        var lead = Pick([.. Trade.Leads.Values]);
        if (Trade.Bin.Contains(lead.LeadId))
        {
            // It was none after all; nothing else happens to what is in the bin.
            Trade.Restore(lead);
        }

        if (Trade.Projects.GetValueOrDefault(lead.LeadId) is { } project && _dice.Next(5) > 0)
        {
            OnProject(project);
            Complete(Trade.Projects[lead.LeadId]);
            Correct(Trade.Projects[lead.LeadId]);
        }
        else
        {
            OnLead(lead);
        }

        Redate(lead.LeadId);
        Remove(lead.LeadId);
    }

    /// <summary>Now and then a lead turns out to be a mistake.</summary>
    private void Remove(Guid leadId)
    {
        if (_bins.Next(10) == 0 && !Trade.Projects.ContainsKey(leadId))
        {
            Trade.Remove(Trade.Leads[leadId]);
        }
    }

    /// <summary>Now and then a stage turns out to have been reached on another day.</summary>
    private void Redate(Guid leadId)
    {
        if (_dates.Next(6) > 0)
        {
            return;
        }

        var (lead, on) = (Trade.Leads[leadId], Trade.Today.AddDays(-_dates.Next(60)));
        LeadStage[] stages =
        [
            .. Trade.Log.Where(t => t.Delivery.StreamId == leadId).Select(t => t.Happened)
                .Where(e => e is LeadAssessed or LeadConverted or LeadClosed or LeadReopened).Select(e => ((ILeadEvent)e).Lead.Stage),
        ];
        if (Trade.Projects.GetValueOrDefault(leadId) is { } project && _dates.Next(4) > 0)
        {
            Trade.Redate(project, (ProjectStage)_dates.Next((int)project.Stage + 1), on);
        }
        else if (stages.Length > 0)
        {
            Trade.Redate(lead, stages[_dates.Next(stages.Length)], on);
        }
    }

    /// <summary>
    /// Now and then the contract has another amount, or a step back, a change of status or an amount turns out to have been another one.
    /// </summary>
    private void Correct(ProjectState project)
    {
        var on = Trade.Today.AddDays(-_moves.Next(60));
        var amount = new Money(_moves.NextInt64(1, 900_000_000_000) / 100m, Currencies[_moves.Next(Currencies.Length)]);
        long[] moves =
        [
            .. Trade.Log.Where(t => t.Delivery.StreamId == project.ProjectId && t.Happened is ProjectSteppedBack or ProjectStatusChanged
                or ProjectContractCorrected { MoveVersion: null }).Select(t => t.Delivery.Version),
        ];
        var contracts = Corrected.Contracts(Trade.Log, project.ProjectId, null);
        switch (_moves.Next(8))
        {
            case 0 when project.ContractAmount is not null:
                Trade.Amend(project, amount, on);
                break;
            case 1 when contracts.Count > 0:
                Trade.Restate(project, contracts[_moves.Next(contracts.Count)].Version, amount);
                break;
            case 2 or 3 when moves.Length > 0:
                Trade.Redate(project, moves[_moves.Next(moves.Length)], on);
                break;
            default:
                break;
        }
    }

    /// <summary>Now and then some investment is completed, or an entry of it is taken back.</summary>
    private void Complete(ProjectState project)
    {
        var on = Trade.Today.AddDays(-_completions.Next(40));
        switch (_completions.Next(6))
        {
            case 0:
                Trade.Complete(
                    project, new Money(_completions.Next(1, 1_000_000) / 100m, Currencies[_completions.Next(Currencies.Length)]), on);
                break;
            case 1 when project.CompletedInvestment.Length > 0:
                var wrong = project.CompletedInvestment[_completions.Next(project.CompletedInvestment.Length)];
                Trade.Complete(project, wrong with { Amount = -wrong.Amount }, on);
                break;
            default:
                break;
        }
    }

    private void OnLead(LeadState lead)
    {
        var open = lead.Stage is LeadStage.New or LeadStage.Assessing or LeadStage.Following;
        _ = _dice.Next(9) switch
        {
            0 => Contact(lead),
            8 => Correct(lead),
            // What a unit gives away it goes on reading.
            1 => Assign(lead),
            2 => Trade.Tell(
                lead with { EstimatedInvestment = Money(-1), NodeCode = null, ChainCode = null }, l => new LeadAmended { Lead = l }),
            3 => Trade.Tell(
                lead with { Confidential = !lead.Confidential, Readers = lead.Confidential ? [] : [Pick(Officers), Pick(Officers)] }, l =>
                    new LeadAmended { Lead = l }),
            4 when open => Trade.Tell(
                lead with { Stage = _dice.Next(2) == 0 ? LeadStage.Kept : LeadStage.Invalid, StageOn = Trade.Today },
                l => new LeadClosed { Lead = l, Reason = "暂无投资意向", OccurredOn = Trade.Today }),
            4 when lead.Stage is LeadStage.Kept or LeadStage.Invalid => Trade.Tell(
                lead with { Stage = LeadStage.Following, StageOn = Trade.Today }, l =>
                    new LeadReopened { Lead = l, OccurredOn = Trade.Today }),
            5 when open && lead.Stage != LeadStage.Following => Trade.Tell(
                lead with { Stage = LeadStage.Following, StageOn = Trade.Today }, l =>
                new LeadAssessed { Lead = l, OccurredOn = Trade.Today }),
            6 or 7 when open => Convert(lead),
            _ => Trade.Tell(lead, l => new NextStepPlanned { Lead = l, DueOn = Trade.Today.AddDays(7) }),
        };
    }

    private LeadState Assign(LeadState lead)
    {
        var moved = Trade.Tell(
            lead with
            {
                OwnerId = Pick(Officers),
                UnitId = Pick(Units),
                SharedWith = _dice.Next(2) == 0 ? [lead.UnitId, lead.OwnerId]
                : []
            },
            l => new LeadAssigned { Lead = l, OccurredOn = Trade.Today.AddDays(-_dice.Next(10)) });
        if (moved.SharedWith.Length > 0 && moved.UnitId != lead.UnitId)
        {
            var kept = _shares.Next(10_001);
            Trade.Confirm(lead, moved, (lead.UnitId, kept), (moved.UnitId, 10_000 - kept));
        }

        return moved;
    }

    private LeadState Contact(LeadState lead)
    {
        var on = Trade.Today.AddDays(-_dice.Next(20));
        return Trade.Tell(
            lead with { FirstContactOn = on < lead.FirstContactOn ? on : lead.FirstContactOn },
            l => new ContactRecorded { Lead = l, ContactId = Trade.NewId(), Channel = "phone", OccurredOn = on });
    }

    /// <summary>The first contact turns out to have been on another day, earlier or later, or not to have been at all.</summary>
    private LeadState Correct(LeadState lead)
    {
        var on = Trade.Today.AddDays(-_dice.Next(20));
        if (on > lead.FirstContactOn && _bins.Next(2) == 0)
        {
            return Trade.Tell(
                lead with { FirstContactOn = on },
                l => new ContactRemoved { Lead = l, ContactId = Trade.NewId(), Channel = "phone", OccurredOn = lead.FirstContactOn });
        }

        return Trade.Tell(
            lead with { FirstContactOn = on },
            l => new ContactCorrected { Lead = l, ContactId = Trade.NewId(), Channel = "phone", OccurredOn = on });
    }

    private LeadState Convert(LeadState lead)
    {
        Trade.Convert(lead);
        return lead;
    }

    private void OnProject(ProjectState project)
    {
        switch (_dice.Next(10))
        {
            case < 4 when project.Status == ProjectStatus.Active && project.Stage < ProjectStage.Efficient:
                var next = project.Stage + 1;
                var reached = Trade.Reach(project, next, Lately(), next == ProjectStage.Signed ? Money(0) : null);
                if (next == ProjectStage.Registered && reached.EnterpriseId is null)
                {
                    Trade.Register(reached);
                }

                break;
            case 4 when project.Stage > ProjectStage.Negotiating:
                Trade.StepBack(project, (ProjectStage)_dice.Next((int)project.Stage), Lately());
                break;
            case 5:
                Trade.PayIn(project, Money(0)!, Lately());
                break;
            case 6 when project.PaidIn.Length > 0:
                var paid = Pick(project.PaidIn);
                Trade.PayIn(project, paid with { Amount = -paid.Amount }, Lately());
                break;
            case 7:
                Trade.Standing(project, (ProjectStatus)_dice.Next(3), Lately());
                break;
            case 8 or 9 when project.EnterpriseId is { } enterprise && project.MovedInOn is null:
                Trade.MoveIn(Trade.Enterprises[enterprise], project);
                break;
            default:
                var node = Pick(Nodes);
                Trade.Tell(
                    project with
                    {
                        OwnerId = Pick(Officers),
                        UnitId = Pick(Units),
                        NodeCode = node,
                        ChainCode = node?.Split('.')[0],
                        Confidential = _dice.Next(4) == 0,
                        Readers = [Pick(Officers)],
                    },
                    p => new ProjectAmended { Project = p });
                break;
        }
    }

    /// <summary>Much is entered late, so that days and recording go in different orders.</summary>
    private DateOnly Lately() => Trade.Today.AddDays(_dice.Next(2) == 0 ? 0 : -_dice.Next(40));

    private T Pick<T>(IReadOnlyList<T> from) => from[_dice.Next(from.Count)];

    /// <summary>An amount in some currency, to the fen; sometimes none when that is allowed.</summary>
    private Money? Money(int least) => least < 0 && _dice.Next(2) == 0 ? null
        : new Money(_dice.NextInt64(1, 900_000_000_000) / 100m, Pick(Currencies));
}

internal static class Deliveries
{
    /// <summary>Hands events to all consumers of each, in this order, so many in one transaction.</summary>
    public static async Task TellAsync(this TestService service, IEnumerable<Told> log, int together = 1)
    {
        var inbox = service.Services.GetRequiredService<Inbox>();
        foreach (var some in log.Chunk(together))
        {
            var works = some.SelectMany(told => inbox.Subscriptions.Where(s => s.Event == told.Happened.GetType())
                .Select(s => new ConsumerWork(s, told.Happened, told.Delivery))).ToList();
            Assert.True(works.Count >= some.Length);
            await inbox.ProcessAsync(works, CancellationToken.None);
        }

        await service.CompleteAsync(service.Clock.GetUtcNow());
    }

    /// <summary>The services have recorded nothing up to this instant but what was told.</summary>
    public static Task CompleteAsync(this TestService service, DateTimeOffset until, string services = "leads,projects,enterprises") =>
        service.ExecuteAsync(
            $"""
            insert into watermark select service, '', '{until:O}' from string_to_table('{services}', ',') as service
            on conflict (service) do update set complete_until = excluded.complete_until
            """);
}
