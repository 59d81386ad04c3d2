using Qibin.Crm.Pipeline.Reports;

namespace Qibin.Crm.Pipeline.Journeys;

/// <summary>The list behind the totals: the same filters, the same scope, the same day and instant, the same count.</summary>
internal static class ListJourneys
{
    public static readonly Listing<ListedJourney> Listing = new Listing<ListedJourney>(j => j.Now.LeadId, "-changedAt")
        .Sort("changedAt", j => j.ChangedAt)
        .Sort("code", j => j.Now.Code)
        .Sort("investorName", j => j.Now.InvestorName)
        .Sort("stage", j => j.Then.Stage)
        .Sort("stageOn", j => j.Then.StageOn)
        .Sort("firstContactOn", j => j.Then.FirstContactOn);

    internal static async Task<Ok<Page<JourneySummary>>> Handle(
        [AsParameters] JourneyFilter query, [AsParameters] PageQuery page, HttpRequest request, PipelineDb db, Caller caller,
        TimeProvider clock, CancellationToken ct)
    {
        query.CheckPast(clock);
        var units = await db.Units.AsNoTracking().NamesAsync(ct);
        var statuses = query.Statuses();
        var listed = query.IsPast()
            ? from then in db.IntervalsOn(query).Matching(query).Where(s => statuses.Contains(s.Status))
              join now in db.AllJourneys.ReadableBy(caller) on then.LeadId equals now.LeadId
              select new ListedJourney { Now = now, Then = then, ChangedAt = then.KnownFrom }
            : from now in db.Journeys.AsNoTracking().ReadableBy(caller).Matching(query).Where(j => statuses.Contains(j.Status))
              select new ListedJourney { Now = now, Then = now, ChangedAt = now.ChangedAt };
        return TypedResults.Ok(await Listing.PageAsync(
            listed, page, request, j => JourneySummary.Of(j.Now, j.Then, j.ChangedAt, units.Of(j.Then.UnitId)), ct));
    }
}

/// <summary>What a journey is or was, with what it is called today.</summary>
internal sealed class ListedJourney
{
    public required JourneyRow Now { get; init; }
    public required JourneyState Then { get; init; }
    public required DateTimeOffset ChangedAt { get; init; }
}
