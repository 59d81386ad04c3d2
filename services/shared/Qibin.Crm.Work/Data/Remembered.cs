namespace Qibin.Crm.Work.Data;

/// <summary>
/// Something of the database that requests need in memory. It is read at a request when it is older than <paramref name="longest"/>, by
/// each instance for itself, and once for all requests that come meanwhile.
/// </summary>
public sealed class Remembered<T>(TimeSpan longest, Func<CancellationToken, Task<T>> read) : IDisposable where T : class
{
    private readonly SemaphoreSlim _reading = new(1, 1);
    private volatile Reading? _last;
    private volatile bool _outdated;

    /// <summary>What was read last, however old; null before the first reading.</summary>
    public T? Last => _last?.Value;

    /// <summary>The next request that asks reads it again.</summary>
    public void Outdate() => _outdated = true;

    public async ValueTask<T> GetAsync(CancellationToken ct)
    {
        if (Fresh is { } value)
        {
            return value;
        }

        await _reading.WaitAsync(ct);
        try
        {
            if (Fresh is { } meanwhile)
            {
                return meanwhile;
            }

            // Before the reading: what changes meanwhile is read the next time.
            var at = TimeProvider.System.GetTimestamp();
            _outdated = false;
            value = await read(ct);
            _last = new Reading(value, at);
            return value;
        }
        catch
        {
            // The request went away, or the database did.
            _outdated = true;
            throw;
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();

    private T? Fresh => !_outdated && _last is { } last && TimeProvider.System.GetElapsedTime(last.At) < longest ? last.Value : null;

    private sealed record Reading(T Value, long At);
}
