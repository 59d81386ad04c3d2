using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Pipeline.Journeys;
using Qibin.Crm.Pipeline.Reports;
using Qibin.Crm.Pipeline.Totals;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Pipeline.Trends;

/// <summary>Totals at the end of each month: a sum of what began to stand and ceased to stand by then.</summary>
internal static class ReadTrend
{
    public static void MapReadTrend(this RouteGroupBuilder api) => api.MapGet("/pipeline/trend", Handle)
        .AllowEverybody(Scopes.PipelineRead)
        .WithName("readTrend")
        .WithSummary("汇总趋势 · Totals month by month");

    internal static async Task<Ok<Trend>> Handle(
        [AsParameters] TrendQuery query, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        query.CheckPast(clock);
        if (query.AsOf is not null)
        {
            throw Refusal.Invalid("asOf", "query.unknown", "asOf");
        }

        var months = MonthRanges.Between(query.From, query.To, clock);
        var statuses = query.Statuses();
        var moves = query.OverTime([], caller) is { } set
            ? await Moves(db, set, query, statuses, caller).ToListAsync(ct)
            : await db.ByBatchesAsync(
                batch => Counted(db.IntervalsKnown(query).Of(batch), db.AllJourneys.Of(batch).ReadableBy(caller), query, statuses), ct)
                .ToListAsync(ct);
        return TypedResults.Ok(new Trend
        {
            Status = statuses,
            KnownAt = query.KnownAt,
            Months =
            [
                .. months.Select(month => new TrendMonth(
                    month, month.End(clock), query, Figures.Of(moves.Where(m => m.Month <= (month.Year * 12) + month.Month)))),
            ],
        });
    }

    /// <summary>
    /// What began and ceased in each month, in one statement, so that it is of one snapshot: from the rollups and the deltas not yet
    /// compacted, to which come the few journeys that the caller sees although they are confidential, or only because they are shared.
    /// </summary>
    private static IQueryable<Move> Moves(PipelineDb db, int set, JourneyFilter filter, JourneyStatus[] statuses, Caller caller)
    {
        var me = caller.Id;
        var rollups = db.Rollups.Where(r => r.Set == set).ReadableBy(caller).Then();
        var deltas = db.Deltas.ReadableBy(caller).Then();
        var moves = Summed(rollups.Matching(filter)).Concat(Summed(deltas.Matching(filter)))
            .Concat(
                Counted(
                db.IntervalsKnown(filter), db.AllJourneys.Where(h => h.Confidential && h.Readers.Contains(me)).ReadableBy(caller), filter,
                statuses));
        return caller.Reach is Reach.Unit or Reach.Subtree
            ? moves.Concat(
                Counted(db.IntervalsKnown(filter), db.AllJourneys.OnlySharedWith(caller).Where(h => !h.Confidential), filter, statuses))
            : moves;

        IQueryable<Move> Summed(IQueryable<ThenSum> of) => of.Where(f => statuses.Contains(f.Status))
            .GroupBy(f => new { f.At, f.Currency })
            .Select(g => new Move
            {
                Month = g.Key.At,
                Currency = g.Key.Currency,
                Count = g.Sum(f => f.Count),
                Estimated = g.Sum(f => f.Estimated),
                Contract = g.Sum(f => f.Contract),
                PaidIn = g.Sum(f => f.PaidIn),
                Completed = g.Sum(f => f.Completed),
            });
    }

    /// <summary>What began and ceased of those stretches whose holders are given.</summary>
    private static IQueryable<Move> Counted(
        IQueryable<Interval> stretches, IQueryable<JourneyRow> holders, JourneyFilter filter, JourneyStatus[] statuses)
    {
        var stood = stretches.Within(holders).Matching(filter).Where(s => statuses.Contains(s.Status));
        var ended = stood.Where(s => s.DayTo != null);
        return Begun(stood.Each()).Concat(Begun(stood.Amounts())).Concat(Ceased(ended.Each())).Concat(Ceased(ended.Amounts()));
    }

    private static IQueryable<Move> Begun(IQueryable<Weighed<Interval>> weighed) => weighed
        .GroupBy(w => new { Month = (w.Row.DayFrom.Year * 12) + w.Row.DayFrom.Month, w.Currency })
        .Select(g => new Move
        {
            Month = g.Key.Month,
            Currency = g.Key.Currency,
            Count = g.Sum(w => w.Count),
            Estimated = g.Sum(w => w.Estimated),
            Contract = g.Sum(w => w.Contract),
            PaidIn = g.Sum(w => w.PaidIn),
            Completed = g.Sum(w => w.Completed),
        });

    private static IQueryable<Move> Ceased(IQueryable<Weighed<Interval>> weighed) => weighed
        .GroupBy(w => new { Month = (w.Row.DayTo!.Value.Year * 12) + w.Row.DayTo!.Value.Month, w.Currency })
        .Select(g => new Move
        {
            Month = g.Key.Month,
            Currency = g.Key.Currency,
            Count = -1 * g.Sum(w => w.Count),
            Estimated = -1 * g.Sum(w => w.Estimated),
            Contract = -1 * g.Sum(w => w.Contract),
            PaidIn = -1 * g.Sum(w => w.PaidIn),
            Completed = -1 * g.Sum(w => w.Completed),
        });

    private sealed record Move : Summed
    {
        public required int Month { get; init; }
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
        Journeys = JourneyLinks.To(filter with { AsOf = day });
    }

    /// <summary>As <c>YYYY-MM</c>.</summary>
    public required string Month { get; init; }

    /// <summary>The day as of which it is: the month's last, or today.</summary>
    public required DateOnly Day { get; init; }

    /// <summary>The list behind the figures: for the same caller it counts the same.</summary>
    public required string Journeys { get; init; }
}
