namespace Qibin.Crm.Pipeline.Totals;

internal enum CellKind { Figure, Hidden }

internal sealed record Cell : Summed
{
    public required CellKind Kind { get; init; }
    public JourneyStatus? Status { get; init; }
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

    /// <summary>How many are hidden, or with a count below zero are not hidden after all.</summary>
    // By the same dimensions, although nobody asks for them: only so has each column one type in all parts of the statement.
    public static IQueryable<Cell> Hidden<T>(this IQueryable<Weighed<T>> weighed, Dimension[] by, JourneyStatus[] statuses)
        where T : class, ICounted => weighed.Where(w => w.Currency == "").Figures(by, statuses, CellKind.Hidden);

    /// <summary>Sums by status, currency and dimensions; what has another status stands apart, all groups together.</summary>
    public static IQueryable<Cell> Figures<T>(
        this IQueryable<Weighed<T>> weighed, Dimension[] by, JourneyStatus[] statuses, CellKind kind = CellKind.Figure)
        where T : class, ICounted => weighed
        .Placed(by, statuses)
        .GroupBy(c => new { c.Status, c.Stage, c.Chain, c.Unit, c.Owner, c.Node, c.SourceRegion, c.Band, c.Month, c.Currency })
        .Select(g => new Cell
        {
            Kind = EF.Constant(kind),
            Status = g.Key.Status,
            Stage = g.Key.Stage,
            Chain = g.Key.Chain,
            Unit = g.Key.Unit,
            Owner = g.Key.Owner,
            Node = g.Key.Node,
            SourceRegion = g.Key.SourceRegion,
            Band = g.Key.Band,
            Month = g.Key.Month,
            Count = g.Sum(c => c.Count),
            Currency = g.Key.Currency,
            Estimated = g.Sum(c => c.Estimated),
            Contract = g.Sum(c => c.Contract),
            PaidIn = g.Sum(c => c.PaidIn),
            Completed = g.Sum(c => c.Completed),
        });

    /// <summary>The rows one by one, each in the place that <see cref="Figures"/> sums.</summary>
    public static IQueryable<Cell> Placed<T>(this IQueryable<Weighed<T>> weighed, Dimension[] by, JourneyStatus[] statuses)
        where T : class, ICounted
    {
        var (stage, chain, unit, owner) =
            (by.Contains(Dimension.Stage), by.Contains(Dimension.Chain), by.Contains(Dimension.Unit), by.Contains(Dimension.Owner));
        var (node, region, band, month) =
            (by.Contains(Dimension.Node), by.Contains(Dimension.SourceRegion), by.Contains(Dimension.Band), by.Contains(Dimension.Month));
        return weighed.Select(w => new Cell
        {
            Kind = CellKind.Figure,
            Status = w.Row.Status,
            Stage = EF.Constant(stage) && statuses.Contains(w.Row.Status) ? (JourneyStage?)w.Row.Stage : null,
            Chain = EF.Constant(chain) && statuses.Contains(w.Row.Status) ? w.Row.ChainCode : null,
            Unit = EF.Constant(unit) && statuses.Contains(w.Row.Status) ? (Guid?)w.Row.UnitId : null,
            Owner = EF.Constant(owner) && statuses.Contains(w.Row.Status) ? (Guid?)w.Row.OwnerId : null,
            Node = EF.Constant(node) && statuses.Contains(w.Row.Status) ? w.Row.NodeCode : null,
            SourceRegion = EF.Constant(region) && statuses.Contains(w.Row.Status) ? w.Row.SourceRegion : null,
            Band = EF.Constant(band) && statuses.Contains(w.Row.Status) ? (Band?)w.Band : null,
            Month = EF.Constant(month) && statuses.Contains(w.Row.Status) ? (int?)w.Row.Month : null,
            Count = w.Count,
            Currency = w.Currency,
            Estimated = w.Estimated,
            Contract = w.Contract,
            PaidIn = w.PaidIn,
            Completed = w.Completed,
        });
    }

    public static IQueryable<ThenSum> Then<T>(this IQueryable<T> sums) where T : Sum => sums.Select(s => new ThenSum
    {
        At = s.At,
        Status = s.Status,
        Stage = s.Stage,
        OwnerId = s.OwnerId,
        UnitId = s.ThenUnit,
        ChainCode = s.ThenChain,
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
