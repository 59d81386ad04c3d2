namespace Qibin.Crm.Pipeline.Totals;

/// <summary>The status of journeys, and what they have in common of the dimensions that are asked for; null of the others.</summary>
internal sealed record CellKey
{
    public required JourneyStatus Status { get; init; }
    public JourneyStage? Stage { get; init; }
    public string? Chain { get; init; }
    public Guid? Unit { get; init; }
    public Guid? Owner { get; init; }
    public string? Node { get; init; }
    public string? SourceRegion { get; init; }
    public Band? Band { get; init; }
    public int? Month { get; init; }

    /// <summary>Its value of a dimension, as a filter says it.</summary>
    public string Word(Dimension dimension) => dimension switch
    {
        Dimension.Stage => JourneyFilters.Word(Stage!.Value),
        Dimension.Chain => Chain ?? JourneyFilters.None,
        Dimension.Unit => $"{Unit}",
        Dimension.Owner => $"{Owner}",
        Dimension.Node => Node ?? JourneyFilters.None,
        Dimension.SourceRegion => SourceRegion ?? JourneyFilters.None,
        Dimension.Band => JourneyFilters.Word(Band!.Value),
        _ => Months.Text(Month!.Value),
    };

    /// <summary>Its place in the order of a dimension: stages, chains, nodes and bands as the trade has them, units by code.</summary>
    public string Place(Dimension dimension, Dictionary<Guid, UnitName> units) => dimension switch
    {
        Dimension.Stage => $"{(int)Stage!.Value:00}",
        Dimension.Chain => $"{IndustryChains.All.TakeWhile(c => c.Code != Chain).Count():00}",
        Dimension.Unit => $"{units.Of(Unit!.Value).Code ?? "~"} {Unit}",
        Dimension.Node => $"{IndustryChains.All.SelectMany(c => c.Nodes).TakeWhile(n => n.Code != Node).Count():00}",
        Dimension.SourceRegion => SourceRegion ?? "~",
        Dimension.Band => $"{(int)Band!.Value:00}",
        _ => Word(dimension),
    };
}

/// <summary>What journeys with the same key come to.</summary>
internal sealed record Cell : Summed
{
    public required CellKey Key { get; init; }

    /// <summary>How many the caller may not read; below zero of those that were taken for hidden and are not.</summary>
    public required long Hidden { get; init; }
}

internal sealed record Weighed<T> : Summed
{
    public required T Row { get; init; }
    public required Band Band { get; init; }
}

internal static class Cells
{
    public static IQueryable<Weighed<T>> Weighed<T>(this IQueryable<T> sums) where T : Tally => sums.Select(s => new Weighed<T>
    {
        Row = s,
        Band = s.Band,
        Count = s.Count,
        Currency = s.Currency,
        Estimated = s.Estimated,
        Contract = s.Contract,
        PaidIn = s.PaidIn,
        Completed = s.Completed,
    });

    public static IQueryable<Weighed<T>> Each<T>(this IQueryable<Banded<T>> rows, long count = 1) => rows.Select(r => new Weighed<T>
    {
        Row = r.Row,
        Band = r.Band,
        Count = EF.Constant(count),
        Currency = "",
        Estimated = 0,
        Contract = 0,
        PaidIn = 0,
        Completed = 0,
    });

    public static IQueryable<Weighed<T>> Amounts<T>(this IQueryable<Banded<T>> rows) where T : JourneyState =>
        rows.SelectMany(j => j.Row.Amounts, (j, a) => new Weighed<T>
        {
            Row = j.Row,
            Band = j.Band,
            Count = 0,
            Currency = a.Currency,
            Estimated = a.Estimated,
            Contract = a.Contract,
            PaidIn = a.PaidIn,
            Completed = a.Completed,
        });

    public static IQueryable<Cell> Counted<T>(
        this IQueryable<T> rows, Dimension[] by, JourneyStatus[] statuses, IQueryable<DayRate>? rates = null) where T : JourneyState =>
        rows.InBands(rates).Each().Figures(by, statuses).Concat(rows.InBands(rates).Amounts().Figures(by, statuses));

