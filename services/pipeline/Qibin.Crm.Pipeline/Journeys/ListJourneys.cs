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
        .Sort("firstContactOn", j => j.Then.FirstContactOn)
        .Sort("amount", j => j.Yuan);

    internal static async Task<Ok<SettledPage<JourneySummary>>> Handle(
        [AsParameters] JourneyFilter query, [AsParameters] PageQuery page, HttpRequest request, PipelineDb db, Caller caller,
        TimeProvider clock, CancellationToken ct)
    {
        var (listed, knownAt, putBack) = await FilterAsync(query, page.Sort, db, caller, clock, ct);
        var units = await db.Units.AsNoTracking().NamesAsync(ct);
        var summaries = await Listing.PageAsync(listed, page, request, j => Summary(j, units), ct);
        return TypedResults.Ok(new SettledPage<JourneySummary>(summaries, knownAt, putBack));
    }

    internal static JourneySummary Summary(ListedJourney journey, Dictionary<Guid, UnitName> units) =>
        JourneySummary.Of(journey.Now, journey.Then, journey.ChangedAt, units.Of(journey.Then.UnitId));

    /// <summary>The journeys that are meant, the instant that is answered for, and why it is not the one asked for.</summary>
    internal static async Task<(IQueryable<ListedJourney> Journeys, DateTimeOffset? KnownAt, PutBack? PutBack)> FilterAsync(
        JourneyFilter query, string? sort, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var byAmount = sort?.Split(',').Any(s => s.TrimStart('-') == "amount") == true;
        var (asked, putBack) = await db.AskedAsync(query, byAmount, clock, ct);
        var rates = byAmount ? asked.Rates?.In(db) : null;
        return (asked.IsPast()
            ? from then in db.IntervalsOn(asked).Matching(db, asked).InStatus(asked).InBands(rates)
              join now in db.AllJourneys.ReadableBy(caller) on then.Row.LeadId equals now.LeadId
              select new ListedJourney { Now = now, Then = then.Row, ChangedAt = then.Row.KnownFrom, Yuan = then.Yuan }
            : from now in db.Journeys.AsNoTracking().ReadableBy(caller).Matching(db, asked).InStatus(asked).InBands(rates)
              select new ListedJourney { Now = now.Row, Then = now.Row, ChangedAt = now.Row.ChangedAt, Yuan = now.Yuan },
            asked.KnownAt, putBack);
    }
}

/// <summary>What a journey is or was, with what it is called today.</summary>
internal sealed class ListedJourney
{
    public required JourneyRow Now { get; init; }
    public required JourneyState Then { get; init; }
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>Its amount in CNY at the rate of the day; 0 without an amount, and without a rate.</summary>
    public required decimal Yuan { get; init; }
}
