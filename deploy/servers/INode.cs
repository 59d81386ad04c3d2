namespace Qibin.Crm.Servers;

/// <summary>A process of the system that can be stopped, killed and started again on the same address and data.</summary>
public interface INode : IAsyncDisposable
{
    /// <exception cref="InvalidOperationException">It was never started.</exception>
    int ProcessId { get; }

    /// <summary>Starts it when it does not run.</summary>
    Task StartAgainAsync(CancellationToken ct = default);

    /// <summary>Stops it in order; one that does not end within the patience, 6 seconds unless given, is killed.</summary>
    Task StopAsync(TimeSpan? patience = null);

    /// <summary>Ends it by SIGKILL.</summary>
    Task KillAsync();

    Task WaitForExitAsync(CancellationToken ct = default);
}
