using System.Globalization;

namespace Qibin.Crm.TestKit;

/// <summary>One value that a process serves in Prometheus' text format.</summary>
/// <param name="Name">Such as <c>qibin_outbox_depth</c>.</param>
/// <param name="Labels">As served, in braces; empty without any.</param>
/// <param name="Value">The value.</param>
public sealed record Sample(string Name, string Labels, double Value);

/// <summary>Reads the metrics of a process, as Prometheus does.</summary>
public static class Metrics
{
    public static async Task<IReadOnlyList<Sample>> ScrapeAsync(Uri address)
    {
        using var http = new HttpClient { BaseAddress = address };
        var text = await http.GetStringAsync(new Uri("metrics", UriKind.Relative));
        return [.. text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(Parse)];
    }

    /// <summary>The sum of a metric's values whose labels contain a text; null when there is none.</summary>
    public static double? Of(this IReadOnlyList<Sample> samples, string name, string label = "")
    {
        var found = samples.Where(s => s.Name == name && s.Labels.Contains(label, StringComparison.Ordinal)).ToList();
        return found.Count == 0 ? null : found.Sum(s => s.Value);
    }

    private static Sample Parse(string line)
    {
        // name{labels} value [time]
        var open = line.IndexOf('{', StringComparison.Ordinal);
        var end = open < 0 ? line.IndexOf(' ', StringComparison.Ordinal) : line.LastIndexOf('}') + 1;
        var value = line[end..].Trim().Split(' ')[0];
        return new Sample(line[..(open < 0 ? end : open)], open < 0 ? "" : line[open..end], value switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            _ => double.Parse(value, CultureInfo.InvariantCulture),
        });
    }
}
