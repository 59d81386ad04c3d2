using System.Globalization;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Qibin.Crm.Web.Identity;

/// <summary>
/// Compares this machine's clock with the token issuer's, by the Date of its answers, at the start and every 30 seconds. Tokens are good
/// for minutes: where the clocks differ, all of them look expired, or not yet valid, and the answers (401) do not say why. The log and the
/// readiness do.
/// </summary>
internal sealed class IssuerClock(
    IOptionsMonitor<JwtBearerOptions> tokens, IOptions<IdentitySettings> settings, IHostApplicationLifetime lifetime,
    ILogger<IssuerClock> log) : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    // Not the service's clock but the machine's, as for the check of a token's times.
    private readonly TimeProvider _clock = TimeProvider.System;

    /// <summary>By how many seconds this clock is ahead; 0 while the difference does no harm.</summary>
    private long _ahead;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Volatile.Read(ref _ahead) is not 0 and var ahead
            ? HealthCheckResult.Unhealthy(Words(ahead)) : HealthCheckResult.Healthy());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The check of tokens needs keys that the identity service itself reads while it starts.
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);

        // A connection of its own: the authority's keys are read seldom, and kept.
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(4) };
        using var rounds = new PeriodicTimer(Every, _clock);
        do
        {
            try
            {
                await CompareAsync(http, stoppingToken);
            }
            catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !stoppingToken.IsCancellationRequested))
            {
                // Who cannot be reached has no clock to compare with.
            }
        }
        while (await rounds.WaitForNextTickAsync(stoppingToken));
    }

    private async Task CompareAsync(HttpClient http, CancellationToken ct)
    {
        var asked = _clock.GetTimestamp();
        using var answer = await http.GetAsync(settings.Value.Metadata, HttpCompletionOption.ResponseHeadersRead, ct);
        if (answer.Headers.Date is not { } theirs)
        {
            return;
        }

        // Their time was taken on the way, and without its fraction of a second.
        var difference = _clock.GetUtcNow() - (_clock.GetElapsedTime(asked) / 2) - theirs - TimeSpan.FromMilliseconds(500);
        var skew = tokens.Get(JwtBearerDefaults.AuthenticationScheme).TokenValidationParameters.ClockSkew;
        var ahead = difference.Duration() > skew ? (long)difference.TotalSeconds : 0;
        var before = Interlocked.Exchange(ref _ahead, ahead);
        if (ahead != 0 && before == 0)
        {
            log.LogError("{Difference}. Its tokens are refused as expired or not yet valid: set the clocks", Words(ahead));
        }
        else if (ahead == 0 && before != 0)
        {
            log.LogInformation("The clocks of this machine and of the token issuer agree again");
        }
    }

    private static string Words(long ahead) => string.Create(CultureInfo.InvariantCulture,
        $"This machine's clock is {Math.Abs(ahead)} s {(ahead > 0 ? "ahead of" : "behind")} the token issuer's");
}
