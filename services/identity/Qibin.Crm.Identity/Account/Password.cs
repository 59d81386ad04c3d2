using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Web.Problems;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Account;

/// <summary>
/// The page of a signed-in person: a new password, and sign-out. Whoever was given the password by an administrator comes here
/// first and gets no token before it is replaced.
/// </summary>
internal static class Password
{
    public const string Path = "/account/password";

    public static void MapPassword(this WebApplication app)
    {
        app.MapGet(Path, ShowAsync).AllowAnonymous().ExcludeFromDescription();
        app.MapPost(Path, HandleAsync).AllowAnonymous().RequireRateLimiting(SignInLimit.Name).ExcludeFromDescription().DisableAntiforgery();
    }

    private static async Task<IResult> ShowAsync(HttpContext http, IdentityDb db, string? returnUrl, bool? changed, CancellationToken ct) =>
        await SignedInAsync(http, db, ct) is { } person
            ? Show(http, person, Pages.Back(returnUrl), null, changed == true)
            : Results.Redirect(SignIn.Path);

    private static IResult Show(HttpContext http, Person person, string? returnUrl, string? alert, bool changed = false)
    {
        var english = ProblemWriter.English(http);
        var (title, present, chosen, again, hint, button, why, done, signOut, authenticator) = english
            ? ("Change password", "Present password", "New password", "New password again",
                "At least 12 characters; no common words, runs or repeats alone", "Save new password",
                "This password was given to you by an administrator. Choose your own to go on.", "The password is changed.", "Sign out",
                "One-time codes for signing in")
            : ("修改密码", "当前密码", "新密码", "再次输入新密码", "至少 12 个字符，不能只由常用词、连续或重复字符组成", "保存新密码",
                "当前密码由管理员设置，请先设置自己的密码。", "密码已修改。", "退出登录", "登录动态验证码设置");
        var intro = changed ? $"<p role=\"status\">{done}</p>" : person.MustChangePassword ? $"<p>{why}</p>" : "";
        return Pages.Page(http, title, intro + Pages.Alert(alert) + Pages.Form(http, Path, returnUrl,
            $"""
            <label for="present">{present}</label>
            <input id="present" name="present" type="password" autocomplete="current-password" maxlength="200" required autofocus>
            <label for="chosen">{chosen}</label>
            <input id="chosen" name="chosen" type="password" autocomplete="new-password" minlength="12" maxlength="200"
              aria-describedby="rule" required>
            <p class="hint" id="rule">{hint}</p>
            <label for="again">{again}</label>
            <input id="again" name="again" type="password" autocomplete="new-password" minlength="12" maxlength="200" required>
            """, button) + Pages.Form(http, "/account/sign-out", null, "", signOut)
            + $"<footer><a href=\"{Authenticator.Path}\">{authenticator}</a></footer>",
            alert is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> HandleAsync(
        HttpContext http, IdentityDb db, UserManager<Person> users, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(ct);
        if (await Pages.FormOfAsync(http) is not { } form || await SignedInAsync(http, db, ct) is not { } person)
        {
            return Results.Redirect(SignIn.Path);
        }

        var english = ProblemWriter.English(http);
        var (present, chosen, back) = (form["present"].ToString(), form["chosen"].ToString(), Pages.Back(form["returnUrl"]));
        // Guessing the present password here is guessing at the door.
        var fits = users.PasswordHasher.VerifyHashedPassword(person, person.PasswordHash!, present) != PasswordVerificationResult.Failed;
        var turn = await Turn.TakeAsync(db, http, person.NormalizedUserName, person.Id, ct);
        var now = clock.GetUtcNow();
        if (!turn.IsHeard(now) || !fits)
        {
            await turn.RefuseAsync("changePassword", person, now, transaction, ct);
            return Show(http, person, back, english
                ? "The present password is wrong, or it is too early for another try; wait a while after 5 wrong ones."
                : "当前密码不正确，或尝试过于频繁：连续 5 次密码错误后请稍候再试。");
        }

        turn.Right();

        if (chosen != form["again"])
        {
            return Show(http, person, back, english ? "The two new passwords differ." : "两次输入的新密码不一致。");
        }

        if (chosen == present || !await PasswordRules.KeepAsync(users, person, chosen))
        {
            return Show(http, person, back, english
                ? "The new password must have at least 12 characters, be neither the present one nor contain the user name, and not "
                    + "be made of common words, runs and repeats alone. A sentence of a few words is good."
                : "新密码至少 12 个字符，不能与当前密码相同，不能包含用户名，也不能只由常用词、连续或重复字符组成。");
        }

        person.PasswordChosen();
        db.Audit("changePassword", person.Id, clock);
        await db.EndSessionsAsync(person, clock, ct);
        await http.BeginSessionAsync(db, person, clock, ct);
        await transaction.CommitAsync(ct);
        return Results.Redirect(SignIn.Onwards(http, person, back) ?? back ?? Path + "?changed=true");
    }

    /// <summary>The person of the browser's session, locked when something is about to change.</summary>
    internal static async Task<Person?> SignedInAsync(HttpContext http, IdentityDb db, CancellationToken ct)
    {
        var session = await http.SessionIdAsync();
        var person = await db.PeopleIn(session).AsNoTracking().SingleOrDefaultAsync(ct);
        if (person is null || HttpMethods.IsGet(http.Request.Method))
        {
            return person;
        }

        // Locked first, and looked at again: what ends sessions holds the same lock.
        var locked = await db.People.ForUpdate(person.Id, ct);
        return await db.PeopleIn(session).AnyAsync(ct) ? locked : null;
    }
}
