using Qibin.Crm.Work.Hosting;

namespace Qibin.Crm.Messaging.Transport;

/// <summary>Where the broker is.</summary>
[Settings("ConnectionStrings")]
public sealed record BrokerSettings
{
    /// <summary>
    /// RabbitMQ's address, such as <c>amqp://user:password@host:5672/vhost</c>. Without it a service has no transport: its events wait in
    /// the outbox, and it consumes none.
    /// </summary>
    public Uri? Broker { get; init; }
}
