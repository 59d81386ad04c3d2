using System.Diagnostics.CodeAnalysis;
using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;

namespace Qibin.Crm.Contracts;

/// <summary>
/// An event of leads, projects or enterprises, which the pipeline stores. It names its journey by <c>LeadId</c> or <c>ProjectId</c>, its
/// enterprise by <c>EnterpriseId</c> and its business date by <c>OccurredOn</c>, as far as it has them; a state that it carries names
/// them too.
/// </summary>
[SuppressMessage("Design", "CA1040", Justification = "The subscriptions of the pipeline are found by it.")]
public interface IJourneyEvent : IEvent;

/// <summary>
/// An event of a lead, with its state. Whatever it changes is counted from <c>OccurredOn</c> on, or from the day of
/// recording.
/// </summary>
public interface ILeadEvent : IJourneyEvent
{
    LeadState Lead { get; }
}

/// <summary>
/// An event of a project, with its state. Whatever it changes is counted from <c>OccurredOn</c> on, or from the day of
/// recording.
/// </summary>
public interface IProjectEvent : IJourneyEvent
{
    ProjectState Project { get; }
}

/// <summary>An event that carries the state of an enterprise.</summary>
public interface IEnterpriseEvent : IJourneyEvent
{
    EnterpriseState Enterprise { get; }
}
