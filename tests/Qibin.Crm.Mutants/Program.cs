using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Qibin.Crm.Mutants;

// Seeds the faults one at a time and prints which of them the tests find. Arguments: parts of paths or descriptions; none means all.
var faults = Faults.All
    .Where(fault => args.Length == 0 || args.Any(part => $"{fault.Path} {fault.What}".Contains(part, StringComparison.OrdinalIgnoreCase)))
    .ToList();
if (faults.Count == 0)
{
    Console.Error.WriteLine("用法 Usage: dotnet run --project tests/Qibin.Crm.Mutants [-- part of a path or of a description …]");
    return 2;
}

var watch = Stopwatch.StartNew();
var verdicts = new List<Verdict>();
try
{
    using var workshop = new Workshop(Root());
    // Also when it is stopped half-way.
    AppDomain.CurrentDomain.ProcessExit += (_, _) => workshop.Dispose();
    Say($"{faults.Count} faults; building and checking the tests without them");
    workshop.Prepare(faults);
    foreach (var project in faults.GroupBy(fault => fault.Project))
    {
        foreach (var fault in project)
        {
            var began = watch.Elapsed;
            var (verdict, explanation) = workshop.Try(fault);
            verdicts.Add(verdict);
            var shown = verdict == Verdict.Survived ? "SURVIVED" : verdict.ToString().ToLowerInvariant();
            Say(string.Create(
                CultureInfo.InvariantCulture, $"{shown,-8} {fault.What} ({(watch.Elapsed - began).TotalSeconds:0.0} s) {explanation}"));
        }

        workshop.Restore(project.Key, project.Select(fault => fault.Tests).Distinct());
    }
}
catch (InvalidOperationException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

Console.WriteLine($"{verdicts.Count(v => v == Verdict.Found)} of {faults.Count} found, "
    + $"{verdicts.Count(v => v == Verdict.Survived)} survived, {verdicts.Count(v => v == Verdict.Error)} could not be tried");
return verdicts.TrueForAll(v => v == Verdict.Found) ? 0 : 1;

void Say(string line) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{watch.Elapsed.TotalSeconds,5:0} s] {line}"));

static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../.."));
