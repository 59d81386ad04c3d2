using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;

namespace Qibin.Crm.Identity.Account;

/// <summary>Small contents that a browser keeps, sealed, for a limited time.</summary>
internal static class SealedCookie
{
    /// <summary>The content of a sealed text; null when it is not genuine, or too old.</summary>
    public static byte[]? Open(this ITimeLimitedDataProtector seal, string? text)
    {
        try
        {
            return text is { Length: > 0 and < 1000 } ? seal.Unprotect(WebEncoders.Base64UrlDecode(text)) : null;
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Content as a text that a form or a cookie can hold.</summary>
    public static string Close(this ITimeLimitedDataProtector seal, byte[] content, TimeSpan life) =>
        WebEncoders.Base64UrlEncode(seal.Protect(content, life));

    /// <summary>Gives the browser a cookie with sealed content.</summary>
    public static void Append(
        HttpContext http, string name, ITimeLimitedDataProtector seal, byte[] content, TimeSpan life, string path = "/") =>
        http.Response.Cookies.Append(name, seal.Close(content, life), new CookieOptions
        {
            HttpOnly = true,
            IsEssential = true,
            MaxAge = life,
            SameSite = SameSiteMode.Lax,
            Secure = http.Request.IsHttps,
            Path = path,
        });
}
