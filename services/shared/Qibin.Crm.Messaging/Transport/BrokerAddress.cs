using RabbitMQ.Client;

namespace Qibin.Crm.Messaging.Transport;

/// <summary>
/// Where the broker is: <c>ConnectionStrings:Broker</c>, such as <c>amqp://user:password@host:5672/vhost</c>. Without it a service
/// has no transport: events wait in its outbox.
/// </summary>
internal sealed class BrokerAddress(Uri uri, string client)
{
    /// <summary>
    /// Settings of one connection. It is never recovered by the client: <see cref="Broker"/> makes a new one, with its topology.
    /// </summary>
    public ConnectionFactory Factory => new()
    {
        Uri = uri,
        ClientProvidedName = client,
        AutomaticRecoveryEnabled = false,
        TopologyRecoveryEnabled = false,
        // The broker gives up a frozen process after 6 to 9 s, and another instance gets its queues.
        RequestedHeartbeat = TimeSpan.FromSeconds(3),
        RequestedConnectionTimeout = TimeSpan.FromSeconds(3),
        SocketReadTimeout = TimeSpan.FromSeconds(15),
        SocketWriteTimeout = TimeSpan.FromSeconds(15),
        ContinuationTimeout = TimeSpan.FromSeconds(10),
        HandshakeContinuationTimeout = TimeSpan.FromSeconds(5),
    };
}
