namespace Qibin.Crm.Pipeline.Domain;

internal static class Months
{
    public static int MonthNumber(this DateOnly day) => (day.Year * 100) + day.Month;

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
}
