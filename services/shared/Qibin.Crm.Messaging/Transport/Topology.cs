using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Messaging.EventLog;
using Qibin.Crm.Web.Hosting;
using Qibin.Crm.Work.Data;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Qibin.Crm.Messaging.Transport;

/// <summary>
/// What this service declares on the broker: a durable fanout exchange for each event, one quorum queue
/// <c>qibin.&lt;service&gt;</c> bound to those that the service consumes, and behind it <c>qibin.&lt;service&gt;.dead</c> for what
/// was returned too often, as when a message ends the process that reads it.
/// </summary>
internal sealed class Topology(ServiceDescription service, IEnumerable<Subscription> subscriptions, EventTypes events)
{
    /// <summary>Returns of one message before it is a dead letter. A consumer's own retries are not returns.</summary>
    private const int DeliveryLimit = 20;

    private readonly HashSet<Type> _consumed = [.. subscriptions.Select(s => s.Event)];

    public string Queue => "qibin." + service.Name;

    public string DeadLetters => Queue + ".dead";

    /// <summary>Whether this service consumes anything, and so has a queue.</summary>
    public bool Consumes => _consumed.Count > 0;

    public Dictionary<string, object?> QueueArguments => new()
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = DeliveryLimit,
        // Of several instances one consumes and the others stand by; side by side they would overtake each other within a stream.
        ["x-single-active-consumer"] = true,
        ["x-dead-letter-exchange"] = DeadLetters,
        // A dead letter leaves the queue only when the other one has it.
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-overflow"] = "reject-publish",
    };

    public static Dictionary<string, object?> DeadLetterArguments => new() { ["x-queue-type"] = "quorum" };

    /// <summary>Declares all of it; repeating it changes nothing. Bindings that the service no longer wants are removed.</summary>
    public async Task DeclareAsync(IConnection connection, CancellationToken ct)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        foreach (var happened in events.All)
        {
            await channel.ExchangeDeclareAsync(EventTypes.ExchangeOf(happened), ExchangeType.Fanout, durable: true, autoDelete: false,
                cancellationToken: ct);
        }

        if (!Consumes)
        {
            return;
        }

        await channel.ExchangeDeclareAsync(DeadLetters, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: ct);
        await channel.QueueDeclareAsync(DeadLetters, durable: true, exclusive: false, autoDelete: false, DeadLetterArguments,
            cancellationToken: ct);
        await channel.QueueBindAsync(DeadLetters, DeadLetters, "", cancellationToken: ct);
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false, QueueArguments, cancellationToken: ct);
        foreach (var happened in events.All)
        {
            if (_consumed.Contains(happened))
            {
                await channel.QueueBindAsync(Queue, EventTypes.ExchangeOf(happened), "", cancellationToken: ct);
            }
            else
            {
                await channel.QueueUnbindAsync(Queue, EventTypes.ExchangeOf(happened), "", cancellationToken: ct);
            }
        }
    }

    /// <summary>
    /// The name of the first exchange or queue that is not there, or null. Bindings cannot be asked for over AMQP; they are declared on
    /// each connection, and they vanish only with the exchange or queue they join.
    /// </summary>
    public async Task<string?> MissingAsync(IConnection connection, CancellationToken ct)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        var name = "";
        try
        {
            foreach (var exchange in events.All.Select(EventTypes.ExchangeOf))
            {
                await channel.ExchangeDeclarePassiveAsync(name = exchange, ct);
            }

            foreach (var queue in Consumes ? [Queue, DeadLetters] : Array.Empty<string>())
            {
                await channel.QueueDeclarePassiveAsync(name = queue, ct);
            }

            return null;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == 404)
        {
            return name;
        }
    }
}

/// <summary>Declares the topology before the service takes writes.</summary>
internal sealed class TopologyStep(BrokerAddress broker, Topology topology) : IMigrationStep
{
    public string Needs => "the broker";

    public bool IsAway(Exception fault) => fault is BrokerUnreachableException or OperationInterruptedException or TimeoutException;

    public async Task RunAsync(CancellationToken ct)
    {
        await using var connection = await broker.Factory.CreateConnectionAsync(ct);
        await topology.DeclareAsync(connection, ct);
    }
}
