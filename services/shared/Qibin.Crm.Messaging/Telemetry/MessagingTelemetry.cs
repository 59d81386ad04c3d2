using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Messaging.Outbox;

namespace Qibin.Crm.Messaging.Telemetry;

/// <summary>Traces and metrics of relay and consumers.</summary>
internal sealed class MessagingTelemetry
{
    public const string Name = "Qibin.Crm.Messaging";

    private static readonly ActivitySource Source = new(Name);
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _underWay = new();
    private readonly Counter<long> _published;
    private readonly Histogram<double> _lag;
    private readonly Counter<long> _parked;

    public MessagingTelemetry(IMeterFactory meters, TimeProvider clock)
    {
        _clock = clock;
        var meter = meters.Create(Name);
        _published = meter.CreateCounter<long>("qibin.outbox.published", "{event}", "Events that the broker confirmed.");
        _lag = meter.CreateHistogram<double>(
            "qibin.consumer.lag", "s", "From the commit of an event to its effect in this service.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
                300]
            });
        _parked = meter.CreateCounter<long>("qibin.consumer.parked", "{message}", "Messages that this process parked.");
        meter.CreateObservableGauge("qibin.consumer.oldest", OldestSeconds, "s",
            "Age of the oldest event that was received and has no effect yet; 0 without one.");
    }

    /// <summary>The span in which an event is published; it continues the trace of the change.</summary>
    public static Activity? Publish(Outgoing outgoing) =>
        Start("publish " + outgoing.Type, ActivityKind.Producer, outgoing.TraceParent);

    /// <summary>
    /// The activity in which a message is consumed. Without anybody who listens it still carries the trace's id, so that log lines and
    /// further events have it.
    /// </summary>
    public static Activity Consume(string? type, string? traceParent)
    {
        var name = "consume " + type;
        var activity = Start(name, ActivityKind.Consumer, traceParent);
        if (activity is null)
        {
            activity = new Activity(name);
            if (traceParent is not null)
            {
                activity.SetParentId(traceParent);
            }

            activity.Start();
        }

        return activity;
    }

    /// <summary>
    /// The activity in which several messages are consumed together: part of the first one's trace, linked to the others.
    /// </summary>
    public static Activity? ConsumeBatch(IReadOnlyList<Activity> messages) =>
        messages.Count == 0 ? null : Source.StartActivity(
            $"consume {messages.Count} messages", ActivityKind.Internal, messages[0].Context,
            links: messages.Skip(1).Select(m => new ActivityLink(m.Context)));

    public void Published() => _published.Add(1);

    public void Received(Delivery delivery) => _underWay[delivery.MessageId] = delivery.RecordedAt;

    /// <summary>The message is done, or it was given back to the queue.</summary>
    public void Left(Delivery delivery) => _underWay.TryRemove(delivery.MessageId, out _);

    public void Consumed(Delivery delivery) => _lag.Record(Math.Max(0, (_clock.GetUtcNow() - delivery.RecordedAt).TotalSeconds));

    public void Parked() => _parked.Add(1);

    private static Activity? Start(string name, ActivityKind kind, string? traceParent) =>
        ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent)
            ? Source.StartActivity(name, kind, parent)
            : Source.StartActivity(name, kind, parentContext: default);

    private double OldestSeconds()
    {
        var oldest = _underWay.Values.DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
        return oldest == DateTimeOffset.MaxValue ? 0 : Math.Max(0, (_clock.GetUtcNow() - oldest).TotalSeconds);
    }
}
