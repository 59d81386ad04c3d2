using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Qibin.Crm.Messaging.Transport;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Qibin.Crm.Messaging.Telemetry;

/// <summary>Messages that wait in the service's queues, asked of the broker every ten seconds; without a value while it is away.</summary>
internal sealed class QueueGauge : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private readonly Broker _broker;
    private readonly Topology _topology;
    private readonly TimeProvider _clock;
    private readonly ObservableGauge<long> _gauge;
    private Measurement<long>[] _last = [];

    public QueueGauge(Broker broker, Topology topology, IMeterFactory meters, TimeProvider clock)
    {
        (_broker, _topology, _clock) = (broker, topology, clock);
        var meter = meters.Create(MessagingTelemetry.Name);
        _gauge = meter.CreateObservableGauge("qibin.queue.depth", () => Volatile.Read(ref _last), "{message}",
            "Messages that wait in a queue of this service.");
        meter.CreateObservableGauge("qibin.broker.linked", () => broker.IsUp ? 1 : 0,
            description: "1 while this process is linked to the broker.");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var rounds = new PeriodicTimer(Every, _clock);
        do
        {
            try
            {
                Volatile.Write(ref _last,
                    _gauge.Enabled && _topology.Consumes && _broker.Connection is { IsOpen: true } open
                        ? await AskAsync(open, stoppingToken) : []);
            }
            catch (Exception e) when (e is OperationInterruptedException or AlreadyClosedException or TimeoutException or IOException)
            {
                Volatile.Write(ref _last, []);
            }
        }
        while (await rounds.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<Measurement<long>[]> AskAsync(IConnection connection, CancellationToken ct)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        var depths = new List<Measurement<long>>();
        foreach (var queue in (string[])[_topology.Queue, _topology.DeadLetters])
        {
            depths.Add(new(await channel.MessageCountAsync(queue, ct), new KeyValuePair<string, object?>("queue", queue)));
        }

        return [.. depths];
    }
}
