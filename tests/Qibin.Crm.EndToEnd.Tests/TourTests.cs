using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Qibin.Crm.EndToEnd.Tests;

/// <summary>The README's tour, typed as it is written.</summary>
public partial class TourTests(RunningSystem system)
{
    [Fact]
    public async Task The_tour_passes_twice_in_a_row_though_the_first_officer_is_inactive()
    {
        await AddInactiveOfficerAsync();
        for (var time = 1; time <= 2; time++)
        {
            var (code, shown) = await TypeAsync(Tour());
            Assert.True(code == 0, shown);
            // What the submission lacks is listed once, and nothing else is refused.
            Assert.Single(Refusals().Matches(shown));
            Assert.Contains("\"code\":\"stage.evidenceMissing\"", shown, StringComparison.Ordinal);
            foreach (var milestone in (string[])["firstContact", "converted", "signed", "registered", "movedIn"])
            {
                Assert.Contains($"\"kind\":\"{milestone}\"", shown, StringComparison.Ordinal);
            }

            Assert.Contains("\"groupBy\":[\"stage\"]", shown, StringComparison.Ordinal);
            Assert.Contains("\"groupBy\":[\"chain\",\"unit\"]", shown, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_refused_request_prints_its_problem_and_stops_the_tour()
    {
        var (code, shown) = await TypeAsync(
            Tour().Replace("\"occurredOn\":\"2026-01-12\"", "\"occurredOn\":\"2126-01-12\"", StringComparison.Ordinal));
        Assert.NotEqual(0, code);
        Assert.Contains("first-contacts: {", shown, StringComparison.Ordinal);
        Assert.Single(Refusals().Matches(shown));
    }

    /// <summary>Comes first in the list of officers, and can own nothing.</summary>
    private async Task AddInactiveOfficerAsync()
    {
        using var administrator = await system.AsAsync("administrator");
        var unit = (await administrator.GetAsync("/api/v1/units?limit=1")).Is(200).Json.GetProperty("items")[0].GetProperty("id").GetGuid();
        var officer = (await administrator.PostAsync(
            "/api/v1/users", new { userName = "a.tour", displayName = "已停用", unitId = unit, roles = (string[])["officer"] })).Is(201);
        (await administrator.PostAsync($"/api/v1/users/{officer.Id}/deactivation", new { reason = "停用" }, officer.ETag)).Is(200);
    }

    private static string Tour()
    {
        var readme = File.ReadAllText(Path.Combine(Root(), "README.md"));
        var tour = readme[readme.IndexOf("## A first tour", StringComparison.Ordinal)..readme.IndexOf("## Develop",
            StringComparison.Ordinal)];
        return string.Join("\n", Blocks().Matches(tour).Select(block => block.Groups[1].Value));
    }

    private async Task<(int Code, string Shown)> TypeAsync(string typed)
    {
        var start = new ProcessStartInfo("bash", ["-c", typed])
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
            await shell.WaitForExitAsync(CancellationToken.None);
        }

        return (shell.ExitCode, await output + await error);
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex("\"status\":(4|5)\\d\\d")]
    private static partial Regex Refusals();

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../.."));
}
