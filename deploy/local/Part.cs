using System.Diagnostics;
using Qibin.Crm.Servers;

namespace Qibin.Crm.Local;

/// <summary>
/// A part of the system that is kept running: when its process dies it is started again, at once the first time, later and later
/// (up to 10 s) while it keeps dying.
/// </summary>
public sealed class Part : IAsyncDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>Who lived this long did not die of its start.</summary>
    private static readonly TimeSpan MovedIn = TimeSpan.FromSeconds(20);

    private readonly INode _node;
    private readonly Action<string> _say;
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _watching;
    private bool _wanted = true;

    internal Part(string name, Uri? address, INode node, Action<string> say)
    {
        Name = name;
        Address = address;
        _node = node;
        _say = say;
        _watching = WatchAsync();
    }

    public string Name { get; }

    /// <summary>Where it answers HTTP; null for a node that speaks something else.</summary>
    public Uri? Address { get; }

    /// <summary>Id of its process; another one after each start.</summary>
    public int ProcessId => _node.ProcessId;

    /// <summary>How often it was started again after its process had died.</summary>
    public int Restarts { get; private set; }

    /// <summary>Ends its process by SIGKILL; it is started again at once.</summary>
    public Task KillAsync() => _node.KillAsync();

    /// <summary>Ends its process by SIGKILL, to stay down until <see cref="StartAgainAsync"/>.</summary>
    public async Task KillForGoodAsync()
    {
        _wanted = false;
        await _node.KillAsync();
    }

    /// <summary>Freezes its process by SIGSTOP, until <see cref="Thaw"/>.</summary>
    public void Freeze() => ProcessTree.Freeze(ProcessId);

    /// <summary>Lets its frozen process go on.</summary>
    public void Thaw() => ProcessTree.Thaw(ProcessId);

    /// <summary>Stops it in order, to stay down until <see cref="StartAgainAsync"/>.</summary>
    public async Task StopAsync(TimeSpan? patience = null)
    {
        _wanted = false;
        await _one.WaitAsync();
        try
        {
            await _node.StopAsync(patience);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Starts it when it is down; a service is ready a moment later.</summary>
    public async Task StartAgainAsync(CancellationToken ct = default)
    {
        await _one.WaitAsync(ct);
        try
        {
            await _node.StartAgainAsync(ct);
            _wanted = true;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Waits until it says that it is ready; a node has been so since its start.</summary>
    /// <exception cref="InvalidOperationException">It is not within 90 s.</exception>
    public Task WaitReadyAsync(CancellationToken ct = default) => (_node as ServiceProcess)?.WaitReadyAsync(ct) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching;
        await _node.DisposeAsync();
        _end.Dispose();
        _one.Dispose();
    }

    private async Task WatchAsync()
    {
        var pause = TimeSpan.Zero;
        var watch = Stopwatch.StartNew();
        try
        {
            while (true)
            {
                await _node.WaitForExitAsync(_end.Token);
                if (!_wanted)
                {
                    await Task.Delay(50, _end.Token);
                    continue;
                }

                pause = watch.Elapsed > MovedIn ? TimeSpan.Zero : Min(pause * 2 + TimeSpan.FromMilliseconds(250), LongestPause);
                _say($"{Name} 已退出，正在重启 · {Name} ended, starting again"
                    + (pause > TimeSpan.FromSeconds(1) ? $" ({pause.TotalSeconds:0} s)" : ""));
                await Task.Delay(pause, _end.Token);
                await RestartAsync();
                watch.Restart();
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task RestartAsync()
    {
        await _one.WaitAsync(_end.Token);
        try
        {
            if (_wanted)
            {
                await _node.StartAgainAsync(_end.Token);
                Restarts++;
            }
        }
        catch (InvalidOperationException e)
        {
            _say(e.Message);
        }
        finally
        {
            _one.Release();
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
