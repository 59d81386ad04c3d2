namespace Qibin.Crm.Pipeline.Data;

/// <summary>A sum, with unit and chain as filters and groups take them.</summary>
internal record Tally : Counted
{
    public long Count { get; init; }
    public required string Currency { get; init; }
    public decimal Estimated { get; init; }
    public decimal Contract { get; init; }
    public decimal PaidIn { get; init; }
    public decimal Completed { get; init; }

    /// <summary>The month in months since the beginning of the era: 12 times the year, and the month.</summary>
    public required int At { get; init; }
}

/// <summary>
/// What began on days, less what ended on them, of all journeys that have the same in common. Over all days that is what there is now; up
/// to a day, what there was then.
/// </summary>
/// <remarks>
/// Owner, unit and chain are the journey's of today, which decides who may read it, and are those that a total of today groups by; what it
/// was in those days is beside them (<see cref="ThenUnit"/>, <see cref="ThenChain"/>). The one predicate of row scope so decides over sums
/// as over journeys. A confidential sum has no readers: it is only ever hidden from somebody.
/// </remarks>
internal abstract record Sum : Tally, IScoped
{
    public required bool Confidential { get; init; }

    /// <summary>The one empty array, so that records are equal.</summary>
    public Guid[] Readers { get; init; } = [];

    public string? ThenChain { get; init; }
    public required Guid ThenUnit { get; init; }

    /// <summary>The day of the month.</summary>
    public required int Day { get; init; }
}

/// <summary>A sum by some of the dimensions; those that <see cref="Set"/> does not have are at their type's default.</summary>
internal sealed record RollupRow : Sum
{
    /// <summary>Hash of everything that it is the sum of.</summary>
    public required Guid Key { get; init; }

    /// <summary>Its dimensions, a bit each.</summary>
    public required int Set { get; init; }
}

/// <summary>What the change of a journey adds to the rollups and takes from them, until compaction has merged it into them.</summary>
internal sealed record DeltaRow : Sum
{
    public long Id { get; init; }

    /// <summary>What has to be added so that the sums have these intervals, and no longer those.</summary>
    public static IEnumerable<DeltaRow> Between(
        IEnumerable<Interval> before, JourneyRow? was, IEnumerable<Interval> now, JourneyRow? journey) =>
        Of(before, was, -1).Concat(Of(now, journey, 1))
            .GroupBy(d => d with { Count = 0, Estimated = 0, Contract = 0, PaidIn = 0, Completed = 0 })
            .Select(g => g.Key with
            {
                Count = g.Sum(d => d.Count),
                Estimated = g.Sum(d => d.Estimated),
                Contract = g.Sum(d => d.Contract),
                PaidIn = g.Sum(d => d.PaidIn),
                Completed = g.Sum(d => d.Completed),
            })
            .Where(d => d is not { Count: 0, Estimated: 0, Contract: 0, PaidIn: 0, Completed: 0 });

    private static IEnumerable<DeltaRow> Of(IEnumerable<Interval> intervals, JourneyRow? journey, int sign) =>
        from interval in journey is null ? [] : intervals
        from edge in new (DateOnly? Day, int Sign)[] { (interval.DayFrom, sign), (interval.DayTo, -sign) }
        where edge.Day is not null
        from amount in interval.Amounts.Prepend(new Amount { Currency = "" })
        select new DeltaRow
        {
            Status = interval.Status,
            Confidential = journey!.Confidential,
            Stage = interval.Stage,
            ChainCode = journey.ChainCode,
            UnitId = journey.UnitId,
            OwnerId = journey.OwnerId,
            NodeCode = interval.NodeCode,
            SourceRegion = interval.SourceRegion,
            Band = interval.Band,
            Month = interval.Month,
            ThenChain = interval.ChainCode,
            ThenUnit = interval.UnitId,
            At = edge.Day!.Value.MonthOfEra(),
            Day = edge.Day!.Value.Day,
            Currency = amount.Currency,
            Count = amount.Currency.Length == 0 ? edge.Sign : 0,
            Estimated = edge.Sign * amount.Estimated,
            Contract = edge.Sign * amount.Contract,
            PaidIn = edge.Sign * amount.PaidIn,
            Completed = edge.Sign * amount.Completed,
        };
}
