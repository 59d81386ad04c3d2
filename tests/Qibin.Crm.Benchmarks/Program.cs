using System.Globalization;
using Qibin.Crm.Benchmarks;
using Qibin.Crm.Benchmarks.Faults;
using Qibin.Crm.Benchmarks.Imports;
using Qibin.Crm.Benchmarks.Search;
using Qibin.Crm.Benchmarks.Totals;
using Qibin.Crm.Local;
using Qibin.Crm.TestKit;

// figures | kills [--count N] | restarts [--count N] | freezes [--count N] | outage [--seconds N] | imports [--rows N] [--bad N] |
// search [--leads N] | duplicates [--investors N] | totals [--journeys N] [--from N] | age [--contacts N] | final [--questions N]: each
// starts a system of its own and ends it. --data DIR keeps what was loaded for the next run, --only TEXT measures the searches, lists and
// totals whose names hold it, --connections N asks by so many at once instead of 8.
// documents DIR: keeps lists and the monthly report of the demonstration data, as an office is handed them.
// workbooks DIR: compares what the reader reads of workbooks by other writers with what people see; Imports/workbooks.mjs makes them.
var command = args.FirstOrDefault() ?? "figures";
if (command == "workbooks")
{
    return WorkbookCells.Compare(args[1]);
}

var kept = Text("--data") is { Length: > 0 } data ? Directory.CreateDirectory(data) : null;
var directory = kept ?? Directory.CreateTempSubdirectory("qibin-benchmark-");
var result = 1;
try
{
    var options = new LocalOptions
    {
        Data = directory.FullName,
        Port = Qibin.Crm.Servers.Ports.Free(),
        Settings = new Dictionary<string,
            string>
        {
            ["Limits:PrincipalPerSecond"] = "1000000",
            ["Limits:AddressPerSecond"] = "1000000",
            ["Limits:SignInsPerMinute"] = "100000"
        },
    };
    await using var system = await LocalSystem.StartAsync(
        command is "restarts" or "freezes" ? RestartRun.Needs(options, LocalSystem.ServiceNames) : options);
    result = command switch
    {
        "figures" => await Figures.PrintAsync(
            system, Number("--leads", 100_000), Number("--rounds", 3), TimeSpan.FromSeconds(Number("--seconds", 8))),
        "kills" => (await KillRun.RunAsync(system, Number("--count", 20), Console.WriteLine)).Kept ? 0 : 1,
        "restarts" => await RestartRun.RunAsync(system, Number("--count", 20), Console.WriteLine) is { Failed: 0, Verdict.Kept: true }
            ? 0 : 1,
        "freezes" => await FreezeRun.RunAsync(system, Number("--count", 1), Console.WriteLine) is { Late: 0, Verdict.Kept: true }
            ? 0 : 1,
        "outage" => (await BrokerOutage.RunAsync(system, TimeSpan.FromSeconds(Number("--seconds", 120)), Console.WriteLine)).Verdict.Kept
            ? 0 : 1,
        "imports" => await ImportAsync(system, Number("--rows", 50_000), Number("--bad", 1000)),
        "search" => await Search(system).SearchesAsync(Number("--leads", 1_000_000)),
        "duplicates" => await Search(system).DuplicatesAsync(Number("--investors", 100_000)),
        "totals" => await new TotalsFigures(
            system, Number("--connections", 1), Number("--rounds", 3), TimeSpan.FromSeconds(Number("--seconds", 2)), Text("--only"))
            .RunAsync(Number("--journeys", 1_000_000), Number("--from", 10_000)),
        "final" => await FinalAsync(system, Number("--questions", 10_000)),
        "documents" => await DocumentsAsync(system),
        "age" => await AgeRun.RunAsync(
            system, Number("--contacts", 5000), Console.WriteLine) is { During.TotalSeconds: < 1, After.TotalSeconds: < 1 } ? 0 : 1,
        _ => throw new ArgumentException(
            $"{command}: figures, kills, restarts, freezes, outage, imports, search, duplicates, totals, age, final or documents"),
    };
}
finally
{
    if (result == 0 && kept is null)
    {
        directory.Delete(recursive: true);
    }
    else
    {
        // What went wrong stands in the logs and the databases.
        Console.WriteLine("Kept: " + directory.FullName);
    }
}

return result;

async Task<int> FinalAsync(LocalSystem running, int questions)
{
    await running.FillAsync();
    var token = TokenOf(running, "leader");
    using var http = new HttpClient { BaseAddress = running.Gateway };
    var verdict = await FinalAnswers.RunAsync(running, async () => new ApiClient(http, await token()), questions, Console.WriteLine);
    return verdict.Changed.Count;
}

async Task<int> DocumentsAsync(LocalSystem running)
{
    await Documents.KeepAsync(running, TokenOf(running, "leader"), new DirectoryInfo(args[1]));
    return 0;
}

async Task<int> ImportAsync(LocalSystem running, int rows, int bad)
{
    using var run = new ImportRun(running, TokenOf(running, "officer"), Console.WriteLine);
    var verdict = await run.RunAsync(rows, bad);
    Console.WriteLine(verdict);
    return verdict.Restored && verdict.Doubled == 0 && verdict.Failed == bad && verdict.Reasons == bad ? 0 : 1;
}

// A token of the first person of a role, new every five minutes.
Func<Task<string>> TokenOf(LocalSystem running, string role)
{
    var person = running.Access.Users.First(u => u.Role == role);
    var (token, at) = ("", 0L);
    return async () =>
    {
        if (token.Length == 0 || TimeProvider.System.GetElapsedTime(at) > TimeSpan.FromMinutes(5))
        {
            (token, at) = ((await SignIn.AsAsync(running.Gateway, person.UserName, person.Password)).AccessToken,
                TimeProvider.System.GetTimestamp());
        }

        return token;
    };
}

SearchFigures Search(LocalSystem running) =>
    new(running, Number("--connections", 8), Number("--rounds", 3), TimeSpan.FromSeconds(Number("--seconds", 2)), Text("--only"));

int Number(string option, int otherwise) => Text(option) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture)
    : otherwise;

string Text(string option) => Array.IndexOf(args, option) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : "";
