using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Qibin.Crm.Kernel;
using Qibin.Crm.Local;
using Qibin.Crm.Local.Demo;

namespace Qibin.Crm.Benchmarks.Faults;

/// <summary>
/// Writers that log first contacts and contacts and move stages, each write with a key of its own and again under that key until it
/// is answered; every answer goes into the journal before the next write.
/// </summary>
internal sealed class JourneyLoad(LocalSystem system, Journal journal, string run) : IDisposable
{
    /// <summary>Writes to wait for before the first fault: what has just started compiles its code first.</summary>
    public const int Begun = 50;

    private readonly Integration _api =
        new(system.Gateway, system.Access.Clients[0].ClientId, system.Access.Clients[0].ClientSecret, resendFaults: true);
    private int _sent;
    private int _answered;

    /// <summary>Writes begun, each counted once however often it was sent again.</summary>
    public int Sent => _sent;

    /// <summary>Answers 500: none is expected, whatever dies.</summary>
    public int Faults => _api.Faults;

    /// <summary>Each attempt that was answered 5xx, or not at all, in words.</summary>
    public IReadOnlyCollection<string> Failed => _api.Failed;

    /// <summary>Writes answered and journalled.</summary>
    public int Answered => _answered;

    /// <summary>Runs the writers until told to stop; each finishes the write that it is at.</summary>
    /// <param name="writers">How many write at once.</param>
    /// <param name="pause">Between two writes of one writer: what makes it a load of so many a second.</param>
    /// <param name="stop">Ends it.</param>
    public Task RunAsync(int writers, TimeSpan pause, CancellationToken stop) => RunAsync(writers, pause, moves: true, stop);

    /// <summary>As <see cref="RunAsync(int, TimeSpan, CancellationToken)"/>, but only what needs no event of another service.</summary>
    public Task LogAsync(int writers, TimeSpan pause, CancellationToken stop) => RunAsync(writers, pause, moves: false, stop);

    private async Task RunAsync(int writers, TimeSpan pause, bool moves, CancellationToken stop)
    {
        var staff = await Staff.ReadAsync(_api, CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => WriteAsync(writer, staff, pause, moves, stop)));
    }

    /// <summary>Waits until so many more writes have been answered.</summary>
    /// <param name="more">How many.</param>
    /// <param name="writing">The writers: when they end with an error, so does this.</param>
    /// <exception cref="TimeoutException">They were not answered within two minutes.</exception>
    public async Task ProgressAsync(int more, Task writing)
    {
        var wanted = Answered + more;
        var since = Stopwatch.GetTimestamp();
        while (Answered < wanted)
        {
            if (writing.IsCompleted)
            {
                await writing;
            }

            if (Stopwatch.GetElapsedTime(since) > TimeSpan.FromMinutes(2))
            {
                throw new TimeoutException($"Of {more} further writes {more - (wanted - Answered)} were answered in two minutes.");
            }

            await Task.Delay(20);
        }
    }

    public void Dispose() => _api.Dispose();

    private async Task WriteAsync(int writer, Staff staff, TimeSpan pause, bool moves, CancellationToken stop)
    {
        using var rhythm = pause > TimeSpan.Zero ? new PeriodicTimer(pause) : null;
        for (var n = 0; !stop.IsCancellationRequested; n++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{run}-{writer}-{n}");
            var officer = staff.Officers[n % staff.Officers.Count];
            var lead = await TellAsync("firstContact", name, null, null, key => _api.PostAsync("/api/v1/first-contacts", key, new JsonObject
            {
                ["investorName"] = name,
                ["personName"] = "示例",
                ["phone"] = "17000000000",
                ["channel"] = "phone",
                ["summary"] = key,
                ["nextStep"] = "再次联系",
                ["nextStepDueOn"] = "2030-01-01",
                ["nodeCode"] = n % 2 == 0 ? "satellite.data" : "xinchuang.security",
                ["estimatedInvestment"] = DemonstrationData.Money(1_000_000 + n, "CNY"),
                ["ownerId"] = officer,
            }, CancellationToken.None), rhythm);
            await TellAsync("contact", name + "-c", lead, null, key => _api.PostAsync($"/api/v1/leads/{lead}/contacts", key, new JsonObject
            {
                ["channel"] = "wechat",
                ["summary"] = key,
            }, CancellationToken.None), rhythm);
            if (moves && n % 2 == 0)
            {
                await MoveAsync(name, lead, staff, n, rhythm);
            }
        }
    }

    private async Task MoveAsync(string name, Guid lead, Staff staff, int n, PeriodicTimer? rhythm)
    {
        var resource = $"/api/v1/leads/{lead}";
        await TellAsync(
            "assessment", name + "-a", lead, null, key =>
            _api.ChangeAsync(resource, "/assessment", key, new JsonObject(), CancellationToken.None), rhythm);
        await TellAsync("conclusion", name + "-f", lead, null, key => _api.ChangeAsync(resource, "/assessment/conclusion", key,
            new JsonObject { ["note"] = "ok" }, CancellationToken.None), rhythm);
        var project = await TellAsync("conversion", name + "-v", lead, null, key => _api.ChangeAsync(resource, "/conversion", key,
            new JsonObject { ["projectName"] = name }, CancellationToken.None), rhythm, id: "projectId");
        await TellAsync(
            "stage", name + "-s", project, "signed", key => _api.PostAsync($"/api/v1/projects/{project}/submissions", key, new JsonObject
            {
                ["to"] = "signed",
                ["contractAmount"] = DemonstrationData.Money(2_000_000 + n, n % 4 == 0 ? "USD" : "CNY"),
                ["documents"] = new JsonArray(
                new JsonObject { ["type"] = "contract", ["title"] = name, ["uri"] = "https://documents.example/" + name }),
                ["approverId"] = staff.Leader,
            }, CancellationToken.None), rhythm);
        await TellAsync(
            "funds", name + "-p", project, null, key => _api.PostAsync($"/api/v1/projects/{project}/amounts", key, new JsonObject
            {
                ["kind"] = "paidIn",
                ["amount"] = DemonstrationData.Money(100_000 + n, n % 4 == 0 ? "USD" : "CNY"),
                ["occurredOn"] = TimeProvider.System.Today().ToString("O", CultureInfo.InvariantCulture),
                ["origin"] = "domestic",
            }, CancellationToken.None), rhythm);
    }

    private async Task<Guid> TellAsync(
        string kind, string key, Guid? parent, string? value, Func<string, Task<JsonNode>> write, PeriodicTimer? rhythm, string id = "id")
    {
        Interlocked.Increment(ref _sent);
        var receipt = await write(key);
        var told = Guid.Parse(receipt[id]!.GetValue<string>());
        journal.Write(new Told(kind, key, told, parent, value));
        Interlocked.Increment(ref _answered);
        if (rhythm is not null)
        {
            await rhythm.WaitForNextTickAsync();
        }

        return told;
    }
}
