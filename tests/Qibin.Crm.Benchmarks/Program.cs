using System.Globalization;
using Qibin.Crm.Benchmarks;
using Qibin.Crm.Benchmarks.Faults;
using Qibin.Crm.Local;

// figures | kills [--count N] | outage [--seconds N]: each starts a system of its own and ends it.
var command = args.FirstOrDefault() ?? "figures";
var directory = Directory.CreateTempSubdirectory("qibin-benchmark-");
var result = 1;
try
{
    await using var system = await LocalSystem.StartAsync(new LocalOptions
    {
        Data = directory.FullName,
        Port = Qibin.Crm.Servers.Ports.Free(),
        Settings = new Dictionary<string, string> { ["Limits:PrincipalPerSecond"] = "1000000", ["Limits:AddressPerSecond"] = "1000000", ["Limits:SignInsPerMinute"] = "100000" },
    });
    result = command switch
    {
        "figures" => await Figures.PrintAsync(system, Number("--leads", 100_000), Number("--rounds", 3), TimeSpan.FromSeconds(Number("--seconds", 8))),
        "kills" => (await KillRun.RunAsync(system, Number("--count", 20), Console.WriteLine)).Kept ? 0 : 1,
        "outage" => (await BrokerOutage.RunAsync(system, TimeSpan.FromSeconds(Number("--seconds", 120)), Console.WriteLine)).Verdict.Kept ? 0 : 1,
        _ => throw new ArgumentException($"{command}: figures, kills or outage"),
    };
}
finally
{
    if (result == 0)
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

int Number(string option, int otherwise) =>
    Array.IndexOf(args, option) is >= 0 and var at && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
