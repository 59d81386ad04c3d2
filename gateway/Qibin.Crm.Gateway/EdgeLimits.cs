using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Gateway;

/// <summary>Keeps one caller from using up everything (429), and one service from holding up the gateway (503).</summary>
internal sealed class EdgeLimits : IDisposable
{
    private readonly PartitionedRateLimiter<Bucket> _rates = PartitionedRateLimiter.Create<Bucket, Bucket>(bucket =>
        RateLimitPartition.GetTokenBucketLimiter(bucket, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = bucket.Burst,
            TokensPerPeriod = bucket.PerPeriod,
            ReplenishmentPeriod = bucket.Period,
            QueueLimit = 0,
        }));

    private readonly PartitionedRateLimiter<string> _inFlight;
    private readonly LimitSettings _settings;

    public EdgeLimits(IOptions<LimitSettings> settings)
    {
        _settings = settings.Value;
        _inFlight = PartitionedRateLimiter.Create<string, string>(service => RateLimitPartition.GetConcurrencyLimiter(
            service, _ => new ConcurrencyLimiterOptions { PermitLimit = _settings.InFlightPerService, QueueLimit = 0 }));
    }

    /// <summary>
    /// Counts the request against its caller and reports what is left in headers (draft-ietf-httpapi-ratelimit-headers-10).
    /// </summary>
    /// <returns>
    /// 429 with the seconds after which the next request would be let through, or null: an overload is no time for exceptions.
    /// </returns>
    public Refusal? Count(HttpContext http)
    {
        var bucket = BucketOf(http);
        using var lease = _rates.AttemptAcquire(bucket);
        var left = _rates.GetStatistics(bucket)?.CurrentAvailablePermits ?? 0;
        var full = Math.Ceiling((bucket.Burst - left) * bucket.Period.TotalSeconds / bucket.PerPeriod);
        http.Response.OnStarting(static state =>
        {
            var (http, policy, limit) = ((HttpContext, string, string))state;
            http.Response.Headers["RateLimit-Policy"] = policy;
            http.Response.Headers["RateLimit"] = limit;
            return Task.CompletedTask;
        }, (http, bucket.Policy, string.Create(CultureInfo.InvariantCulture, $"\"{bucket.Name}\";r={left};t={full}")));
        return lease.IsAcquired ? null : new Refusal(StatusCodes.Status429TooManyRequests, "limit.tooMany") { RetryAfter = bucket.Seconds };
    }

    /// <summary>A place at the service, given back when disposed; not acquired when as many requests are there as it may work on.</summary>
    public RateLimitLease Enter(string service) => _inFlight.AttemptAcquire(service);

    public void Dispose()
    {
        _rates.Dispose();
        _inFlight.Dispose();
    }

    /// <summary>
    /// A token that was validated speaks for its subject. Any other is as good as none: whoever makes tokens up would have a new
    /// bucket for each. A browser in which somebody has signed in is not held up by others at its address that try to; whether its cookie
    /// is genuine is checked by the identity service, which limits what is not.
    /// </summary>
    private Bucket BucketOf(HttpContext http)
    {
        var address = ClientOrigin.NetworkOf(http.Connection.RemoteIpAddress);
        if (HttpMethods.IsPost(http.Request.Method) && !http.Request.Cookies.ContainsKey(ClientOrigin.DeviceCookie)
            && (http.Request.Path.StartsWithSegments("/connect", StringComparison.OrdinalIgnoreCase)
                || http.Request.Path.StartsWithSegments("/account", StringComparison.OrdinalIgnoreCase)))
        {
            var attempts = _settings.SignInsPerMinute;
            return attempts >= 60
                ? new Bucket("signIn", address, attempts, 1, attempts / 60)
                : new Bucket("signIn", address, attempts, 60 / Math.Max(1, attempts), 1);
        }

        return http.User.FindFirst("sub")?.Value is { Length: > 0 } subject
            ? new Bucket("principal", subject, 2 * _settings.PrincipalPerSecond, 1, _settings.PrincipalPerSecond)
            : new Bucket("address", address, 2 * _settings.AddressPerSecond, 1, _settings.AddressPerSecond);
    }

    private readonly record struct Bucket(string Name, string Owner, int Burst, int Seconds, int PerPeriod)
    {
        public TimeSpan Period => TimeSpan.FromSeconds(Seconds);

        public string Policy =>
            string.Create(CultureInfo.InvariantCulture, $"\"{Name}\";q={Burst};w={Math.Max(1, Burst * Seconds / PerPeriod)}");
    }
}
