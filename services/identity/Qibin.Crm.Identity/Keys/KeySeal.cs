using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Qibin.Crm.Identity.Data;

namespace Qibin.Crm.Identity.Keys;

/// <summary>
/// Seals the contents of <see cref="SealedKey"/> under <c>Identity:KeyEncryptionKey</c>, 32 bytes in base64 from the deployment's
/// secret store (AES-256-GCM: nonce, tag, cipher text). Without that setting they stand as they are, and whoever can read the
/// database or its backups can sign tokens.
/// </summary>
internal sealed class KeySeal(IOptions<IdentityServiceSettings> settings)
{
    private const byte Open = 0;
    private const byte Closed = 1;
    private readonly byte[]? _key = settings.Value.KeyEncryptionKey is { Length: > 0 } text ? Parse(text) : null;

    public byte[] Close(byte[] content)
    {
        if (_key is null)
        {
            return [Open, .. content];
        }

        var nonce = RandomNumberGenerator.GetBytes(12);
        var (cipher, tag) = (new byte[content.Length], new byte[16]);
        using var aes = new AesGcm(_key, tag.Length);
        aes.Encrypt(nonce, content, cipher, tag);
        return [Closed, .. nonce, .. tag, .. cipher];
    }

    /// <exception cref="CryptographicException">The content was sealed under another key.</exception>
    public byte[] Unseal(byte[] kept)
    {
        if (kept[0] == Open)
        {
            return kept[1..];
        }

        var content = new byte[kept.Length - 29];
        using var aes = new AesGcm(
            _key ?? throw new CryptographicException("The keys are sealed and Identity:KeyEncryptionKey is not set."), 16);
        aes.Decrypt(kept.AsSpan(1, 12), kept.AsSpan(29), kept.AsSpan(13, 16), content);
        return content;
    }

    private static byte[] Parse(string text)
    {
        var key = Convert.FromBase64String(text);
        return key.Length == 32 ? key : throw new InvalidOperationException("Identity:KeyEncryptionKey must be 32 bytes in base64.");
    }
}
