using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Identity.Keys;

namespace Qibin.Crm.Identity.Account;

/// <summary>
/// The second step of signing in: who needs one, the codes, and the browser's sealed note that the password was right.
/// </summary>
internal sealed class OneTimeCodes(KeySeal keys, IDataProtectionProvider protection, IOptions<IdentityServiceSettings> settings)
{
    private const int RecoveryCodes = 8;
    private const string Cookie = "qibin-password-given";
    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(10);
    private readonly ITimeLimitedDataProtector _given = protection.CreateProtector("password-given").ToTimeLimitedDataProtector();
    private readonly ITimeLimitedDataProtector _offered = protection.CreateProtector("authenticator").ToTimeLimitedDataProtector();

    /// <summary>The person's role needs one-time codes, and there is no authenticator yet: no token before there is.</summary>
    public bool IsMissing(Person person) => person.AuthenticatorKey is null && IsRequired(person);

    public bool IsRequired(Person person) => settings.Value.RequiresCode(person.Roles);

    /// <summary>Whether a code of the authenticator or a recovery code is right, which uses it up; saves nothing.</summary>
    public bool Use(Person person, string code, DateTimeOffset now)
    {
        var typed = new string([.. code.Where(char.IsAsciiLetterOrDigit)]).ToLowerInvariant();
        if (person.AuthenticatorKey is not { } key)
        {
            return false;
        }

        if (Totp.StepOf(keys.Unseal(key), typed, now, person.LastStep) is { } step)
        {
            person.CodeUsed(step);
            return true;
        }

        return person.UseRecoveryCode(HashOf(typed));
    }

    /// <summary>A new key, sealed for the form that proves it.</summary>
    public string Offer(Person person, out byte[] key)
    {
        key = RandomNumberGenerator.GetBytes(Totp.KeyLength);
        return _offered.Close([.. person.Id.ToByteArray(), .. key], s_life);
    }

    /// <summary>The key that was offered to the person; null when it was not, or too long ago.</summary>
    public byte[]? Offered(Person person, string offer) =>
        _offered.Open(offer) is { } content && new Guid(content.AsSpan(0, 16)) == person.Id ? content[16..] : null;

    /// <summary>Begins to use the authenticator with this key, if the code is one of it; saves nothing.</summary>
    /// <returns>The recovery codes, to be shown once; null when the code is wrong.</returns>
    public IReadOnlyList<string>? Begin(Person person, byte[] key, string code, DateTimeOffset now)
    {
        if (Totp.StepOf(key, code.Replace(" ", "", StringComparison.Ordinal), now) is not { } step)
        {
            return null;
        }

        var codes = MakeCodes();
        person.UseAuthenticator(keys.Close(key), step, [.. codes.Select(HashOf)]);
        return codes;
    }

    /// <summary>Gives the person new recovery codes, to be shown once; saves nothing.</summary>
    public static IReadOnlyList<string> GiveCodes(Person person)
    {
        var codes = MakeCodes();
        person.RecoveryCodesGiven([.. codes.Select(HashOf)]);
        return codes;
    }

    /// <summary>Lets the browser go on to the code: the person's password was right.</summary>
    public void PasswordGiven(HttpContext http, Person person) =>
        SealedCookie.Append(http, Cookie, _given, [.. person.Id.ToByteArray(), .. Mark(person)], s_life, SecondStep.Path);

    /// <summary>Who has given the password in this browser.</summary>
    public Guid? WhoGavePassword(HttpContext http) =>
        _given.Open(http.Request.Cookies[Cookie]) is { } content ? new Guid(content.AsSpan(0, 16)) : null;

    /// <summary>Whether it is the password that the person has now.</summary>
    public bool GavePassword(HttpContext http, Person person) => _given.Open(http.Request.Cookies[Cookie]) is { } content
        && new Guid(content.AsSpan(0, 16)) == person.Id && CryptographicOperations.FixedTimeEquals(content.AsSpan(16), Mark(person));

    public static void Forget(HttpContext http) =>
        http.Response.Cookies.Delete(Cookie, new CookieOptions { Path = SecondStep.Path });

    private static byte[] Mark(Person person) => SHA256.HashData(Encoding.UTF8.GetBytes(person.PasswordHash ?? ""));

    private static List<string> MakeCodes() => [.. Enumerable.Range(0, RecoveryCodes).Select(_ => PasswordRules.Make())];

    private static string HashOf(string code) => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes(code.Replace("-", "", StringComparison.Ordinal))));
}
