using Microsoft.EntityFrameworkCore;

namespace Qibin.Crm.Pipeline;

internal enum CellKind { Figure, Hidden, AsOf }

/// <summary>One row of the statement that answers totals.</summary>
internal sealed class Cell
{
    public required CellKind Kind { get; init; }
    public JourneyStatus? Status { get; init; }
    public JourneyStage? Stage { get; init; }
    public string? Chain { get; init; }
    public Guid? Unit { get; init; }
    public Guid? Officer { get; init; }
    public string? Node { get; init; }
    public string? SourceRegion { get; init; }
    public Band? Band { get; init; }
    public int? Month { get; init; }
    public long Count { get; init; }

    /// <summary>Empty for the row that counts.</summary>
    public string? Currency { get; init; }

    public decimal Estimated { get; init; }
    public decimal Contract { get; init; }
    public decimal PaidIn { get; init; }
    public DateTimeOffset? AsOf { get; init; }
}

/// <summary>A contribution of one row to a total, in one currency.</summary>
internal sealed class Part
{
    public JourneyStatus Status { get; init; }
    public JourneyStage? Stage { get; init; }
    public string? Chain { get; init; }
    public Guid? Unit { get; init; }
    public Guid? Officer { get; init; }
    public string? Node { get; init; }
    public string? SourceRegion { get; init; }
    public Band? Band { get; init; }
    public int? Month { get; init; }
    public long Count { get; init; }
    public string? Currency { get; init; }
    public decimal Estimated { get; init; }
    public decimal Contract { get; init; }
    public decimal PaidIn { get; init; }
}

/// <summary>The parts of the statement that answers totals. Dimensions that are not grouped by are left out of all of them.</summary>
internal static class Cells
{
    public static IQueryable<Cell> Figures(this IQueryable<CellRow> cells, Dimension[] by)
    {
        var f = new Flags(by);
        return Summed(cells.Select(c => new Part
        {
            Status = c.Status,
            Stage = EF.Constant(f.Stage) ? c.Stage : null,
            Chain = EF.Constant(f.Chain) ? c.ChainCode : null,
            Unit = EF.Constant(f.Unit) ? c.UnitId : null,
            Officer = EF.Constant(f.Officer) ? c.OwnerId : null,
            Node = EF.Constant(f.Node) ? c.NodeCode : null,
            SourceRegion = EF.Constant(f.SourceRegion) ? c.SourceRegion : null,
            Band = EF.Constant(f.Band) ? c.Band : null,
            Month = EF.Constant(f.Month) ? c.Month : null,
            Count = c.Count,
            Currency = c.Currency,
            Estimated = c.Estimated,
            Contract = c.Contract,
            PaidIn = c.PaidIn,
        }));
    }

    public static IQueryable<Cell> Figures(this IQueryable<DeltaRow> deltas, Dimension[] by)
    {
        var f = new Flags(by);
        return Summed(deltas.Select(c => new Part
        {
            Status = c.Status,
            Stage = EF.Constant(f.Stage) ? c.Stage : null,
            Chain = EF.Constant(f.Chain) ? c.ChainCode : null,
            Unit = EF.Constant(f.Unit) ? c.UnitId : null,
            Officer = EF.Constant(f.Officer) ? c.OwnerId : null,
            Node = EF.Constant(f.Node) ? c.NodeCode : null,
            SourceRegion = EF.Constant(f.SourceRegion) ? c.SourceRegion : null,
            Band = EF.Constant(f.Band) ? c.Band : null,
            Month = EF.Constant(f.Month) ? c.Month : null,
            Count = c.Count,
            Currency = c.Currency,
            Estimated = c.Estimated,
            Contract = c.Contract,
            PaidIn = c.PaidIn,
        }));
    }

    /// <summary>Counted from the journeys themselves: how many.</summary>
    public static IQueryable<Cell> Counts(this IQueryable<JourneyRow> journeys, Dimension[] by)
    {
        var f = new Flags(by);
        return Summed(journeys.Select(j => new Part
        {
            Status = j.Status,
            Stage = EF.Constant(f.Stage) ? j.Stage : null,
            Chain = EF.Constant(f.Chain) ? j.ChainCode : null,
            Unit = EF.Constant(f.Unit) ? j.UnitId : null,
            Officer = EF.Constant(f.Officer) ? j.OwnerId : null,
            Node = EF.Constant(f.Node) ? j.NodeCode : null,
            SourceRegion = EF.Constant(f.SourceRegion) ? j.SourceRegion : null,
            Band = EF.Constant(f.Band) ? j.Band : null,
            Month = EF.Constant(f.Month) ? j.Month : null,
            Count = 1,
            Currency = "",
            Estimated = 0,
            Contract = 0,
            PaidIn = 0,
        }));
    }

