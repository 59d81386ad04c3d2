using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Pipeline.Tests;

/// <summary>
/// What the journeys were on a day, as known at an instant, found the plain way: for each property the last change of those that
/// were recorded by then and whose day had come. A day is the one that it was corrected to last, as far as that was recorded by then. It
/// shares no code with the service.
/// </summary>
internal sealed class History(Trade trade)
{
    /// <summary>The journeys that there were, each with what it was then as its lead and its project.</summary>
    /// <param name="day">The business day; null for the newest.</param>
    /// <param name="known">The instant; null for the last.</param>
    /// <param name="only">One journey, by its lead; null for all.</param>
    public IReadOnlyList<(ExpectedJourney Now, ExpectedJourney Then)> At(DateOnly? day, DateTimeOffset? known, Guid? only = null)
    {
        var found = new List<(ExpectedJourney, ExpectedJourney)>();
        foreach (var now in ExpectedJourney.Ever(trade).Where(j => only is null || j.Lead.LeadId == only))
        {
            if (trade.Log.LastOrDefault(t => t.Delivery.StreamId == now.Lead.LeadId && t.Happened is LeadRemoved or LeadRestored
                && (known is null || t.Delivery.RecordedAt <= known)) is { Happened: LeadRemoved })
            {
                continue;
            }

            var leads = Told(now.Lead.LeadId, known, e => (LeadState?)e.GetType().GetProperty("Lead")?.GetValue(e));
            if (leads.Count == 0 || leads[^1].State.FirstContactOn > (day ?? DateOnly.MaxValue))
            {
                continue;
            }

            var on = day ?? DateOnly.MaxValue;
            leads[0] = leads[0] with { Day = DateOnly.MinValue };
            var lead = leads[^1].State with
            {
                Stage = Value(leads, on, l => l.Stage),
                OwnerId = Value(leads, on, l => l.OwnerId),
                UnitId = Value(leads, on, l => l.UnitId),
                ChainCode = Value(leads, on, l => l.ChainCode),
                NodeCode = Value(leads, on, l => l.NodeCode),
                EstimatedInvestment = Value(leads, on, l => l.EstimatedInvestment),
            };
            var projects = now.Project is null ? []
                : Told(now.Project.ProjectId, known, e => (ProjectState?)e.GetType().GetProperty("Project")?.GetValue(e));
            var project = projects.Count == 0 || projects[0].Day > on ? null : projects[^1].State with
            {
                Stage = Value(projects, on, p => p.Stage),
                Status = Value(projects, on, p => p.Status),
                OwnerId = Value(projects, on, p => p.OwnerId),
                UnitId = Value(projects, on, p => p.UnitId),
                ChainCode = Value(projects, on, p => p.ChainCode),
                NodeCode = Value(projects, on, p => p.NodeCode),
                ContractAmount = Corrected.Contracts(trade.Log, now.Project!.ProjectId, known).LastOrDefault(c => c.On <= on).Amount,
                PaidIn = Sums(projects, on, p => p.PaidIn),
                CompletedInvestment = Sums(projects, on, p => p.CompletedInvestment),
            };
            found.Add((now, new ExpectedJourney(lead, project)));
        }

        return found;
    }

    private List<(DateOnly Day, TState State)> Told<TState>(Guid stream, DateTimeOffset? known, Func<IEvent, TState?> state) where TState
        : class
    {
        var dates = Corrected.Dates(trade.Log, stream, known);
        return
        [
            .. from told in trade.Log
               where told.Delivery.StreamId == stream && (known is null || told.Delivery.RecordedAt <= known)
               let carried = state(told.Happened)
               where carried is not null
               select (dates.GetValueOrDefault(told.Delivery.Version, Corrected.DayOf(told)), carried),
        ];
    }

    private static T Value<TState, T>(List<(DateOnly Day, TState State)> told, DateOnly on, Func<TState, T> property) =>
        property(told.Where((t, i) => t.Day <= on && (i == 0 || !Equals(property(t.State), property(told[i - 1].State)))).Last().State);

    private static Money[] Sums(List<(DateOnly Day, ProjectState State)> told, DateOnly on, Func<ProjectState, Money[]> of)
    {
        return
        [
            .. told.SelectMany(t => of(t.State)).Select(m => m.Currency).Distinct()
                .Select(currency => new Money(
                    told.Select((t, i) => t.Day > on ? 0 : In(t.State, currency) - (i == 0 ? 0 : In(told[i - 1].State, currency))).Sum(),
                        currency)),
        ];

        decimal In(ProjectState project, string currency) => of(project).FirstOrDefault(m => m.Currency == currency)?.Amount ?? 0;
    }
}
