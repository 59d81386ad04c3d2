using System.Text.Json;
using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel.Json;

namespace Qibin.Crm.Pipeline;

/// <summary>An event as it was noted, read back.</summary>
internal sealed record Story(FactRow Fact, IEvent Event)
{
    /// <summary>All events of the contracts.</summary>
    public static IReadOnlyList<Type> Types { get; } = [.. typeof(IEvent).Assembly.GetTypes().Where(t => t.IsClass && t.IsAssignableTo(typeof(IEvent)))];

    private static readonly Dictionary<string, Type> Known = Types.ToDictionary(t => t.Name, StringComparer.Ordinal);

    public static List<Story> Read(IEnumerable<FactRow> facts) =>
        [.. facts.Select(f => new Story(f, (IEvent)JsonSerializer.Deserialize(f.Event, Known[f.Type], StrictJson.Options)!))];

    /// <summary>Who caused it; null for the system.</summary>
    public Guid? Actor => Fact.ActorId == Guid.Empty ? null : Fact.ActorId;

    /// <summary>Which service told it: <c>leads</c>, <c>projects</c> or <c>enterprises</c>.</summary>
    public string Service => JsonNamingPolicy.CamelCase.ConvertName(Event.GetType().Namespace!.Split('.')[^1]);

    /// <summary>The lead's state that it carries, when it is an event of a lead.</summary>
    public LeadState? Lead => Event switch
    {
        LeadOpened e => e.Lead,
        ContactRecorded e => e.Lead,
        ContactCorrected e => e.Lead,
        NextStepPlanned e => e.Lead,
        LeadAssigned e => e.Lead,
        LeadAssessed e => e.Lead,
        LeadConverted e => e.Lead,
        LeadClosed e => e.Lead,
        LeadReopened e => e.Lead,
        LeadAmended e => e.Lead,
        LeadRemoved e => e.Lead,
        ResponseClockPaused e => e.Lead,
        ResponseClockResumed e => e.Lead,
        _ => null,
    };

    /// <summary>The project's state that it carries, when it is an event of a project.</summary>
    public ProjectState? Project => Event switch
    {
        ProjectOpened e => e.Project,
        ProjectStageReached e => e.Project,
        ProjectSteppedBack e => e.Project,
        ProjectStatusChanged e => e.Project,
        FundsPaidIn e => e.Project,
        InvestmentCompleted e => e.Project,
        ProjectAmended e => e.Project,
        ProjectMovedIn e => e.Project,
        _ => null,
    };

    /// <summary>The reason that it gives.</summary>
    public string? Reason => Event switch
    {
        LeadClosed e => e.Reason,
        ProjectSteppedBack e => e.Reason,
        ProjectStatusChanged e => e.Reason,
        _ => null,
    };

    public JourneyStage? Stage => Lead is { } lead ? Stages.Of(lead.Stage) : Project is { } project ? Stages.Of(project.Stage) : null;

    public JourneyStatus? Status => Lead is { } lead ? Stages.StatusOf(lead.Stage) : Project is { } project ? Stages.StatusOf(project.Status) : null;
}
