namespace Qibin.Crm.Messaging;

/// <summary>What became of a parked message.</summary>
public enum ParkedState { Parked, Replayed, Discarded }

/// <summary>A message that a consumer could not process: kept until an operator replays or discards it.</summary>
public sealed class ParkedMessage
{
    public required Guid Id { get; init; }
    public required string Queue { get; init; }
    public string? Consumer { get; init; }
    public Guid? MessageId { get; init; }
    public string? Type { get; init; }
    public required byte[] Body { get; init; }
    public required string Headers { get; init; }
    public required string Exception { get; init; }
    public int Attempts { get; set; }
    public ParkedState State { get; set; }
    public DateTimeOffset ParkedAt { get; init; }
    public Guid? ResolvedBy { get; set; }
    public DateTimeOffset? ResolvedAt { get; set; }
}
