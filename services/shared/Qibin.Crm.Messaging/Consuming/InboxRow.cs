namespace Qibin.Crm.Messaging.Consuming;

/// <summary>A message that a consumer has processed; committed with its effect and kept for 30 days.</summary>
public sealed class InboxRow
{
    public required string Consumer { get; init; }
    public required Guid MessageId { get; init; }
    public DateTimeOffset ProcessedAt { get; init; }
}
