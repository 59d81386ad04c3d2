namespace Qibin.Crm.Pipeline.Domain;

internal static class Months
{
    public static int MonthNumber(this DateOnly day) => (day.Year * 100) + day.Month;

    /// <summary>As <c>YYYY-MM</c>.</summary>
    public static string Text(int month) => $"{month / 100:0000}-{month % 100:00}";
}
