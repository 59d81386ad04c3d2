using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Qibin.Crm.Benchmarks.Measure;

/// <summary>The machine's limit: the same statements by pgbench, prepared, straight at the same database.</summary>
internal static partial class PgBench
{
    public static async Task<Rate> RunAsync(string connection, string script, int connections, TimeSpan duration, int leads = 1)
    {
        var target = new NpgsqlConnectionStringBuilder(connection);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, script);
            var start = new ProcessStartInfo("pgbench") { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var argument in (string[])["-n", "-M", "prepared", "-f", file, "-c", $"{connections}", "-j", "2", "-D",
                $"leads={leads}",
                "-T", duration.TotalSeconds.ToString("0", CultureInfo.InvariantCulture), "-h", target.Host!, "-p", $"{target.Port}", "-U",
                    target.Username!, target.Database!])
            {
                start.ArgumentList.Add(argument);
            }

            start.Environment["PGPASSWORD"] = target.Password ?? "";
            using var process = Process.Start(start)!;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            var (text, complaint) = (await output, await error);
            var tps = Tps().Match(text);
            return process.ExitCode == 0 && tps.Success && !complaint.Contains("ERROR", StringComparison.Ordinal)
                ? new Rate(Number(tps), Number(Latency().Match(text)), double.NaN)
                : throw new InvalidOperationException($"pgbench ended with {process.ExitCode}: {complaint}{text}");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static double Number(Match match) => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("^tps = ([0-9.]+)", RegexOptions.Multiline)]
    private static partial Regex Tps();

    [GeneratedRegex("^latency average = ([0-9.]+) ms", RegexOptions.Multiline)]
    private static partial Regex Latency();
}
