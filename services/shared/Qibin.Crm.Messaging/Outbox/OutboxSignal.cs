namespace Qibin.Crm.Messaging.Outbox;

/// <summary>Signals this process's relay that events were committed. Several signals before the relay waits count as one.</summary>
internal sealed class OutboxSignal : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0, 1);

    public void Set()
    {
        if (_signal.CurrentCount == 0)
        {
            try
            {
                _signal.Release();
            }
            catch (SemaphoreFullException)
            {
                // Somebody else signalled in between.
            }
        }
    }

    /// <summary>Returns on a signal, or after the time.</summary>
    public Task WaitAsync(TimeSpan longest, CancellationToken ct) => _signal.WaitAsync(longest, ct);

    public void Dispose() => _signal.Dispose();
}
