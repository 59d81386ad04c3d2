using Microsoft.EntityFrameworkCore;

namespace Qibin.Crm.Pipeline;

internal enum CellKind { Count, Amount, Hidden, AsOf }

/// <summary>One row of the statement that answers totals.</summary>
internal sealed class Cell
{
    public required CellKind Kind { get; init; }
    public JourneyStatus? Status { get; init; }
    public JourneyStage? Stage { get; init; }
    public string? Chain { get; init; }
    public Guid? Unit { get; init; }
    public Guid? Officer { get; init; }
    public int Count { get; init; }
    public string? Currency { get; init; }
    public decimal Estimated { get; init; }
    public decimal Contract { get; init; }
    public decimal PaidIn { get; init; }
    public DateTimeOffset? AsOf { get; init; }
}

internal static class Cells
{
    public static IQueryable<Cell> Counts(this IQueryable<JourneyRow> journeys, Dimension[] by)
    {
        var (stage, chain, unit, officer) = Flags(by);
        return journeys
            .GroupBy(j => new
            {
                j.Status,
                Stage = EF.Constant(stage) ? (JourneyStage?)j.Stage : null,
                Chain = EF.Constant(chain) ? j.ChainCode : null,
                Unit = EF.Constant(unit) ? (Guid?)j.UnitId : null,
                Officer = EF.Constant(officer) ? (Guid?)j.OwnerId : null,
            })
            .Select(g => new Cell
            {
                Kind = CellKind.Count,
                Status = g.Key.Status,
                Stage = g.Key.Stage,
                Chain = g.Key.Chain,
                Unit = g.Key.Unit,
                Officer = g.Key.Officer,
                Count = g.Count(),
                Currency = null,
                Estimated = 0,
                Contract = 0,
                PaidIn = 0,
                AsOf = null,
            });
    }

    public static IQueryable<Cell> Amounts(this IQueryable<JourneyRow> journeys, Dimension[] by)
    {
        var (stage, chain, unit, officer) = Flags(by);
        return journeys
            .SelectMany(j => j.Amounts, (j, amount) => new { j, amount })
            .GroupBy(x => new
            {
                x.j.Status,
                Stage = EF.Constant(stage) ? (JourneyStage?)x.j.Stage : null,
                Chain = EF.Constant(chain) ? x.j.ChainCode : null,
                Unit = EF.Constant(unit) ? (Guid?)x.j.UnitId : null,
                Officer = EF.Constant(officer) ? (Guid?)x.j.OwnerId : null,
                x.amount.Currency,
            })
            .Select(g => new Cell
            {
                Kind = CellKind.Amount,
                Status = g.Key.Status,
                Stage = g.Key.Stage,
                Chain = g.Key.Chain,
                Unit = g.Key.Unit,
                Officer = g.Key.Officer,
                Count = 0,
                Currency = g.Key.Currency,
                Estimated = g.Sum(x => x.amount.Estimated),
                Contract = g.Sum(x => x.amount.Contract),
                PaidIn = g.Sum(x => x.amount.PaidIn),
                AsOf = null,
            });
    }

    public static IQueryable<Cell> Hidden(this IQueryable<JourneyRow> hidden) => hidden
        .GroupBy(j => j.Confidential)
        .Select(g => new Cell
        {
            Kind = CellKind.Hidden,
            Status = null,
            Stage = null,
            Chain = null,
            Unit = null,
            Officer = null,
            Count = g.Count(),
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
            Count = 0,
            Currency = null,
            Estimated = 0,
            Contract = 0,
            PaidIn = 0,
            AsOf = f.RecordedAt,
        });

    private static (bool Stage, bool Chain, bool Unit, bool Officer) Flags(Dimension[] by) =>
        (by.Contains(Dimension.Stage), by.Contains(Dimension.Chain), by.Contains(Dimension.Unit), by.Contains(Dimension.Officer));
}
