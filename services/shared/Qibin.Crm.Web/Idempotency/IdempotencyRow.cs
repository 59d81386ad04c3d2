namespace Qibin.Crm.Web.Idempotency;

/// <summary>
/// The first answer to an Idempotency-Key, kept 72 hours: ids, codes, versions and links only. The row commits with the effect
/// that it tells of.
/// </summary>
public sealed class IdempotencyRow
{
    public required Guid Principal { get; init; }
    public required string Key { get; init; }
    public required string Method { get; init; }
    public required string Route { get; init; }
    public required byte[] RequestHash { get; init; }
    public int? Status { get; init; }
    public string? Location { get; init; }
    public long? Version { get; init; }

    /// <summary>The answer's body to the byte, so text and not jsonb.</summary>
    public string? Answer { get; init; }

    /// <summary>What the request was about: see <see cref="WriteSubjects"/>.</summary>
    public Guid[] Subjects { get; init; } = [];

    public DateTimeOffset CreatedAt { get; init; }
}
