using Microsoft.Extensions.DependencyInjection;
using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Messaging;
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
    public DateTimeOffset Now => _now;

    public static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    public LeadState Open(
        Guid? owner = null, Guid? unit = null, string? node = "satellite.data", Money? estimated = null, Guid[]? readers = null, string? investor = null,
        DateOnly? on = null, Guid? actor = null)
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
            l => new LeadConverted { Lead = l, ProjectId = project.ProjectId, ProjectName = project.Name, OccurredOn = on ?? Today }, actor);
        return tellProject ? Tell(project, p => new ProjectOpened { Project = p, OccurredOn = on ?? Today }, actor) : project;
    }

    public ProjectState Tell(ProjectState project, Func<ProjectState, IEvent> happened, Guid? actor = null)
    {
        Projects[project.LeadId] = project;
        Note(project.ProjectId, happened(project), actor);
        return project;
    }

    public ProjectState Reach(ProjectState project, ProjectStage stage, DateOnly? on = null, Money? contract = null, Guid? actor = null) => Tell(
        project with { Stage = stage, StageOn = on ?? Today, ContractAmount = contract ?? project.ContractAmount },
        p => new ProjectStageReached { Project = p, From = project.Stage, To = stage, OccurredOn = on ?? Today }, actor);

    public ProjectState StepBack(ProjectState project, ProjectStage to, DateOnly? on = null, Guid? actor = null) => Tell(
        project with { Stage = to, StageOn = on ?? Today },
        p => new ProjectSteppedBack { Project = p, From = project.Stage, To = to, Reason = "登记有误", OccurredOn = on ?? Today }, actor);

    public ProjectState PayIn(ProjectState project, Money amount, DateOnly? on = null, Guid? actor = null)
    {
        var known = project.PaidIn.FirstOrDefault(m => m.Currency == amount.Currency);
        return Tell(
            project with { PaidIn = [.. project.PaidIn.Where(m => m != known), known?.Plus(amount) ?? amount] },
            p => new FundsPaidIn { Project = p, Amount = amount, OccurredOn = on ?? Today }, actor);
    }

    public ProjectState Standing(ProjectState project, ProjectStatus status, DateOnly? on = null) => Tell(
        project with { Status = status }, p => new ProjectStatusChanged { Project = p, Reason = "资金安排", OccurredOn = on ?? Today });

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
        var linked = Projects[project.LeadId] with { EnterpriseId = enterprise.EnterpriseId, Uscc = enterprise.Uscc, EnterpriseName = enterprise.Name };
        Tell(linked, p => new ProjectAmended { Project = p });
        return enterprise;
    }

    public (Guid Tenancy, Guid Unit) Settle(EnterpriseState enterprise, ProjectState project, DateOnly? on = null, Guid? actor = null)
    {
        var (application, tenancy, unit) = (NewId(), NewId(), NewId());
        var settled = Enterprises[enterprise.EnterpriseId] = enterprise with { InCity = true };
        Note(application, new EntryApplicationMoved
        {
            ApplicationId = application,
            EnterpriseId = enterprise.EnterpriseId,
            ProjectId = project.ProjectId,
            From = EntryState.HandedOver,
            To = EntryState.Settled,
            OccurredOn = on ?? Today,
        }, actor);
        Note(enterprise.EnterpriseId, new EnterpriseSettled
        {
            Enterprise = settled,
            ApplicationId = application,
            TenancyId = tenancy,
            UnitIds = [unit],
            ProjectId = project.ProjectId,
            LeadId = project.LeadId,
            OccurredOn = on ?? Today,
        }, actor);
        Tell(Projects[project.LeadId] with { SettledOn = on ?? Today },
            p => new ProjectSettled { Project = p, EnterpriseId = enterprise.EnterpriseId, OccurredOn = on ?? Today }, actor);
        return (tenancy, unit);
    }

    /// <summary>Time passes between two deeds, so that each was recorded at an instant of its own.</summary>
    private void Note(Guid stream, IEvent happened, Guid? actor)
    {
        _now += TimeSpan.FromMinutes(7);
        var version = _versions[stream] = _versions.GetValueOrDefault(stream) + 1;
        Log.Add(new Told(happened, new Delivery(NewId(), stream, version, 0, _now, actor ?? Guid.Empty)));
    }

    public DateOnly Today => DateOnly.FromDateTime(_now.UtcDateTime);

    private static string? Chain(string? node) => node?.Split('.')[0];
}

internal static class Deliveries
{
    /// <summary>Hands events to all consumers of each, in this order.</summary>
    public static async Task TellAsync(this TestService service, IEnumerable<Told> log)
    {
        var inbox = service.Services.GetRequiredService<Inbox>();
        foreach (var told in log)
        {
            var subscriptions = inbox.Subscriptions.Where(s => s.Event == told.Happened.GetType()).ToList();
            Assert.NotEmpty(subscriptions);
            foreach (var subscription in subscriptions)
            {
                await inbox.ProcessAsync(subscription, told.Happened, told.Delivery, CancellationToken.None);
            }
        }
    }
}
