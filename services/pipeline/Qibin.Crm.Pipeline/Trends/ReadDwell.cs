using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Pipeline.Journeys;
using Qibin.Crm.Pipeline.Reports;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Pipeline.Trends;

/// <summary>How long journeys stay in each stage, and how long those that are in it have been there.</summary>
internal static class ReadDwell
{
    public static void MapReadDwell(this RouteGroupBuilder api) => api.MapGet("/pipeline/dwell", Handle)
        .AllowEverybody(Scopes.PipelineRead)
        .WithName("readDwell")
        .WithSummary("阶段停留 · Days spent in each stage");

    internal static async Task<Ok<Dwell>> Handle(
        [AsParameters] DwellQuery query, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        query.CheckPast(clock);
        if (query.IsPast())
        {
            throw Refusal.Invalid(query.AsOf is null ? "knownAt" : "asOf", "query.unknown", query.AsOf is null ? "knownAt" : "asOf");
        }

        var statuses = query.Statuses();
        // The filter is about what a journey is today; its days count from its beginning, whoever had it then.
        var journeys = db.Journeys.ReadableBy(caller).Matching(query).Where(j => statuses.Contains(j.Status));
        var stretches =
            from j in journeys
            join s in db.IntervalsKnown(query) on j.LeadId equals s.LeadId
            orderby s.LeadId, s.DayFrom
            select new { s.LeadId, s.Stage, s.DayFrom, s.DayTo };
        var past = Enum.GetValues<JourneyStage>().ToDictionary(s => s, _ => new List<int>());
        var present = Enum.GetValues<JourneyStage>().ToDictionary(s => s, _ => new List<int>());
        var (lead, stage, from) = (Guid.Empty, JourneyStage.New, DateOnly.MinValue);
        var today = clock.Today();
        await foreach (var s in stretches.AsAsyncEnumerable().WithCancellation(ct))
        {
            if (s.LeadId != lead)
            {
                (lead, stage, from) = (s.LeadId, s.Stage, s.DayFrom);
            }
            else if (s.Stage != stage)
            {
                past[stage].Add(s.DayFrom.DayNumber - from.DayNumber);
                (stage, from) = (s.Stage, s.DayFrom);
            }

            if (s.DayTo is null)
            {
                present[stage].Add(Math.Max(0, today.DayNumber - from.DayNumber));
            }
        }

        return TypedResults.Ok(new Dwell
        {
            Stages =
            [
                .. Enum.GetValues<JourneyStage>().Where(s => past[s].Count + present[s].Count > 0)
                    .Select(s => new DwellStage { Stage = s, Past = DwellDays.Of(past[s]), Present = DwellDays.Of(present[s]) }),
            ],
        });
    }
}

/// <summary>Of which journeys, by what they are today.</summary>
public sealed record DwellQuery : JourneyFilter;

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

    internal static DwellDays Of(List<int> days) =>
        new() { Stays = days.Count, Median = Quantiles.At(days, 50), P90 = Quantiles.At(days, 90) };
}
