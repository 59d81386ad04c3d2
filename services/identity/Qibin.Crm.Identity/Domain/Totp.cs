using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Qibin.Crm.Identity.Domain;

/// <summary>One-time codes of an authenticator application: RFC 6238 with SHA-1, 30 seconds, 6 digits, which all of them know.</summary>
public static class Totp
{
    /// <summary>Octets of a key (RFC 4226, section 4).</summary>
    public const int KeyLength = 20;

    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(30);

    /// <summary>The code of a step.</summary>
    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification =
        "Authenticator applications know SHA-1 only, and in an HMAC it is not broken.")]
    public static string CodeAt(byte[] key, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        var hash = HMACSHA1.HashData(key, counter);
        var number = BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(hash[^1] & 0xF)) & 0x7FFF_FFFF;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// The step whose code this is: of now, or of the one before or after, since clocks differ. A step at or before the last one used is
    /// refused, so that a code is good for once.
    /// </summary>
    public static long? StepOf(byte[] key, string code, DateTimeOffset now, long lastUsed = 0)
    {
        var present = StepAt(now);
        foreach (var step in (long[])[present, present - 1, present + 1])
        {
            if (step > lastUsed && CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(CodeAt(key, step)), Encoding.UTF8.GetBytes(code)))
            {
                return step;
            }
        }

        return null;
    }

    public static long StepAt(DateTimeOffset now) => now.ToUnixTimeSeconds() / (long)s_step.TotalSeconds;

    /// <summary>The key as people type it.</summary>
    public static string Text(byte[] key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var text = new StringBuilder();
        var (bits, held) = (0, 0);
        foreach (var octet in key)
        {
            (bits, held) = ((bits << 8) | octet, held + 8);
            for (; held >= 5; held -= 5)
            {
                text.Append(Base32[(bits >> (held - 5)) & 31]);
            }

            bits &= (1 << held) - 1;
        }

        return text.ToString();
    }
}
