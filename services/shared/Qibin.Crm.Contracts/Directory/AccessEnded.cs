namespace Qibin.Crm.Contracts.Directory;

/// <summary>A sign-in or an integration ended. No service accepts a token that names it any more.</summary>
public sealed record AccessEnded : IEvent
{
    /// <summary>What tokens name as <c>sid</c>, a sign-in, or as <c>sub</c>, an integration.</summary>
    public required Guid EndedId { get; init; }

    /// <summary>When the last token that names it has expired.</summary>
    public required DateTimeOffset Until { get; init; }
}
