using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using Qibin.Crm.Kernel;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Work.Resilience;

/// <summary>
/// Every retry and every wait for a part that is away, by name. Take one from <c>ResiliencePipelineProvider&lt;string&gt;</c>. Polly's
/// meter counts the attempts of each pipeline under its name. None has a time-out of its own: connections and commands have theirs.
/// </summary>
public static class Pipelines
{
    /// <summary>One step of <c>migrate</c>: waits for the database or the broker, for as long as it takes, once a second.</summary>
    public const string Startup = "startup";

    /// <summary>
    /// Work that runs by itself and needs the database (timers, clean-up, jobs to take, messages to park): once a second until it is back.
    /// </summary>
    public const string Database = "database";

    /// <summary>The relay's session: opened anew a second after it is lost.</summary>
    public const string RelaySession = "relay-session";

    /// <summary>A standby relay tries once a second to become the leader.</summary>
    public const string RelayStandby = "relay-standby";

    /// <summary>Publishing while the broker is away: pauses from 100 ms, doubled up to 2 s. Result: whether the broker was away.</summary>
    public const string RelayPublish = "relay-publish";

    /// <summary>The link to the broker: made anew 500 ms after it is lost.</summary>
    public const string BrokerLink = "broker-link";

    /// <summary>
    /// One message for one consumer: three attempts, ten when it lost against other transactions, any number while the database is away;
    /// pauses from 50 ms, doubled up to 2 s. What still fails is parked.
    /// </summary>
    public const string Consumer = "consumer";

    /// <summary>
    /// One step of a job: five attempts, 100 while the service could only answer 503; pauses from 100 ms, doubled up to 2 s. A broken rule
    /// is an answer and is not tried again. While writes are refused, the step waits in pauses of 500 ms.
    /// </summary>
    public const string JobStep = "job-step";

    /// <summary>
    /// A row that another request has locked, and that is not queued for: tried again each 50 ms, for 10 s. Result: whether it is still
    /// locked.
    /// </summary>
    public const string RowLock = "row-lock";

    /// <summary>The keys of the token issuer: read at the start, once a second until they are known.</summary>
    public const string AuthorityKeys = "authority-keys";

    /// <summary>
    /// A request that the gateway could not deliver: tried again at once, for as long as the result says that it may be.
    /// </summary>
    public const string Forward = "gateway-forward";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>Registers all pipelines; each is built when somebody asks for it.</summary>
    public static IServiceCollection AddResiliencePipelines(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.Add(Startup, retry => retry
            .Forever(Second, args => args.Outcome.Exception is AwayException));
        services.Add(Database, retry => retry
            .Forever(Second, args => DatabaseFaults.Of(args.Outcome.Exception) == DatabaseFault.Away));
        services.Add(RelaySession, retry => retry
            .Forever(Second, args => args.Outcome.Exception is { } e and not OperationCanceledException));
        services.AddFlag(RelayStandby, retry => retry
            .Forever(Second, args => args.Outcome is { Exception: null, Result: false }));
        services.AddFlag(RelayPublish, retry => retry
            .Growing(int.MaxValue, TimeSpan.FromMilliseconds(100), args => args.Outcome is { Exception: null, Result: true }));
        services.Add(BrokerLink, retry => retry
            .Forever(TimeSpan.FromMilliseconds(500), args => !args.Context.CancellationToken.IsCancellationRequested));
        services.Add(Consumer, retry =>
        {
            var first = TimeSpan.FromMilliseconds(50);
            retry.Growing(int.MaxValue, first, args => DatabaseFaults.Of(args.Outcome.Exception) == DatabaseFault.Away)
                .Growing(9, first, args => DatabaseFaults.Of(args.Outcome.Exception) == DatabaseFault.Contended)
                .Growing(2, first, args => args.Outcome.Exception is { } e && DatabaseFaults.Of(e) == DatabaseFault.None);
        });
        services.AddResiliencePipeline(JobStep, (retry, context) =>
        {
            var explain = context.ServiceProvider.GetRequiredService<ExplainFault>();
            var first = TimeSpan.FromMilliseconds(100);
            retry.TimeProvider = context.ServiceProvider.GetRequiredService<TimeProvider>();
            retry.Forever(TimeSpan.FromMilliseconds(500), args => args.Outcome.Exception is WritesRefusedException)
                .Growing(99, first, args => Fault(args) is { } e && explain(e).Status == 503)
                .Growing(4, first, args => Fault(args) is { } e && explain(e).Status != 503);
        });
        services.AddFlag(RowLock, retry => retry.Pausing(
            200, TimeSpan.FromMilliseconds(50), args => args.Outcome is { Exception: null, Result: true }));
        services.Add(AuthorityKeys, retry => retry
            .Forever(Second, args => args.Outcome.Exception is InvalidOperationException));
        services.AddFlag(Forward, retry => retry.AddRetry(new RetryStrategyOptions<bool>
        {
            MaxRetryAttempts = int.MaxValue,
            Delay = TimeSpan.Zero,
            ShouldHandle = args => ValueTask.FromResult(args.Outcome is { Exception: null, Result: true }),
        }));
        // Whoever uses a pipeline logs the first failure in its own words; a line for each attempt would fill the log in an outage.
        return services.AddLogging(logging => logging.AddFilter("Polly", LogLevel.None));

        static Exception? Fault(RetryPredicateArguments<object> args) =>
            args.Outcome.Exception is { } e and not (RuleViolation or Refusal or WritesRefusedException or OperationCanceledException) ? e
                : null;
    }

