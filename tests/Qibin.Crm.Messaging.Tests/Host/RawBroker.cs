using System.Text;
using Qibin.Crm.Messaging.Outbox;
using Qibin.Crm.Messaging.Transport;
using RabbitMQ.Client;

namespace Qibin.Crm.Messaging.Tests.Host;

/// <summary>The broker as another program sees it: messages that no relay sent.</summary>
internal sealed class RawBroker(IConnection connection, IChannel channel) : IAsyncDisposable
{
    public const string Queue = "qibin.tally";

    public IChannel Channel => channel;

    public static async Task<RawBroker> ConnectAsync()
    {
        var connection = await new ConnectionFactory { Uri = (await TestBroker.NodeAsync()).Address }.CreateConnectionAsync();
        return new RawBroker(connection, await connection.CreateChannelAsync(new CreateChannelOptions(true, true)));
    }

    /// <summary>Puts a raise of a tally into the service's queue, as the relay would have.</summary>
    public Task RaiseAsync(Guid messageId, Guid stream, long version, string body = """{"by":1}""") => PutAsync(new Outgoing
    {
        Seq = 0,
        MessageId = messageId,
        StreamId = stream,
        Type = nameof(TallyRaised),
        StreamType = "tally",
        Version = version,
        Ordinal = 0,
        SchemaVersion = 1,
        RecordedAt = TimeProvider.System.GetUtcNow(),
        ActorId = Guid.Empty,
        Payload = body,
    });

    public async Task PutAsync(Outgoing outgoing)
    {
        var properties = new BasicProperties
        {
            Persistent = true,
            MessageId = outgoing.MessageId.ToString(),
            Type = outgoing.Type,
            Headers = Envelope.Write(outgoing).ToDictionary(h => h.Key, h => (object?)h.Value),
        };
        await channel.BasicPublishAsync("", Queue, mandatory: true, properties, Encoding.UTF8.GetBytes(outgoing.Payload));
    }

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }
}
