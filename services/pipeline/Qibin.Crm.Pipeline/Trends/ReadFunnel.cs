using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Pipeline.Journeys;
using Qibin.Crm.Pipeline.Reports;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Pipeline.Trends;

/// <summary>How many of those first met in a month went how far, and how many days it took.</summary>
internal static class ReadFunnel
{
    public static void MapReadFunnel(this RouteGroupBuilder api) => api.MapGet("/pipeline/funnel", Handle)
        .AllowEverybody(Scopes.PipelineRead)
        .WithName("readFunnel")
        .WithSummary("转化漏斗 · Conversion between milestones by cohort");

    internal static async Task<Ok<Funnel>> Handle(
        [AsParameters] FunnelQuery query, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        query.CheckPast(clock);
        if (query.IsPast())
        {
            throw Refusal.Invalid(query.AsOf is null ? "knownAt" : "asOf", "query.unknown", query.AsOf is null ? "knownAt" : "asOf");
        }

        var months = MonthRanges.Between(query.From, query.To, clock).Select(m => (m.Year * 100) + m.Month).ToArray();
        var (first, last) = (months[0], months[^1]);
        // Whatever became of them, suspended and invalid ones included: they are part of what was begun.
        var journeys = db.Journeys.AsNoTracking().ReadableBy(caller).Matching(query).Where(j => j.Month >= first && j.Month <= last);
        if (query.Status is { Values: var statuses })
        {
            journeys = journeys.Where(j => statuses.Contains(j.Status));
        }

        var cohorts = months.ToDictionary(m => m, _ => new Cohort());
        var reached =
            from j in journeys
            join m in db.Milestones.Where(m => m.TakenBackVersion == null) on j.LeadId equals m.LeadId
            orderby j.LeadId
            select new { j.LeadId, j.Month, m.Kind, m.OccurredOn };
        var (lead, month, days) = (Guid.Empty, 0, new Dictionary<MilestoneKind, DateOnly>());
        await foreach (var m in reached.AsAsyncEnumerable().WithCancellation(ct))
        {
            if (m.LeadId != lead)
            {
                cohorts.GetValueOrDefault(month)?.Take(days);
                (lead, month) = (m.LeadId, m.Month);
                days.Clear();
            }

            days[m.Kind] = days.TryGetValue(m.Kind, out var earlier) && earlier < m.OccurredOn ? earlier : m.OccurredOn;
        }

        cohorts.GetValueOrDefault(month)?.Take(days);
        var all = new Cohort();
        foreach (var cohort in cohorts.Values)
        {
            all.Take(cohort);
        }

        return TypedResults.Ok(new Funnel
        {
            Total = all.Steps(),
            Cohorts = [.. cohorts.Select(c => new FunnelCohort { Month = Months.Text(c.Key), Steps = c.Value.Steps() })],
        });
    }

    private sealed class Cohort
    {
        private readonly List<int>[] _sinceFirst = [.. Enum.GetValues<MilestoneKind>().Select(_ => new List<int>())];
        private readonly List<int>[] _sincePrevious = [.. Enum.GetValues<MilestoneKind>().Select(_ => new List<int>())];

        public void Take(Dictionary<MilestoneKind, DateOnly> days)
        {
            foreach (var (kind, day) in days)
            {
                if (days.TryGetValue(MilestoneKind.FirstContact, out var first))
                {
                    _sinceFirst[(int)kind].Add(day.DayNumber - first.DayNumber);
                }

                if (Previous(kind) is { } before && days.TryGetValue(before, out var previous))
                {
                    _sincePrevious[(int)kind].Add(day.DayNumber - previous.DayNumber);
                }
            }
        }

        public void Take(Cohort other)
        {
            for (var kind = 0; kind < _sinceFirst.Length; kind++)
            {
                _sinceFirst[kind].AddRange(other._sinceFirst[kind]);
                _sincePrevious[kind].AddRange(other._sincePrevious[kind]);
            }
        }

        public IReadOnlyList<FunnelStep> Steps() =>
        [
            .. Enum.GetValues<MilestoneKind>().Select(kind => new FunnelStep
            {
                Milestone = kind,
                Reached = _sinceFirst[(int)kind].Count,
                OfCohort = Quantiles.Share(_sinceFirst[(int)kind].Count, _sinceFirst[0].Count),
                OfPrevious = Previous(kind) is { } before ? Quantiles.Share(_sincePrevious[(int)kind].Count, _sinceFirst[(int)before].Count)
                    : null,
                MedianDaysSinceFirst = Quantiles.At(_sinceFirst[(int)kind], 50),
                MedianDaysSincePrevious = Previous(kind) is null ? null : Quantiles.At(_sincePrevious[(int)kind], 50),
            }),
        ];

        /// <summary>
        /// MovingIn goes beside the stages of construction: it follows registration, and what follows completion is
        /// production.
        /// </summary>
        private static MilestoneKind? Previous(MilestoneKind kind) => kind switch
        {
            MilestoneKind.FirstContact => null,
            MilestoneKind.MovedIn => MilestoneKind.Registered,
            MilestoneKind.Producing => MilestoneKind.Completed,
            _ => kind - 1,
        };
    }
}

internal static class Quantiles
{
    /// <summary>The smallest value that so many per cent of all do not exceed; null of nothing.</summary>
    public static int? At(List<int> values, int percent)
    {
        values.Sort();
        return values.Count == 0 ? null : values[(((values.Count * percent) + 99) / 100) - 1];
    }

    /// <summary>A part of a whole, to four decimals; null of nothing.</summary>
    public static decimal? Share(int part, int whole) => whole == 0 ? null : Math.Round((decimal)part / whole, 4);
}

/// <summary>Which cohorts, of which journeys. Every status counts unless some are named.</summary>
public sealed record FunnelQuery : JourneyFilter
{
    /// <summary>First month of first contact, as <c>YYYY-MM</c>; eleven before the last when absent.</summary>
    public string? From { get; init; }

    /// <summary>Last month of first contact, as <c>YYYY-MM</c>; the present one when absent.</summary>
    public string? To { get; init; }
}

/// <summary>Conversion between milestones.</summary>
public sealed record Funnel
{
    /// <summary>All cohorts together.</summary>
    public required IReadOnlyList<FunnelStep> Total { get; init; }

    public required IReadOnlyList<FunnelCohort> Cohorts { get; init; }
}

/// <summary>Those who were first met in one month.</summary>
public sealed record FunnelCohort
{
    /// <summary>As <c>YYYY-MM</c>.</summary>
    public required string Month { get; init; }

    public required IReadOnlyList<FunnelStep> Steps { get; init; }
}

/// <summary>One milestone of a funnel. Milestones that were taken back do not count.</summary>
public sealed record FunnelStep
{
    public required MilestoneKind Milestone { get; init; }

    /// <summary>Journeys that reached it.</summary>
    public required int Reached { get; init; }

    /// <summary>Of those in the cohort, between 0 and 1; null of nothing.</summary>
    public required decimal? OfCohort { get; init; }

    /// <summary>
    /// Of those that reached the milestone before it, how many reached this one as well; moving in and construction follow
    /// registration side by side.
    /// </summary>
    public required decimal? OfPrevious { get; init; }

    /// <summary>Median of the days since first contact, of those that reached it.</summary>
    public required int? MedianDaysSinceFirst { get; init; }

    /// <summary>Median of the days since the milestone before it, of those that reached both.</summary>
    public required int? MedianDaysSincePrevious { get; init; }
}
