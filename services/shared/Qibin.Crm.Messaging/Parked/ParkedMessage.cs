using Qibin.Crm.Kernel;

namespace Qibin.Crm.Messaging.Parked;

/// <summary>What became of a parked message.</summary>
public enum ParkedState { Parked, Replayed, Discarded }

/// <summary>A message that a consumer could not process: kept until an operator replays or discards it.</summary>
public sealed class ParkedMessage : Aggregate
{
    /// <summary>The queue it came from.</summary>
    public string Queue { get; private set; } = "";

    /// <summary>The consumer that failed; null when the message could not be read at all, and so concerns each of them.</summary>
    public string? Consumer { get; private set; }

    public Guid? MessageId { get; private set; }

    /// <summary>The event's record name as the message says it.</summary>
    public string? Type { get; private set; }

    public byte[] Body { get; private set; } = [];
    public string Headers { get; private set; } = "{}";
    public string Exception { get; private set; } = "";

    /// <summary>Tries before it was parked.</summary>
    public int Attempts { get; private set; }

    public ParkedState State { get; private set; }
    public DateTimeOffset ParkedAt { get; private set; }
    public Guid? ResolvedBy { get; private set; }
    public DateTimeOffset? ResolvedAt { get; private set; }

    /// <summary>Its effect has taken place after all.</summary>
    public void Replay(Guid by, DateTimeOffset at) => Resolve(ParkedState.Replayed, by, at);

    /// <summary>Its effect will not take place.</summary>
    public void Discard(Guid by, DateTimeOffset at) => Resolve(ParkedState.Discarded, by, at);

    /// <exception cref="RuleViolation"><c>parked.resolved</c>: it was replayed or discarded before.</exception>
    public void MustBeParked()
    {
        if (State != ParkedState.Parked)
        {
            throw new RuleViolation("parked.resolved");
        }
    }

    private void Resolve(ParkedState state, Guid by, DateTimeOffset at)
    {
        MustBeParked();
        Touch();
        (State, ResolvedBy, ResolvedAt) = (state, by, at);
    }
}
