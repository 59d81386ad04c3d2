using System.Threading.RateLimiting;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Web.Idempotency;

/// <summary>
/// Places for the items of batches that run at once in one process: as many as the largest batch has. Side by side, large batches on busy
/// cores would all take longer than a caller waits, and be rolled back; one after the other the first ones succeed.
/// </summary>
internal sealed class BatchPlaces : IDisposable
{
    /// <summary>Longest wait for places; with the batch's own time less than the gateway waits for an answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrencyLimiter _items = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = Batch.Largest,
        QueueLimit = Batch.Largest,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Takes places until the lease is disposed.</summary>
    /// <exception cref="Refusal">503 before any work began: the batches that run and those that wait have not ended in time.</exception>
    public async Task<RateLimitLease> TakeAsync(int items, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        try
        {
            var lease = await _items.AcquireAsync(Math.Clamp(items, 1, Batch.Largest), patience.Token);
            return lease.IsAcquired ? lease : throw Refusal.Busy(retryAfter: 5);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw Refusal.Busy(retryAfter: 5);
        }
    }

    public void Dispose() => _items.Dispose();
}

/// <summary>A request with several items.</summary>
internal interface IBatch
{
    int Count { get; }
}
