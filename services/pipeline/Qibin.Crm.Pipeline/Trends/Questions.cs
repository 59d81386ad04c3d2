namespace Qibin.Crm.Pipeline.Trends;

/// <summary>What the questions about time have in common.</summary>
internal static class Questions
{
    private const int MostMonths = 120;

    /// <summary>The months asked for, as their first days; the last twelve when nothing is said.</summary>
    /// <exception cref="Refusal">400 <c>month.invalid</c>, <c>date.future</c>, <c>month.range</c>.</exception>
    public static IReadOnlyList<DateOnly> Months(string? from, string? to, TimeProvider clock)
    {
        var today = clock.Today();
        var last = to is null ? new DateOnly(today.Year, today.Month, 1) : clock.NotAfterToday(Domain.Months.Read("to", to), "to");
        var first = from is null ? last.AddMonths(-11) : Domain.Months.Read("from", from);
        var count = DeltaRow.MonthOf(last) - DeltaRow.MonthOf(first) + 1;
        return count is < 1 or > MostMonths ? throw Refusal.Invalid("from", "month.range", MostMonths)
            : [.. Enumerable.Range(0, count).Select(n => first.AddMonths(n))];
    }

    /// <summary>The last day of the month, or today while the month lasts.</summary>
    public static DateOnly End(this DateOnly month, TimeProvider clock)
    {
        var (end, today) = (month.AddMonths(1).AddDays(-1), clock.Today());
        return end < today ? end : today;
    }
}