    // By the same dimensions, although nobody asks for them: only so has each column one type in all parts of the statement.
    public static IQueryable<Cell> Hidden<T>(this IQueryable<Weighed<T>> weighed, Dimension[] by, JourneyStatus[] statuses)
        where T : Counted => weighed.Where(w => w.Currency == "").Figures(by, statuses, hidden: true);

    /// <summary>Sums by status, currency and dimensions; what has another status stands apart, all groups together.</summary>
    public static IQueryable<Cell> Figures<T>(
        this IQueryable<Weighed<T>> weighed, Dimension[] by, JourneyStatus[] statuses, bool hidden = false)
        where T : Counted => weighed
        .Placed(by, statuses)
        .GroupBy(c => new { c.Key, c.Currency })
        .Select(g => new Cell
        {
            Key = g.Key.Key,
            Hidden = EF.Constant(hidden) ? g.Sum(c => c.Count) : 0,
            Count = EF.Constant(hidden) ? 0 : g.Sum(c => c.Count),
            Currency = g.Key.Currency,
            Estimated = g.Sum(c => c.Estimated),
            Contract = g.Sum(c => c.Contract),
            PaidIn = g.Sum(c => c.PaidIn),
            Completed = g.Sum(c => c.Completed),
        });

    /// <summary>The rows one by one, each in the place that <see cref="Figures"/> sums.</summary>
    public static IQueryable<Cell> Placed<T>(this IQueryable<Weighed<T>> weighed, Dimension[] by, JourneyStatus[] statuses)
        where T : Counted => weighed.Select(w => new Cell
        {
            Key = new CellKey
            {
                Status = w.Row.Status,
                Stage = EF.Constant(by.Contains(Dimension.Stage)) && statuses.Contains(w.Row.Status) ? (JourneyStage?)w.Row.Stage : null,
                Chain = EF.Constant(by.Contains(Dimension.Chain)) && statuses.Contains(w.Row.Status) ? w.Row.ChainCode : null,
                Unit = EF.Constant(by.Contains(Dimension.Unit)) && statuses.Contains(w.Row.Status) ? (Guid?)w.Row.UnitId : null,
                Owner = EF.Constant(by.Contains(Dimension.Owner)) && statuses.Contains(w.Row.Status) ? (Guid?)w.Row.OwnerId : null,
                Node = EF.Constant(by.Contains(Dimension.Node)) && statuses.Contains(w.Row.Status) ? w.Row.NodeCode : null,
                SourceRegion = EF.Constant(by.Contains(Dimension.SourceRegion)) && statuses.Contains(w.Row.Status)
                    ? w.Row.SourceRegion : null,
                Band = EF.Constant(by.Contains(Dimension.Band)) && statuses.Contains(w.Row.Status) ? (Band?)w.Band : null,
                Month = EF.Constant(by.Contains(Dimension.Month)) && statuses.Contains(w.Row.Status) ? (int?)w.Row.Month : null,
            },
            Hidden = 0,
            Count = w.Count,
            Currency = w.Currency,
            Estimated = w.Estimated,
            Contract = w.Contract,
            PaidIn = w.PaidIn,
            Completed = w.Completed,
        });

    /// <summary>Sums by unit and chain as they are today, or as they were in those days.</summary>
    public static IQueryable<Tally> Dated<T>(this IQueryable<T> sums, bool past) where T : Sum => sums.Select(s => new Tally
    {
        At = s.At,
        Status = s.Status,
        Stage = s.Stage,
        OwnerId = s.OwnerId,
        UnitId = EF.Constant(past) ? s.ThenUnit : s.UnitId,
        ChainCode = EF.Constant(past) ? s.ThenChain : s.ChainCode,
        NodeCode = s.NodeCode,
        SourceRegion = s.SourceRegion,
        Band = s.Band,
        Month = s.Month,
        Currency = s.Currency,
        Count = s.Count,
        Estimated = s.Estimated,
        Contract = s.Contract,
        PaidIn = s.PaidIn,
        Completed = s.Completed,
    });
}
