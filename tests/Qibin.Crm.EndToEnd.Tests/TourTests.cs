using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Qibin.Crm.EndToEnd.Tests;

/// <summary>The README's tour, typed as it stands.</summary>
public partial class TourTests(RunningSystem system)
{
    [Fact]
    public async Task The_tour_takes_a_prospect_from_first_contact_to_settled_and_shows_it_in_the_totals()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(Root(), "README.md"));
        var tour = readme[readme.IndexOf("## A first tour", StringComparison.Ordinal)..readme.IndexOf("## Heavier runs", StringComparison.Ordinal)];
        var typed = string.Join("\n", Blocks().Matches(tour).Select(block => block.Groups[1].Value));
        var start = new ProcessStartInfo("bash", ["-e", "-c", typed])
        {
            WorkingDirectory = Root(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["QIBIN_DATA"] = Path.GetDirectoryName(system.System.AccessFile) },
        };
        using var shell = Process.Start(start)!;
        var (output, error) = (shell.StandardOutput.ReadToEndAsync(), shell.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            await shell.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            shell.Kill(entireProcessTree: true);
        }

        var shown = await output + await error;
        Assert.True(shell.ExitCode == 0, shown);
        // What is missing was listed once, and nothing else was refused.
        Assert.Single(Regex.Matches(shown, "\"code\":\"stage.evidenceMissing\""));
        Assert.Empty(Regex.Matches(shown, "\"status\":(4|5)\\d\\d").Skip(1));
        foreach (var milestone in (string[])["firstContact", "converted", "signed", "registered", "movedIn"])
        {
            Assert.Contains($"\"kind\":\"{milestone}\"", shown, StringComparison.Ordinal);
        }

        Assert.Contains("\"groupBy\":[\"stage\"]", shown, StringComparison.Ordinal);
        Assert.Contains("\"groupBy\":[\"chain\",\"unit\"]", shown, StringComparison.Ordinal);
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../.."));
}
