namespace Qibin.Crm.Pipeline.Domain;

internal static class Months
{
    private const int Most = 120;

    public static int MonthNumber(this DateOnly day) => (day.Year * 100) + day.Month;

    /// <summary>The month in months since the beginning of the era, as sums have it.</summary>
    public static int MonthOfEra(this DateOnly day) => (day.Year * 12) + day.Month;

    /// <summary>The last day of the month, or today while the month lasts.</summary>
    public static DateOnly End(this DateOnly month, DateOnly today)
    {
        var end = month.AddMonths(1).AddDays(-1);
        return end < today ? end : today;
    }

    /// <summary>As <c>YYYY-MM</c>.</summary>
    public static string Text(int month) => $"{month / 100:0000}-{month % 100:00}";

    /// <summary>The month's first day.</summary>
    /// <exception cref="Refusal">400 <c>month.invalid</c>.</exception>
    public static DateOnly Read(string pointer, string month) =>
        DateOnly.TryParseExact(month, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var first)
            && first.Year is > 1900 and < 9000 ? first : throw Refusal.Invalid(pointer, "month.invalid", month);

    /// <summary>The first days of the first and of the last month, of one or of a range; every month where none is named.</summary>
    /// <exception cref="Refusal">400 <c>month.invalid</c>.</exception>
    public static (DateOnly First, DateOnly Last) ReadRange(string pointer, string? months)
    {
        var ends = months?.Split("..");
        return ends is null ? (DateOnly.MinValue, new DateOnly(9000, 12, 1))
            : ends.Length > 2 ? throw Refusal.Invalid(pointer, "month.invalid", months!)
            : (Read(pointer, ends[0]), Read(pointer, ends[^1]));
    }

    /// <summary>The months from one to another, as their first days; the last twelve when nothing is said.</summary>
    /// <exception cref="Refusal">400 <c>month.invalid</c>, <c>date.future</c>, <c>month.range</c>.</exception>
    public static IReadOnlyList<DateOnly> ReadEach(string? from, string? to, DateOnly today)
    {
        var last = to is null ? new DateOnly(today.Year, today.Month, 1)
            : Read("to", to) is var named && named <= today ? named : throw Refusal.Invalid("to", "date.future");
        var first = from is null ? last.AddMonths(-11) : Read("from", from);
        var count = last.MonthOfEra() - first.MonthOfEra() + 1;
        return count is < 1 or > Most ? throw Refusal.Invalid("from", "month.range", Most)
            : [.. Enumerable.Range(0, count).Select(n => first.AddMonths(n))];
    }
}
