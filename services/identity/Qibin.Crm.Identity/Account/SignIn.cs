using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Web.Problems;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Account;

/// <summary>
/// The sign-in page. After five wrong passwords in a row a person is locked out for five minutes; the page says the same, after
/// the same work, whether the password was wrong, the person is locked out or deactivated, or there is no such person.
/// </summary>
internal static class SignIn
{
    public const string Path = "/account/sign-in";

    /// <summary>Stands in for the hash of a person who does not exist.</summary>
    private static readonly Lazy<string> Nobody = new(() => new PasswordHasher<object>().HashPassword(new object(), "nobody"));

    public static void MapSignIn(this WebApplication app)
    {
        app.MapGet(Path, (HttpContext http, string? returnUrl) => Show(http, Pages.Back(returnUrl))).AllowAnonymous()
            .ExcludeFromDescription();
        app.MapPost(Path, HandleAsync).AllowAnonymous().RequireRateLimiting(SignInLimit.Name).ExcludeFromDescription().DisableAntiforgery();
        app.MapPost("/account/sign-out", (Delegate)SignOutAsync).AllowAnonymous().ExcludeFromDescription().DisableAntiforgery();
    }

    private static IResult Show(
        HttpContext http, string? returnUrl, string userName = "", string? alert = null, int status = StatusCodes.Status200OK)
    {
        var english = ProblemWriter.English(http);
        var (title, name, password, button) = english
            ? ("Sign in", "User name", "Password", "Sign in")
            : ("登录", "用户名", "密码", "登录");
        // The cursor goes to what is to be typed next.
        var (nameFocus, passwordFocus) = userName.Length == 0 ? (" autofocus", "") : ("", " autofocus");
        return Pages.Page(http, title, Pages.Alert(alert) + Pages.Form(http, Path, returnUrl,
            $"""
            <label for="userName">{name}</label>
            <input id="userName" name="userName" value="{Pages.Encode(userName)}" autocomplete="username" autocapitalize="none"
              spellcheck="false" maxlength="64" required{nameFocus}>
            <label for="password">{password}</label>
            <input id="password" name="password" type="password" autocomplete="current-password" maxlength="200" required{passwordFocus}>
            """, button), status);
    }

    private static async Task<IResult> HandleAsync(
        HttpContext http, IdentityDb db, UserManager<Person> users, TimeProvider clock, CancellationToken ct)
    {
        var english = ProblemWriter.English(http);
        if (await Pages.FormOfAsync(http) is not { } form)
        {
            return Show(http, null, "", english
                ? "The page has expired; please sign in again."
                : "页面已过期，请重新登录。", StatusCodes.Status400BadRequest);
        }

        var (userName, password, back) = (form["userName"].ToString().Trim(), form["password"].ToString(), Pages.Back(form["returnUrl"]));
        var name = userName.Length is > 0 and <= 64 && password.Length <= 200 && Text.Clean(userName) is { } clean
            ? users.NormalizeName(clean)
            : null;
        var known = await db.People.AsNoTracking().SingleOrDefaultAsync(p => p.NormalizedUserName == name, ct);
        // The slow part comes before the lock; what it found counts only in its turn, so of many guesses at once no more are heard
        // than one after the other.
        var fits = users.PasswordHasher.VerifyHashedPassword(
            known!, known?.PasswordHash ?? Nobody.Value, password) != PasswordVerificationResult.Failed;
        await using var transaction = await db.BeginAsync(ct);
        var person = known is null ? null : await db.People.ForUpdate(known.Id, ct);
        if (person is null || !person.Try(fits && person.PasswordHash == known!.PasswordHash, clock.GetUtcNow()))
        {
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            return Show(http, back, userName, english
                ? "User name or password is wrong, or the account is locked: after 5 wrong passwords it is locked for 5 minutes."
                : "用户名或密码不正确，或账号已锁定：连续 5 次密码错误将锁定 5 分钟。", StatusCodes.Status401Unauthorized);
        }

        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        await http.BeginSessionAsync(person);
        return person.MustChangePassword
            ? Results.Redirect(Password.Path + (back is null ? "" : QueryString.Create("returnUrl", back)))
            : Results.Redirect(back ?? Password.Path);
    }

    private static async Task<IResult> SignOutAsync(HttpContext http)
    {
        if (await Pages.FormOfAsync(http) is not null)
        {
            await http.EndSessionAsync();
        }

        return Results.Redirect(Path);
    }
}
