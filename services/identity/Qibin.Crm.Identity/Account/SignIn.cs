using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Web.Problems;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Account;

/// <summary>
/// The sign-in page. Wrong passwords delay the next try for the same name from the same origin (<see cref="WrongTries"/>); the page says
/// the same, after the same work, whether the password was wrong, came too early, the person is deactivated, or there is no such person.
/// </summary>
internal static class SignIn
{
    public const string Path = "/account/sign-in";

    /// <summary>Stands in for the hash of a person who does not exist; made as those are.</summary>
    private static string? s_nobody;

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
        HttpContext http, IdentityDb db, UserManager<Person> users, OneTimeCodes codes, TimeProvider clock, CancellationToken ct)
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
        s_nobody ??= users.PasswordHasher.HashPassword(known!, "nobody");
        var found = users.PasswordHasher.VerifyHashedPassword(known!, known?.PasswordHash ?? s_nobody, password);
        var rehashed = known is not null && found == PasswordVerificationResult.SuccessRehashNeeded
            ? users.PasswordHasher.HashPassword(known, password)
            : null;
        await using var transaction = await db.BeginAsync(ct);
        var person = known is null ? null : await db.People.ForUpdate(known.Id, ct);
        var turn = await Turn.TakeAsync(db, http, name ?? "", known?.Id, ct);
        var now = clock.GetUtcNow();
        if (!turn.IsHeard(now) || person?.Active != true || found == PasswordVerificationResult.Failed
            || person.PasswordHash != known!.PasswordHash)
        {
            await turn.RefuseAsync("signIn", person, now, transaction, ct);
            return Show(http, back, userName, english
                ? "User name or password is wrong, or it is too early for another try: after 5 wrong passwords wait a minute, "
                    + "and twice as long after each further one, 15 minutes at most."
                : "用户名或密码不正确，或尝试过于频繁：连续 5 次密码错误后须等待 1 分钟，每再错一次等待时间加倍，最长 15 分钟。",
                StatusCodes.Status401Unauthorized);
        }

        person.PasswordHash = rehashed ?? person.PasswordHash;
        if (person.AuthenticatorKey is not null)
        {
            // The wrong tries are forgotten after the code, or somebody who knows the password could guess codes without end.
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            codes.PasswordGiven(http, person);
            return Results.Redirect(SecondStep.Path + (back is null ? "" : QueryString.Create("returnUrl", back)));
        }

        return await CompleteAsync(http, db, person, turn, transaction, back, clock, ct);
    }

    /// <summary>The person has shown who it is: begins the session, and goes on to what is missing or back.</summary>
    public static async Task<IResult> CompleteAsync(
        HttpContext http, IdentityDb db, Person person, Turn turn, IDbContextTransaction transaction, string? back, TimeProvider clock,
        CancellationToken ct)
    {
        turn.Right();
        http.RequestServices.GetRequiredService<Devices>().Remember(http, person.Id);
        db.Audit("signIn", person.Id, clock);
        await http.BeginSessionAsync(db, person, clock, ct);
        await transaction.CommitAsync(ct);
        return Results.Redirect(Onwards(http, person, back) ?? back ?? Password.Path);
    }

    /// <summary>The page that the person has to fill in before there is a token; null when there is none.</summary>
    public static string? Onwards(HttpContext http, Person person, string? back)
    {
        var page = person.MustChangePassword ? Password.Path
            : http.RequestServices.GetRequiredService<OneTimeCodes>().IsMissing(person) ? Authenticator.Path
            : null;
        return page is null || back is null ? page : page + QueryString.Create("returnUrl", back);
    }

    private static async Task<IResult> SignOutAsync(HttpContext http, IdentityDb db, TimeProvider clock, CancellationToken ct)
    {
        if (await Pages.FormOfAsync(http) is not null)
        {
            await http.SignOutAsync(db, clock, ct);
        }

        return Results.Redirect(Path);
    }
}
