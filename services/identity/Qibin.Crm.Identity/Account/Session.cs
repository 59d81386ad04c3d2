using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Qibin.Crm.Identity.Domain;

namespace Qibin.Crm.Identity.Account;

/// <summary>Who is signed in with this browser, and under which security stamp; both are checked again at every use.</summary>
internal sealed record Session(string Subject, string Stamp);

/// <summary>The browser's sign-in: an encrypted cookie that ends with the browser, and after ten hours.</summary>
internal static class Sessions
{
    private const string Scheme = "session";

    public static void AddSessions(this IServiceCollection services) => services.AddAuthentication().AddCookie(Scheme, cookie =>
    {
        cookie.Cookie.Name = "qibin-session";
        cookie.Cookie.HttpOnly = true;
        // The way back from a client's page is a top-level GET.
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        cookie.ExpireTimeSpan = TimeSpan.FromHours(10);
        cookie.SlidingExpiration = false;
    });

    public static async Task<Session?> SessionAsync(this HttpContext http)
    {
        var principal = (await http.AuthenticateAsync(Scheme)).Principal;
        return principal?.FindFirstValue("sub") is { } subject && principal.FindFirstValue("stamp") is { } stamp
            ? new Session(subject, stamp)
            : null;
    }

    public static Task BeginSessionAsync(this HttpContext http, Person person) =>
        http.SignInAsync(Scheme, new ClaimsPrincipal(new ClaimsIdentity(
        [new Claim("sub", person.Id.ToString()), new Claim("stamp", person.SecurityStamp)], Scheme)));

    public static Task EndSessionAsync(this HttpContext http) => http.SignOutAsync(Scheme);
}