    private static void Add(this IServiceCollection services, string name, Action<ResiliencePipelineBuilder> configure) =>
        services.AddResiliencePipeline(name, (retry, context) =>
        {
            retry.TimeProvider = context.ServiceProvider.GetRequiredService<TimeProvider>();
            configure(retry);
        });

    private static void AddFlag(this IServiceCollection services, string name, Action<ResiliencePipelineBuilder<bool>> configure) =>
        services.AddResiliencePipeline<string, bool>(name, (retry, context) =>
        {
            retry.TimeProvider = context.ServiceProvider.GetRequiredService<TimeProvider>();
            configure(retry);
        });

    private static ResiliencePipelineBuilder Forever(
        this ResiliencePipelineBuilder builder, TimeSpan pause, Func<RetryPredicateArguments<object>, bool> when) =>
        builder.AddRetry(Options<object, RetryStrategyOptions>(int.MaxValue, pause, DelayBackoffType.Constant, when));

    private static ResiliencePipelineBuilder Growing(
        this ResiliencePipelineBuilder builder, int retries, TimeSpan first, Func<RetryPredicateArguments<object>, bool> when) =>
        builder.AddRetry(Options<object, RetryStrategyOptions>(retries, first, DelayBackoffType.Exponential, when));

    private static ResiliencePipelineBuilder<bool> Forever(
        this ResiliencePipelineBuilder<bool> builder, TimeSpan pause, Func<RetryPredicateArguments<bool>, bool> when) =>
        builder.Pausing(int.MaxValue, pause, when);

    private static ResiliencePipelineBuilder<bool> Pausing(
        this ResiliencePipelineBuilder<bool> builder, int retries, TimeSpan pause, Func<RetryPredicateArguments<bool>, bool> when) =>
        builder.AddRetry(Options<bool, RetryStrategyOptions<bool>>(retries, pause, DelayBackoffType.Constant, when));

    private static ResiliencePipelineBuilder<bool> Growing(
        this ResiliencePipelineBuilder<bool> builder, int retries, TimeSpan first, Func<RetryPredicateArguments<bool>, bool> when) =>
        builder.AddRetry(Options<bool, RetryStrategyOptions<bool>>(retries, first, DelayBackoffType.Exponential, when));

    private static TOptions Options<T, TOptions>(
        int retries, TimeSpan pause, DelayBackoffType growth, Func<RetryPredicateArguments<T>, bool> when)
        where TOptions : RetryStrategyOptions<T>, new() => new()
        {
            MaxRetryAttempts = retries,
            Delay = pause,
            MaxDelay = Longest,
            BackoffType = growth,
            ShouldHandle = args => ValueTask.FromResult(when(args)),
        };
}
