using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Qibin.Crm.Mutants;

/// <summary>How the tests took a fault.</summary>
public enum Verdict
{
    /// <summary>A test failed: the fault would not have gone unnoticed.</summary>
    Found,

    /// <summary>Every test passed.</summary>
    Survived,

    /// <summary>It could not be tried: the piece is gone, or does not compile.</summary>
    Error,
}

/// <summary>A copy of the repository in which one fault at a time is seeded, built and tested.</summary>
internal sealed partial class Workshop : IDisposable
{
    private static readonly string[] LeftOut = ["bin", "obj", ".git", ".vs", "data", "TestResults"];

    /// <summary>Neither style nor documentation decides whether a fault is found, and a fault may well look odd.</summary>
    private static readonly string[] Quickly =
    [
        "--no-restore", "-nologo", "-v:quiet", "-p:RunAnalyzers=false", "-p:EnforceCodeStyleInBuild=false",
        "-p:TreatWarningsAsErrors=false",
        "-p:GenerateDocumentationFile=false",
    ];

    /// <summary>The tests of one fault take seconds; a fault that makes a loop endless is found after this.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _root = Directory.CreateTempSubdirectory("qibin-mutants-").FullName;

    public Workshop(string repository) => Copy(repository, _root);

    /// <summary>Builds the test projects and checks that what each fault is tried with passes without it.</summary>
    /// <exception cref="InvalidOperationException">Something does not build, does not pass, or tests nothing.</exception>
    public void Prepare(IReadOnlyCollection<Fault> faults)
    {
        foreach (var tests in faults.Select(fault => fault.Tests).Distinct())
        {
            Must(Run(["restore", tests, "-v:quiet"]), $"{tests} cannot be restored");
            Must(Run(["build", tests, .. Quickly]), $"{tests} does not build");
        }

        foreach (var (tests, filter) in faults.SelectMany(fault => Filters(fault).Select(filter => (fault.Tests, filter))).Distinct())
        {
            var run = Test(tests, filter);
            Must(run, $"{tests} does not pass without a fault");
            if (!SomeTests().IsMatch(run.Output))
            {
                throw new InvalidOperationException($"{tests} has no test in {filter}.");
            }
        }
    }

    /// <summary>Seeds the fault, builds its project, runs the tests until one fails, and takes the fault out again.</summary>
    public (Verdict Verdict, string Explanation) Try(Fault fault)
    {
        var source = Path.Combine(_root, fault.Path);
        var right = File.ReadAllText(source);
        try
        {
            File.WriteAllText(source, fault.Seed(right));
            var built = Run(["build", fault.Project, "--no-dependencies", .. Quickly]);
            if (built.Code != 0)
            {
                return (Verdict.Error, built.Output.Trim().Split('\n')[0]);
            }

            // The tests' own copy; rebuilding them would change nothing, since a fault leaves the names as they are.
            File.Copy(Program(fault.Project),
                Path.Combine(Path.GetDirectoryName(Program(fault.Tests))!, Path.GetFileName(Program(fault.Project))), true);
            foreach (var filter in Filters(fault))
            {
                var run = Test(fault.Tests, filter);
                if (run.Code != 0)
                {
                    return (Verdict.Found, Failed().Match(run.Output) is { Success: true } failed ? failed.Groups[1].Value
                        : "the tests did not end");
                }
            }

            return (Verdict.Survived, "");
        }
        catch (InvalidOperationException e)
        {
            return (Verdict.Error, e.Message);
        }
        finally
        {
            File.WriteAllText(source, right);
        }
    }

    /// <summary>Builds a project as it was, before faults in another one are tried.</summary>
    public void Restore(string project, IEnumerable<string> tests)
    {
        Must(Run(["build", project, "--no-dependencies", .. Quickly]), $"{project} does not build");
        foreach (var test in tests)
        {
            File.Copy(Program(project), Path.Combine(Path.GetDirectoryName(Program(test))!, Path.GetFileName(Program(project))), true);
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(_root))
        {
            Directory.Delete(_root, recursive: true);
        }
    }

    /// <summary>Domain tests first: they need no server.</summary>
    private static IEnumerable<string> Filters(Fault fault) => fault.Classes.Prepend("*.Domain.*");

    private string Program(string project) => Path.Combine(_root, project, "bin", "Debug", "net10.0", Path.GetFileName(project) + ".dll");

    private (int Code, string Output) Test(string tests, string classes) =>
        Run([Program(tests), "-class", classes, "-stopOnFail", "-noColor"], Patience);

    private (int Code, string Output) Run(IEnumerable<string> arguments) => Run(arguments, TimeSpan.FromMinutes(10));

    private (int Code, string Output) Run(IEnumerable<string> arguments, TimeSpan patience)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = _root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1", ["DOTNET_NOLOGO"] = "1", ["DOTNET_CLI_UI_LANGUAGE"] = "en" },
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(patience))
        {
            // A fault that makes a loop endless is found as well.
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        return (process.ExitCode, output.Result + error.Result);
    }

    private static void Must((int Code, string Output) run, string otherwise)
    {
        if (run.Code != 0)
        {
            throw new InvalidOperationException($"{otherwise}:\n{run.Output}");
        }
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (var directory in Directory.EnumerateDirectories(from).Where(d => !LeftOut.Contains(Path.GetFileName(d))))
        {
            Copy(directory, Path.Combine(to, Path.GetFileName(directory)));
        }
    }

    [GeneratedRegex("Total: [1-9]")]
    private static partial Regex SomeTests();

    [GeneratedRegex("^ *(\\S.*) \\[FAIL\\]", RegexOptions.Multiline)]
    private static partial Regex Failed();
}
