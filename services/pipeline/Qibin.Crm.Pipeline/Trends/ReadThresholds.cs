using Qibin.Crm.Pipeline.Totals;

namespace Qibin.Crm.Pipeline.Trends;

/// <summary>What is large, and what of it does not move.</summary>
internal static class ReadThresholds
{
    private const int Listed = 10;

    /// <summary>The thresholds in 亿元, with the band that begins at each.</summary>
    private static readonly (int Least, Band Band)[] Steps = [(1, Band.From1), (5, Band.From5), (10, Band.From10), (50, Band.From50)];

    internal static async Task<Ok<Thresholds>> Handle(
        [AsParameters] PresentFilter query, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var (today, _) = await db.AskedAsync(new JourneyFilter(query), true, clock, ct);
        var statuses = today.Statuses();
        var all = await db.TotalCells(today, [Dimension.Band], caller).ToListAsync(ct);
        var cells = all.FindAll(c => statuses.Contains(c.Key.Status));
        var units = await db.Units.AsNoTracking().NamesAsync(ct);
        return TypedResults.Ok(new Thresholds(
            AtLeast: [.. Steps.Select((step, i) => Reaching(step.Least, [.. Steps[i..].Select(s => s.Band)]))],
            OtherCurrency: Reaching(null, [Band.OtherCurrency]),
            SignedNotStarted: await StuckAsync([JourneyStage.Signed, JourneyStage.Registered]),
            StartedNotProducing: await StuckAsync([JourneyStage.Started, JourneyStage.Completed]),
            Conversion: (await db.ConversionAsync(Money.Home, today, cells.Select(c => c.Currency), clock, ct))!,
            Hidden: (int)all.Sum(c => c.Hidden)));

        Threshold Reaching(int? least, Band[] bands) => new(
            least,
            cells.Where(c => bands.Contains(c.Key.Band!.Value)),
            JourneyLinks.To(today with { Band = Words<Band>.Of(bands) }));

        async Task<Stuck> StuckAsync(JourneyStage[] stages)
        {
            var kind = Enum.Parse<MilestoneKind>(stages[0].ToString());
            var stuck = db.Journeys.AsNoTracking().ReadableBy(caller).Matching(db, today).InStatus(today)
                .Where(j => stages.Contains(j.Stage));
            var reached = db.Milestones.Where(m => m.Kind == kind && m.TakenBackVersion == null);
            var longest = await (
                from j in stuck
                let since = reached.Where(m => m.LeadId == j.LeadId).Min(m => (DateOnly?)m.OccurredOn) ?? j.StageOn
                orderby since, j.LeadId
                select new { Row = j, Since = since }).Take(Listed).ToListAsync(ct);
            return new Stuck
            {
                Count = await stuck.CountAsync(ct),
                Longest = longest.ConvertAll(j => new StuckJourney
                {
                    Since = j.Since,
                    Days = clock.Today().DayNumber - j.Since.DayNumber,
                    Journey = JourneySummary.Of(j.Row, units.Of(j.Row.UnitId)),
                }),
                Journeys = JourneyLinks.To(today with { Stage = Words<JourneyStage>.Of(stages) }),
            };
        }
    }
}

/// <summary>Large investments, and those that are stuck.</summary>
/// <param name="AtLeast">
/// At least 1, 5, 10 and 50 亿元, by the contract or before signing the estimate, other currencies at today's rates: each includes the
/// ones after it.
/// </param>
/// <param name="OtherCurrency">Investments in currencies without a rate, which stand in no threshold.</param>
/// <param name="SignedNotStarted">Signed or registered, and not started.</param>
/// <param name="StartedNotProducing">Started or completed, and not producing.</param>
/// <param name="Conversion">The rates by which amounts reach a threshold, and the currencies without one.</param>
/// <param name="Hidden">Confidential journeys within the caller's reach that the caller may not read: they are in no figure above.</param>
public sealed record Thresholds(
    IReadOnlyList<Threshold> AtLeast, Threshold OtherCurrency, Stuck SignedNotStarted, Stuck StartedNotProducing, Conversion Conversion,
    int Hidden);

/// <summary>What reaches a threshold.</summary>
public sealed record Threshold : Figures
{
    [SetsRequiredMembers]
    internal Threshold(int? least, IEnumerable<Summed> rows, string journeys) : base(rows, journeys) => AtLeast = least;

    /// <summary>In 亿元 of CNY; null for currencies without a rate.</summary>
    public required int? AtLeast { get; init; }
}

/// <summary>Journeys that wait for their next stage.</summary>
public sealed record Stuck
{
    public required int Count { get; init; }

    /// <summary>The ten that have waited longest.</summary>
    public required IReadOnlyList<StuckJourney> Longest { get; init; }

    /// <summary>The list of all of them.</summary>
    public required string Journeys { get; init; }
}

/// <summary>One that waits.</summary>
public sealed record StuckJourney
{
    /// <summary>The day of signing, or of starting.</summary>
    public required DateOnly Since { get; init; }

    /// <summary>Days until today.</summary>
    public required int Days { get; init; }

    public required JourneySummary Journey { get; init; }
}
