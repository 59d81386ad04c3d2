using Qibin.Crm.Pipeline.Totals;

namespace Qibin.Crm.Pipeline.Trends;

/// <summary>How long journeys stay in each stage, and how long those that are in it have been there.</summary>
internal static class ReadDwell
{
    internal static async Task<Ok<Dwell>> Handle(
        [AsParameters] PresentFilter query, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var (asked, _) = await db.AskedAsync(
            new JourneyFilter(query) { Status = Words<JourneyStatus>.Of(query.Statuses()) }, false, clock, ct);
        // The filter is about what a journey is today; its days count from its beginning, whoever had it then.
        var known = db.IntervalsKnown(new JourneyFilter());
        var journeys = db.Journeys.AsNoTracking().ReadableBy(caller).Matching(db, asked).InStatus(asked).Select(j => j.LeadId);
        var intervals = await known.Where(i => journeys.Contains(i.LeadId)).OrderBy(i => i.LeadId).ThenBy(i => i.DayFrom)
            .Select(i => new { i.LeadId, i.Stage, i.DayFrom, i.DayTo }).ToListAsync(ct);
        var stays = new List<(JourneyStage Stage, bool Ended, int Days)>();
        foreach (var days in intervals.GroupBy(i => i.LeadId).Select(journey => journey.ToList()))
        {
            var begun = days.Where((d, i) => i == 0 || days[i - 1].Stage != d.Stage).ToList();
            stays.AddRange(begun.Zip(begun.Skip(1), (stay, next) => (stay.Stage, true, next.DayFrom.DayNumber - stay.DayFrom.DayNumber)));
            if (days is [.., { DayTo: null }])
            {
                stays.Add((begun[^1].Stage, false, Math.Max(0, clock.Today().DayNumber - begun[^1].DayFrom.DayNumber)));
            }
        }

        var stages = stays.GroupBy(s => s.Stage).OrderBy(g => g.Key).Select(g => new DwellStage
        {
            Stage = g.Key,
            Past = DwellDays.Of(g.Where(s => s.Ended).Select(s => s.Days), asked with { Left = Only(g.Key) }),
            Present = DwellDays.Of(g.Where(s => !s.Ended).Select(s => s.Days), asked with { Stage = Only(g.Key) }),
        });
        return TypedResults.Ok(new Dwell(stages.ToList(), await db.HiddenAsync(new JourneyFilter(), caller, ct)));

        static Words<JourneyStage> Only(JourneyStage stage) => Words<JourneyStage>.Of([stage]);
    }
}

/// <summary>Days spent in stages.</summary>
/// <param name="Stages">Each stage that some journey was or is in.</param>
/// <param name="Hidden">Confidential journeys within the caller's reach that the caller may not read: they are in no figure above.</param>
public sealed record Dwell(IReadOnlyList<DwellStage> Stages, int Hidden);

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

    /// <summary>The list of the journeys whose stays they are; one that came back to the stage has several. Null of none.</summary>
    public required string? Journeys { get; init; }

    internal static DwellDays Of(IEnumerable<int> days, JourneyFilter list)
    {
        var ascending = days.Order().ToList();
        return new()
        {
            Stays = ascending.Count,
            Median = Quantiles.At(ascending, 50),
            P90 = Quantiles.At(ascending, 90),
            Journeys = ascending.Count == 0 ? null : JourneyLinks.To(list),
        };
    }
}
