using Qibin.Crm.Kernel;

namespace Qibin.Crm.Pipeline;

/// <summary>What flows are kept by: what a journey was in those days, whose it is now, and the day of the month.</summary>
internal enum FlowDimension { Stage, Chain, Unit, Node, SourceRegion, Band, HolderUnit, HolderChain, Day }

/// <summary>
/// Count and amounts that began to stand in a month, or on a day, less those that ceased to, of all journeys that have the same in common.
/// </summary>
/// <remarks>
/// Who may see the past of a journey is decided by whose it is today, so officer, unit and chain of the scope are the holder's, and
/// what the journey was in those days stands beside them. A confidential flow has no readers: it is only ever hidden from somebody.
/// </remarks>
internal abstract record Flowing : IScoped
{
    public required int Gen { get; init; }

    /// <summary>The month in months since the beginning of the era: 12 times the year, and the month.</summary>
    public required int At { get; init; }

    public required JourneyStatus Status { get; init; }
    public required bool Confidential { get; init; }
    public required JourneyStage Stage { get; init; }
    public string? ThenChain { get; init; }
    public required Guid ThenUnit { get; init; }
    public string? NodeCode { get; init; }
    public string? SourceRegion { get; init; }
    public required Band Band { get; init; }
    public required Guid UnitId { get; init; }
    public string? ChainCode { get; init; }

    /// <summary>The day of the month.</summary>
    public int Day { get; init; }

    public required string Currency { get; init; }
    public long Count { get; init; }
    public decimal Estimated { get; init; }
    public decimal Contract { get; init; }
    public decimal PaidIn { get; init; }
    public decimal Completed { get; init; }

    /// <summary>Not kept: an officer's own journeys are few, and counted one by one.</summary>
    public Guid OwnerId { get; init; }

    public Guid[] Readers { get; init; } = [];
}

/// <summary>
/// The flow of a month or of one of its days by all that is known now: the sum of all flows up to a month is what stood at its end, and
/// with those of the next month's first days what stood on one of them. Dimensions that <see cref="Set"/> does not have are at their
/// type's default.
/// </summary>
internal sealed record FlowRow : Flowing
{
    /// <summary>Hash of everything that it is the flow of.</summary>
    public required Guid Key { get; init; }

    /// <summary>Its dimensions, a bit each.</summary>
    public required int Set { get; init; }
}

/// <summary>What a journey's change adds to the flows and takes from them, until it is folded into them.</summary>
internal sealed record FlowDelta : Flowing
{
    public long Id { get; init; }

    /// <summary>What has to be added so that flows tell of these stretches, and no more of those.</summary>
    public static IEnumerable<FlowDelta> Between(IEnumerable<StretchRow> before, HolderRow? was, IEnumerable<StretchRow> now, HolderRow? holder) =>
        Of(before, was, -1).Concat(Of(now, holder, 1))
            .GroupBy(d => d with { Readers = None, Count = 0, Estimated = 0, Contract = 0, PaidIn = 0, Completed = 0 })
            .Select(g => g.Key with { Count = g.Sum(d => d.Count), Estimated = g.Sum(d => d.Estimated), Contract = g.Sum(d => d.Contract), PaidIn = g.Sum(d => d.PaidIn), Completed = g.Sum(d => d.Completed) })
            .Where(d => d.Count != 0 || d.Estimated != 0 || d.Contract != 0 || d.PaidIn != 0 || d.Completed != 0);

    /// <summary>The one empty array, so that records are equal.</summary>
    private static readonly Guid[] None = [];

    private static IEnumerable<FlowDelta> Of(IEnumerable<StretchRow> stretches, HolderRow? holder, int sign) =>
        from stretch in holder is null ? [] : stretches.Where(s => s.KnownTo is null)
        from edge in stretch.DayTo is { } ceased ? [(Day: stretch.DayFrom, Sign: sign), (Day: ceased, Sign: -sign)] : new[] { (Day: stretch.DayFrom, Sign: sign) }
        from amount in stretch.Amounts.Prepend(new StandingAmount { Currency = "", Estimated = 0, Contract = 0, PaidIn = 0, Completed = 0 })
        select new FlowDelta
        {
            Gen = stretch.Gen,
            At = Flows.MonthOf(edge.Day),
            Status = stretch.Status,
            Confidential = holder!.Confidential,
            Stage = stretch.Stage,
            ThenChain = stretch.ChainCode,
            ThenUnit = stretch.UnitId,
            NodeCode = stretch.NodeCode,
            SourceRegion = stretch.SourceRegion,
            Band = stretch.Band,
            UnitId = holder.UnitId,
            ChainCode = holder.ChainCode,
            Day = edge.Day.Day,
            Currency = amount.Currency,
            Count = amount.Currency.Length == 0 ? edge.Sign : 0,
            Estimated = edge.Sign * amount.Estimated,
            Contract = edge.Sign * amount.Contract,
            PaidIn = edge.Sign * amount.PaidIn,
            Completed = edge.Sign * amount.Completed,
            Readers = None,
        };
}

