using Qibin.Crm.Pipeline.Totals;

namespace Qibin.Crm.Pipeline.Trends;

/// <summary>Totals at the end of each month: a sum of what began to stand and ceased to stand by then.</summary>
internal static class ReadTrend
{
    internal static async Task<Ok<Trend>> Handle(
        [AsParameters] TrendQuery query, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var filter = new JourneyFilter(query) { KnownAt = query.KnownAt };
        filter.CheckPast(clock);
        var months = Questions.Months(query.From, query.To, clock);
        var statuses = query.Statuses();
        var sums = filter.OverTime([], caller) is { } set
            ? await FromRollups(db, set, filter, statuses, caller).ToListAsync(ct)
            : await db.ByBatchesAsync(Batched, ct).ToListAsync(ct);
        return TypedResults.Ok(new Trend
        {
            Status = statuses,
            KnownAt = query.KnownAt,
            Months =
            [
                .. from month in months
                   let at = DeltaRow.MonthOf(month)
                   let stood = sums.Where(s => s.From <= at && (s.To is null || s.To > at))
                   select new TrendMonth(month, month.End(clock), filter, Figures.Of(stood)),
            ],
        });

        IQueryable<MonthSum> Batched(Batch batch) => FromIntervals(
            db.IntervalsKnown(filter).Of(batch), db.AllJourneys.Of(batch).ReadableBy(caller), filter, statuses);
    }

    /// <summary>
    /// The sums of all months in one statement, so that they are of one snapshot: from the rollups and the deltas not yet compacted, to
    /// which come the few journeys that the caller sees although they are confidential, or only because they are shared.
    /// </summary>
    private static IQueryable<MonthSum> FromRollups(
        PipelineDb db, int set, JourneyFilter filter, JourneyStatus[] statuses, Caller caller)
    {
        var me = caller.Id;
        var sums = Summed(db.Rollups.Where(r => r.Set == set).ReadableBy(caller).Then())
            .Concat(Summed(db.Deltas.ReadableBy(caller).Then()))
            .Concat(Counted(db.AllJourneys.Where(j => j.Confidential && j.Readers.Contains(me)).ReadableBy(caller)));
        return caller.Reach is Reach.Unit or Reach.Subtree
            ? sums.Concat(Counted(db.AllJourneys.OnlySharedWith(caller).Where(j => !j.Confidential)))
            : sums;

        IQueryable<MonthSum> Counted(IQueryable<JourneyRow> journeys) =>
            FromIntervals(db.IntervalsKnown(filter), journeys, filter, statuses);

        IQueryable<MonthSum> Summed(IQueryable<ThenSum> of) => of.Matching(filter).Where(f => statuses.Contains(f.Status))
            .GroupBy(f => new { f.At, f.Currency })
            .Select(g => new MonthSum
            {
                From = g.Key.At,
                To = null,
                Currency = g.Key.Currency,
                Count = g.Sum(f => f.Count),
                Estimated = g.Sum(f => f.Estimated),
                Contract = g.Sum(f => f.Contract),
                PaidIn = g.Sum(f => f.PaidIn),
                Completed = g.Sum(f => f.Completed),
            });
    }

    private static IQueryable<MonthSum> FromIntervals(
        IQueryable<Interval> intervals, IQueryable<JourneyRow> journeys, JourneyFilter filter, JourneyStatus[] statuses)
    {
        var stood = intervals.Within(journeys).Matching(filter).Where(s => statuses.Contains(s.Status));
        return Summed(stood.Each()).Concat(Summed(stood.Amounts()));

        static IQueryable<MonthSum> Summed(IQueryable<Weighed<Interval>> weighed) => weighed
            .GroupBy(w => new
            {
                From = (w.Row.DayFrom.Year * 12) + w.Row.DayFrom.Month,
                To = (w.Row.DayTo!.Value.Year * 12) + (int?)w.Row.DayTo!.Value.Month,
                w.Currency,
            })
            .Select(g => new MonthSum
            {
                From = g.Key.From,
                To = g.Key.To,
                Currency = g.Key.Currency,
                Count = g.Sum(w => w.Count),
                Estimated = g.Sum(w => w.Estimated),
                Contract = g.Sum(w => w.Contract),
                PaidIn = g.Sum(w => w.PaidIn),
                Completed = g.Sum(w => w.Completed),
            });
    }

    /// <summary>What stands at the ends of months from one on until another, which is without it.</summary>
    private sealed record MonthSum : Summed
    {
        public required int From { get; init; }
        public required int? To { get; init; }
    }
}

/// <summary>Which months, of which journeys.</summary>
public sealed record TrendQuery : PresentFilter
{
    /// <summary>A past instant: only what had been recorded by then counts, however late it reached the totals. Now when absent.</summary>
    public DateTimeOffset? KnownAt { get; init; }

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
        Month = Months.Text(month.MonthNumber());
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
