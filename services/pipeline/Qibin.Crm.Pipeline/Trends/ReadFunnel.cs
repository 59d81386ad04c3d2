using Qibin.Crm.Pipeline.Totals;

namespace Qibin.Crm.Pipeline.Trends;

/// <summary>How many of those first met in a month went how far, and how many days it took.</summary>
internal static class ReadFunnel
{
    internal static async Task<Ok<Funnel>> Handle(
        [AsParameters] FunnelQuery query, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var months = Months.ReadEach(query.From, query.To, clock.Today()).Select(m => m.MonthNumber()).ToArray();
        var (first, last) = (months[0], months[^1]);
        // Whatever became of them, suspended and invalid ones included: they are part of what was begun.
        var statuses = query.Status ?? Words<JourneyStatus>.Of(Enum.GetValues<JourneyStatus>());
        var (asked, _) = await db.AskedAsync(new JourneyFilter(query) { Status = statuses }, false, clock, ct);
        var journeys = db.Journeys.AsNoTracking().ReadableBy(caller).Matching(db, asked).InStatus(asked)
            .Where(j => j.Month >= first && j.Month <= last)
            .Select(j => new
            {
                j.Month,
                Milestones = db.Milestones.Where(m => m.LeadId == j.LeadId && m.TakenBackVersion == null)
                    .Select(m => new { m.Kind, m.OccurredOn }).ToList(),
            });
        // Of each journey the day of each milestone; null of one that it has not reached.
        var reached = await journeys.AsAsyncEnumerable().Select(journey => (journey.Month, Days: Enum.GetValues<MilestoneKind>().Select(
            kind => journey.Milestones.Where(m => m.Kind == kind).Min(m => (int?)m.OccurredOn.DayNumber)).ToArray()))
            .Where(r => r.Days[(int)MilestoneKind.FirstContact] is not null).ToListAsync(ct);

        var cohorts = reached.ToLookup(r => r.Month, r => r.Days);
        return TypedResults.Ok(new Funnel
        {
            Total = Steps([.. reached.Select(r => r.Days)], List(first, last)),
            Cohorts = [.. months.Select(m => new FunnelCohort { Month = Months.Text(m), Steps = Steps([.. cohorts[m]], List(m, m)) })],
            Hidden = await db.HiddenAsync(new JourneyFilter(), caller, ct),
        });

        // Those of the asked months that the filter keeps as well.
        Func<MilestoneKind, string> List(int from, int to)
        {
            var kept = Months.ReadRange("month", query.Month);
            var range = $"{Months.Text(Math.Max(from, kept.First.MonthNumber()))}..{Months.Text(Math.Min(to, kept.Last.MonthNumber()))}";
            return kind => JourneyLinks.To(asked with { Month = range, Reached = Words<MilestoneKind>.Of([kind]) });
        }
    }

    private static List<FunnelStep> Steps(int?[][] cohort, Func<MilestoneKind, string> list)
    {
        return (
            from kind in Enum.GetValues<MilestoneKind>()
            let before = Previous(kind)
            let sinceFirst = Since(kind, MilestoneKind.FirstContact)
            let sincePrevious = before is null ? [] : Since(kind, before.Value)
            select new FunnelStep
            {
                Milestone = kind,
                Reached = sinceFirst.Count,
                Journeys = list(kind),
                OfCohort = Quantiles.Share(sinceFirst.Count, cohort.Length),
                OfPrevious = before is null ? null
                    : Quantiles.Share(sincePrevious.Count, Since(before.Value, MilestoneKind.FirstContact).Count),
                MedianDaysSinceFirst = Quantiles.At(sinceFirst, 50),
                MedianDaysSincePrevious = Quantiles.At(sincePrevious, 50),
            }).ToList();

        List<int> Since(MilestoneKind kind, MilestoneKind before) =>
            [.. cohort.Select(days => days[(int)kind] - days[(int)before]).OfType<int>().Order()];
    }

    /// <summary>
    /// MovingIn goes beside the stages of construction: it follows registration, and what follows completion is production.
    /// </summary>
    private static MilestoneKind? Previous(MilestoneKind kind) => kind switch
    {
        MilestoneKind.FirstContact => null,
        MilestoneKind.MovedIn => MilestoneKind.Registered,
        MilestoneKind.Producing => MilestoneKind.Completed,
        _ => kind - 1,
    };
}

internal static class Quantiles
{
    /// <summary>The smallest value that so many per cent of all do not exceed; null of nothing.</summary>
    public static int? At(List<int> ascending, int percent) =>
        ascending.Count == 0 ? null : ascending[(((ascending.Count * percent) + 99) / 100) - 1];

    /// <summary>A part of a whole, to four decimals; null of nothing.</summary>
    public static decimal? Share(int part, int whole) => whole == 0 ? null : Math.Round((decimal)part / whole, 4);
}

/// <summary>Which cohorts, of which journeys. Every status counts unless some are named.</summary>
public sealed record FunnelQuery : PresentFilter
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

    /// <summary>Confidential journeys within the caller's reach that the caller may not read: they are in no figure above.</summary>
    public required int Hidden { get; init; }
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

    /// <summary>The list of those that reached it: for the same caller it counts the same.</summary>
    public required string Journeys { get; init; }

    /// <summary>Of those in the cohort, between 0 and 1; null of nothing.</summary>
    public required decimal? OfCohort { get; init; }

    /// <summary>
    /// Of those that reached the milestone before it, how many reached this one as well; moving in and construction follow registration
    /// side by side.
    /// </summary>
    public required decimal? OfPrevious { get; init; }

    /// <summary>Median of the days since first contact, of those that reached it.</summary>
    public required int? MedianDaysSinceFirst { get; init; }

    /// <summary>Median of the days since the milestone before it, of those that reached both.</summary>
    public required int? MedianDaysSincePrevious { get; init; }
}
