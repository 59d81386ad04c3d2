using System.Globalization;
using System.Text.RegularExpressions;

namespace Qibin.Crm.Benchmarks.Measure;

/// <summary>
/// Processor time of this process and of all that it started, by what they are: a service, the sessions of a database, the broker. What
/// ended between two readings is left out.
/// </summary>
internal sealed partial class ProcessTimes
{
    /// <summary>Ticks of /proc/*/stat in a second; 100 on every Linux that .NET supports.</summary>
    private const double TicksPerSecond = 100;

    private readonly Dictionary<int, (string Name, long Ticks)> _byId = [];

    public static ProcessTimes Read()
    {
        var all = new Dictionary<int, (int Parent, long Ticks)>();
        foreach (var directory in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id) && Stat(directory) is { } stat)
            {
                all[id] = stat;
            }
        }

        var children = all.ToLookup(p => p.Value.Parent, p => p.Key);
        var times = new ProcessTimes();
        var open = new Stack<int>([Environment.ProcessId]);
        while (open.TryPop(out var id))
        {
            times._byId[id] = (id == Environment.ProcessId ? "load generator" : NameOf(id), all[id].Ticks);
            foreach (var child in children[id])
            {
                open.Push(child);
            }
        }

        return times;
    }

    /// <summary>Milliseconds of processor time since the earlier reading, most first.</summary>
    public IReadOnlyList<(string Name, double Milliseconds)> Since(ProcessTimes earlier) =>
    [
        .. _byId.Select(p => (p.Value.Name, Ticks: p.Value.Ticks - earlier._byId.GetValueOrDefault(p.Key).Ticks))
            .GroupBy(p => p.Name, p => p.Ticks)
            .Select(g => (g.Key, g.Sum() * 1000 / TicksPerSecond))
            .Where(g => g.Item2 > 0).OrderByDescending(g => g.Item2),
    ];

    private static string NameOf(int id)
    {
        try
        {
            var command = File.ReadAllText($"/proc/{id}/cmdline").Replace('\0', ' ');
            return Service().Match(command) is { Success: true } service ? service.Groups[1].Value.ToLowerInvariant()
                : Session().Match(command) is { Success: true } session ? "postgres " + session.Groups[1].Value
                : command.Contains("postgres", StringComparison.Ordinal) ? "postgres"
                : command.Contains("beam", StringComparison.Ordinal) ? "broker" : "other";
        }
        catch (IOException)
        {
            return "other";
        }
    }

    // id (name) state parent … utime and stime are the 14th and 15th; null when the process is gone.
    private static (int Parent, long Ticks)? Stat(string directory)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(directory, "stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (Number(fields[1]), Number(fields[11]) + Number(fields[12]));
        }
        catch (IOException)
        {
            return null;
        }

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"Qibin\.Crm\.(\w+)\.dll", RegexOptions.NonBacktracking)]
    private static partial Regex Service();

    /// <summary>How PostgreSQL names its sessions: <c>postgres: role database host state</c>.</summary>
    [GeneratedRegex(@"^postgres: \w+ qibin_(\w+)", RegexOptions.NonBacktracking)]
    private static partial Regex Session();
}
