using Microsoft.Extensions.Diagnostics.HealthChecks;
using RabbitMQ.Client.Exceptions;

namespace Qibin.Crm.Messaging.Transport;

/// <summary>
/// Ready when the exchanges and queues that the service expects are there. A broker that is away only degrades: writes go on, and
/// their events wait in the outbox.
/// </summary>
internal sealed class BrokerHealth(Broker broker, Topology topology, TimeProvider clock) : IHealthCheck
{
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(5);
    private (long At, HealthCheckResult Result)? _last;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (broker.Connection is not { IsOpen: true } connection)
        {
            return HealthCheckResult.Degraded("The broker is away.");
        }

        if (_last is { } last && clock.GetElapsedTime(last.At) < Remembered)
        {
            return last.Result;
        }

        try
        {
            var missing = await topology.MissingAsync(connection, cancellationToken);
            var result = missing is null ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"{missing} is not on the broker.");
            if (missing is not null)
            {
                broker.Relink($"{missing} is missing");
            }

            _last = (clock.GetTimestamp(), result);
            return result;
        }
        catch (Exception e) when (e is OperationInterruptedException or AlreadyClosedException or TimeoutException or IOException)
        {
            return HealthCheckResult.Degraded("The broker is away.", e);
        }
    }
}
