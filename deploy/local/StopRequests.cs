using System.Runtime.InteropServices;

namespace Qibin.Crm.Local;

/// <summary>
/// Asks to stop: Ctrl-C, SIGTERM, SIGHUP, or the end of the <c>dotnet run</c> that started this program, which cannot pass on the
/// signal that killed it. Further signals change nothing, for one may come twice, to the group and passed on; stopping is bounded anyway.
/// </summary>
internal sealed class StopRequests : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _requested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _signals;

    public StopRequests()
    {
        _signals = [.. new[]
        {
            PosixSignal.SIGINT,
            PosixSignal.SIGTERM,
            PosixSignal.SIGHUP,
        }.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            Request();
        }))];
        _ = WatchParentAsync();
    }

    /// <summary>Cancelled with the first request.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Completed with the first request.</summary>
    public Task Requested => _requested.Task;

    public void Dispose()
    {
        Request();
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }

        _stop.Dispose();
    }

    private void Request()
    {
        _stop.Cancel();
        _requested.TrySetResult();
    }

    private async Task WatchParentAsync()
    {
        var parent = Parent();
        if (!IsDotnetRun(parent))
        {
            return;
        }

        using var often = new PeriodicTimer(TimeSpan.FromMilliseconds(300));
        try
        {
            while (await often.WaitForNextTickAsync(_stop.Token))
            {
                if (Parent() != parent)
                {
                    Request();
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    // /proc/self/stat: id (name) state parent …; the name may hold blanks and brackets.
    private static string Parent() =>
        File.ReadAllText("/proc/self/stat") is var stat ? stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] : "";

    private static bool IsDotnetRun(string id)
    {
        try
        {
            var arguments = File.ReadAllText($"/proc/{id}/cmdline").Split('\0');
            return Path.GetFileName(arguments[0]) == "dotnet" && arguments.Contains("run");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
