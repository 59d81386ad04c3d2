using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Polly.Registry;

namespace Qibin.Crm.Work.Resilience;

/// <summary>A start that waits for a part which is not there yet.</summary>
public static class Waiting
{
    /// <summary>
    /// Runs work that needs a part; while the part is away, logs once what it waits for and runs the work again each second.
    /// </summary>
    /// <param name="part">What is needed, such as <c>the database</c>.</param>
    /// <param name="work">The work; running it again must be harmless.</param>
    /// <param name="isAway">Whether a failure means that the part is away. Any other failure ends the wait.</param>
    /// <param name="services">The service's parts.</param>
    /// <param name="ct">Ends the wait.</param>
    public static async Task ForAsync(
        string part, Func<CancellationToken, Task> work, Func<Exception, bool> isAway, IServiceProvider services, CancellationToken ct)
    {
        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Waiting));
        var clock = services.GetRequiredService<TimeProvider>();
        long? since = null;
        await services.GetRequiredService<ResiliencePipelineProvider<string>>().GetPipeline(Pipelines.Startup).ExecuteAsync(async stop =>
        {
            try
            {
                await work(stop);
            }
            catch (Exception e) when (isAway(e))
            {
                if (since is null)
                {
                    since = clock.GetTimestamp();
                    log.LogWarning("Waiting for {Part}: {Reason}", part, AwayException.ReasonOf(e));
                }

                throw new AwayException(part, e);
            }
        }, ct);
        if (since is { } start)
        {
            log.LogInformation("{Part} answered after {Seconds:0} s", part, clock.GetElapsedTime(start).TotalSeconds);
        }
    }
}
