namespace Qibin.Crm.Contracts;

/// <summary>
/// Asks a service which events it has logged, and up to which instant those are all. Like <see cref="StatesQuery"/> a question: nothing
/// logs it.
/// </summary>
public sealed record LogQuery
{
    /// <summary>Events after this position, a reply's <see cref="LogReply.Next"/>; null begins with the first.</summary>
    public string? After { get; init; }
}

/// <summary>Events in the order of the log, at most 1000.</summary>
public sealed record LogReply
{
    public required LoggedKey[] Events { get; init; }

    /// <summary>Where the next question goes on.</summary>
    public required string Next { get; init; }

    /// <summary>
    /// No event that was or will be recorded up to this instant, by the service's database, is after <see cref="Next"/>; null where more
    /// events are there already.
    /// </summary>
    public DateTimeOffset? CompleteUntil { get; init; }
}

/// <summary>One event of a log, confidential ones included: it says of none what happened.</summary>
public sealed record LoggedKey
{
    public required Guid Id { get; init; }
    public required Guid StreamId { get; init; }
    public required long Version { get; init; }
    public required int Ordinal { get; init; }
}
