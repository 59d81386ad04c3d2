namespace Qibin.Crm.Identity.Data;

/// <summary>
/// A key that all instances of this service share and that survives restarts, in table <c>sealed_key</c> of the service's own
/// database: the ES256 key that signs tokens, the key that encrypts authorization codes and refresh tokens, and ASP.NET Core's
/// data protection keys (cookies, antiforgery).
/// </summary>
internal sealed class SealedKey
{
    public required string Name { get; init; }
    public required byte[] Content { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
}
