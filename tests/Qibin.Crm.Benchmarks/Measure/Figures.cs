using System.Globalization;

namespace Qibin.Crm.Benchmarks.Measure;

/// <summary>One measurement: how many a second, and how long each took.</summary>
/// <param name="PerSecond">Completed a second.</param>
/// <param name="P50">Median, milliseconds.</param>
/// <param name="P99">99th percentile, milliseconds; NaN where the tool does not tell.</param>
internal sealed record Rate(double PerSecond, double P50, double P99)
{
    /// <summary>Completed in all; 0 where the tool does not tell.</summary>
    public int Count { get; init; }

    public static Rate Of(List<double> milliseconds, TimeSpan elapsed)
    {
        milliseconds.Sort();
        return new Rate(milliseconds.Count / elapsed.TotalSeconds, Percentile(milliseconds, 0.50), Percentile(milliseconds, 0.99))
        {
            Count = milliseconds.Count,
        };
    }

    /// <summary>The median of several measurements.</summary>
    public static double Median(IReadOnlyCollection<Rate> rates, Func<Rate, double> of) => rates.Select(of).Order()
        .ElementAt(rates.Count / 2);

    public static double Percentile(List<double> sorted, double share) =>
        sorted.Count == 0 ? double.NaN : sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];
}

/// <summary>Rounds of one measurement; the median is the figure, minimum and maximum tell how noisy the machine was.</summary>
internal sealed record Rounds(string Name, IReadOnlyList<Rate> Rates)
{
    public double PerSecond => Rate.Median(Rates, r => r.PerSecond);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Name,-58} {PerSecond,9:0} /s  ({Rates.Min(r => r.PerSecond):0} … {Rates.Max(r => r.PerSecond):0})  p50 "
            + $"{Rate.Median(Rates, r => r.P50):0.00} ms  p99 {Rate.Median(Rates, r => r.P99):0.00} ms");

    /// <summary>Ours over the limit, round by round, so that a drift of the machine's speed cancels out.</summary>
    public string RatioTo(Rounds limit)
    {
        var ratios = Rates.Zip(limit.Rates, (ours, theirs) => ours.PerSecond / theirs.PerSecond).ToList();
        return string.Create(
            CultureInfo.InvariantCulture, $"{Name} / {limit.Name}: {Median(ratios):0.000}  ({ratios.Min():0.000} … {ratios.Max():0.000})");
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
