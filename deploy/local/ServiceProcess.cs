using System.Diagnostics;
using Qibin.Crm.Servers;

namespace Qibin.Crm.Local;

/// <summary>One service, or the gateway, as a process of its own.</summary>
internal sealed class ServiceProcess(string name, string project, Uri address, IReadOnlyDictionary<string, string> settings, string log) :
    INode
{
    private static readonly HttpClient Http = new(
        new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) })
    { Timeout = TimeSpan.FromSeconds(10) };

    private readonly (string Directory, string Program) _built = Repository.Built(project);
    private ChildProcess? _process;

    public Uri Address => address;

    public int ProcessId => Running.Id;

    private ChildProcess Running => _process ?? throw new InvalidOperationException($"{name} was never started.");

    /// <summary>
    /// Starts the process, brings the service's database and its part of the broker up to date, and stops short of serving.
    /// </summary>
    /// <exception cref="InvalidOperationException">It ended with an error; the message holds what it printed.</exception>
    public async Task MigrateAsync(CancellationToken ct)
    {
        var migrated = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = await LaunchAsync(["migrate", "serve"], line =>
        {
            if (line == "migrated")
            {
                migrated.TrySetResult();
            }
        });
        await Task.WhenAny(migrated.Task, Running.WaitForExitAsync(ct));
        ct.ThrowIfCancellationRequested();
        if (Running.HasExited)
        {
            throw new InvalidOperationException($"{name} migrate ended with {Running.ExitCode}:\n{Running.LastOutput}");
        }
    }

    /// <summary>Its settings as lines that a shell, and an editor's <c>envFile</c>, read: <c>NAME='value'</c>.</summary>
    public string EnvironmentFile(string environment) => string.Concat(
        settings.Select(s => (s.Key, Value: s.Key.EndsWith("_ENVIRONMENT", StringComparison.Ordinal) ? environment : s.Value))
            .Select(s => $"{s.Key}='{s.Value.Replace("'", "'\\''", StringComparison.Ordinal)}'\n"));

    /// <summary>Lets the migrated service serve.</summary>
    public Task ServeAsync() => Running.TellAsync("serve");

    public async Task StartAgainAsync(CancellationToken ct = default)
    {
        if (_process is { HasExited: false })
        {
            return;
        }

        // Whoever waits for the old one to end finds it until the new one is there.
        var ended = _process;
        _process = await LaunchAsync([], null);
        if (ended is not null)
        {
            await ended.DisposeAsync();
        }
    }

    /// <summary>Waits until the service says that it is ready.</summary>
    /// <exception cref="InvalidOperationException">It has ended instead; the message holds what it printed.</exception>
    public async Task WaitReadyAsync(CancellationToken ct, string path = "health/ready")
    {
        var ready = new Uri(address, path);
        var last = "";
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < TimeSpan.FromSeconds(90))
        {
            if (Running.HasExited)
            {
                throw new InvalidOperationException($"{name} ended with {Running.ExitCode}:\n{Running.LastOutput}");
            }

            try
            {
                using var answer = await Http.GetAsync(ready, ct);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }

                last = await answer.Content.ReadAsStringAsync(ct);
            }
            catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !ct.IsCancellationRequested))
            {
                last = e.Message;
            }

            await Task.Delay(150, ct);
        }

        throw new InvalidOperationException($"{name} is not ready: {last}\n{Running.LastOutput}");
    }

    public Task StopAsync(TimeSpan? patience = null) => _process?.StopAsync(patience ?? TimeSpan.FromSeconds(6)) ?? Task.CompletedTask;

    public Task KillAsync() => Running.KillAsync();

    public Task WaitForExitAsync(CancellationToken ct = default) => Running.WaitForExitAsync(ct);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
            _process = null;
        }
    }

    private Task<ChildProcess> LaunchAsync(string[] arguments, Action<string>? heard) =>
        ChildProcess.StartAsync(Repository.Dotnet, [_built.Program, .. arguments], settings, log, _built.Directory, heard);
}
