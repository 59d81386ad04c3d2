namespace Qibin.Crm.ServiceDefaults;

/// <summary>Who did what to what, and why, written in the same transaction as the deed. Append-only; holds no personal data itself.</summary>
public sealed class AuditEntry
{
    public required Guid Id { get; init; }
    public required DateTimeOffset At { get; init; }
    public required Guid ActorId { get; init; }

    /// <summary>Operation in the words of the API, such as <c>person.unmasked</c>.</summary>
    public required string Action { get; init; }

    public required string SubjectType { get; init; }
    public required Guid SubjectId { get; init; }
    public string? Reason { get; init; }
    public string? TraceId { get; init; }
}
