namespace Qibin.Crm.Pipeline.Domain;

/// <summary>Months as numbers, such as 202611.</summary>
internal static class Months
{
    public static int MonthNumber(this DateOnly day) => (day.Year * 100) + day.Month;

    /// <summary>As <c>YYYY-MM</c>.</summary>
    public static string Text(int month) => $"{month / 100:0000}-{month % 100:00}";
}
