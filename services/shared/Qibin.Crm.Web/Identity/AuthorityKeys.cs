using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly.Registry;
using Qibin.Crm.Work.Resilience;

namespace Qibin.Crm.Web.Identity;

/// <summary>
/// Reads the authority's keys once the process has started, again and again until it has them. Requests do not read them: those that
/// come while the authority is away would otherwise wait for it one after the other, each for as long as a connection may take.
/// </summary>
internal sealed class AuthorityKeys(
    IOptionsMonitor<JwtBearerOptions> tokens, ResiliencePipelineProvider<string> pipelines, IHostApplicationLifetime lifetime,
    ILogger<AuthorityKeys> log) : BackgroundService
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _known;

    /// <summary>Whether there are keys. Waits for the first answer of the authority, or for the first failure to reach it.</summary>
    public async ValueTask<bool> AreKnownAsync(CancellationToken ct)
    {
        if (!_known)
        {
            await _asked.Task.WaitAsync(ct);
        }

        return _known;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The identity service reads its own keys while it starts.
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);

        var keys = tokens.Get(JwtBearerDefaults.AuthenticationScheme).ConfigurationManager!;
        await pipelines.GetPipeline(Pipelines.AuthorityKeys).ExecuteAsync(
            async ct =>
            {
                try
                {
                    await keys.GetConfigurationAsync(ct);
                    _known = true;
                }
                catch (InvalidOperationException e) when (_asked.TrySetResult())
                {
                    log.LogWarning("The keys of the token issuer cannot be read yet: {Reason}. Requests with a token are answered 503",
                        e.InnerException?.Message ?? e.Message);
                    throw;
                }
            }, stoppingToken);
        if (!_asked.TrySetResult())
        {
            log.LogInformation("The keys of the token issuer are known now");
        }
    }
}
