using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Pipeline.Projection;

namespace Qibin.Crm.Pipeline.Consumers;

/// <summary>
/// Every event of leads, projects and enterprises, and whatever else has come: stored as it came, and applied to its journey.
/// </summary>
internal sealed class JourneyConsumer(PipelineDb db) : IConsume<IJourneyEvent>, IConsume<UnreadEvent>, IConsumeBatches
{
    private readonly List<ReceivedEvent> _received = [];

    public Task ConsumeAsync(IJourneyEvent happened, Delivery delivery, CancellationToken ct) => Receive(happened.GetType().Name, delivery);

    public Task ConsumeAsync(UnreadEvent happened, Delivery delivery, CancellationToken ct) => Receive(happened.Type, delivery);

    public Task CompleteAsync(CancellationToken ct) => db.ApplyAsync(_received, ct);

    private Task Receive(string type, Delivery delivery)
    {
        _received.Add(StoredEvents.Row(type, delivery));
        return Task.CompletedTask;
    }
}
