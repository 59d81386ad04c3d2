using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Qibin.Crm.Servers;

/// <summary>
/// A process that ends when this one does, in whatever way this one ends: the kernel kills it. It has a session of its own, so that
/// Ctrl-C at the terminal reaches this process alone, which then stops the others in order.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    // The kernel's signal comes when the thread that made the child ends, and a thread of the pool ends when it is idle.
    private static readonly BlockingCollection<Action> Starts = StartThread();

    private readonly Process _process;
    private readonly LogFile _log;
    private readonly Task _output;

    private ChildProcess(Process process, LogFile log, Action<string>? heard)
    {
        _process = process;
        _log = log;
        _output = Task.WhenAll(
            TakeAsync(process.StandardOutput.BaseStream, log, heard), TakeAsync(process.StandardError.BaseStream, log, heard));
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Exit code of a process that has ended; 128 + signal when a signal ended it.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>The last lines that it printed.</summary>
    public string LastOutput => _log.Last();

    /// <summary>Starts a process with the environment of this one.</summary>
    /// <param name="program">Program, by path or name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables set in addition.</param>
    /// <param name="log">File for what it prints, at most twice 8 MB; null keeps the last lines only.</param>
    /// <param name="directory">Working directory; the root unless given.</param>
    /// <param name="heard">Given each line that it prints; its standard input stays open for <see cref="TellAsync"/> then.</param>
    public static Task<ChildProcess> StartAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? log = null,
        string directory = "/",
        Action<string>? heard = null) =>
        StartAsync(program, arguments, new Account(null, false), environment, log, directory, heard);

    internal static Task<ChildProcess> StartAsync(
        string program, IEnumerable<string> arguments, Account account, IReadOnlyDictionary<string, string>? environment, string? log,
        string directory = "/",
        Action<string>? heard = null)
    {
        var start = new ProcessStartInfo("setsid", ["setpriv", .. account.Options, "--pdeathsig=KILL", "--", program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var started = new TaskCompletionSource<ChildProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
        Starts.Add(() =>
        {
            try
            {
                var lines = new LogFile(log);
                var process = new Process { StartInfo = start };
                process.Start();
                if (heard is null)
                {
                    process.StandardInput.Close();
                }

                started.SetResult(new ChildProcess(process, lines, heard));
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task;
    }

    /// <summary>Writes a line to its standard input, and closes it.</summary>
    /// <exception cref="IOException">It has ended.</exception>
    public async Task TellAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        _process.StandardInput.Close();
    }

    /// <summary>Waits until it has ended and all that it printed is taken.</summary>
    public async Task WaitForExitAsync(CancellationToken ct = default)
    {
        await _process.WaitForExitAsync(ct);
        await _output.WaitAsync(ct);
    }

    /// <summary>Asks the process to end by SIGTERM, and kills it when it does not within the time given.</summary>
    public Task StopAsync(TimeSpan patience) => StopAsync(Signal.Terminate, patience);

    internal async Task StopAsync(Signal signal, TimeSpan patience)
    {
        if (_process.HasExited)
        {
            return;
        }

        Signals.Send(_process.Id, signal);
        using var enough = new CancellationTokenSource(patience);
        try
        {
            await WaitForExitAsync(enough.Token);
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
        }
    }

    /// <summary>Ends the process by SIGKILL.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            Signals.Send(_process.Id, Signal.Kill);
        }

        await WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
        _log.Dispose();
    }

    private static async Task TakeAsync(Stream output, LogFile log, Action<string>? heard)
    {
        var buffer = new byte[16 << 10];
        for (var (filled, read) = (0, 1); read > 0;)
        {
            read = await output.ReadAsync(buffer.AsMemory(filled));
            filled += read;
            // A line that is not whole waits for its end, unless it has none or is longer than the buffer.
            var whole = buffer.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1;
            whole = read == 0 || (whole == 0 && filled == buffer.Length) ? filled : whole;
            if (whole == 0)
            {
                continue;
            }

            log.Write(buffer.AsSpan(0, whole));
            if (heard is not null)
            {
                Array.ForEach(Encoding.UTF8.GetString(buffer, 0, whole).TrimEnd('\n').Split('\n'), heard);
            }

            buffer.AsSpan(whole, filled - whole).CopyTo(buffer);
            filled -= whole;
        }
    }

    private static BlockingCollection<Action> StartThread()
    {
        var starts = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var start in starts.GetConsumingEnumerable())
            {
                start();
            }
        })
        { IsBackground = true, Name = "children" }.Start();
        return starts;
    }
}