    /// <summary>Counted from the journeys themselves: how much.</summary>
    public static IQueryable<Cell> Amounts(this IQueryable<JourneyRow> journeys, Dimension[] by)
    {
        var f = new Flags(by);
        return Summed(journeys.SelectMany(j => j.Amounts, (j, amount) => new Part
        {
            Status = j.Status,
            Stage = EF.Constant(f.Stage) ? j.Stage : null,
            Chain = EF.Constant(f.Chain) ? j.ChainCode : null,
            Unit = EF.Constant(f.Unit) ? j.UnitId : null,
            Officer = EF.Constant(f.Officer) ? j.OwnerId : null,
            Node = EF.Constant(f.Node) ? j.NodeCode : null,
            SourceRegion = EF.Constant(f.SourceRegion) ? j.SourceRegion : null,
            Band = EF.Constant(f.Band) ? j.Band : null,
            Month = EF.Constant(f.Month) ? j.Month : null,
            Count = 0,
            Currency = amount.Currency,
            Estimated = amount.Estimated,
            Contract = amount.Contract,
            PaidIn = amount.PaidIn,
        }));
    }

    /// <summary>A number of hidden journeys, or of those that are not hidden after all.</summary>
    public static IQueryable<Cell> Hidden(this IQueryable<long> counts) => counts
        .GroupBy(_ => 1)
        .Select(g => new Cell
        {
            Kind = CellKind.Hidden,
            Status = null,
            Stage = null,
            Chain = null,
            Unit = null,
            Officer = null,
            Node = null,
            SourceRegion = null,
            Band = null,
            Month = null,
            Count = g.Sum(),
            Currency = null,
            Estimated = 0,
            Contract = 0,
            PaidIn = 0,
            AsOf = null,
        });

    /// <summary>The newest instant; more than one row when several events were recorded at it.</summary>
    public static IQueryable<Cell> Newest(this IQueryable<FactRow> facts) => facts
        .Where(f => f.RecordedAt == facts.Max(newest => newest.RecordedAt))
        .Select(f => new Cell
        {
            Kind = CellKind.AsOf,
            Status = null,
            Stage = null,
            Chain = null,
            Unit = null,
            Officer = null,
            Node = null,
            SourceRegion = null,
            Band = null,
            Month = null,
            Count = 0,
            Currency = null,
            Estimated = 0,
            Contract = 0,
            PaidIn = 0,
            AsOf = f.RecordedAt,
        });

    private static IQueryable<Cell> Summed(IQueryable<Part> parts) => parts
        .GroupBy(p => new { p.Status, p.Stage, p.Chain, p.Unit, p.Officer, p.Node, p.SourceRegion, p.Band, p.Month, p.Currency })
        .Select(g => new Cell
        {
            Kind = CellKind.Figure,
            Status = g.Key.Status,
            Stage = g.Key.Stage,
            Chain = g.Key.Chain,
            Unit = g.Key.Unit,
            Officer = g.Key.Officer,
            Node = g.Key.Node,
            SourceRegion = g.Key.SourceRegion,
            Band = g.Key.Band,
            Month = g.Key.Month,
            Count = g.Sum(p => p.Count),
            Currency = g.Key.Currency,
            Estimated = g.Sum(p => p.Estimated),
            Contract = g.Sum(p => p.Contract),
            PaidIn = g.Sum(p => p.PaidIn),
            AsOf = null,
        });

    private sealed class Flags(Dimension[] by)
    {
        public bool Stage { get; } = by.Contains(Dimension.Stage);
        public bool Chain { get; } = by.Contains(Dimension.Chain);
        public bool Unit { get; } = by.Contains(Dimension.Unit);
        public bool Officer { get; } = by.Contains(Dimension.Officer);
        public bool Node { get; } = by.Contains(Dimension.Node);
        public bool SourceRegion { get; } = by.Contains(Dimension.SourceRegion);
        public bool Band { get; } = by.Contains(Dimension.Band);
        public bool Month { get; } = by.Contains(Dimension.Month);
    }
}
