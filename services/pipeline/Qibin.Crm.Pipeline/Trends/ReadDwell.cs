namespace Qibin.Crm.Pipeline.Trends;

/// <summary>How long journeys stay in each stage, and how long those that are in it have been there.</summary>
internal static class ReadDwell
{
    internal static async Task<Ok<Dwell>> Handle(
        [AsParameters] PresentFilter query, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var statuses = query.Statuses();
        // The filter is about what a journey is today; its days count from its beginning, whoever had it then.
        var known = db.IntervalsKnown(new JourneyFilter());
        var journeys = db.Journeys.AsNoTracking().ReadableBy(caller).Matching(query).Where(j => statuses.Contains(j.Status))
            .Select(j => known
                .Where(i => i.LeadId == j.LeadId).OrderBy(i => i.DayFrom).Select(i => new { i.Stage, i.DayFrom, i.DayTo }).ToList());
        var today = clock.Today();
        var stays = new List<(JourneyStage Stage, bool Ended, int Days)>();
        await foreach (var intervals in journeys.AsAsyncEnumerable().WithCancellation(ct))
        {
            var begun = intervals.Where((interval, n) => n == 0 || interval.Stage != intervals[n - 1].Stage).ToList();
            stays.AddRange(begun.Zip(begun.Skip(1), (stay, next) => (stay.Stage, true, next.DayFrom.DayNumber - stay.DayFrom.DayNumber)));
            if (intervals is [.., { DayTo: null }])
            {
                stays.Add((begun[^1].Stage, false, Math.Max(0, today.DayNumber - begun[^1].DayFrom.DayNumber)));
            }
        }

        return TypedResults.Ok(new Dwell
        {
            Stages =
            [
                .. stays.GroupBy(s => s.Stage).OrderBy(g => g.Key).Select(g => new DwellStage
                {
                    Stage = g.Key,
                    Past = DwellDays.Of(g.Where(s => s.Ended).Select(s => s.Days)),
                    Present = DwellDays.Of(g.Where(s => !s.Ended).Select(s => s.Days)),
                }),
            ],
        });
    }
}

/// <summary>Days spent in stages.</summary>
public sealed record Dwell
{
    /// <summary>Each stage that some journey was or is in.</summary>
    public required IReadOnlyList<DwellStage> Stages { get; init; }
}

/// <summary>Days spent in one stage.</summary>
public sealed record DwellStage
{
    public required JourneyStage Stage { get; init; }

    /// <summary>Stays that have ended; a journey that came back to the stage has several.</summary>
    public required DwellDays Past { get; init; }

    /// <summary>Stays that last, up to today.</summary>
    public required DwellDays Present { get; init; }
}

/// <summary>How many stays, and how long they were.</summary>
public sealed record DwellDays
{
    public required int Stays { get; init; }

    /// <summary>Days that half of them did not exceed; null of none.</summary>
    public required int? Median { get; init; }

    /// <summary>Days that nine in ten did not exceed; null of none.</summary>
    public required int? P90 { get; init; }

    internal static DwellDays Of(IEnumerable<int> days)
    {
        var ascending = days.Order().ToList();
        return new() { Stays = ascending.Count, Median = Quantiles.At(ascending, 50), P90 = Quantiles.At(ascending, 90) };
    }
}
