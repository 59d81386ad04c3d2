using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.ServiceDefaults;

namespace Qibin.Crm.Pipeline;

/// <summary>Totals at the end of each month: a sum of what began to stand and ceased to stand by then.</summary>
internal static class ReadTrend
{
    public static void MapReadTrend(this RouteGroupBuilder api) => api.MapGet("/pipeline/trend", Handle)
        .AllowEverybody(Scopes.PipelineRead)
        .WithName("readTrend")
        .WithSummary("汇总趋势 · Totals month by month");

    internal static async Task<Ok<Trend>> Handle([AsParameters] TrendQuery query, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        query.CheckPast(clock);
        if (query.AsOf is not null)
        {
            throw Refusal.Invalid("asOf", "query.unknown", "asOf");
        }

        var months = MonthRanges.Between(query.From, query.To, clock);
        var statuses = query.Statuses();
        var stood = db.Standings(query).Within(db.Holders.VisibleTo(caller)).Matching(query).Where(s => statuses.Contains(s.Status));
        var ended = stood.Where(s => s.DayTo != null);
        // One statement: counts and amounts, begun and ceased, of one snapshot.
        var moves = await Begun(stood.Each()).Concat(Begun(stood.Amounts())).Concat(Ceased(ended.Each())).Concat(Ceased(ended.Amounts())).ToListAsync(ct);
        return TypedResults.Ok(new Trend
        {
            Status = statuses,
            KnownAt = query.KnownAt,
            Months =
            [
                .. months.Select(month => new TrendMonth(
                    month, month.End(clock), query, Figures.Of(moves.Where(m => m.Month <= (month.Year * 12) + month.Month).Select(m => m.Cell())))),
            ],
        });
    }

    private static IQueryable<Move> Begun(IQueryable<Weighed<StretchRow>> weighed) => weighed
        .GroupBy(w => new { Month = (w.Row.DayFrom.Year * 12) + w.Row.DayFrom.Month, w.Currency })
        .Select(g => new Move
        {
            Month = g.Key.Month,
            Currency = g.Key.Currency,
            Count = g.Sum(w => w.Count),
            Estimated = g.Sum(w => w.Estimated),
            Contract = g.Sum(w => w.Contract),
            PaidIn = g.Sum(w => w.PaidIn),
        });

    private static IQueryable<Move> Ceased(IQueryable<Weighed<StretchRow>> weighed) => weighed
        .GroupBy(w => new { Month = (w.Row.DayTo!.Value.Year * 12) + w.Row.DayTo!.Value.Month, w.Currency })
        .Select(g => new Move
        {
            Month = g.Key.Month,
            Currency = g.Key.Currency,
            Count = -1 * g.Sum(w => w.Count),
            Estimated = -1 * g.Sum(w => w.Estimated),
            Contract = -1 * g.Sum(w => w.Contract),
            PaidIn = -1 * g.Sum(w => w.PaidIn),
        });

    private sealed class Move
    {
        public required int Month { get; init; }
        public required string Currency { get; init; }
        public required long Count { get; init; }
        public required decimal Estimated { get; init; }
        public required decimal Contract { get; init; }
        public required decimal PaidIn { get; init; }

        public Cell Cell() => new()
        {
            Kind = CellKind.Figure,
            Currency = Currency,
            Count = Count,
            Estimated = Estimated,
            Contract = Contract,
            PaidIn = PaidIn,
        };
    }
}

/// <summary>Which months, of which journeys.</summary>
public sealed record TrendQuery : JourneyFilter
{
    /// <summary>First month, as <c>YYYY-MM</c>; eleven before the last when absent.</summary>
    public string? From { get; init; }

    /// <summary>Last month, as <c>YYYY-MM</c>; the present one when absent.</summary>
    public string? To { get; init; }
}

/// <summary>Totals month by month.</summary>
public sealed record Trend
{
    /// <summary>The statuses that are counted.</summary>
    public required IReadOnlyList<JourneyStatus> Status { get; init; }

    /// <summary>The instant that was asked for: what was recorded later is not in these figures; null for now.</summary>
    public required DateTimeOffset? KnownAt { get; init; }

    public required IReadOnlyList<TrendMonth> Months { get; init; }
}

/// <summary>What stood at the end of a month.</summary>
public sealed record TrendMonth : Figures
{
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    internal TrendMonth(DateOnly month, DateOnly day, JourneyFilter filter, Figures figures) : base(figures)
    {
        Month = Months.Text((month.Year * 100) + month.Month);
        Day = day;
        Journeys = GroupKey.None.Link([], filter with { AsOf = day });
    }

    /// <summary>As <c>YYYY-MM</c>.</summary>
    public required string Month { get; init; }

    /// <summary>The day as of which it is: the month's last, or today.</summary>
    public required DateOnly Day { get; init; }

    /// <summary>The list behind the figures: for the same caller it counts the same.</summary>
    public required string Journeys { get; init; }
}
