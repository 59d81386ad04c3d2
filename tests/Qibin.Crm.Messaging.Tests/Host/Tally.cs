using Qibin.Crm.Contracts;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Messaging.Tests.Host;

/// <summary>A tally was opened.</summary>
public sealed record TallyOpened : IEvent
{
    public required string Name { get; init; }
}

/// <summary>A tally was raised.</summary>
public sealed record TallyRaised : IEvent
{
    public required int By { get; init; }
}

/// <summary>A tally was closed. Nobody hears of it.</summary>
public sealed record TallyClosed : IEvent;

/// <summary>The smallest aggregate there is.</summary>
public sealed class Tally : Aggregate, IScoped
{
    private Tally()
    {
    }

    public int Total { get; private set; }
    public bool Confidential { get; private set; }
    public Guid OwnerId { get; private set; }
    public Guid UnitId { get; private set; }
    public string? ChainCode { get; private set; }
    public Guid[] Readers { get; private set; } = [];

    public static Tally Open(Guid id, bool confidential = false)
    {
        var tally = new Tally { Id = id, Confidential = confidential };
        tally.Touch();
        return tally;
    }

    public void Restrict(bool confidential)
    {
        Confidential = confidential;
        Touch();
    }

    public void Raise(int by)
    {
        Total += by;
        Touch();
    }
}

/// <summary>A delivery that a consumer processed.</summary>
public sealed class Heard
{
    public long Position { get; init; }
    public required string Consumer { get; init; }
    public required Guid MessageId { get; init; }
    public required Guid StreamId { get; init; }
    public required long Version { get; init; }
    public required int Ordinal { get; init; }
    public required Guid ActorId { get; init; }
    public required string TraceId { get; init; }
    public DateTimeOffset At { get; init; }
}
