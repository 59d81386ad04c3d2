using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Identity.Domain;

/// <summary>
/// Another system that calls the API with client credentials. Its id is the <c>sub</c> of its tokens; what it may do is the list
/// of its scopes.
/// </summary>
public sealed class Client : Aggregate
{
    /// <summary>How long a secret lives unless asked otherwise, and at most.</summary>
    public static readonly TimeSpan SecretLifetime = TimeSpan.FromDays(365);

    private readonly List<ClientSecret> _secrets = [];

    private Client()
    {
    }

    /// <summary>The OAuth client_id; unique.</summary>
    [Audited]
    public string ClientId { get; private init; } = "";

    [Audited]
    public string DisplayName { get; private set; } = "";
    [Audited]
    public string[] Scopes { get; private set; } = [];
    public DateTimeOffset CreatedAt { get; private init; }
    public DateTimeOffset? RevokedAt { get; private set; }

    /// <summary>At most two are valid at once: the newest, and the one before during a rotation's overlap.</summary>
    public IReadOnlyList<ClientSecret> Secrets => _secrets;

    public static Client Register(
        Guid id, string clientId, string displayName, string[] scopes, string secret, TimeSpan secretLifetime, DateTimeOffset now)
    {
        var client = new Client
        {
            Id = id,
            ClientId = clientId,
            DisplayName = displayName,
            Scopes = [.. scopes.Distinct()],
            CreatedAt = now,
        };
        client._secrets.Add(ClientSecret.Of(secret, now, now + secretLifetime));
        client.Touch();
        return client;
    }

    /// <summary>A new secret; the present one goes on for the overlap, older ones end now.</summary>
    /// <exception cref="RuleViolation"><c>client.revoked</c>.</exception>
    public void Rotate(string secret, TimeSpan secretLifetime, TimeSpan overlap, DateTimeOffset now)
    {
        RefuseRevoked();
        var present = _secrets.OrderByDescending(s => s.CreatedAt).FirstOrDefault();
        _secrets.RemoveAll(s => s != present);
        present?.EndBy(now + overlap);
        _secrets.Add(ClientSecret.Of(secret, now, now + secretLifetime));
        Touch();
    }

    /// <summary>Ends the client: none of its secrets is accepted from now on.</summary>
    /// <exception cref="RuleViolation"><c>client.revoked</c>: has ended already.</exception>
    public void Revoke(DateTimeOffset now)
    {
        RefuseRevoked();
        RevokedAt = now;
        _secrets.Clear();
        Touch();
    }

    /// <summary>Whether the secret is one that is valid now.</summary>
    public bool Accepts(string secret, DateTimeOffset now) =>
        RevokedAt is null && _secrets.Any(s => s.ExpiresAt > now && s.Matches(secret));

    private void RefuseRevoked()
    {
        if (RevokedAt is not null)
        {
            throw new RuleViolation("client.revoked");
        }
    }
}

/// <summary>
/// A secret of 256 random bits, of which only the SHA-256 is kept: there is nothing to guess, so a slow hash would protect nothing
/// and cost every token request a tenth of a second.
/// </summary>
public sealed class ClientSecret
{
    private ClientSecret()
    {
    }

    public byte[] Hash { get; private init; } = [];
    public DateTimeOffset CreatedAt { get; private init; }
    public DateTimeOffset ExpiresAt { get; private set; }

    /// <summary>A new secret, to be shown once: 43 characters, base64url.</summary>
    public static string Make() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    internal static ClientSecret Of(string secret, DateTimeOffset now, DateTimeOffset expiresAt) =>
        new() { Hash = HashOf(secret), CreatedAt = now, ExpiresAt = expiresAt };

    internal void EndBy(DateTimeOffset at) => ExpiresAt = at < ExpiresAt ? at : ExpiresAt;

    internal bool Matches(string secret) => CryptographicOperations.FixedTimeEquals(Hash, HashOf(secret));

    private static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
