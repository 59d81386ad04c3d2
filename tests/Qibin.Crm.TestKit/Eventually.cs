namespace Qibin.Crm.TestKit;

/// <summary>Waiting for a condition that another process brings about, bounded in time.</summary>
public static class Eventually
{
    /// <summary>Asks until the answer satisfies, and gives that answer.</summary>
    /// <param name="ask">Asked again every 25 ms, less often the longer it takes (at most every 500 ms).</param>
    /// <param name="satisfies">The condition.</param>
    /// <param name="within">Default 90 s, so that a busy machine is no fault; then the last answer is told in the failure.</param>
    public static async Task<T> GetAsync<T>(Func<Task<T>> ask, Func<T, bool> satisfies, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(ask);
        ArgumentNullException.ThrowIfNull(satisfies);
        var started = TimeProvider.System.GetTimestamp();
        for (var pause = 25; ; pause = Math.Min(500, pause * 5 / 4))
        {
            var answer = await ask();
            if (satisfies(answer))
            {
                return answer;
            }

            if (TimeProvider.System.GetElapsedTime(started) > (within ?? TimeSpan.FromSeconds(90)))
            {
                throw new TimeoutException($"Not within {within ?? TimeSpan.FromSeconds(90)}; last: {answer}");
            }

            await Task.Delay(pause);
        }
    }

    /// <summary>As <see cref="GetAsync"/>, for a yes-or-no question.</summary>
    public static Task TrueAsync(Func<Task<bool>> ask, TimeSpan? within = null) => GetAsync(ask, yes => yes, within);
}
