using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Qibin.Crm.Local;
using Qibin.Crm.Servers;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.EndToEnd.Tests;

/// <summary>The first command as a process: what a kill, a stop and a second start do to it and to what it started.</summary>
public sealed class RunnerTests : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("qibin-runner-");
    private ChildProcess? _runner;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_runner is not null)
        {
            await _runner.DisposeAsync();
        }

        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task A_killed_runner_leaves_no_process_behind_and_the_next_one_goes_on_with_its_data_and_without_a_service()
    {
        var access = await StartAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite,
            new FileInfo(Path.Combine(_data.FullName, "access.json")).UnixFileMode);
        Assert.Equal(access.Users.Count, access.Users.Select(u => u.Password).Distinct().Count());
        var lead = await LogAsync(access);

        var started = Descendants(_runner!.Id);
        Assert.True(started.Count >= 9,
            $"{started.Count} processes: PostgreSQL, RabbitMQ, its port mapper, five services and the gateway at least");
        await _runner.KillAsync();
        await AllGoneAsync(started);

        var again = await StartAsync("--without", "leads");
        Assert.Equal(access.Users, again.Users);
        using var api = await ClientAsync(again);
        Assert.Equal("service.unavailable", (await api.GetAsync($"/api/v1/leads/{lead}")).Code);
        (await api.GetAsync("/api/v1/projects")).Is(200);
        await using (var leads = await StartLeadsAsync())
        {
            await Eventually.TrueAsync(async () =>
            {
                Assert.False(leads.HasExited, leads.LastOutput);
                return (await api.GetAsync($"/api/v1/leads/{lead}")).Status == 200;
            }, TimeSpan.FromMinutes(1));
        }

        started = Descendants(_runner.Id);
        var watch = Stopwatch.StartNew();
        await _runner.StopAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(0, _runner.ExitCode);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"stopped after {watch.Elapsed}");
        await AllGoneAsync(started);
    }

    /// <summary>Starts the service that was left out, with its environment file as a shell reads it.</summary>
    private async Task<ChildProcess> StartLeadsAsync()
    {
        var file = Path.Combine(_data.FullName, "leads.env");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(file).UnixFileMode);
        return await ChildProcess.StartAsync(
            "bash", ["-c", "set -a; . \"$1\"; exec dotnet \"$2\"", "bash", file, Built("services/leads/Qibin.Crm.Leads")], heard: _ => { });
    }

    /// <summary>A program of the configuration that these tests are built in.</summary>
    private static string Built(string project)
    {
        // …/tests/Qibin.Crm.EndToEnd.Tests/bin/Debug/net10.0/
        var output = AppContext.BaseDirectory.TrimEnd('/').Split('/');
        var name = project == "deploy/local" ? "Qibin.Crm.Local" : Path.GetFileName(project);
        return Path.Combine([.. output[..^5].Select(p => p + "/"), project, "bin", output[^2], output[^1], name + ".dll"]);
    }

    private async Task<Access> StartAsync(params string[] options)
    {
        _runner = await ChildProcess.StartAsync(
            "dotnet",
            [
                Built("deploy/local"), "--data", _data.FullName, "--port", Ports.Free().ToString(CultureInfo.InvariantCulture), "--no-demo",
                .. options,
            ]);
        var file = Path.Combine(_data.FullName, "access.json");
        // It removes the file of an earlier start first; before that it has printed what it works on.
        await Eventually.TrueAsync(() =>
        {
            Assert.False(_runner.HasExited, _runner.LastOutput);
            return Task.FromResult(File.Exists(file) && _runner.LastOutput.Contains("Ready", StringComparison.Ordinal));
        }, TimeSpan.FromMinutes(3));

        return JsonSerializer.Deserialize<Access>(await File.ReadAllTextAsync(file), JsonSerializerOptions.Web)!;
    }

    private static async Task<ApiClient> ClientAsync(Access access)
    {
        var gateway = new Uri(access.Gateway);
        var client = access.Clients[0];
        return new ApiClient(new HttpClient { BaseAddress = gateway },
            await SignIn.AsClientAsync(gateway, client.ClientId, client.ClientSecret));
    }

    private static async Task<Guid> LogAsync(Access access)
    {
        using var api = await ClientAsync(access);
        var officer = (await api.GetAsync("/api/v1/users?limit=200")).Is(200).Json.GetProperty("items").EnumerateArray()
            .First(u => u.GetProperty("roles").EnumerateArray().Any(r => r.GetString() == "officer")).GetProperty("id").GetGuid();
        // The directory reaches the leads service by the broker, a moment after the first start.
        var answer = await Eventually.GetAsync(() => api.PostAsync("/api/v1/first-contacts", new
        {
            investorName = "示例重启有限公司",
            personName = "示例",
            phone = "17000000000",
            channel = "phone",
            summary = "重启前记录",
            nextStep = "联系",
            nextStepDueOn = "2030-01-01",
            occurredOn = "2025-01-01",
            ownerId = officer,
        }), a => a.Status == 201);
        return answer.Id;
    }

    private static List<int> Descendants(int parent)
    {
        var children = Directory.GetDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), out var id) ? id : 0)
            .Where(id => id > 0).Select(id => (Id: id, State: State(id))).Where(p => p.State is not null)
            .ToLookup(p => p.State!.Value.Parent, p => p.Id);
        return [.. Below(parent)];

        IEnumerable<int> Below(int id) => children[id].SelectMany(child => Below(child).Prepend(child));
    }

    private static async Task AllGoneAsync(List<int> ids) => await Eventually.GetAsync(
        () => Task.FromResult(string.Join(", ", ids.Select(State).Where(p => p is { State: not "Z" }).Select(p => p!.Value.Name))),
        left => left.Length == 0, TimeSpan.FromSeconds(5));

    // /proc/<id>/stat: id (name) state parent …; null when the process is gone.
    private static (string Name, string State, int Parent)? State(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..stat.LastIndexOf(')')], fields[0],
                int.Parse(fields[1], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