/// <summary>A flow as filters see it.</summary>
internal sealed class Flow : ICounted, ISummed
{
    public required int At { get; init; }
    public required JourneyStatus Status { get; init; }
    public required JourneyStage Stage { get; init; }
    public string? ChainCode { get; init; }
    public required Guid UnitId { get; init; }
    public string? NodeCode { get; init; }
    public string? SourceRegion { get; init; }
    public required Band Band { get; init; }
    public required string Currency { get; init; }
    public required long Count { get; init; }
    public required decimal Estimated { get; init; }
    public required decimal Contract { get; init; }
    public required decimal PaidIn { get; init; }
    public required decimal Completed { get; init; }
    public Guid OwnerId { get; init; }
    public int Month { get; init; }
}

/// <summary>
/// Which sets of dimensions flows are kept by: none or one over everything, none or the stage within a unit's or a chain's reach. What
/// one unit has by another dimension is little enough to be counted from the stretches, and all of it together would be more flows
/// than journeys. Each is kept by months, which a trend sums, and by days, of which a past day needs those of its own month.
/// </summary>
internal static class Flows
{
    private static readonly int[] OfMonths =
    [
        0, Bit(FlowDimension.Stage), Bit(FlowDimension.Chain), Bit(FlowDimension.Unit), Bit(FlowDimension.Node), Bit(FlowDimension.SourceRegion), Bit(FlowDimension.Band),
        Bit(FlowDimension.HolderUnit), Bit(FlowDimension.HolderUnit) | Bit(FlowDimension.Stage),
        Bit(FlowDimension.HolderChain), Bit(FlowDimension.HolderChain) | Bit(FlowDimension.Stage),
    ];

    public static IReadOnlyList<int> Sets { get; } =
        [.. OfMonths, .. OfMonths.Select(ByDay)];

    /// <summary>
    /// All that has been folded of every generation, one by one, as of one instant: what the stretches come to, less what still waits.
    /// </summary>
    public const string OfStretches =
        """
        select s.gen, (extract(year from edge.day) * 12 + extract(month from edge.day))::int as at, s.status, h.confidential, s.stage, s.chain_code as then_chain,
            s.unit_id as then_unit, s.node_code, s.source_region, s.band, h.unit_id, h.chain_code, extract(day from edge.day)::int as day, amount.currency,
            edge.sign * amount.count as count, edge.sign * amount.estimated as estimated, edge.sign * amount.contract as contract,
            edge.sign * amount.paid_in as paid_in, edge.sign * amount.completed as completed
        from stretch s join holder h using (lead_id)
        cross join lateral (values (s.day_from, 1), (s.day_to, -1)) as edge (day, sign)
        cross join lateral (
            select '' as currency, 1 as count, 0.0 as estimated, 0.0 as contract, 0.0 as paid_in, 0.0 as completed
            union all
            select currency, 0, estimated, contract, paid_in, coalesce(completed, 0)
            from jsonb_to_recordset(s.amounts) as m (currency text, estimated numeric, contract numeric, paid_in numeric, completed numeric)) amount
        where s.known_to is null and edge.day is not null
        union all
        select gen, at, status, confidential, stage, then_chain, then_unit, node_code, source_region, band, unit_id, chain_code, day, currency,
            -count, -estimated, -contract, -paid_in, -completed
        from flow_delta
        """;

    /// <summary>The month of a day, in months since the beginning of the era.</summary>
    public static int MonthOf(DateOnly day) => (day.Year * 12) + day.Month;

    /// <summary>The set that answers for months; null when the stretches themselves have to.</summary>
    public static int? SetFor(JourneyFilter filter, Dimension[] by, Caller caller)
    {
        Dimension[] dimensions = [.. by.Union(filter.Dimensions())];
        if (filter.KnownAt is not null || caller.Reach == Reach.Own || dimensions.Length > 1 || dimensions is [Dimension.Officer or Dimension.Month])
        {
            return null;
        }

        var set = Bit(dimensions is [var one] ? Enum.Parse<FlowDimension>(one.ToString()) : null) | Bit(caller.Reach switch
        {
            Reach.All => null,
            Reach.Chain => FlowDimension.HolderChain,
            _ => FlowDimension.HolderUnit,
        });
        return OfMonths.Contains(set) ? set : null;
    }

    /// <summary>The same set by days.</summary>
    public static int ByDay(int months) => months | Bit(FlowDimension.Day);

    public static IQueryable<Flow> Seen<T>(this IQueryable<T> flows) where T : Flowing => flows.Select(f => new Flow
    {
        At = f.At,
        Status = f.Status,
        Stage = f.Stage,
        ChainCode = f.ThenChain,
        UnitId = f.ThenUnit,
        NodeCode = f.NodeCode,
        SourceRegion = f.SourceRegion,
        Band = f.Band,
        Currency = f.Currency,
        Count = f.Count,
        Estimated = f.Estimated,
        Contract = f.Contract,
        PaidIn = f.PaidIn,
        Completed = f.Completed,
        // Named although no set has them: a total's statement speaks of all dimensions.
        OwnerId = f.OwnerId,
        Month = 0,
    });

    private static int Bit(FlowDimension? dimension) => dimension is { } one ? 1 << (int)one : 0;
}
